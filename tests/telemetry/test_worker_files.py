"""The numbers of several workers are added up, and those of dead ones remain."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.metrics import REQUEST_DURATION, REQUESTS, WORKERS
from trunkline.telemetry.worker_files import Numbers, WorkerFiles

LIST = ("GET", "/v3/chats", "200")


def numbers(requests: float, durations: list[float] | None = None) -> Numbers:
    """The numbers of a worker."""
    return Numbers(
        {REQUESTS.name: {LIST: requests}},
        {} if durations is None else {REQUEST_DURATION.name: {LIST[:2]: durations}},
        {WORKERS.name: {(): 1}},
    )


def ended_process() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen(["/bin/true"])
    process.wait()
    return process.pid


@pytest.fixture
def files(tmp_path: Path) -> WorkerFiles:
    return WorkerFiles(tmp_path)


def written_by(files: WorkerFiles, folder: Path, process: int, written: Numbers) -> None:
    """Another process writes its numbers."""
    files.write(written)
    (folder / str(os.getpid())).rename(folder / str(process))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=5))
def test_a_counter_is_the_sum_over_all_workers_alive_or_not(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("workers")
    files = WorkerFiles(folder)
    for count in counts[1:]:
        written_by(files, folder, ended_process(), numbers(count))
    files.write(numbers(counts[0]))
    assert files.sum().counter(REQUESTS) == {LIST: sum(counts)}
    files.bury()
    files.bury()
    assert files.sum().counter(REQUESTS) == {LIST: sum(counts)}


def test_histograms_are_added_bucket_by_bucket(files: WorkerFiles, tmp_path: Path) -> None:
    written_by(files, tmp_path, ended_process(), numbers(1, [1.0, 0.0, 2.5]))
    files.write(numbers(1, [0.0, 4.0, 0.5]))
    assert files.sum().histogram(REQUEST_DURATION) == {LIST[:2]: [1.0, 4.0, 3.0]}


def test_a_dead_worker_has_no_gauges(files: WorkerFiles, tmp_path: Path) -> None:
    written_by(files, tmp_path, ended_process(), numbers(1))
    files.write(numbers(1))
    assert files.sum().gauge(WORKERS) == {(): 1}
    files.bury()
    assert files.sum().gauge(WORKERS) == {(): 1}


def test_the_files_of_dead_workers_are_deleted(files: WorkerFiles, tmp_path: Path) -> None:
    for _ in range(5):
        written_by(files, tmp_path, ended_process(), numbers(1))
        files.write(numbers(1))
        files.bury()
        assert {each.name for each in tmp_path.iterdir()} == {"ended", "lock", str(os.getpid())}


def test_a_worker_that_has_not_written_yet_counts_nothing(files: WorkerFiles) -> None:
    assert files.sum() == Numbers()
