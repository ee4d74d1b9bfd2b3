"""The measured windows of another tenant's list and sends: quiet, beside an attack, and beside harmless requests."""

import statistics
import time
from collections.abc import Callable, Sequence

import msgspec

from bench.neighbour.noise import Noise
from bench.neighbour.place import Counts
from bench.server.paced import Pace, Paced, Plan
from bench.server.servers import Server
from bench.server.talk import Talk

LISTS = 100  # a second
SENDS = 25  # a second
_MAX_HARMLESS = 1_000.0  # a second
_SETTLE = 20.0  # s for the backlog of an attack
_CALM = 1.0  # s between the end of an attack and the next window

Latencies = tuple[float, float, float, float]
"""p50 and p99 of the list, and p50 and p99 of sends."""


class Window(msgspec.Struct, frozen=True):
    """What the other tenant saw in a window, in milliseconds, and how many of its requests were refused or failed."""

    lists: Pace
    sends: Pace
    waiting: float
    """How long a message that was accepted had waited for the carrier at the end, in seconds."""

    @property
    def latencies(self) -> Latencies:
        """In milliseconds."""
        return self.lists.p50, self.lists.p99, self.sends.p50, self.sends.p99

    @property
    def spoilt(self) -> float:
        """The share of requests that were refused or failed."""
        both = (self.lists, self.sends)
        return sum(each.refused + each.failed for each in both) / sum(each.answered for each in both)

    @property
    def lag(self) -> float:
        """The milliseconds by which the measuring process itself was late (p99)."""
        return max(self.lists.lag, self.sends.lag)


class Round(msgspec.Struct, frozen=True):
    """A quiet window, one beside the attack, and one beside as many harmless requests as the attack had."""

    quiet: Window
    loud: Window
    harmless: Window
    counts: Counts
    seconds: float
    """How long the attack was at full strength."""


class Result(msgspec.Struct, frozen=True):
    """The medians of the rounds. ``rate`` is the attack's requests per second."""

    rate: float
    refused: float
    failed: float
    quiet: Sequence[float]
    times_quiet: Sequence[float]
    times_harmless: Sequence[float]
    spoilt: float
    waiting: float
    lag: float
    quiet_lag: float


class Observer:
    """Measures a service from one core."""

    def __init__(self, server: Server, talk: Talk, *, core: int, seconds: float) -> None:
        self._server = server
        self._talk = talk
        self._core = core
        self._seconds = seconds

    def round(self, noise: Noise) -> Round:
        """One round. Raises ``RuntimeError`` if the attack fails."""
        quiet = self._window()
        noise.start()
        began = time.monotonic()
        loud = self._window()
        took = time.monotonic() - began
        counts = noise.stop()
        self._calm()
        rate = min(counts.requests / took, _MAX_HARMLESS)
        # Requests that need no work, from a process that yields to the measurement as the attack's does.
        plan = Plan(self._server.port, "", ["/healthz"], rate, self._seconds + 1)
        if rate * plan.seconds < 1:
            return Round(quiet, loud, quiet, counts, took)
        with Paced(plan, core=self._core, is_nice=True):
            harmless = self._window()
        return Round(quiet, loud, harmless, counts, took)

    def warm_up(self) -> None:
        """A window that does not count."""
        self._window()

    def _window(self) -> Window:
        lists = Plan(self._server.port, self._talk.key, ["/v3/chats?limit=20"], LISTS, self._seconds)
        sends = Plan(self._server.port, self._talk.key, self._talk.paths, SENDS, self._seconds, posting=True)
        with Paced(lists, core=self._core) as listing, Paced(sends, core=self._core) as sending:
            listed, sent = listing.outcome(), sending.outcome()
            return Window(listed, sent, self._talk.waiting())

    def _calm(self) -> None:
        """Waits for the backlog of the attack to leave, but not for long: then the next window is less quiet."""
        self._talk.settle(at_most=_SETTLE)
        time.sleep(_CALM)


def result(rounds: Sequence[Round]) -> Result:
    """The medians."""
    return Result(
        rate=statistics.median(each.counts.requests / each.seconds for each in rounds),
        refused=_share(rounds, lambda counts: counts.refused),
        failed=_share(rounds, lambda counts: counts.failed),
        quiet=_medians([each.quiet.latencies for each in rounds]),
        times_quiet=_medians([_times(each.loud, each.quiet) for each in rounds]),
        times_harmless=_medians([_times(each.loud, each.harmless) for each in rounds]),
        spoilt=statistics.median(each.loud.spoilt for each in rounds),
        waiting=statistics.median(each.loud.waiting for each in rounds),
        lag=statistics.median(each.loud.lag for each in rounds),
        quiet_lag=statistics.median(each.quiet.lag for each in rounds),
    )


def _share(rounds: Sequence[Round], of: Callable[[Counts], int]) -> float:
    return sum(of(each.counts) for each in rounds) / max(1, sum(each.counts.requests for each in rounds))


def _times(loud: Window, calm: Window) -> Sequence[float]:
    return [a / b for a, b in zip(loud.latencies, calm.latencies, strict=True)]


def _medians(rows: Sequence[Sequence[float]]) -> Sequence[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]
