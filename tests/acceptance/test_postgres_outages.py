"""A service whose PostgreSQL hangs: every request ends in time, and afterwards everything continues by itself."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.acceptance.killed_service import killed_service
from tests.support.chats import ALICE, LINE
from tests.support.command import error_of, run, run_json, serving
from tests.support.postgres import PostgresServer
from tests.support.waiting import until

READY_BOUND = 5.0  # s
READ_BOUND = 11.0  # s
WRITE_BOUND = 25.0  # s: what waits ends when what does not wait has not begun
STOP_BOUND = 15.0  # s
MESSAGE = {"parts": [{"type": "text", "value": "Your table is ready."}]}


class Response(msgspec.Struct, frozen=True):
    """A response, with the seconds that it took."""

    status: int
    headers: Any
    body: Any
    seconds: float


class Client:
    """One partner's requests, which wait for the response however long it takes."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def ask(self, path: str, body: Any = None, **headers: str) -> Response:
        started = time.monotonic()
        content = None if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **headers}
        request = urllib.request.Request(self._url + path, content, given)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=100) as response:  # noqa: S310
                return self._response(response, started)
        except urllib.error.HTTPError as error:
            with error:
                return self._response(error, started)

    def _response(self, response: Any, started: float) -> Response:
        body = json.loads(response.read() or b"null")
        return Response(response.status, response.headers, body, time.monotonic() - started)


@pytest.fixture
def client(postgres_url: str) -> Generator[Client]:
    """A partner with a line, and the service that it calls."""
    key = run_json("partner", "add", "Bakery", database=postgres_url)["key"]
    assert run("line", "add", "Bakery", LINE, database=postgres_url).returncode == 0
    with serving(postgres_url) as url:
        yield Client(url, key)


def is_unavailable(response: Response) -> bool:
    return response.status == 503 and response.body["error"]["code"] == 3006 and bool(response.body["trace_id"])


@pytest.mark.slow
def test_every_request_ends_while_postgresql_hangs_and_everything_continues(
    postgres: PostgresServer, client: Client
) -> None:
    created = client.ask("/v3/chats", {"from": LINE, "to": [ALICE], "message": MESSAGE})
    assert created.status == 201, created.body
    messages = f"/v3/chats/{created.body['chat']['id']}/messages"
    until(lambda: client.ask(messages).body["messages"][0]["delivery_status"] == "delivered")
    token = client.ask("/v3/chats").headers["X-Sync-Token"]
    with ThreadPoolExecutor(64) as pool:

        def begin(path: str, body: Any = None, **headers: str) -> "Future[Response]":
            return pool.submit(client.ask, path, body, **headers)

        wait = begin(f"/v3/chats?updated_since={token}&wait=8")
        longer = begin(f"/v3/chats?updated_since={token}&wait=50")
        time.sleep(1)  # by then, both have read and wait
        with postgres.hanging():
            lists = [begin("/v3/chats") for _ in range(20)]
            sends = [begin(messages, {"message": MESSAGE}, **{"Idempotency-Key": f"k{number}"}) for number in range(20)]
            for _ in range(3):
                ready = client.ask("/readyz")
                assert is_unavailable(ready)
                assert ready.seconds < READY_BOUND
            assert client.ask("/healthz").status == 200
            for each in lists:
                assert is_unavailable(each.result())
                assert each.result().seconds < READ_BOUND
            for each in sends:
                assert is_unavailable(each.result())
                assert each.result().seconds < WRITE_BOUND
            assert is_unavailable(wait.result())
            assert wait.result().seconds < 8 + READ_BOUND
        assert client.ask("/readyz").status == 200
        again = [
            client.ask(messages, {"message": MESSAGE}, **{"Idempotency-Key": f"k{number}"}) for number in range(20)
        ]
        assert {each.status for each in again} == {202}
        assert len({each.body["message"]["id"] for each in again}) == 20
        assert longer.result().status == 200
        assert [chat["id"] for chat in longer.result().body["chats"]] == [created.body["chat"]["id"]]

    def delivered() -> bool:
        found = client.ask(f"{messages}?limit=100").body["messages"]
        assert len(found) == 21
        return all(message["is_delivered"] for message in found)

    until(delivered)


@pytest.mark.slow
def test_a_worker_that_starts_while_postgresql_hangs_waits_for_it(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    key = run_json("partner", "add", "Bakery", database=postgres_url)["key"]
    with killed_service(f"{postgres_url}&connect_timeout=1", tmp_path / "log") as service:
        service.start()
        client = Client(service.url, key)
        assert client.ask("/v3/chats").status == 200
        [worker] = [process for process in service.processes if process != os.getpgid(process)]
        with postgres.hanging():
            os.kill(worker, signal.SIGKILL)
            until(lambda: "requests fail until the database can be opened: cannot connect" in service.log.read_text())
            until(lambda: client.ask("/healthz").status == 200)
            assert is_unavailable(client.ask("/readyz"))
            assert is_unavailable(client.ask("/v3/chats"))
        until(lambda: client.ask("/readyz").status == 200)
        assert client.ask("/v3/chats").status == 200
        service.stop()
    assert "Traceback" not in service.log.read_text()


@pytest.mark.slow
def test_a_service_stops_while_postgresql_hangs(postgres: PostgresServer, postgres_url: str) -> None:
    key = run_json("partner", "add", "Bakery", database=postgres_url)["key"]
    with ThreadPoolExecutor(8) as pool:
        context = serving(postgres_url)
        client = Client(context.__enter__(), key)
        assert client.ask("/v3/chats").status == 200
        with postgres.hanging():
            for _ in range(8):
                pool.submit(client.ask, "/v3/chats")
            started = time.monotonic()
            context.__exit__(None, None, None)
            assert time.monotonic() - started < STOP_BOUND


def test_a_command_ends_while_postgresql_hangs(postgres: PostgresServer, postgres_url: str) -> None:
    database = f"{postgres_url}&connect_timeout=2"
    with postgres.hanging():
        for command in (["partner", "list"], ["database", "check"], ["database", "upgrade"], ["serve"]):
            started = time.monotonic()
            assert (
                error_of(*command, database=database) == "cannot connect to PostgreSQL: it does not answer within 2 s"
            )
            assert time.monotonic() - started < 2 + READ_BOUND
