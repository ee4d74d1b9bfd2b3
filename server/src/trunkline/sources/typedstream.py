"""The text of an Apple Messages ``attributedBody``: an attributed string archived as a *typedstream*.

Recent macOS leaves ``message.text`` NULL and keeps the text here alone. The format is undocumented; what is known is
public (the reverse engineering behind imessage-exporter and others). Only the start of such an archive matters here:

    04 0b "streamtyped"   the signature of a little-endian stream
    …                     the chain of classes, down to NSString, version 1, and a reference to its superclass
    84 01 "+"             a new type of one character: what follows is counted bytes
    length, bytes         the text in UTF-8; then its attributes, which do not matter here

The text is the first string of the archive, so nothing that its writer chose comes before it.
"""

import re

_SIGNATURE = b"\x04\x0bstreamtyped"
_STRING = re.compile(rb"NSString\x01.\x84\x01\+", re.DOTALL)
_CLASSES_END = 256
"""The class chain ends within so many bytes; in every archive seen, within 120."""
_TWO_BYTES = 0x81
_FOUR_BYTES = 0x82
_ONE_BYTE_LIMIT = 0x80


def text_of(body: bytes) -> str | None:
    """The plain text of an archived attributed string, or None where ``body`` is not one or is cut short."""
    if not body.startswith(_SIGNATURE):
        return None
    found = _STRING.search(body, 0, _CLASSES_END)
    if found is None:
        return None
    start, length = _length(body, found.end())
    text = body[start : start + length]
    if len(text) < length:
        return None
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None


def _length(body: bytes, at: int) -> tuple[int, int]:
    """Where the counted bytes start, and how many there are. A cut or unknown count is longer than any body."""
    tag = body[at] if at < len(body) else _ONE_BYTE_LIMIT
    if tag < _ONE_BYTE_LIMIT:
        return at + 1, tag
    width = {_TWO_BYTES: 2, _FOUR_BYTES: 4}.get(tag, 0)
    start = at + 1 + width
    if width == 0 or start > len(body):
        return at, len(body) + 1
    return start, int.from_bytes(body[at + 1 : start], "little")
