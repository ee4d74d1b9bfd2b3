"""``ETag`` and ``If-None-Match`` (RFC 9110 §8.8.3, §13.1.2)."""

from zlib import crc32

ANY = b"*"
"""The value of ``If-None-Match`` that matches every response."""


def entity_tag(version: str, query_string: bytes, salt: int) -> bytes:
    """The ETag of a response: the version of the data, and a checksum of the query and of ``salt``.

    ``salt`` represents everything else that a response depends on. Clients compare tags of one URL, for which the
    version is enough; the checksum protects those that mix up URLs.
    """
    return b'"%b-%08x"' % (version.encode(), crc32(query_string, salt))


def if_none_match(headers: list[tuple[bytes, bytes]]) -> bytes | None:
    """The value of the header ``If-None-Match``; None if it is absent."""
    values = [value for name, value in headers if name == b"if-none-match"]
    return b", ".join(values).strip() if values else None


def matches(listed: bytes, tag: bytes) -> bool:
    """Whether one of the listed tags, weak or strong, is this one.

    A tag contains no quotation marks except those around it, so it is listed exactly if its bytes occur in the list.
    """
    return listed == ANY or tag in listed
