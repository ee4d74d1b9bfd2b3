"""The metrics and traces of a running service."""

import os
import signal
import urllib.error
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.killed_service import killed_service
from tests.conftest import NewDatabase
from tests.support.command import error_of, get, run, run_json, serving
from tests.support.metrics import scraped, value
from tests.support.waiting import until

TOKEN = "0123456789abcdef"


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    return new_database()


def test_metrics_are_off_unless_a_setting_turns_them_on(database: str) -> None:
    with serving(database) as url:
        assert get(f"{url}/metrics")[0] == 404


def test_the_token_reads_the_metrics(database: str) -> None:
    with serving(database, "--metrics", "token", TRUNKLINE_METRICS_TOKEN=TOKEN) as url:
        assert get(f"{url}/metrics")[0] == 401
        assert value(scraped(url, TOKEN), "trunkline_workers") == 1


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"TRUNKLINE_METRICS": "on"}, "TRUNKLINE_METRICS is 'on'; it must be one of off, token, open"),
        ({"TRUNKLINE_METRICS": "token"}, "TRUNKLINE_METRICS_TOKEN has 0 characters; with TRUNKLINE_METRICS=token"),
        ({"TRUNKLINE_METRICS_TOKEN": TOKEN}, "it has an effect only with TRUNKLINE_METRICS=token"),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is 'zipkin'"),
    ],
)
def test_a_setting_that_is_not_valid_stops_serve(database: str, variables: dict[str, str], says: str) -> None:
    error = error_of("serve", database=database, **variables)
    assert says in error
    assert TOKEN not in error


def counts(url: str, key: str) -> tuple[Callable[[int], None], Callable[[], float]]:
    """Makes requests with this key, and says how many the service has counted."""

    def ask(number: int) -> None:
        for _ in range(number):
            assert get(f"{url}/v3/phone_numbers", key)[0] == 200

    def counted() -> float:
        samples = scraped(url)
        return value(samples, "trunkline_requests_total", method="GET", route="/v3/phone_numbers", status="200")

    return ask, counted


@pytest.mark.slow
def test_several_workers_are_added_up_and_a_dead_one_keeps_its_counts(database: str, tmp_path: Path) -> None:
    run("partner", "add", "Acme", database=database)
    key = run_json("key", "add", "Acme", database=database)["key"]
    folder = tmp_path / "temporary"
    folder.mkdir()
    options = ("--metrics", "open", "--workers", "3")
    with killed_service(database, tmp_path / "log", *options, TMPDIR=str(folder)) as service:
        service.start()
        ask, counted = counts(service.url, key)
        ask(30)
        until(lambda: counted() == 30 and value(scraped(service.url), "trunkline_workers") == 3)
        [numbers] = folder.iterdir()
        workers = [int(each.name) for each in numbers.iterdir() if each.name.isdigit()]
        assert len(workers) == 3
        os.kill(workers[0], signal.SIGKILL)
        until(lambda: replaced(service.url, counted, numbers, workers[0]))
        ask(5)
        until(lambda: counted() == 35)
        service.stop()
    assert list(folder.iterdir()) == []


def replaced(url: str, counted: Callable[[], float], folder: Path, dead: int) -> bool:
    """Whether a worker has taken the place of a dead one. Whatever else happens, no count is lost."""
    try:
        assert counted() == 30
        return value(scraped(url), "trunkline_workers") == 3 and not (folder / str(dead)).exists()
    except (urllib.error.URLError, ConnectionError):  # a connection that the dead worker had accepted
        return False


def test_traces_are_exported(database: str, tmp_path: Path) -> None:
    with killed_service(database, tmp_path / "log", OTEL_TRACES_EXPORTER="console") as service:
        service.start()
        assert get(f"{service.url}/healthz")[0] == 200
        service.stop()
    assert '"name": "GET /healthz"' in service.log.read_text()
