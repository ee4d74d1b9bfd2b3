"""The files of messages: in the folder of Messages, in a copy of it, or in a phone's backup.

The database names a file by its path on the Mac (``~/Library/Messages/Attachments/…``) or phone
(``~/Library/SMS/Attachments/…``). Only what follows ``Attachments/`` is used, so the folder may be anywhere. Nothing
outside of the folder is ever read, whatever the paths and symbolic links say.
"""

import os
import stat
import unicodedata
from collections.abc import Generator
from pathlib import Path, PurePosixPath

from trunkline.domain.errors import CommandError
from trunkline.sources.base import NoFile, Reason
from trunkline.sources.imessage.phone_backup import MEDIA_DOMAIN, backup_path

_PIECE = 256 * 1024
_ATTACHMENTS = "Attachments"
_IN_BACKUP = "Library/SMS/Attachments"
_PLACES = (_ATTACHMENTS, ".", _IN_BACKUP, "Library/Messages/Attachments", "Messages/Attachments", "SMS/Attachments")
"""Where ``Attachments`` may be in the folder that the user names, or be that folder."""


class AttachmentFolder:
    """A folder that has the files of an archive."""

    def __init__(self, path: Path) -> None:
        """Raises ``CommandError`` unless ``path`` is a folder."""
        if not path.is_dir():
            raise CommandError(f"{path}: there is no such folder; --attachments is the folder of Messages")
        self._path = path
        self._root = path.resolve()

    def read(self, location: str) -> Generator[bytes]:
        """The content of the file with this path in the database, in pieces. Raises ``NoFile``."""
        try:
            handle = os.open(self._find(location), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 - Path.open would follow a symbolic link
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise NoFile(Reason.NOT_A_FILE)
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise NoFile(Reason.NOT_A_FILE if isinstance(error, IsADirectoryError) else Reason.UNREADABLE) from error

    def _find(self, location: str) -> Path:
        """Where the file is, without symbolic links. Raises ``NoFile``."""
        parts = PurePosixPath(location).parts
        if _ATTACHMENTS not in parts or "\0" in location:
            raise NoFile(Reason.OUTSIDE)
        below = parts[parts.index(_ATTACHMENTS) + 1 :]
        if ".." in below:
            raise NoFile(Reason.OUTSIDE)
        path = "/".join(below)
        # A Mac compares names by their normal form; other systems compare bytes.
        for name in dict.fromkeys([path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path)]):
            candidates = [self._path / place / name for place in _PLACES]
            candidates.append(backup_path(self._path, MEDIA_DOMAIN, f"{_IN_BACKUP}/{name}"))
            for candidate in candidates:
                found = self._resolved(candidate)
                if found is not None:
                    return found
        raise NoFile(Reason.NO_FILE)

    def _resolved(self, candidate: Path) -> Path | None:
        """The real path of a file; None if it does not exist. Raises ``NoFile`` if it is outside of the folder."""
        try:
            found = candidate.resolve(strict=True)
        except (OSError, RuntimeError):  # a loop of symbolic links is a RuntimeError
            return None
        if not found.is_relative_to(self._root):
            raise NoFile(Reason.OUTSIDE)
        return found
