"""New identifiers: every id that the service creates comes from here.

``time_ordered_id`` is for rows that an index holds in order of creation: random ids fill an index slowly.
"""

import os
import secrets
import uuid

from trunkline.domain.instant import Instant

RANDOM_BITS = 74
MAX_ID = 255
"""Characters of an id. Those of the service have 36, those of an upstream may have more."""
_MILLISECOND = 1000  # microseconds
_TRACE_ID = 32  # digits
_READ_AHEAD = 256  # trace ids


def random_id() -> str:
    """A random identifier: UUID version 4 (RFC 9562 §5.4)."""
    return str(uuid.uuid4())


def time_ordered_id(at: Instant) -> str:
    """An identifier of something that began at ``at``: UUID version 7 (RFC 9562 §5.7), to the millisecond."""
    return uuid7(at, secrets.randbits(RANDOM_BITS))


def uuid7(at: Instant, randomness: int) -> str:
    """The UUID version 7 of an instant and 74 random bits. Sample data passes bits of its own seed."""
    high = (at // _MILLISECOND & (1 << 48) - 1) << 16 | 7 << 12 | randomness >> 62 & 0xFFF
    low = 0b10 << 62 | randomness & (1 << 62) - 1
    digits = f"{high << 64 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class _TraceIds:
    """Random trace ids. The system is asked for many at once, because asking takes longer than the rest."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        # A process that is forked must not have the ids of its parent.
        os.register_at_fork(after_in_child=self._ids.clear)

    def next(self) -> str:
        """An id. Threads may take them at once."""
        try:
            return self._ids.pop()
        except IndexError:
            digits = secrets.token_hex(_READ_AHEAD * _TRACE_ID // 2)
            self._ids += [digits[start : start + _TRACE_ID] for start in range(_TRACE_ID, len(digits), _TRACE_ID)]
            return digits[:_TRACE_ID]


_trace_ids = _TraceIds()


def new_trace_id() -> str:
    """The trace id of a request, or of a change that no request caused: 32 hexadecimal digits (W3C Trace Context)."""
    return _trace_ids.next()
