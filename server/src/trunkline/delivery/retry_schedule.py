"""When, and how often, a webhook is retried, and how long a target that does not respond is paused. Pure.

There are 11 attempts in about 24 minutes; with ``Retry-After``, jitter and pauses, in at most 40 minutes.
"""

import email.utils
import re
from datetime import UTC

from trunkline.domain.delivery import MAX_ATTEMPTS
from trunkline.domain.instant import DAY, SECOND, Instant, from_datetime

DELAYS = (5, 10, 20, 40, 80, 150, 230, 280, 300, 300)
"""Seconds between each attempt and the next one."""

MAX_AGE: Instant = DAY
"""The maximum age of an event that is retried, in microseconds. If a receiver was down for days, many events wait for
it: each is attempted, but not 11 times."""

SILENT_ROUNDS = 3
"""After this number of rounds in a row without a response, a target is attempted with one event at a time."""

_PAUSES = (5, 10, 20, 40, 60)  # s before each further attempt
_MAX_RETRY_AFTER = 60  # s
_SPREAD = 0.05  # share of a delay; keeps deliveries that failed together from retrying together
_RETRIED = frozenset({408, 429})
_SECONDS = re.compile(r"[0-9]{1,9}")


def is_success(status: int) -> bool:
    """Whether the receiver accepted the event."""
    return 200 <= status < 300


def is_retried(status: int) -> bool:
    """Whether a failure may be temporary."""
    return status >= 500 or status in _RETRIED


def may_retry(attempts: int, age: Instant) -> bool:
    """Whether another attempt follows this number of attempts, for an event of that age in microseconds."""
    return attempts < MAX_ATTEMPTS and age < MAX_AGE


def pause_after(silent_rounds: int) -> Instant:
    """Microseconds without an attempt after this number of rounds in a row without a response."""
    further = silent_rounds - SILENT_ROUNDS
    return 0 if further < 0 else _PAUSES[min(further, len(_PAUSES) - 1)] * SECOND


def delay_after(attempts: int, requested: Instant | None = None, jitter: float = 0.0) -> Instant:
    """Microseconds to wait after a failed attempt; ``attempts`` counts those before it.

    ``requested`` is the delay that the receiver requested; ``jitter`` is from 0 to 1.
    """
    delay = DELAYS[min(attempts, len(DELAYS) - 1)] * SECOND
    if requested is not None:
        delay = max(delay, min(requested, _MAX_RETRY_AFTER * SECOND))
    return round(delay * (1 + _SPREAD * jitter))


def retry_after(value: str | None, now: Instant) -> Instant | None:
    """The delay in a ``Retry-After`` header, in microseconds (RFC 9110 §10.2.3); None if it is absent or invalid."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value.strip()):
        return int(value) * SECOND
    try:
        date = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0, from_datetime(date if date.tzinfo else date.replace(tzinfo=UTC)) - now)
