"""Which connections of clients a worker closes, with real sockets and a clock that the test controls."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.open_store import opened_store
from tests.support.partners import new_partner
from tests.support.waiting import until
from trunkline import client_connections
from trunkline.client_connections import (
    FULL,
    LEAST_READ,
    MAX_CONNECTIONS,
    PATIENCE,
    READ_PATIENCE,
    WHILE,
    ClientConnections,
    connection_limit,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells only on Linux")

LIMIT = 10
SMALL = LEAST_READ // 2  # B; what the kernel acknowledges of it, whenever that is, does not count as reading
REQUEST = b"GET / HTTP/1.1\r\nhost: trunkline\r\n\r\n"


class Door:
    """A listening socket, the connections to it, and what watches them. This process is both ends."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.connections = ClientConnections(self.listening.getsockname()[1], LIMIT, lambda: self.now)
        self.sockets: list[socket.socket] = []

    def enter(self, sent: bytes = REQUEST, *, buffer: int | None = None) -> tuple[socket.socket, socket.socket]:
        """A client that has sent this, and the service's end of its connection.

        ``buffer`` is how many bytes the client's kernel acknowledges without a read.
        """
        client = socket.socket()
        if buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.connect(self.listening.getsockname())
        accepted, _ = self.listening.accept()
        self.sockets += [client, accepted]
        client.sendall(sent)
        assert accepted.recv(65_536) == sent if sent else True
        client.settimeout(5)
        accepted.setblocking(False)
        return client, accepted

    def look(self, after: float = 0.0) -> None:
        """What a worker does from time to time."""
        self.now += after
        asyncio.run(self.connections.look())


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    for each in (*made.sockets, made.listening):
        each.close()


def is_open(accepted: socket.socket) -> bool:
    """Whether the service could still read from a connection, or send to it."""
    try:
        return accepted.recv(65_536) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def fill(accepted: socket.socket) -> None:
    """Sends as much as the kernel takes."""
    while True:
        try:
            accepted.send(bytes(65_536))
        except BlockingIOError:
            return


def read(client: socket.socket, size: int) -> None:
    """Reads so many bytes."""
    while size > 0:
        received = len(client.recv(min(size, 65_536)))
        assert received > 0, "the connection has ended"
        size -= received


