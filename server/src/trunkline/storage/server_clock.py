"""The time of a database server, as this process knows it (docs/decisions/0036)."""

import time
from collections.abc import Callable

from trunkline.domain.instant import Instant, now

MEASURE_INTERVAL = 10.0
"""Seconds between two measurements."""

CHECK_INTERVAL = 1.0
"""Seconds between two comparisons of the clocks of this machine."""

_STEP: Instant = 100_000  # µs between the clocks of this machine that make another measurement necessary


def _elapsed() -> Instant:
    return time.monotonic_ns() // 1000


class ServerClock:
    """A clock that shows the server's time without asking for it: the time since a measurement, and what it found.

    The server's time was between the moment when a question was sent and the one when the answer arrived. A measurement
    changes the offset only if that proves it wrong, so a slow answer does no harm, and the error is at most the time
    that an answer takes. The clock of the machine is not used; where it disagrees with the time that has elapsed, the
    machine was suspended, or its clock was set.
    """

    def __init__(self, elapsed: Callable[[], Instant] = _elapsed, machine: Callable[[], Instant] = now) -> None:
        self.elapsed = elapsed
        """Microseconds since some moment, which nobody can set."""
        self._machine = machine
        self._offset: Instant | None = None
        self._measured_at: Instant = 0
        self._difference: Instant = 0

    def __call__(self) -> Instant:
        """The server's time; that of the machine until it has been measured."""
        return self._machine() if self._offset is None else self.elapsed() + self._offset

    def measured(self, sent: Instant, received: Instant, server: Instant) -> None:
        """Takes in the server's answer to a question; ``sent`` and ``received`` are times of ``elapsed``."""
        lowest, highest = server - received, server - sent
        if self._offset is None:
            self._offset = (lowest + highest) // 2
        else:
            self._offset = min(max(self._offset, lowest), highest)
        self._measured_at = received
        self._difference = self._machine() - self.elapsed()

    def is_due(self) -> bool:
        """Whether it is time for a measurement."""
        since = self.elapsed() - self._measured_at
        return (
            self._offset is None
            or since >= MEASURE_INTERVAL * 1_000_000
            or abs(self._machine() - self.elapsed() - self._difference) > _STEP
        )
