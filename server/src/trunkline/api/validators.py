"""``ETag`` and ``If-None-Match`` (RFC 9110 §8.8.3, §13.1.2)."""

from zlib import crc32

ANY = b"*"
"""The value of ``If-None-Match`` that every answer matches."""


def entity_tag(state: str, query_string: bytes, salt: int) -> bytes:
    """The validator of an answer: of what it was read from, and of the query, so that no two pages share one.

    ``salt`` stands for whatever else answers depend on. Tags are compared within one address, for which the state is
    enough; the checksum is for clients that mix addresses up.
    """
    return b'"%b-%08x"' % (state.encode(), crc32(query_string, salt))


def if_none_match(headers: list[tuple[bytes, bytes]]) -> bytes | None:
    """What the caller has already, as the header lists it; None where it does not say."""
    values = [value for name, value in headers if name == b"if-none-match"]
    return b", ".join(values).strip() if values else None


def matches(listed: bytes, tag: bytes) -> bool:
    """Whether one of the listed tags, weak or strong, is this one.

    A tag has no quotation mark but those around it, so that it is in the list exactly when its bytes are.
    """
    return listed == ANY or tag in listed
