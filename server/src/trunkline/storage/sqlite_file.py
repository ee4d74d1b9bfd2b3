"""The file of a SQLite database: whether it can be opened, and whether it is still the one that was opened.

A process that has a file open can read and write it after it was deleted or replaced, and nobody will ever find what it
wrote. So the file is compared with the one that was opened, before each change and when the service is asked whether it
is ready. The file is never opened here: closing it would release the locks of SQLite (https://sqlite.org/howtocorrupt.html
§2.2).
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from trunkline.domain.errors import CommandError, NoDatabase, NotReady

MODE = 0o600
"""The permissions of a new file; SQLite gives its other files, ``-wal`` and ``-shm``, the same."""

_MIN_SIZE = 512  # bytes of the smallest page

_Identity: TypeAlias = tuple[int, int]
"""The device and the number of a file, which a file of the same name does not share."""


class DatabaseFile:
    """A database file and its log. ``prepare`` it before SQLite opens it, and ``check`` it from then on."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._target = Path(os.path.realpath(path))
        """SQLite follows symbolic links, and keeps its other files beside this one."""
        self.log = self._target.with_name(self._target.name + "-wal")
        """The write-ahead log."""
        self._file: _Identity | None = None
        self._log_file: _Identity | None = None
        self._size = 0

    def prepare(self, *, must_exist: bool) -> None:
        """Creates the file, unless it exists or must exist. Raises ``CommandError`` if it cannot be used."""
        path, folder = self._path, self._target.parent
        if not folder.is_dir():
            raise CommandError(f"cannot open {path}: there is no folder {folder}")
        try:
            found = path.stat()
        except FileNotFoundError:
            if must_exist:
                raise NoDatabase(f"there is no database {path}") from None
            self._create()
            found = path.stat()
        except OSError as error:
            raise CommandError(f"cannot open {path}: {error.strerror}") from None
        if must_exist and found.st_size == 0:
            raise NoDatabase(f"the database {path} is empty")
        if stat.S_ISDIR(found.st_mode):
            raise CommandError(
                f"cannot open {path}: it is a folder; name a file in it, such as {path / 'trunkline.db'}"
            )
        if not stat.S_ISREG(found.st_mode):
            raise CommandError(f"cannot open {path}: it is not a regular file")
        _require_access(path, os.R_OK | os.W_OK, "")
        _require_access(folder, os.R_OK | os.W_OK | os.X_OK, f", in which SQLite keeps files beside {path.name}")

    def _create(self) -> None:
        try:
            with suppress(FileExistsError):  # another process is creating it
                handle = os.open(self._target, os.O_RDWR | os.O_CREAT | os.O_EXCL, MODE)
                try:
                    os.fchmod(handle, MODE)  # whatever the umask is
                finally:
                    os.close(handle)
        except OSError as error:
            reason = "its file system is read-only" if error.errno == errno.EROFS else error.strerror
            raise CommandError(f"cannot create {self._path}: {reason}") from None

    def opened(self) -> None:
        """SQLite has opened the file. Raises ``NotReady`` if it is gone already."""
        found = self._stat()
        self._file = (found.st_dev, found.st_ino)
        self._size = found.st_size

    def check(self) -> bool:
        """Whether the file has become smaller. Raises ``NotReady`` if another file, or none, has its name now."""
        found = self._stat()
        if self._file != (found.st_dev, found.st_ino):
            raise NotReady(
                f"the database {self._path} was replaced by another file; restart the service to use that one",
                "the database file was replaced by another one; the operator of the service must restart it",
            )
        self._check_log()
        if found.st_size < max(self._size, _MIN_SIZE):
            return True
        self._size = found.st_size
        return False

    def check_size(self, size: int) -> None:
        """Accepts that the file has become smaller, if it still has this many bytes. Otherwise raises ``NotReady``."""
        found = self._stat()
        if found.st_size < max(size, _MIN_SIZE):
            raise truncated(f"{self._path} has {found.st_size} bytes, and {size} of them are in use")
        self._size = found.st_size

    def _stat(self) -> os.stat_result:
        try:
            return os.stat(self._path)  # noqa: PTH116 - half the time, before each change
        except OSError as error:
            raise _gone(f"the database {self._path} is gone ({error.strerror})") from None

    def _check_log(self) -> None:
        """The log exists from the first read until the last connection is closed."""
        try:
            found = os.stat(self.log)  # noqa: PTH116
        except OSError as error:
            if self._log_file is None:
                return
            raise _gone(f"{self.log}, which has the latest changes, is gone ({error.strerror})") from None
        identity = found.st_dev, found.st_ino
        if self._log_file is None:
            self._log_file = identity
        elif self._log_file != identity:
            raise _gone(f"{self.log}, which has the latest changes, was replaced by another file")


def truncated(problem: str) -> NotReady:
    """The error for a file that is not a whole database any longer."""
    return NotReady(
        f"the database is damaged: {problem}; stop the service and restore a backup",
        "the database file is damaged; the operator of the service must restore it",
    )


def _gone(problem: str) -> NotReady:
    return NotReady(
        f"{problem}; move it back, or restore a backup and restart the service",
        "the database file is gone; the operator of the service must restore it",
    )


def _require_access(path: Path, mode: int, use: str) -> None:
    """Raises ``CommandError`` unless this user may do that with a file or folder."""
    if os.access(path, mode, effective_ids=os.access in os.supports_effective_ids):
        return
    kind = "read and write" if os.access(path.parent, os.X_OK) else "reach"
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        raise CommandError(f"cannot write {path}{use}: its file system is read-only")
    found = path.stat()
    raise CommandError(
        f"this user ({os.geteuid()}) may not {kind} {path}{use}: it belongs to user {found.st_uid}, with the "
        f"permissions {stat.filemode(found.st_mode)}"
    )
