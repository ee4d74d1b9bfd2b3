"""Identifiers."""

from uuid import UUID

from trunkline.domain.ids import RANDOM_BITS, uuid7


def test_a_uuid7_has_the_layout_of_the_rfc() -> None:
    # The example of RFC 9562, appendix A.6.
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    randomness = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(1_645_557_742_000_000, randomness) == str(example)
    assert uuid7(1_645_557_742_000_999, (1 << RANDOM_BITS) - 1) == "017f22e2-79b0-7fff-bfff-ffffffffffff"
