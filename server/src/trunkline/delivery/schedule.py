"""When a webhook is tried again, and how often. Pure: what happened goes in, what to do comes out.

Eleven attempts in about 24 minutes, 30 at the very most, whatever the receiver asks for.
"""

import email.utils
import re
from datetime import UTC

from trunkline.domain.instant import DAY, SECOND, Instant, from_datetime

DELAYS = (5, 10, 20, 40, 80, 150, 230, 280, 300, 300)
"""Seconds from each attempt to the next one."""

ATTEMPTS = len(DELAYS) + 1

PATIENCE: Instant = DAY
"""How old an event may be to be tried again, in microseconds. Behind a receiver that has been away for days wait very
many events: each of them is tried, but not eleven times."""

_LONGEST_ASKED = 60  # s that a receiver may have us wait
_SPREAD = 0.05  # so that those who failed together do not come back together
_RETRIED = frozenset({408, 429})
_SECONDS = re.compile(r"[0-9]{1,9}")


def is_success(status: int) -> bool:
    """Whether the receiver has the event."""
    return 200 <= status < 300


def is_retried(status: int) -> bool:
    """Whether an answer that is no success may be another one next time."""
    return status >= 500 or status in _RETRIED


def is_tried_again(attempts: int, age: Instant) -> bool:
    """Whether there is one more attempt after so many, for an event of that age in microseconds."""
    return attempts < ATTEMPTS and age < PATIENCE


def delay_after(attempts: int, asked: Instant | None = None, chance: float = 0.0) -> Instant:
    """Microseconds to wait when an attempt failed that was preceded by so many.

    ``asked`` is for how long the receiver asked to be left alone; ``chance`` is from 0 to 1.
    """
    delay = DELAYS[min(attempts, len(DELAYS) - 1)] * SECOND
    if asked is not None:
        delay = max(delay, min(asked, _LONGEST_ASKED * SECOND))
    return round(delay * (1 + _SPREAD * chance))


def retry_after(value: str | None, now: Instant) -> Instant | None:
    """Microseconds that a ``Retry-After`` header asks for (RFC 9110 §10.2.3); None where there is none to read."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return int(value) * SECOND
    try:
        date = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0, from_datetime(date if date.tzinfo else date.replace(tzinfo=UTC)) - now)
