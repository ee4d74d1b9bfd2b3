"""A clock that is believed once it has not been set forward for an hour: what is deleted by age is deleted by it."""

import time
from collections import deque
from collections.abc import Callable

from trunkline.domain.instant import MINUTE, SECOND, Clock, Instant, now

STEADY_AFTER = 3600.0
"""How long a clock must go as the timer does before it is believed, in seconds."""

_TOLERANCE: Instant = MINUTE  # by which a clock may be adjusted in this time


class SteadyClock:
    """Compares ``clock`` with ``timer``, which returns seconds and is never set.

    A process that has just started cannot know whether its clock is right, so it has to wait as well.
    """

    def __init__(self, clock: Clock = now, timer: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._timer = timer
        self._looks: deque[tuple[float, Instant]] = deque()
        """By the timer, and how far the clock was ahead of it. The first one is from the hour before, if there is one.
        """

    def look(self) -> tuple[Instant, Instant]:
        """The time, and by how much the clock was set forward since the last look, both in microseconds.

        Look from time to time: what happens between two looks is seen by the second one.
        """
        elapsed, time_now = self._timer(), self._clock()
        ahead = time_now - int(elapsed * SECOND)
        step = ahead - self._looks[-1][1] if self._looks else 0
        self._looks.append((elapsed, ahead))
        while len(self._looks) > 1 and self._looks[1][0] <= elapsed - STEADY_AFTER:
            self._looks.popleft()
        return time_now, step if step > _TOLERANCE else 0

    @property
    def is_steady(self) -> bool:
        """Whether the clock, at the last look, had not been set forward for ``STEADY_AFTER``."""
        if not self._looks:
            return False
        elapsed, ahead = self._looks[-1]
        least_ahead = min([each for _, each in self._looks])
        return elapsed - self._looks[0][0] >= STEADY_AFTER and ahead - least_ahead <= _TOLERANCE
