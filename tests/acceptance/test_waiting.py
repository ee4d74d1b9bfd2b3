"""Long-polling over real sockets: two workers, and changes that other processes make."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from httpx2 import Client, Response

from tests.acceptance.command import BIN, SHUTDOWN, environment, free_port, serving, wait_until_ready
from tests.conftest import NewDatabase
from tests.support.chats import ALICE, BOB, LINE, chat_id, make_chat
from tests.support.opened import OpenStore, opened_store
from tests.support.partners import Tenant, new_partner, save

LONG = 60  # s that a request may wait; longer than any of these tests takes
PATIENCE = 30.0  # s of a client


class Served:
    """A running service, the store behind it, and a partner with three chats."""

    def __init__(self, url: str, opened: OpenStore) -> None:
        self.url = url
        self.opened = opened
        self.partner = opened.run(self._partner())

    async def _partner(self) -> Tenant:
        partner = await new_partner(self.opened.store)
        await save(self.opened.store, partner.id, *[make_chat(number) for number in range(1, 4)])
        return partner

    def put(self, number: int) -> None:
        """Changes a chat, in this process."""
        self.opened.run(save(self.opened.store, self.partner.id, make_chat(number)))

    def list(self, query: str = "", **headers: str) -> Response:
        """An answer, on a connection of its own, so that either worker may give it."""
        key = {"Authorization": f"Bearer {self.partner.secret}"}
        with Client(base_url=self.url, timeout=PATIENCE) as client:
            return client.get(f"/v3/chats?{query}", headers=key | headers)

    def token(self) -> str:
        """That of now."""
        return self.list().headers["x-sync-token"]


@pytest.fixture
def served(new_database: NewDatabase) -> Iterator[Served]:
    """Two workers on each engine."""
    database = new_database()
    with opened_store(database) as opened, serving(database, "--workers", "2") as url:
        yield Served(url, opened)


def ids(response: Response) -> list[str]:
    """Which chats an answer has."""
    assert response.status_code == 200, response.text
    return [chat["id"] for chat in response.json()["chats"]]


def test_a_change_of_another_process_ends_every_wait(served: Served) -> None:
    since = served.token()
    with ThreadPoolExecutor(24) as threads:
        waiting = [threads.submit(served.list, f"updated_since={since}&wait={LONG}") for _ in range(24)]
        time.sleep(1)
        assert not any(request.done() for request in waiting)
        assert len(ids(served.list())) == 3, "nobody else waits"
        served.put(2)
        answers = [request.result() for request in waiting]
    assert {tuple(ids(answer)) for answer in answers} == {(chat_id(2),)}
    assert {answer.headers["x-sync-token"] for answer in answers} == {served.token()}


def test_a_change_made_through_one_worker_is_told_by_the_other(served: Served) -> None:
    since = served.token()
    body = {"from": LINE, "to": [BOB], "message": {"parts": [{"type": "text", "value": "hello"}]}}
    query = f"updated_since={since}&wait={LONG}&include=last_message"
    with ThreadPoolExecutor(16) as threads:
        waiting = [threads.submit(served.list, query) for _ in range(16)]
        time.sleep(1)
        with Client(base_url=served.url, timeout=PATIENCE) as client:
            key = {"Authorization": f"Bearer {served.partner.secret}"}
            created = client.post("/v3/chats", headers=key, json=body)
            assert created.status_code == 201, created.text
        for request in waiting:
            [chat] = request.result().json()["chats"]
            assert chat["id"] == created.json()["chat"]["id"]
            assert chat["last_message"]["parts"][0]["value"] == "hello"


def test_not_modified_over_the_wire(served: Served) -> None:
    first = served.list(f"to={ALICE.replace('+', '%2B')}")
    again = served.list(f"to={ALICE.replace('+', '%2B')}", **{"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-length" not in again.headers
    assert "content-type" not in again.headers
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["x-sync-token"] == first.headers["x-sync-token"]
    assert len(again.headers["x-trace-id"]) == 32


@pytest.fixture
def alone(new_database: NewDatabase) -> Iterator[tuple[Served, "subprocess.Popen[str]"]]:
    """One worker, and its process, which a test may stop; what it logs is kept."""
    database, port = new_database(), free_port()
    process = subprocess.Popen(
        [BIN / "trunkline", "serve", "--port", str(port)],
        env=environment(TRUNKLINE_DATABASE=database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, process)
        with opened_store(database) as opened:
            yield Served(url, opened), process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_stops_answers_those_who_wait(
    alone: tuple[Served, "subprocess.Popen[str]"], number: int
) -> None:
    served, process = alone
    since = served.token()
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(served.list, f"updated_since={since}&wait={LONG}") for _ in range(8)]
        time.sleep(1)
        process.send_signal(number)
        answers = [request.result() for request in waiting]
    assert {answer.content for answer in answers} == {b'{"chats":[],"next_cursor":null}'}
    assert {answer.headers["x-sync-token"] for answer in answers} == {since}
    assert process.wait(SHUTDOWN) == 0


def test_clients_that_leave_are_no_failure(alone: tuple[Served, "subprocess.Popen[str]"]) -> None:
    served, process = alone
    request = (
        f"GET /v3/chats?updated_since={served.token()}&wait={LONG} HTTP/1.1\r\nhost: trunkline\r\n"
        f"authorization: Bearer {served.partner.secret}\r\n\r\n"
    ).encode()
    address = served.url.removeprefix("http://").split(":")
    for _ in range(50):
        with socket.create_connection((address[0], int(address[1]))) as client:
            client.sendall(request)
    served.put(1)
    assert len(ids(served.list())) == 3
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=SHUTDOWN)
    assert process.returncode == 0
    assert [line for line in log.splitlines() if not line.startswith("Trunkline serves ")] == []
