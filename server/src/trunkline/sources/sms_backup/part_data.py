"""A reference to the ``data`` of a part, which stands for it where the data itself would not fit into memory."""

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Self

import msgspec

_REFERENCE = re.compile(r"([0-9]{1,18})\+([0-9]{1,18})=([0-9]{1,18})/([0-9a-f]{32})")

_WHITESPACE = b" \t\r\n"
_REFERENCES = re.compile(rb"&#(?:9|10|13|x9|xA|xD);", re.IGNORECASE)
_LONGEST_REFERENCE = 5  # bytes


class PartData(msgspec.Struct, frozen=True):
    """Where the base64 of a file is in the XML (its first byte and its length), the file's size, and a digest."""

    start: int
    length: int
    size_bytes: int
    digest: str

    def reference(self) -> str:
        """The reference as a string."""
        return f"{self.start}+{self.length}={self.size_bytes}/{self.digest}"

    @classmethod
    def parse(cls, reference: str | None) -> Self | None:
        """The data of a reference; None if there is none."""
        found = None if reference is None else _REFERENCE.fullmatch(reference)
        return None if found is None else cls(int(found[1]), int(found[2]), int(found[3]), found[4])


def decoded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of base64 that arrives in pieces and may contain white space. Raises ``ValueError``."""
    rest = b""
    for piece in pieces:
        rest += piece
        # A reference that is not complete waits for the next piece, and so do less than four characters.
        held = rest.rfind(b"&", -_LONGEST_REFERENCE)
        end = len(rest) if held < 0 or b";" in rest[held:] else held
        clean = _without_whitespace(rest[:end])
        whole = len(clean) // 4 * 4 - 4  # the last four may be padded
        if whole > 0:
            yield binascii.a2b_base64(clean[:whole], strict_mode=True)
            clean = clean[whole:]
        rest = clean + rest[end:]
    clean = _without_whitespace(rest)
    yield binascii.a2b_base64(clean + b"=" * (-len(clean) % 4), strict_mode=True)


def _without_whitespace(text: bytes) -> bytes:
    text = _REFERENCES.sub(b"", text) if b"&" in text else text
    return text.translate(None, _WHITESPACE)
