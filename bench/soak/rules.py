"""When a soak has passed: rules about its samples. Pure. A broken rule is a sentence that says how it is broken.

The first third of a run warms up; rules are about the rest.
"""

import statistics
from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec

LOG_LINES = 60  # a minute
OLDEST = 30.0  # s that a healthy destination may wait: the lease of a queue
GROWTH = 0.10  # of the level in ten minutes, in which a series counts as flat
_PERIOD = 600.0  # s
_MAX_POINTS = 200  # of a series whose slope is estimated

Series = Sequence[tuple[float, float]]
"""Seconds since the start, and a value."""


class Backlog(msgspec.Struct, frozen=True):
    """The waiting entries of some destinations, and the age of the oldest in seconds."""

    entries: int = 0
    oldest: float = 0.0


class Sample(msgspec.Struct, frozen=True):
    """The service at a moment, ``at`` seconds after the start. Memory and open files are those of each worker.

    ``memory`` and ``wal`` (the write-ahead log of the database) are in MB.
    """

    at: float
    memory: Mapping[int, float]
    files: Mapping[int, int]
    log_lines: int
    log_bytes: int
    backlog: Mapping[str, Backlog]
    wal: float


CARRIER, HEALTHY, FAILING = "carrier", "healthy receivers", "failing receivers"


def settled(samples: Sequence[Sample]) -> Sequence[Sample]:
    """The samples of the last two thirds of a run."""
    first, last = samples[0].at, samples[-1].at
    return [each for each in samples if each.at >= first + (last - first) / 3]


def growth(series: Series) -> float:
    """How much a series grows from its start to its end: by the median slope between its points (Theil and Sen)."""
    step = -(-len(series) // _MAX_POINTS)
    slopes = [(b - a) / (later - earlier) for (earlier, a), (later, b) in combinations(series[::step], 2)]
    return statistics.median(slopes) * _span(series)


def flat(name: str, series: Series, floor: float) -> str | None:
    """A series may grow by ``GROWTH`` of its level in ten minutes, or by ``floor`` in all if that is more."""
    level, span = statistics.median(value for _, value in series), _span(series)
    grown, allowed = growth(series), max(GROWTH * level * span / _PERIOD, floor)
    if grown <= allowed:
        return None
    return f"{name} grows by {grown:,.1f} in {span:,.0f} s, at a level of {level:,.1f}; flat is at most {allowed:,.1f}"


def _span(series: Series) -> float:
    """Seconds from the first to the last point."""
    return series[-1][0] - series[0][0]


def check(samples: Sequence[Sample], rate: float, *, has_bounded_log: bool) -> list[str]:
    """Every broken rule. ``rate`` is the entries per second that arrive for the carrier and for healthy receivers.

    ``has_bounded_log`` says whether the database's write-ahead log is expected to stay small.
    """
    rest = settled(samples)
    workers = set(samples[0].memory)
    broken: list[str | None] = []
    if any(set(each.memory) != workers for each in samples):
        broken.append("a worker died: the ids of the worker processes changed")
    else:
        for number, pid in enumerate(sorted(workers), 1):
            memory = [(each.at, each.memory[pid]) for each in rest]
            files = [(each.at, float(each.files[pid])) for each in rest]
            broken.append(flat(f"the memory of worker {number} (MB)", memory, floor=8))
            broken.append(flat(f"the number of open files of worker {number}", files, floor=64))
    for kind in (CARRIER, HEALTHY):
        waiting = [(each.at, float(each.backlog[kind].entries)) for each in rest]
        broken.append(flat(f"the backlog of the {kind}", waiting, floor=10 * rate))
        oldest = max(each.backlog[kind].oldest for each in rest)
        if oldest > OLDEST:
            broken.append(f"an entry for the {kind} waited {oldest:.0f} s; the most is {OLDEST:.0f} s")
    if has_bounded_log:
        broken.append(flat("the write-ahead log (MB)", [(each.at, each.wal) for each in rest], floor=64))
    broken.append(_log(rest))
    return [each for each in broken if each is not None]


def _log(rest: Sequence[Sample]) -> str | None:
    minutes = (rest[-1].at - rest[0].at) / 60
    lines = rest[-1].log_lines - rest[0].log_lines
    if lines <= LOG_LINES * max(minutes, 1):
        return None
    return f"the service logged {lines / minutes:,.0f} lines a minute; the most is {LOG_LINES}"
