"""The numbers of all workers of a service: each writes its own into a file, and any of them adds up the files.

    worker 1 ──▶ 4711 ──┐
    worker 2 ──▶ 4712 ──┼──▶ sum, when Prometheus asks a worker
    dead ones ─▶ ended ─┘

A worker that starts adds the files of dead workers to ``ended`` and deletes them. So counters never decrease, and there
are never more files than workers.
"""

import fcntl
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import msgspec

from trunkline.metrics import COUNTERS, HISTOGRAMS, Counter, Gauge, Histogram

_ENDED = "ended"
_LOCK = "lock"


class Numbers(msgspec.Struct):
    """The numbers of one worker, or the sums of several, by name and labels."""

    counters: dict[str, dict[tuple[str, ...], float]] = {}
    histograms: dict[str, dict[tuple[str, ...], list[float]]] = {}
    gauges: dict[str, dict[tuple[str, ...], float]] = {}

    def add(self, other: "Numbers", *, gauges: bool) -> None:
        """Adds the numbers of another worker; its ``gauges`` only if it runs."""
        for name, values in other.counters.items():
            _add(self.counters.setdefault(name, {}), values)
        for name, rows in other.histograms.items():
            mine = self.histograms.setdefault(name, {})
            for labels, row in rows.items():
                mine[labels] = [a + b for a, b in zip(mine.get(labels, [0.0] * len(row)), row, strict=True)]
        if gauges:
            for name, values in other.gauges.items():
                _add(self.gauges.setdefault(name, {}), values)

    def counter(self, counter: Counter) -> dict[tuple[str, ...], float]:
        """The values of a counter, by labels."""
        return self.counters.get(counter.name, {})

    def histogram(self, histogram: Histogram) -> dict[tuple[str, ...], list[float]]:
        """The rows of a histogram, by labels."""
        return self.histograms.get(histogram.name, {})

    def gauge(self, gauge: Gauge) -> dict[tuple[str, ...], float]:
        """The values of a gauge, by labels."""
        return self.gauges.get(gauge.name, {})


def counted(gauges: dict[str, dict[tuple[str, ...], float]]) -> Numbers:
    """What this process has counted, with these gauges."""
    return Numbers(
        {each.name: each.values for each in COUNTERS}, {each.name: each.values for each in HISTOGRAMS}, gauges
    )


class WorkerFiles:
    """The files of a service, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / str(os.getpid())
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Numbers)

    def write(self, numbers: Numbers) -> None:
        """Writes the numbers of this worker."""
        self._replace(self._file, numbers)

    def bury(self) -> None:
        """Adds the files of dead workers to one, and deletes them."""
        with self._locked():
            dead = [file for file in self._files() if not _is_alive(int(file.name))]
            if not dead:
                return
            ended = self._read([self._folder / _ENDED, *dead])
            self._replace(self._folder / _ENDED, ended)
            for file in dead:
                file.unlink()

    def sum(self) -> Numbers:
        """The numbers of all workers, with the gauges of those that run."""
        with self._locked():
            return self._read([self._folder / _ENDED, *self._files()])

    def _files(self) -> list[Path]:
        return [file for file in self._folder.iterdir() if file.name.isdigit()]

    def _read(self, files: Iterable[Path]) -> Numbers:
        total = Numbers()
        for file in files:
            try:
                numbers = self._decoder.decode(file.read_bytes())
            except FileNotFoundError:
                continue
            total.add(numbers, gauges=file.name.isdigit() and _is_alive(int(file.name)))
        return total

    def _replace(self, file: Path, numbers: Numbers) -> None:
        unfinished = file.with_suffix(".new")
        unfinished.write_bytes(self._encoder.encode(numbers))
        unfinished.replace(file)

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Workers add up and bury one after the other."""
        with (self._folder / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _add(mine: dict[tuple[str, ...], float], other: dict[tuple[str, ...], float]) -> None:
    for labels, value in other.items():
        mine[labels] = mine.get(labels, 0) + value


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
