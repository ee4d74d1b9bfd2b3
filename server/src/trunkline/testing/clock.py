"""A clock that stands still until a test moves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from trunkline.domain.instant import SECOND, Instant, from_datetime, to_datetime

START = datetime(2026, 1, 1, tzinfo=UTC)
"""What the clock shows at first, so that a test sees the same times in every run."""


class Clock:
    """The service's only source of time: chats are dated by it, keys and cursors expire by it.

    On its way to another time it stops wherever something is due, and goes on when that is done.
    """

    def __init__(self, settle: Callable[[], Instant | None] = lambda: None) -> None:
        """``settle`` does what is due at the time that the clock shows, and says when something is due next."""
        self._instant = from_datetime(START)
        self._settle = settle

    def __call__(self) -> Instant:
        """The time as the service takes it, in microseconds since 1970."""
        return self._instant

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return to_datetime(self._instant)

    def set(self, moment: datetime) -> None:
        """Moves the clock to any time, past or future. Raises ``ValueError`` for one without a time zone."""
        self._move(from_datetime(moment))

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Moves the clock on. Raises ``ValueError`` where that would be back: ``set`` does so."""
        span = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        if span < timedelta(0):
            raise ValueError(f"a clock advances by a time that is not negative, not by {span}; set() goes back")
        self.set(self.now + span)

    def tick(self) -> None:
        """Moves the clock on by a second."""
        self._move(self._instant + SECOND)

    def _move(self, to: Instant) -> None:
        coming = self._settle()
        while coming is not None and self._instant < coming < to:
            self._instant = coming
            coming = self._settle()
        self._instant = to
        self._settle()
