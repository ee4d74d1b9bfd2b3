"""Writing a file that is either there, complete and on the disk, or not there at all.

The file is prepared in a hidden folder beside its place, ``.NAME.partial``, and moved with one rename. Whatever a
killed process leaves is in that folder; the next one for the same file empties it.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from trunkline.domain.errors import CommandError

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}  # link(2), and what FUSE returns


@contextmanager
def partial_folder(target: Path) -> Generator[Path]:
    """An empty folder for preparing a file, removed at the end. Raises ``CommandError`` if another process uses it."""
    folder = target.with_name(f".{target.name}.partial")
    try:
        with writing(target):
            folder.mkdir(mode=0o700, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileExistsError:
        raise CommandError(f"cannot write {target}: {folder} is no folder; remove it") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"another command is writing {target}; wait until it ends") from None
        try:
            with writing(target):
                for entry in folder.iterdir():
                    entry.unlink()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def require_room(folder: Path, size: int) -> None:
    """Raises ``CommandError`` if the disk of a ``partial_folder`` has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise CommandError(
            f"there is no room in {folder.parent}: the copy needs {size:,} bytes, and {free:,} are free; "
            "make room there, or name a file on another disk"
        )


@contextmanager
def writing(target: Path) -> Generator[None]:
    """Turns an error of the system into a ``CommandError`` that names the file, except that a file exists."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise CommandError(f"cannot write {target}: {error.strerror or error}") from None


def create_private(path: Path) -> None:
    """Creates an empty file that only this user can read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sync(path: Path) -> None:
    """Waits until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def keep(path: Path, kept: Path) -> None:
    """Gives a file a second name, or copies it if the file system has no links. Raises ``OSError``."""
    try:
        os.link(path, kept)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        create_private(kept)
        try:
            shutil.copyfile(path, kept)
            take_after(path, kept)
            sync(kept)
        except BaseException:
            kept.unlink()
            raise


def set_aside(path: Path, kept: Path) -> None:
    """Gives a file that is to be replaced a second name; only that one if the file system has no links.

    The file is not opened, so its locks stay. Raises ``OSError``.
    """
    try:
        os.link(path, kept)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        path.rename(kept)


def take_after(path: Path, other: Path) -> None:
    """Gives ``other`` the mode and, if this user may do that, the owner of ``path``."""
    wanted, present = path.stat(), other.stat()
    if (wanted.st_uid, wanted.st_gid) != (present.st_uid, present.st_gid):
        with suppress(PermissionError):
            os.chown(other, wanted.st_uid, wanted.st_gid)
    if wanted.st_mode != present.st_mode:
        other.chmod(wanted.st_mode & 0o777)


def move(prepared: Path, target: Path, *, replace: bool) -> None:
    """Gives a prepared file its place. Raises ``FileExistsError`` if there is a file and it may not be replaced."""
    sync(prepared)
    if replace:
        prepared.replace(target)
    else:
        try:
            os.link(prepared, target)
        except FileExistsError:
            raise
        except OSError:  # not every file system has links
            if target.exists():
                raise FileExistsError(target) from None
            prepared.replace(target)
        else:
            prepared.unlink()
    sync(target.parent)
