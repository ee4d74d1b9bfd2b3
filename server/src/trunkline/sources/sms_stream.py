"""Makes the XML of *SMS Backup & Restore* fit for a parser, as a stream of bytes.

Two things stand in the way. The values of the ``data`` attributes of ``part`` hold whole films in base64, and a parser
keeps an attribute in memory until it ends: they are emptied. And the app writes characters outside the basic plane as
two references to surrogates, and control characters as references too, neither of which XML allows: they are replaced
by legal references *of the same length*.

So only emptied values move what follows them, and ``PartDataRemover.original`` tells where any byte came from.
"""

import re
from array import array
from bisect import bisect_right

_PART = re.compile(rb"<part\s")
_BEGINS_PART = b"<part"
_DELIMITER = re.compile(rb"""["'<>]""")
_DATA = re.compile(rb"\sdata\s*=\s*\Z")
_NAME_LIMIT = 64
"""More than the bytes between two attribute values that are needed to tell the name of the second."""

_REFERENCES = re.compile(rb"(?:&#(?:[0-9]+|x[0-9A-Fa-f]+);)+")
_REFERENCE = re.compile(rb"&#(x?)([0-9A-Fa-f]+);")
_TAB, _REPLACEMENT = 0x9, 0xFFFD
_LONGEST_CODE = 12
"""Digits of a reference beyond which it is not even read as a number."""


class PartDataRemover:
    """Empties the ``data`` attributes of ``part`` elements.

        outside ──"<part "──▶ tag ──quote──▶ value ──same quote──▶ tag
           ▲                   │             │ (dropped after data=, else kept)
           └──── ">" or "<" ───┴──── "<" ────┘

    No attribute value may hold ``<``, so it always leads back outside, whatever was misread before it.
    """

    def __init__(self) -> None:
        self._held = b""
        """The end of the last chunk, where it may be the beginning of ``<part``."""
        self._quote = b""
        """The delimiter of the value that the stream is in, if it is in one."""
        self._in_tag = False
        self._dropping = False
        self._name = b""
        """The last bytes outside values in this tag, where an attribute's name is."""
        self._given = 0
        self._cut_at = array("q")
        self._cut_total = array("q")

    def feed(self, chunk: bytes) -> bytes:
        """What remains of the next bytes of the stream."""
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
        """What was held back, once the stream has ended."""
        held, self._held = self._held, b""
        return held

    def original(self, offset: int) -> int:
        """Where the byte at ``offset`` of what was returned stood in the stream."""
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
        if not self._dropping:
            self._keep(source, at, end, kept)
        elif end > at:
            self._cut_at.append(self._given)
            self._cut_total.append(end - at + (self._cut_total[-1] if self._cut_total else 0))
        # The closing quote itself is kept in either case.
        return self._keep(source, end, end + 1, kept) if closed and stray < 0 else end

    def _keep(self, source: bytes, start: int, end: int, kept: list[bytes]) -> int:
        kept.append(source[start:end])
        self._given += end - start
        return end


def legal(source: bytes) -> bytes:
    """``source`` with every character reference made legal and none of its bytes moved.

    Two surrogates become the character they mean, a lone one U+FFFD, a control character a tab. No reference, and no
    pair of surrogates, may be cut at either end.
    """
    return _REFERENCES.sub(_legal_run, source) if b"&#" in source else source


def _legal_run(run: re.Match[bytes]) -> bytes:
    made: list[bytes] = []
    high: tuple[int, int] | None = None
    """The code and the length of a surrogate that waits for its other half."""
    for reference in _REFERENCE.finditer(run[0]):
        code = _code(reference)
        length = len(reference[0])
        if high is not None and 0xDC00 <= code < 0xE000:
            whole = 0x10000 + ((high[0] - 0xD800) << 10) + (code - 0xDC00)
            made.append(_reference(whole, high[1] + length))
            high = None
            continue
        if high is not None:
            made.append(_reference(_REPLACEMENT, high[1]))
            high = None
        if 0xD800 <= code < 0xDC00:
            high = (code, length)
        else:
            made.append(reference[0] if _is_legal(code) else _reference(_stand_in(code), length))
    if high is not None:
        made.append(_reference(_REPLACEMENT, high[1]))
    return b"".join(made)


def _code(reference: re.Match[bytes]) -> int:
    digits = reference[2]
    return int(digits, 16 if reference[1] else 10) if len(digits) <= _LONGEST_CODE else -1


def _is_legal(code: int) -> bool:
    """Whether XML 1.0 §2.2 allows the character."""
    return code in (0x9, 0xA, 0xD) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF


def _stand_in(code: int) -> int:
    """What a forbidden character becomes: for a control character there is no room but for a tab."""
    return _TAB if 0 <= code < 0x20 else _REPLACEMENT


def _reference(code: int, length: int) -> bytes:
    """A reference to ``code`` that is ``length`` bytes long: leading zeros say nothing."""
    return b"&#%0*d;" % (length - 3, code)
