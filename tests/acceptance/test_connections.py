"""Clients that hold connections of a real service: silent, slow, and too many."""

import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.caller import text
from tests.support.chats import ALICE, LINE
from tests.support.command import BIN, environment, get, post, run, run_json, stop, wait_until_ready
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]

TIMEOUT = 50.0  # s, for what takes 30 s
MEMORY = 160 * 1024 * 1024  # bytes that a hundred clients which do not read may take
LONG = "x" * 9000


class Service:
    """A running service with one partner."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, key: str, log: Path) -> None:
        self.process = process
        self.port = port
        self.key = key
        self.log = log
        self.url = f"http://127.0.0.1:{port}"

    def connect(self, sent: bytes = b"") -> socket.socket:
        """A connection on which this has been sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(sent)
        return connection

    def head(self, line: str, *headers: str, key: str | None = None) -> bytes:
        """A request without a body, or the beginning of one with."""
        lines = [f"{line} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {key or self.key}", *headers, "", ""]
        return "\r\n".join(lines).encode()

    def fill_chat(self) -> str:
        """Creates a chat with a page of messages of almost a megabyte; returns the path of the page."""
        created = post(f"{self.url}/v3/chats", {"from": LINE, "to": [ALICE], "message": text("hello")}, self.key)[1]
        path = f"/v3/chats/{created['chat']['id']}/messages"
        for _ in range(100):
            assert post(self.url + path, {"message": text(LONG)}, self.key)[0] == 202
        return f"{path}?limit=100"

    def memory(self) -> int:
        """The memory of the worker process, in bytes."""
        sizes: list[int] = []
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                found = re.search(r"PPid:\t(\d+)\n(?:.*\n)*RssAnon:\s+(\d+) kB", status.read_text())
            except OSError:
                continue
            if found and int(found[1]) == self.process.pid:
                sizes.append(int(found[2]) * 1024)
        return max(sizes)


@contextmanager
def service(folder: Path, *options: str, files: int | None = None) -> Generator[Service]:
    """``trunkline serve``, which may open so many files."""
    folder.mkdir()
    database, log = f"sqlite:///{folder / 'trunkline.db'}", folder / "log"
    key = run_json("partner", "add", "Acme", database=database)["key"]
    assert run("line", "add", "Acme", LINE, database=database).returncode == 0
    limit = "" if files is None else f"ulimit -n {files}; "
    with reserved_port() as port, log.open("wb") as output:
        command = ["sh", "-c", f'{limit}exec "$0" serve --port {port} "$@"', BIN / "trunkline", *options]
        process = subprocess.Popen(command, env=environment(TRUNKLINE_DATABASE=database), stderr=output)
        try:
            made = Service(process, port, key, log)
            wait_until_ready(made.url, process)
            yield made
        finally:
            stop(process)


def is_closed(connection: socket.socket) -> bool:
    """Whether the service has closed its end of a connection, even if the kernel keeps what it has not sent."""
    try:
        ends = connection.getpeername()[1], connection.getsockname()[1]
    except OSError:
        return True  # it was reset
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, *_, inode = line.split()[:10]
        if (int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)) == ends:
            return inode == "0"  # no process has it
    return True


