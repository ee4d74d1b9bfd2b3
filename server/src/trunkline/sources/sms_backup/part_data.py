"""A reference to the ``data`` of a part, which stands for it where the data itself would not fit into memory."""

import re
from typing import Self

import msgspec

_REFERENCE = re.compile(r"([0-9]{1,18})\+([0-9]{1,18})=([0-9]{1,18})/([0-9a-f]{32})")


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
