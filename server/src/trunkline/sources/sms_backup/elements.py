"""The messages of a backup as a stream of elements, one in memory at a time."""

from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from trunkline.sources.base import DamagedSource
from trunkline.sources.sms_backup.file import BackupFile
from trunkline.sources.sms_backup.xml_repair import PartDataRemover, legal

_ROOT = "smses"
_TAG_LIMIT = 8 * 1024 * 1024
"""The maximum bytes of a tag without the data of attachments; the parser holds a whole tag in memory."""
_TRUNCATION_CODES = frozenset(
    [
        expat.errors.codes[message]
        for message in (
            expat.errors.XML_ERROR_NO_ELEMENTS,
            expat.errors.XML_ERROR_UNCLOSED_TOKEN,
            expat.errors.XML_ERROR_PARTIAL_CHAR,
            expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        )
    ]
)


class Element(msgspec.Struct):
    """A child of the root with its descendants. ``offset`` is the byte of the file where it begins."""

    name: str
    attributes: dict[str, str]
    offset: int
    inner: list[tuple[str, dict[str, str]]] = []
    """The descendants at every depth, in document order."""


def elements(file: BackupFile) -> Iterator[Element]:
    """Every child of the root element, with references to the data of attachments. Raises ``DamagedSource``."""
    parser = _Parser(file)
    for chunk in file.chunks():
        yield from parser.feed(chunk)
    yield from parser.close()


class _Parser:
    def __init__(self, file: BackupFile) -> None:
        self._file = file
        self._remover = PartDataRemover()
        self._pending = b""
        self._read = 0
        self._depth = 0
        self._current: Element | None = None
        self._finished: list[Element] = []
        self._expat = expat.ParserCreate(file.encoding)
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        # Entities can be declared only there; without one, none can expand or load another file.
        self._expat.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> list[Element]:
        """The elements that end in the next bytes."""
        self._read += len(chunk)
        self._pending += self._remover.feed(chunk)
        # A chunk for the parser ends after a tag, so it never splits a reference or a pair of surrogates.
        end = self._pending.rfind(b">") + 1
        source, self._pending = self._pending[:end], self._pending[end:]
        if len(self._pending) > _TAG_LIMIT:
            raise self._file.damaged(self._read, f"a tag longer than {_TAG_LIMIT} bytes, which no message has")
        return self._parse(source)

    def close(self) -> list[Element]:
        """The elements that end with the file."""
        return self._parse(self._pending + self._remover.close(), final=True)

    def _parse(self, source: bytes, *, final: bool = False) -> list[Element]:
        try:
            self._expat.Parse(legal(source), final)
        except expat.ExpatError as error:
            if error.code in _TRUNCATION_CODES:
                raise self._file.damaged(self._read, f"the file is cut off: it ends before </{_ROOT}>") from error
            offset = self._remover.original(self._expat.ErrorByteIndex)
            raise self._file.damaged(offset, f"not XML: {expat.ErrorString(error.code)}") from error
        except (LookupError, ValueError) as error:  # Python's expat raises these for unknown encodings
            raise self._file.damaged(0, f"cannot be decoded: {error}") from error
        finished, self._finished = self._finished, []
        return finished

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and name != _ROOT:
            raise self._damaged_here(f"the root element is <{name}>, but a backup of messages has <{_ROOT}>")
        if self._depth == 2:
            self._current = Element(name, attributes, self._offset())
        elif self._current is not None:
            self._current.inner.append((name, attributes))

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._depth == 1 and self._current is not None:
            self._finished.append(self._current)
            self._current = None

    def _doctype(self, *_: object) -> None:
        raise self._damaged_here("a document type declaration, which this app never writes")

    def _damaged_here(self, problem: str) -> DamagedSource:
        return self._file.damaged(self._offset(), problem)

    def _offset(self) -> int:
        return self._remover.original(self._expat.CurrentByteIndex)
