"""The file of a backup: an XML file or a zip with one, read in chunks."""

import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from trunkline.sources.base import DamagedSource

_CHUNK = 256 * 1024
_ZIP_MAGIC = b"PK\x03\x04"
_XML_SUFFIX = ".xml"


class BackupFile:
    """The XML of one backup. Every method raises ``DamagedSource`` if it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._member: str | None = None
        with self._damage_errors(), path.open("rb") as file:
            zipped = file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
            self.size = path.stat().st_size
            """Bytes of the unpacked XML."""
        if zipped:
            with self._damage_errors(), zipfile.ZipFile(path) as archive:
                member = self._only_xml(archive)
                self._member, self.size = member.filename, member.file_size
            self._name = f"{path} ({self._member})"

    def chunks(self) -> Iterator[bytes]:
        """The XML from its beginning, in chunks of 256 KiB."""
        with self._damage_errors():
            if self._member is None:
                with self._path.open("rb") as file:
                    yield from _chunks(file)
            else:
                with zipfile.ZipFile(self._path) as archive, archive.open(self._member) as file:
                    yield from _chunks(file)

    def damaged(self, offset: int, problem: str) -> DamagedSource:
        """The error for ``problem`` at a byte of the file. Lines and columns count from 1, columns in bytes."""
        line, start, at = 1, 0, 0
        for chunk in self.chunks():
            part = chunk[: offset - at]
            line += part.count(b"\n")
            newline = part.rfind(b"\n")
            if newline >= 0:
                start = at + newline + 1
            at += len(part)
            if at == offset:
                break
        return DamagedSource(f"{self._name}: line {line}, column {offset - start + 1} (byte {offset}): {problem}")

    def _only_xml(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        members = [member for member in archive.infolist() if member.filename.lower().endswith(_XML_SUFFIX)]
        if len(members) != 1:
            raise DamagedSource(f"{self._path}: the zip has {len(members)} XML files; one is needed")
        return members[0]

    @contextmanager
    def _damage_errors(self) -> Generator[None]:
        """Raises errors of the block as ``DamagedSource``."""
        try:
            yield
        except FileNotFoundError as error:
            raise DamagedSource(f"{self._name}: there is no such file") from error
        except OSError as error:
            raise DamagedSource(f"{self._name}: cannot be read: {error.strerror or error}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise DamagedSource(f"{self._name}: the zip is damaged or cut off: {error}") from error
        except (
            RuntimeError,
            NotImplementedError,
        ) as error:  # zipfile raises these for encryption and unknown compression
            raise DamagedSource(f"{self._name}: the zip cannot be unpacked: {error}") from error


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