def response_of(connection: socket.socket) -> tuple[int, Any]:
    """The status and the JSON of the response that arrives on a connection."""
    connection.settimeout(TIMEOUT)
    with closing(http.client.HTTPResponse(connection)) as response:
        response.begin()
        return response.status, json.loads(response.read())


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes connections."""
    with ExitStack() as made:
        yield made


def test_a_full_service_admits_clients_with_a_request(tmp_path: Path, stack: ExitStack) -> None:
    with service(tmp_path / "a", files=400) as served:
        waiting = stack.enter_context(served.connect(served.head("GET /v3/chats?updated_since=0&wait=60")))
        for sent in (b"", b"GET /v3/chats HTTP/1.1\r\nHost: ", served.head("GET /v3/chats", key="unknown")):
            for _ in range(150):
                stack.enter_context(served.connect(sent))
        for _ in range(5):
            assert get(f"{served.url}/v3/chats", served.key)[0] == 200
        assert waiting.fileno() > 0
        log = served.log.read_text()
    assert "may open only 400 files, so a worker serves at most 200 connections instead of 10000" in log
    assert "this worker has almost no room for connections: " in log
    assert " of 200 are in use; of the idle ones, " in log
    assert "Traceback" not in log


def test_clients_that_hold_a_connection(tmp_path: Path, stack: ExitStack) -> None:
    with service(tmp_path / "a") as served, service(tmp_path / "b", "--http2") as http2:
        page = served.fill_chat()
        assert len(get(served.url + page, served.key)[1]["messages"]) == 100
        before = served.memory()
        slow = stack.enter_context(served.connect(served.head("GET /v3/chats")[:-2]))
        half_body = stack.enter_context(served.connect(served.head("POST /v3/chats", "Content-Length: 100") + b"{"))
        clients = {
            "silent": served.connect(),
            "half of the headers": served.connect(served.head("GET /v3/chats")[:-2]),
            "idle after a response": served.connect(served.head("GET /healthz")),
            "silent, with HTTP/2": http2.connect(),
            "half of the preface of HTTP/2": http2.connect(b"PRI * HTTP/2.0"),
            "half of the headers, with HTTP/2": http2.connect(http2.head("GET /v3/chats")[:-2]),
            **{f"reads nothing, {number}": served.connect(served.head(f"GET {page}") * 3) for number in range(100)},
        }
        for each in clients.values():
            stack.enter_context(each)
        until(lambda: served.memory() > before)
        assert get(f"{served.url}/v3/chats", served.key)[0] == 200
        assert served.memory() - before < MEMORY
        for _ in range(25):
            slow.sendall(b"x")
            time.sleep(1)
        status, error = response_of(half_body)
        assert (status, error["error"]["code"]) == (400, 1003)
        assert error["error"]["message"] == "the body arrives too slowly; send the request again"
        until(lambda: is_closed(slow), TIMEOUT)
        until(lambda: [name for name, each in clients.items() if not is_closed(each)] == [], TIMEOUT)


def test_a_key_is_checked_before_the_body_arrives(tmp_path: Path, stack: ExitStack) -> None:
    with service(tmp_path / "a") as served:
        for key, framing in (("no", "Content-Length: 9"), ("no", "Transfer-Encoding: chunked")):
            connection = stack.enter_context(served.connect(served.head("POST /v3/chats", framing, key=key)))
            assert response_of(connection)[0] == 401
            until(lambda connection=connection: is_closed(connection))


def test_a_head_that_is_too_long(tmp_path: Path, stack: ExitStack) -> None:
    with service(tmp_path / "a") as served:
        for request in (
            served.head("GET /v3/chats?from=" + "1" * 200_000),
            served.head("GET /v3/chats", "X-Long: " + "1" * 200_000),
            served.head("GET /v3/chats", *[f"X-{number}: 1" for number in range(120)]),
        ):
            connection = stack.enter_context(served.connect(request))
            assert re.match(rb"HTTP/1.1 (400|414|431) ", connection.recv(100))
            until(lambda connection=connection: is_closed(connection))
        assert get(f"{served.url}/v3/chats", served.key)[0] == 200


def test_http2_is_a_setting(tmp_path: Path, stack: ExitStack) -> None:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    settings = 4
    with service(tmp_path / "a") as served, service(tmp_path / "b", "--http2") as http2:
        answer = stack.enter_context(http2.connect(preface)).recv(9)
        assert answer[3] == settings
        refused = stack.enter_context(served.connect(preface)).recv(65_536)
        assert refused == b"" or refused.startswith(b"HTTP/1.1 400"), refused
