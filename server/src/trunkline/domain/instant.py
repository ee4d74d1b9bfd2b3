"""Points in time: microseconds since 1970-01-01T00:00:00Z, as an ``int``.

An integer sorts, compares and is stored the same in every engine, and carries no time zone that could get lost.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
Clock: TypeAlias = Callable[[], Instant]

SECOND: int = 1_000_000
MINUTE: int = 60 * SECOND
HOUR: int = 60 * MINUTE
DAY: int = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> Instant:
    """The system's time. Everything but tests uses this clock."""
    return time.time_ns() // 1000


def from_datetime(moment: datetime) -> Instant:
    """The instant of a timezone-aware ``datetime``. Raises ``ValueError`` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(instant: Instant) -> datetime:
    """The same point in time as an aware ``datetime`` in UTC."""
    return _EPOCH + timedelta(0, 0, instant)  # days, seconds, microseconds; keywords take a quarter longer


def from_datetime_or_none(moment: datetime | None) -> Instant | None:
    """``from_datetime``, or None."""
    return None if moment is None else from_datetime(moment)


def to_datetime_or_none(instant: Instant | None) -> datetime | None:
    """``to_datetime``, or None."""
    return None if instant is None else to_datetime(instant)


def render(instant: Instant) -> str:
    """RFC 3339 in UTC with ``Z``, microseconds only where there are any: ``2024-01-15T10:30:00Z``."""
    return to_datetime(instant).replace(tzinfo=None).isoformat() + "Z"


def parse(text: str) -> Instant:
    """The instant of an RFC 3339 date-time. Raises ``ValueError`` for anything else, and without an offset."""
    return from_datetime(datetime.fromisoformat(text))
