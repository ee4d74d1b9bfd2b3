"""Repairs the XML of *SMS Backup & Restore* for a parser, as a stream of bytes.

There are two problems:

* The ``data`` attributes of ``part`` contain whole videos in base64, and a parser holds an attribute in memory until it
  ends. ``PartDataRemover`` replaces each by a reference to it (``part_data``).
* The app writes a character outside the basic plane as two references to surrogates, and a control character as a
  reference. XML allows neither. ``legal`` replaces them by legal references *of the same length*.

So only replaced values shift the bytes that follow, and ``PartDataRemover.original`` maps an offset back to the file.
"""

import hashlib
import re
from array import array
from bisect import bisect_right

from trunkline.sources.sms_backup.part_data import PartData

_PART = re.compile(rb"<part\s")
_BEGINS_PART = b"<part"
_DELIMITER = re.compile(rb"""["'<>]""")
_DATA = re.compile(rb"\sdata\s*=\s*\Z")
_NOT_BASE64 = b"= \t\r\n"
_NAME_LIMIT = 64
"""How many of the bytes before an attribute value are stored, to recognise the attribute's name."""

_REFERENCES = re.compile(rb"(?:&#(?:[0-9]+|x[0-9A-Fa-f]+);)+")
_REFERENCE = re.compile(rb"&#(x?)([0-9A-Fa-f]+);")
_TAB, _REPLACEMENT = 0x9, 0xFFFD
_LONGEST_CODE = 12
"""The maximum number of digits that are parsed; a longer reference counts as illegal."""


class PartDataRemover:
    """Replaces the values of the ``data`` attributes of ``part`` elements by references.

        outside ──"<part "──▶ tag ──quote──▶ value ──same quote──▶ tag
           ▲                   │             │ (replaced after data=, else kept)
           └──── ">" or "<" ───┴──── "<" ────┘

    No attribute value may contain ``<``, so ``<`` always leads back outside, even after damaged markup.
    """

    def __init__(self) -> None:
        self._held = b""
        """The end of the last chunk, if it may be the beginning of ``<part``."""
        self._quote = b""
        """The delimiter of the current value; empty outside of values."""
        self._in_tag = False
        self._dropping = False
        self._name = b""
        """The last bytes of the current tag outside of values, which contain the attribute's name."""
        self._taken = 0
        """How many bytes of the stream are behind us."""
        self._returned = 0
        """How many bytes were returned so far."""
        self._digest = hashlib.blake2b(digest_size=16)
        self._length = self._characters = 0
        """The bytes of the current value so far, and those of them that are base64."""
        self._cut_at = array("q")
        """Where values were replaced: offsets in the returned bytes."""
        self._cut_total = array("q")
        """How many bytes shorter the returned bytes are, up to each of these offsets."""

    def feed(self, chunk: bytes) -> bytes:
        """The next bytes of the stream without the data of parts."""
        source = self._held + chunk
        self._held = b""
        kept: list[bytes] = []
        at = 0
        while at < len(source):
            if self._quote:
                at = self._value(source, at, kept)
            elif self._in_tag:
                at = self._tag(source, at, kept)
            else:
                at = self._outside(source, at, kept)
        return b"".join(kept)

    def close(self) -> bytes:
        """The bytes held back, after the end of the stream."""
        held, self._held = self._held, b""
        return held

    def original(self, offset: int) -> int:
        """The offset in the stream of the byte at ``offset`` of the returned bytes."""
        cuts = bisect_right(self._cut_at, offset)
        return offset + (self._cut_total[cuts - 1] if cuts else 0)

    def _outside(self, source: bytes, at: int, kept: list[bytes]) -> int:
        found = _PART.search(source, at)
        if found is not None:
            self._in_tag, self._name = True, b""
            return self._keep(source, at, found.end() - 1, kept)
        tail = source.rfind(b"<", max(at, len(source) - len(_BEGINS_PART)))
        if tail >= 0 and _BEGINS_PART.startswith(source[tail:]):
            self._keep(source, at, tail, kept)
            self._held = source[tail:]
            return len(source)
        return self._keep(source, at, len(source), kept)

    def _tag(self, source: bytes, at: int, kept: list[bytes]) -> int:
        found = _DELIMITER.search(source, at)
        end = found.start() if found else len(source)
        self._name = (self._name + source[max(at, end - _NAME_LIMIT) : end])[-_NAME_LIMIT:]
        self._keep(source, at, end, kept)
        if found is None:
            return end
        if found[0] in b"<>":
            self._in_tag = False
            return end
        self._quote = found[0]
        self._dropping = _DATA.search(self._name) is not None
        self._name = b""
        self._digest = hashlib.blake2b(digest_size=16)
        self._length = self._characters = 0
        return self._keep(source, end, end + 1, kept)

    def _value(self, source: bytes, at: int, kept: list[bytes]) -> int:
        end = source.find(self._quote, at)
        closed = end >= 0
        if not closed:
            end = len(source)
        stray = source.find(b"<", at, end)
        if stray >= 0:
            self._quote, self._in_tag, end = b"", False, stray
        elif closed:
            self._quote = b""
        if self._dropping:
            self._drop(source[at:end])
            if closed and stray < 0:
                self._refer(kept)
        else:
            self._keep(source, at, end, kept)
        # The closing quote is kept in either case.
        return self._keep(source, end, end + 1, kept) if closed and stray < 0 else end

    def _drop(self, value: bytes) -> None:
        self._digest.update(value)
        self._length += len(value)
        self._characters += len(value.translate(None, _NOT_BASE64))
        self._taken += len(value)
        if value:
            self._shift(len(value))

    def _refer(self, kept: list[bytes]) -> None:
        """Puts a reference in the place of a value."""
        if self._length:
            data = PartData(
                self._taken - self._length, self._length, self._characters * 3 // 4, self._digest.hexdigest()
            )
            reference = data.reference().encode()
            kept.append(reference)
            self._returned += len(reference)
            self._shift(-len(reference))

    def _shift(self, count: int) -> None:
        self._cut_at.append(self._returned)
        self._cut_total.append(count + (self._cut_total[-1] if self._cut_total else 0))

    def _keep(self, source: bytes, start: int, end: int, kept: list[bytes]) -> int:
        kept.append(source[start:end])
        self._taken += end - start
        self._returned += end - start
        return end


