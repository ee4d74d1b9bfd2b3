"""When to try again, and after how long. Pure: the time and the dice come in as arguments.

Retried: no answer at all, and the statuses 408, 409, 429 and 5xx (CONTRACT §5). The wait is what the server asked for
(``retry-after-ms`` in milliseconds, ``Retry-After`` in seconds or as an HTTP date, RFC 9110 §10.2.3), otherwise half a
second doubled with every attempt, up to 8 s, less up to a quarter by chance so that many clients do not return at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
JITTER = 0.25
LONGEST_ASKED_DELAY = 60.0
"""Seconds. When a server asks for more, the caller gets the error, with ``retry_after``, instead of a long silence."""


def is_retryable(status: int) -> bool:
    """Whether an answer with this status is worth another attempt."""
    return status in (408, 409, 429) or status >= 500


def delay(attempt: int, headers: Mapping[str, str], *, now: float, chance: float) -> float | None:
    """Seconds to wait after failed attempt number ``attempt`` (0 is the first), or None: do not try again.

    ``headers`` are the answer's, by lower-case name, or empty when none came; ``now`` is Unix time; ``chance`` is in
    [0, 1).
    """
    asked = asked_delay(headers, now)
    if asked is None:
        # The exponent is bounded too: 2.0 ** 1024 overflows, and somebody will retry for a week.
        backoff = min(FIRST_DELAY * 2.0 ** min(attempt, 10), LONGEST_DELAY)
        return backoff * (1 - JITTER * chance)
    return asked if asked <= LONGEST_ASKED_DELAY else None


def asked_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the server asked to wait, never negative; None when it did not, or not in a form that means anything."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    return seconds if seconds is not None else _until(text, now)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(http_date: str, now: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(http_date).timestamp() - now)
    except (ValueError, OverflowError):
        return None
