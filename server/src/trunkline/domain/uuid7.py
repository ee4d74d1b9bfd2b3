"""Identifiers that ascend in time: UUID version 7 (RFC 9562 §5.7), since random ones fill an index slowly."""

from trunkline.domain.instant import Instant

RANDOM_BITS = 74

_MILLISECOND = 1000  # microseconds


def uuid7(at: Instant, randomness: int) -> str:
    """The identifier of something that began at ``at`` (kept to the millisecond), with ``RANDOM_BITS`` random bits."""
    high = (at // _MILLISECOND & (1 << 48) - 1) << 16 | 7 << 12 | randomness >> 62 & 0xFFF
    low = 0b10 << 62 | randomness & (1 << 62) - 1
    digits = f"{high << 64 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
