"""Long-polling over real sockets: two workers, and changes that other processes make."""

import json
import re
import select
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPResponse

import pytest
from httpx2 import Client, Response

from tests.acceptance.sockets import clients_read
from tests.conftest import NewDatabase
from tests.support.chats import ALICE, BOB, LINE, chat_id, make_chat
from tests.support.command import BIN, SHUTDOWN, environment, serving, wait_until_ready
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import Tenant, new_partner, save
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until

LONG = 60  # s that a request may wait; longer than any of these tests takes
PATIENCE = 30.0  # s of a client


class Poll:
    """A request that waits for a change, on its own connection, so that either worker may answer it."""

    def __init__(self, address: str, secret: str, query: str) -> None:
        self._connection = HTTPConnection(address, timeout=PATIENCE)
        self._connection.request("GET", f"/v3/chats?{query}&wait={LONG}", headers={"Authorization": f"Bearer {secret}"})

    @property
    def port(self) -> int:
        """The port of this end of the connection."""
        return self._connection.sock.getsockname()[1]

    @property
    def is_answered(self) -> bool:
        """Whether a response has begun to arrive."""
        return select.select([self._connection.sock], [], [], 0)[0] != []

    def response(self) -> tuple[HTTPResponse, bytes]:
        """The response with its body."""
        response = self._connection.getresponse()
        body = response.read()
        self._connection.close()
        assert response.status == 200, body
        return response, body


class Served:
    """A running service, the store behind it, and a partner with three chats."""

    def __init__(self, url: str, opened: OpenStore) -> None:
        self.url = url
        self.opened = opened
        self.partner = self.add_partner()

    def add_partner(self) -> Tenant:
        """Adds a partner with three chats."""

        async def add() -> Tenant:
            partner = await new_partner(self.opened.store)
            await save(self.opened.store, partner.id, *[make_chat(number) for number in range(1, 4)])
            return partner

        return self.opened.run(add())

    def put(self, number: int, partner: Tenant | None = None) -> None:
        """Changes a chat, in this process."""
        self.opened.run(save(self.opened.store, (partner or self.partner).id, make_chat(number)))

    def list(self, query: str = "", *, etag: str | None = None, partner: Tenant | None = None) -> Response:
        """A response, on its own connection, so that either worker may answer."""
        headers = {"Authorization": f"Bearer {(partner or self.partner).secret}"}
        if etag is not None:
            headers["If-None-Match"] = etag
        with Client(base_url=self.url, timeout=PATIENCE) as client:
            return client.get(f"/v3/chats?{query}", headers=headers)

    def token(self, partner: Tenant | None = None) -> str:
        """The present sync token."""
        return self.list(partner=partner).headers["x-sync-token"]

    def poll(self, count: int, query: str = "", partner: Tenant | None = None) -> Sequence[Poll]:
        """Sends requests that wait for changes from now on. Returns when the service has read them all."""
        partner = partner or self.partner
        query = f"updated_since={self.token(partner)}&{query}"
        address = self.url.removeprefix("http://")
        polls = [Poll(address, partner.secret, query) for _ in range(count)]
        clients = {poll.port for poll in polls}
        until(lambda: clients <= clients_read(int(address.partition(":")[2])))
        return polls


@pytest.fixture
def served(new_database: NewDatabase) -> Iterator[Served]:
    """Two workers on each engine."""
    database = new_database()
    with opened_store(database) as opened, serving(database, "--workers", "2") as url:
        yield Served(url, opened)


def ids(body: bytes) -> list[str]:
    """The ids of the chats in a response."""
    return [chat["id"] for chat in json.loads(body)["chats"]]


def test_a_change_by_another_process_ends_every_wait(served: Served) -> None:
    other = served.add_partner()
    polls = served.poll(24)
    others = served.poll(8, partner=other)
    assert len(ids(served.list().content)) == 3, "other requests do not wait"
    # While the polls of the other partner see its change, ours do not end.
    served.put(1, other)
    assert [ids(poll.response()[1]) for poll in others] == [[chat_id(1)]] * 8
    assert not any(poll.is_answered for poll in polls)
    served.put(2)
    answers = [poll.response() for poll in polls]
    assert {tuple(ids(body)) for _, body in answers} == {(chat_id(2),)}
    assert {response.headers["x-sync-token"] for response, _ in answers} == {served.token()}


def test_a_change_through_one_worker_ends_waits_of_the_other(served: Served) -> None:
    polls = served.poll(16, "include=last_message")
    body = {"from": LINE, "to": [BOB], "message": {"parts": [{"type": "text", "value": "hello"}]}}
    with Client(base_url=served.url, timeout=PATIENCE) as client:
        created = client.post("/v3/chats", headers={"Authorization": f"Bearer {served.partner.secret}"}, json=body)
        assert created.status_code == 201, created.text
    for poll in polls:
        [chat] = json.loads(poll.response()[1])["chats"]
        assert chat["id"] == created.json()["chat"]["id"]
        assert chat["last_message"]["parts"][0]["value"] == "hello"


def test_not_modified_over_the_wire(served: Served) -> None:
    query = f"to={ALICE.replace('+', '%2B')}"
    first = served.list(query)
    again = served.list(query, etag=f'"other", W/{first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert "content-length" not in again.headers
    assert "content-type" not in again.headers
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["x-sync-token"] == first.headers["x-sync-token"]
    assert len(again.headers["x-trace-id"]) == 32


@pytest.fixture
def alone(new_database: NewDatabase) -> Iterator[tuple[Served, "subprocess.Popen[str]"]]:
    """One worker, and its process, which a test may stop and whose log it may read."""
    database = new_database()
    with reserved_port() as port:
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
def test_a_service_that_stops_answers_waiting_requests(
    alone: tuple[Served, "subprocess.Popen[str]"], number: int
) -> None:
    served, process = alone
    since = served.token()
    polls = served.poll(8)
    process.send_signal(number)
    answers = [poll.response() for poll in polls]
    assert {body for _, body in answers} == {b'{"chats":[],"next_cursor":null}'}
    assert {response.headers["x-sync-token"] for response, _ in answers} == {since}
    assert process.wait(SHUTDOWN) == 0


_OF_START_AND_STOP = re.compile(
    r"Trunkline serves |The sandbox is |"
    r"\S+ INFO +granian\S*: (Starting|Listening|Spawning|Started|Stopping|Stopped|Shutting|.*see ya)"
)


def test_disconnected_clients_are_not_logged(alone: tuple[Served, "subprocess.Popen[str]"]) -> None:
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
    assert len(ids(served.list().content)) == 3
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=SHUTDOWN)
    assert process.returncode == 0
    assert [line for line in log.splitlines() if not _OF_START_AND_STOP.match(line)] == []