def legal(source: bytes) -> bytes:
    """``source`` with legal character references, of the same length.

    A pair of surrogates becomes its character, a lone surrogate U+FFFD, a control character a tab. ``source`` must not
    begin or end within a reference or a pair of surrogates.
    """
    return _REFERENCES.sub(_legal_run, source) if b"&#" in source else source


def _legal_run(run: re.Match[bytes]) -> bytes:
    references: list[bytes] = []
    high: tuple[int, int] | None = None
    """The code and the reference length of a high surrogate whose low surrogate may follow."""
    for reference in _REFERENCE.finditer(run[0]):
        code = _code(reference)
        length = len(reference[0])
        if high is not None and 0xDC00 <= code < 0xE000:
            character = 0x10000 + ((high[0] - 0xD800) << 10) + (code - 0xDC00)
            references.append(_reference(character, high[1] + length))
            high = None
            continue
        if high is not None:
            references.append(_reference(_REPLACEMENT, high[1]))
            high = None
        if 0xD800 <= code < 0xDC00:
            high = (code, length)
        else:
            references.append(reference[0] if _is_legal(code) else _reference(_replacement(code), length))
    if high is not None:
        references.append(_reference(_REPLACEMENT, high[1]))
    return b"".join(references)


def _code(reference: re.Match[bytes]) -> int:
    digits = reference[2]
    return int(digits, 16 if reference[1] else 10) if len(digits) <= _LONGEST_CODE else -1


def _is_legal(code: int) -> bool:
    """Whether XML 1.0 §2.2 allows the character."""
    return code in (0x9, 0xA, 0xD) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF


def _replacement(code: int) -> int:
    """The legal replacement of an illegal character. The reference of a control character has room only for a tab."""
    return _TAB if 0 <= code < 0x20 else _REPLACEMENT


def _reference(code: int, length: int) -> bytes:
    """A reference to ``code`` that is ``length`` bytes long, padded with zeros."""
    return b"&#%0*d;" % (length - 3, code)
