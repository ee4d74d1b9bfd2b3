"""Identifiers."""

import os
import re
from uuid import UUID

from trunkline.domain.ids import RANDOM_BITS, new_trace_id, uuid7


def test_a_uuid7_has_the_layout_of_the_rfc() -> None:
    # The example of RFC 9562, appendix A.6.
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    randomness = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    assert uuid7(1_645_557_742_000_000, randomness) == str(example)
    assert uuid7(1_645_557_742_000_999, (1 << RANDOM_BITS) - 1) == "017f22e2-79b0-7fff-bfff-ffffffffffff"


def test_trace_ids_are_32_digits_and_never_the_same() -> None:
    ids = [new_trace_id() for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_a_forked_process_has_trace_ids_of_its_own() -> None:
    new_trace_id()
    reading, writing = os.pipe()
    if not (child := os.fork()):
        os.write(writing, new_trace_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode() not in [new_trace_id() for _ in range(1_000)]
    os.close(reading)
    os.close(writing)
