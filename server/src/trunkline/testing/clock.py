"""A clock that stands still until the test moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from trunkline.domain.instant import SECOND, Instant, from_datetime, to_datetime

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The initial time, so that a test sees the same times in every run."""


class Clock:
    """The only source of time of the service: it dates chats, and expires keys and cursors.

    When it moves, it stops at each time at which a delivery is due, and continues when the delivery is done.
    """

    def __init__(self, drain: Callable[[], Instant | None] = lambda: None) -> None:
        """``drain`` delivers what is due at the clock's time, and returns when the next delivery is due."""
        self._instant = from_datetime(START)
        self._drain = drain

    def __call__(self) -> Instant:
        """The time in microseconds since 1970, as the service uses it."""
        return self._instant

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return to_datetime(self._instant)

    def set(self, moment: datetime) -> None:
        """Sets the clock to any time, past or future. Raises ``ValueError`` for a time without a time zone."""
        self._move(from_datetime(moment))

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Advances the clock. Raises ``ValueError`` for a negative time; use ``set`` to go back."""
        span = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        if span < timedelta(0):
            raise ValueError(f"the clock cannot advance by {span.total_seconds():g} s; use set() to go back")
        self.set(self.now + span)

    def tick(self) -> None:
        """Advances the clock by a second."""
        self._move(self._instant + SECOND)

    def _move(self, to: Instant) -> None:
        next_due = self._drain()
        while next_due is not None and self._instant < next_due < to:
            self._instant = next_due
            next_due = self._drain()
        self._instant = to
        self._drain()
