"""``trunkline requests``, with a service that has several workers, over sockets."""

import time
from typing import Any

import pytest

from tests.support.chats import LINE
from tests.support.command import error_of, get, run, run_json, serving

WITHIN = 5.0  # s until a request is in the journal


@pytest.fixture
def key(database_url: str) -> str:
    """The key of a partner with a line."""
    secret = run_json("partner", "add", "Acme", database=database_url)["key"]
    run("line", "add", "Acme", LINE, database=database_url)
    return secret


def requests(database: str, *arguments: str, number: int) -> list[dict[str, Any]]:
    """The requests in the journal, once there are so many."""
    deadline = time.monotonic() + WITHIN
    while True:
        found = run_json("requests", "list", *arguments, database=database)["requests"]
        if len(found) >= number or time.monotonic() > deadline:
            return found


def test_requests_to_every_worker_are_listed_and_shown(database_url: str, key: str) -> None:
    with serving(database_url, "--sandbox", "--workers", "2") as url:
        for number in range(10):
            assert get(f"{url}/v3/chats?limit={number + 1}", key)[0] == 200
        status, refused = get(f"{url}/v3/chats?limit=many", key)
        assert status == 400
        found = requests(database_url, number=11)
        assert {each["query"] for each in found} == {f"limit={each}" for each in [*range(1, 11), "many"]}
        [wrong] = requests(database_url, "--errors", number=1)
        assert (wrong["trace_id"], wrong["error_code"]) == (refused["trace_id"], 1005)
        shown = run_json("requests", "show", wrong["trace_id"], database=database_url)
        assert refused["error"]["message"] in shown["response"]["body"]["text"]
        printed = run("requests", "show", wrong["trace_id"], database=database_url).stdout
        assert printed.startswith("GET /v3/chats?limit=many\n")
        assert key not in printed
        heading, row = run("requests", "list", "--status", "400", database=database_url).stdout.splitlines()
        assert heading.split("\t") == ["TRACE ID", "RECEIVED", "METHOD", "PATH", "STATUS", "ERROR", "MILLISECONDS"]
        assert row.split("\t")[2:6] == ["GET", "/v3/chats?limit=many", "400", "1005"]


def test_the_last_requests_are_stored_when_the_service_stops(database_url: str, key: str) -> None:
    with serving(database_url, TRUNKLINE_REQUEST_JOURNAL="on") as url:
        assert get(f"{url}/v3/chats", key)[0] == 200
    assert len(requests(database_url, number=1)) == 1


def test_the_journal_is_off_without_the_sandbox(database_url: str, key: str) -> None:
    with serving(database_url) as url:
        assert get(f"{url}/v3/chats", key)[0] == 200
        assert get(f"{url}/admin/requests", key)[1]["is_recording"] is False
    printed = run("requests", "list", database=database_url)
    assert printed.stderr == "No matching requests. They are kept if TRUNKLINE_REQUEST_JOURNAL is on.\n"


@pytest.mark.usefixtures("key")
def test_mistakes_are_explained(database_url: str) -> None:
    assert "--status is '9'; it must be a status such as 404, or 4xx" in error_of(
        "requests", "list", "--status", "9", database=database_url
    )
    assert "`trunkline requests list` shows those that it has" in error_of(
        "requests", "show", "nothing", database=database_url
    )
    assert "TRUNKLINE_REQUEST_JOURNAL is 'maybe'; it must be one of auto, on, off" in error_of(
        "serve", database=database_url, TRUNKLINE_REQUEST_JOURNAL="maybe"
    )
