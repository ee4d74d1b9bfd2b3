"""The rate limit of a key: a token bucket, as the generic cell rate algorithm (ITU-T I.371) computes it.

A bucket holds ``burst`` requests and is filled at the rate of the limit. It is stored as one number: the time at which
it is full again.
"""

import re
from typing import Self

import msgspec

from trunkline.domain.instant import HOUR, MINUTE, SECOND, Instant

FORM = "requests/unit or requests/unit:burst, such as 100/s, 600/minute or 100/s:20; the unit is s, minute or hour"
_FORM = re.compile(r"([1-9][0-9]{0,8})/(s|second|min|minute|h|hour)(?::([1-9][0-9]{0,8}))?")
_UNITS: dict[str, Instant] = {
    "s": SECOND,
    "second": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "h": HOUR,
    "hour": HOUR,
}
_MIN_BUCKETS = 10_000  # before those that are full are forgotten


class RateLimit(msgspec.Struct, frozen=True):
    """``requests`` in each ``period`` of microseconds, and up to ``burst`` at once."""

    requests: int
    period: Instant
    burst: int
    text: str
    """As it was written."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The limit that ``FORM`` describes; the default burst is one period. Raises ``ValueError``."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"it must be {FORM}")
        requests, unit, burst = found.groups()
        return cls(int(requests), _UNITS[unit], int(burst or requests), text)


class Buckets:
    """The buckets of the keys of a process."""

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._full_at: dict[str, int] = {}
        """When each bucket that is not full will be, in microseconds times ``limit.requests``, so that it is exact."""
        self._forget_at = _MIN_BUCKETS
        """At how many buckets those that are full are forgotten: twice as many as were left, so that it is rare."""

    def take(self, key_id: str, now: Instant) -> Instant:
        """Takes a request from the bucket of a key; returns 0, or the microseconds until there is one."""
        limit = self.limit
        at, size = now * limit.requests, limit.burst * limit.period
        full_at = self._full_at.get(key_id, at)
        # A bucket that is full later than an empty one would be is from before the clock was put back.
        full_at = at if not at < full_at <= at + size else full_at
        missing = full_at + limit.period - (at + size)
        if missing > 0:
            return -(-missing // limit.requests)
        if len(self._full_at) >= self._forget_at:
            self._full_at = {key: value for key, value in self._full_at.items() if value > at}
            self._forget_at = max(_MIN_BUCKETS, 2 * len(self._full_at))
        self._full_at[key_id] = full_at + limit.period
        return 0
