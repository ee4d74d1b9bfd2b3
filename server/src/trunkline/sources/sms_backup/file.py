"""The file of a backup: an XML file, a zip with one, or a compressed one, read in chunks of UTF-8."""

import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from trunkline.sources.base import DamagedSource

_CHUNK = 256 * 1024
_ZIP_MAGIC = b"PK\x03\x04"
_GZIP_MAGIC = b"\x1f\x8b"
_XML_SUFFIX = ".xml"
_MESSAGES_PREFIX = "sms"
"""How the app names a file of messages; one of calls is called ``calls-…``."""
_NOT_OURS = ("__MACOSX/", "._")
"""The beginnings of the paths and names that the Finder of a Mac adds to a zip."""
_UTF_16 = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
"""The encoding of a file by its first bytes, if it is UTF-16."""
_DECLARES_UTF_16 = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml\s[^>]*encoding\s*=\s*["']utf-?16""", re.IGNORECASE)


class BackupFile:
    """The XML of one backup. Every method raises ``DamagedSource`` if it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._member: str | None = None
        self._gzipped = False
        self._forward: _Forward | None = None
        with self._damage_errors(), path.open("rb") as file:
            magic = file.read(len(_ZIP_MAGIC))
            self.size = path.stat().st_size
            """Bytes of the unpacked file, as far as it is known."""
            self._gzipped = magic.startswith(_GZIP_MAGIC)
            if self._gzipped:  # its last bytes are the size modulo 4 GiB (RFC 1952 §2.3.1)
                file.seek(max(self.size - 4, 0))
                self.size = int.from_bytes(file.read(4), "little")
        if magic == _ZIP_MAGIC:
            with self._damage_errors(), zipfile.ZipFile(path) as archive:
                member = self._only_xml(archive)
                self._member, self.size = member.filename, member.file_size
            self._name = f"{path} ({self._member})"
        beginning = next(self._raw_chunks(), b"")
        self._utf_16 = _UTF_16.get(beginning[:2])
        self.encoding = "utf-8" if self._utf_16 or _DECLARES_UTF_16.match(beginning) else None
        """The encoding of the chunks, if the XML declares another one or may do so."""

    def chunks(self) -> Iterator[bytes]:
        """The XML from its beginning, in chunks of 256 KiB. UTF-16 becomes UTF-8."""
        if self._utf_16 is None:
            yield from self._raw_chunks()
            return
        decoder = codecs.getincrementaldecoder(self._utf_16)(errors="replace")
        for chunk in self._raw_chunks():
            yield decoder.decode(chunk).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    def read(self, start: int, length: int) -> Iterator[bytes]:
        """These bytes of the chunks, in pieces. Reads on from the end of the last call, if that is before ``start``."""
        if self._forward is None or start < self._forward.position:
            self._forward = _Forward(self.chunks())
        self._forward.skip(start - self._forward.position)
        yield from self._forward.take(length)

    def _raw_chunks(self) -> Iterator[bytes]:
        with self._damage_errors():
            if self._gzipped:
                with gzip.open(self._path, "rb") as file:
                    yield from _chunks(file)
            elif self._member is None:
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
        members = [
            member
            for member in archive.infolist()
            if member.filename.lower().endswith(_XML_SUFFIX)
            and not member.filename.startswith(_NOT_OURS)
            and not PurePosixPath(member.filename).name.startswith(_NOT_OURS)
        ]
        named = [
            member for member in members if PurePosixPath(member.filename).name.lower().startswith(_MESSAGES_PREFIX)
        ]
        found = named if len(named) == 1 else members
        if len(found) != 1:
            raise DamagedSource(f"{self._path}: the zip has {len(found)} XML files; one is needed")
        return found[0]

    @contextmanager
    def _damage_errors(self) -> Generator[None]:
        """Raises errors of the block as ``DamagedSource``."""
        try:
            yield
        except FileNotFoundError as error:
            raise DamagedSource(f"{self._name}: there is no such file") from error
        except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as error:
            kind = "gzip file" if self._gzipped else "zip"
            raise DamagedSource(f"{self._name}: the {kind} is damaged or cut off: {error}") from error
        except OSError as error:
            raise DamagedSource(f"{self._name}: cannot be read: {error.strerror or error}") from error
        except (
            RuntimeError,
            NotImplementedError,
        ) as error:  # zipfile raises these for encryption and unknown compression
            raise DamagedSource(f"{self._name}: the zip cannot be unpacked: {error}") from error


class _Forward:
    """Reads chunks by position, only forward."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self.position = 0
        """Where the next byte is."""

    def skip(self, count: int) -> None:
        """Moves forward."""
        for _ in self.take(count):
            pass

    def take(self, count: int) -> Iterator[bytes]:
        """The next bytes, in pieces; fewer at the end."""
        while count > 0 and (self._rest or self._next()):
            piece, self._rest = self._rest[:count], self._rest[count:]
            count -= len(piece)
            self.position += len(piece)
            yield piece

    def _next(self) -> bool:
        self._rest = next((chunk for chunk in self._chunks if chunk), b"")
        return bool(self._rest)


def _chunks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