@pytest.mark.parametrize("sent", [b"", b"G", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r"])
def test_a_client_that_begins_no_request(door: Door, sent: bytes) -> None:
    _, accepted = door.enter(sent)
    door.look()
    door.look(PATIENCE - 1)
    assert is_open(accepted)
    door.look(2)
    assert not is_open(accepted)


def test_a_client_that_has_begun_a_request_is_left_to_the_server(door: Door) -> None:
    _, accepted = door.enter()
    for _ in range(5):
        door.look(PATIENCE)
    assert is_open(accepted)


def test_a_client_that_does_not_read(door: Door) -> None:
    client, accepted = door.enter(buffer=SMALL)
    fill(accepted)
    door.look()
    door.look(READ_PATIENCE - 1)
    assert is_open(accepted)
    door.look(2)
    assert not is_open(accepted)
    accepted.close()  # as the server does now
    with pytest.raises(ConnectionResetError):
        read(client, 100_000_000)


def test_a_client_that_reads_enough(door: Door) -> None:
    client, accepted = door.enter()
    fill(accepted)
    for _ in range(5):
        door.look(READ_PATIENCE - 1)
        read(client, 1_000_000)  # more than necessary, because the kernel acknowledges in steps
        fill(accepted)
    assert is_open(accepted)


def test_a_client_that_reads_too_slowly(door: Door) -> None:
    client, accepted = door.enter()
    fill(accepted)
    for _ in range(6):  # the kernel may acknowledge more after the first
        door.look(READ_PATIENCE / 4)
        read(client, LEAST_READ // 10)
    assert not is_open(accepted)


def test_too_many_clients_that_do_not_read(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_connections, "MAX_UNREAD", 2)
    ends = [door.enter(buffer=SMALL)[1] for _ in range(5)]
    for number, accepted in enumerate(ends):
        fill(accepted)
        door.look(0.1 * number)
    assert [is_open(each) for each in ends] == [True] * 5
    door.look(WHILE)
    assert [is_open(each) for each in ends] == [False, False, False, True, True]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is idle as soon as no request is in progress."""
    monkeypatch.setattr(client_connections, "_IDLE", 0.0)


def answer(client: socket.socket, accepted: socket.socket) -> None:
    """Sends a response, which the client reads and acknowledges."""
    accepted.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    read(client, 27)
    until(lambda: accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)[24:28] == bytes(4))


@pytest.mark.usefixtures("at_once")
def test_clients_without_a_response_make_room_first(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    ends = [door.enter(REQUEST if number < 3 else b"GET") for number in range(LIMIT)]
    door.connections.begin(ends[0][0].getsockname())
    for end in ends[1:3]:
        answer(*end)
    door.look()
    assert [is_open(accepted) for _, accepted in ends] == [True] * 3 + [False] * 7
    [record] = caplog.records
    assert record.getMessage() == (
        "this worker has almost no room for connections: 10 of 10 are in use; of the idle ones, 7 have been closed"
    )


@pytest.mark.usefixtures("at_once")
def test_of_the_clients_with_a_response_only_as_many_as_necessary_make_room(door: Door) -> None:
    ends = [door.enter() for _ in range(LIMIT)]
    for end in ends:
        answer(*end)
    door.look()
    assert sum(is_open(accepted) for _, accepted in ends) == LIMIT * FULL


@pytest.mark.usefixtures("at_once")
def test_only_idle_connections_make_room(door: Door) -> None:
    ends = [door.enter() for _ in range(LIMIT)]
    for client, _ in ends:
        door.connections.begin(client.getsockname())
    door.look()
    assert all(is_open(accepted) for _, accepted in ends)


def test_a_response_that_is_given_up(door: Door) -> None:
    (client, accepted), (_, other) = door.enter(), door.enter()
    fill(accepted)
    door.connections.abandon(client.getsockname())
    door.look()
    assert [is_open(accepted), is_open(other)] == [False, True]


def test_other_files_are_left_alone(door: Door) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere, socket.create_connection(elsewhere.getsockname()) as ours:
        there, _ = elsewhere.accept()
        one, other = socket.socketpair()
        with there, one, other:
            there.setblocking(False)
            door.look()
            door.look(10 * PATIENCE)
            assert is_open(there)
            assert [ours.send(b"both"), one.send(b"ways")] == [4, 4]
            assert [there.recv(4), other.recv(4)] == [b"both", b"ways"]


def test_a_low_limit_of_open_files_lowers_that_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    def limit(files: int) -> int:
        def getrlimit(_resource: int) -> tuple[int, int]:
            return files, files

        monkeypatch.setattr(resource, "getrlimit", getrlimit)
        return connection_limit()

    assert [limit(files) for files in (20_000, 11_500, 4096, 1024)] == [MAX_CONNECTIONS, MAX_CONNECTIONS, 2596, 512]
    assert limit(resource.RLIM_INFINITY) == MAX_CONNECTIONS


def test_looking_leaves_no_file_open(door: Door) -> None:
    door.enter()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(3):
        door.look()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_look_leaves_the_locks_of_the_database_alone(door: Door, tmp_path: Path) -> None:
    """Otherwise, another process that closes the database would remove the log that this one writes."""
    path = tmp_path / "trunkline.db"
    with opened_store(f"sqlite:///{path}") as opened:
        opened.run(new_partner(opened.store))
        door.look()
        command = "import sys, sqlite3; sqlite3.connect(sys.argv[1]).execute('select * from partners').fetchall()"
        subprocess.run([sys.executable, "-c", command, str(path)], check=True)
        assert Path(f"{path}-wal").exists()


def test_a_look_that_fails_is_not_the_last_one_and_does_not_fill_the_log(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client_connections, "_INTERVAL", 0.01)
    monkeypatch.setattr(client_connections, "_SHORT_INTERVAL", 0.01)
    client, accepted = door.enter()
    fill(accepted)
    door.connections.abandon(client.getsockname())
    before = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def run_out_of_files() -> None:
        looking = asyncio.create_task(door.connections.run())
        await asyncio.sleep(0)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
        try:
            await asyncio.sleep(0.1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        await asyncio.to_thread(until, lambda: not is_open(accepted))
        looking.cancel()

    asyncio.run(run_out_of_files())
    problem, over = [each for each in caplog.messages if "looked at" in each]
    assert problem.startswith("the connections of clients cannot be looked at: OSError: [Errno 24]")
    assert over == "the connections of clients are looked at again"
