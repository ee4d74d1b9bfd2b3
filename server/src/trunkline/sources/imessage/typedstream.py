"""The text of an Apple Messages ``attributedBody``: an attributed string archived as a *typedstream*.

Recent macOS leaves ``message.text`` NULL and stores the text only here. Apple does not document the format, but its
reverse engineering is public (imessage-exporter and others). Only the start of such an archive matters here:

    04 0b "streamtyped"   the signature of a little-endian stream
    …                     the chain of classes, down to NSString, version 1, and a reference to its superclass
    84 01 "+"             a new type of one character: what follows is counted bytes
    length, bytes         the text in UTF-8, followed by its attributes, which are not read

The text is the first string of the archive, so nothing that the sender chose precedes it.
"""

import re

_SIGNATURE = b"\x04\x0bstreamtyped"
_STRING = re.compile(rb"NSString\x01.\x84\x01\+", re.DOTALL)
_CLASSES_END = 256
"""The class chain ends within this number of bytes; in every known archive, within 120."""
_TWO_BYTES = 0x81
_FOUR_BYTES = 0x82
_ONE_BYTE_LIMIT = 0x80


def text_of(body: bytes) -> str | None:
    """The plain text of an archived attributed string; None if ``body`` is not one or is truncated."""
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
    """Where the counted bytes start, and their number. For a truncated or unknown count, more than ``body`` has."""
    tag = body[at] if at < len(body) else _ONE_BYTE_LIMIT
    if tag < _ONE_BYTE_LIMIT:
        return at + 1, tag
    width = {_TWO_BYTES: 2, _FOUR_BYTES: 4}.get(tag, 0)
    start = at + 1 + width
    if width == 0 or start > len(body):
        return at, len(body) + 1
    return start, int.from_bytes(body[at + 1 : start], "little")
