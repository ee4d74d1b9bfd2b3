"""Requests that are broken below the JSON level: bodies in chunks, cut off, or of another length than declared."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.caller import text
from tests.support.chats import ALICE, LINE
from tests.support.command import get, serving
from tests.support.open_store import opened_store
from tests.support.partners import new_partner

BODY = json.dumps({"from": LINE, "to": [ALICE], "message": text("hello")}).encode()
HALF = len(BODY) // 2


class Server(msgspec.Struct, frozen=True):
    """A running service, and a partner's key."""

    url: str
    key: str

    def send(self, *pieces: bytes, hang_up: bool = False) -> tuple[int, Any]:
        """The response to raw bytes with nothing after them: status and JSON body."""
        host, port = self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            for piece in pieces:
                connection.sendall(piece)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            with closing(http.client.HTTPResponse(connection)) as response:
                response.begin()
                content = response.read()
        return response.status, json.loads(content) if content else None

    def head(self, *headers: str) -> bytes:
        """The beginning of a request that creates a chat."""
        lines = ["POST /v3/chats HTTP/1.1", "Host: localhost", f"Authorization: Bearer {self.key}", *headers]
        return "".join([f"{line}\r\n" for line in [*lines, ""]]).encode()

    def chats(self) -> list[Any]:
        """The partner's chats."""
        return get(f"{self.url}/v3/chats", self.key)[1]["chats"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A service, and the URL of its store."""
    folder: Path = tmp_path_factory.mktemp("broken")
    database = f"sqlite:///{folder / 'trunkline.db'}"
    with serving(database) as url:
        yield url, database


@pytest.fixture
def server(running: tuple[str, str]) -> Server:
    """The service, and a new partner."""
    url, database = running
    with opened_store(database) as opened:
        return Server(url, opened.run(new_partner(opened.store)).secret)


def chunk(content: bytes) -> bytes:
    """A chunk of a body, with its length."""
    return b"%x\r\n%b\r\n" % (len(content), content)


def test_a_body_in_pieces(server: Server) -> None:
    head = server.head("Transfer-Encoding: chunked")
    status, answer = server.send(head, chunk(BODY[:HALF]), chunk(BODY[HALF:]), b"0\r\n\r\n")
    assert status == 201
    assert [chat["id"] for chat in server.chats()] == [answer["chat"]["id"]]


def test_a_body_whose_pieces_are_broken(server: Server) -> None:
    status, answer = server.send(server.head("Transfer-Encoding: chunked"), chunk(BODY), b"zz\r\n")
    assert (status, answer["error"]["code"]) == (400, 1003)
    assert "before it is complete" in answer["error"]["message"]
    assert server.chats() == []


@pytest.mark.parametrize("sent", [0, 1, HALF, len(BODY)])
def test_a_body_that_is_cut_off(server: Server, sent: int) -> None:
    status, answer = server.send(server.head(f"Content-Length: {len(BODY) + 1}"), BODY[:sent], hang_up=True)
    assert (status, answer["error"]["code"]) == (400, 1003)
    assert server.chats() == []


@pytest.mark.parametrize(
    ("framing", "pieces"),
    [
        ("Content-Length: 1000001", []),
        ("Content-Length: 9999999999", []),
        ("Transfer-Encoding: chunked", [*[chunk(b" " * 100_000)] * 10, chunk(b" ")]),
    ],
    ids=["length", "enormous length", "pieces"],
)
def test_a_body_that_is_too_large(server: Server, framing: str, pieces: list[bytes]) -> None:
    status, answer = server.send(server.head(framing), *pieces)
    assert (status, answer["error"]["code"]) == (413, 1003)
