"""When to retry, and after how long. Pure: the time and the random number are arguments.

Retried: connection errors, and the statuses 408, 409, 429 and 5xx (docs/wire.md §5), unless the response says
otherwise in ``x-should-retry``. The delay is what the server asks for (``retry-after-ms`` in milliseconds,
``Retry-After`` in seconds or as an HTTP date, RFC 9110 §10.2.3). Otherwise it is half a second, doubled with every
attempt up to 8 s, minus a random part of up to a quarter (jitter), so that many clients do not return at the same
moment.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

FIRST_DELAY = 0.5
LONGEST_DELAY = 8.0
JITTER = 0.25
LONGEST_ASKED_DELAY = 60.0
"""Seconds. If the server asks for more, the error is raised at once, with ``retry_after``."""


def is_retryable(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a retry may help after this status. A server that knows says so in ``x-should-retry``.

    :param headers: the response's, by lower-case name
    """
    known = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    return known if known is not None else status in (408, 409, 429) or status >= 500


def delay(attempt: int, headers: Mapping[str, str], *, now: float, chance: float) -> float | None:
    """Seconds to wait after failed attempt number ``attempt`` (0 is the first), or None: do not retry.

    :param headers: the response's, by lower-case name; empty if there was no response
    :param now: seconds since 1970
    :param chance: a random number in [0, 1)
    """
    asked = asked_delay(headers, now)
    if asked is None:
        return backoff(attempt, chance)
    return asked if asked <= LONGEST_ASKED_DELAY else None


def backoff(attempt: int, chance: float, longest: float = LONGEST_DELAY) -> float:
    """Seconds to wait after failed attempt number ``attempt``, up to ``longest``, when the server asks for nothing."""
    # The exponent is bounded too, because 2.0 ** 1024 overflows.
    return min(FIRST_DELAY * 2.0 ** min(attempt, 10), longest) * (1 - JITTER * chance)


def asked_delay(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that the server asked to wait, never negative; None if it did not ask, or not in a valid form."""
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
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - takes longer to import than all of this module

    try:
        return max(0.0, parsedate_to_datetime(http_date).timestamp() - now)
    except (ValueError, OverflowError):
        return None
