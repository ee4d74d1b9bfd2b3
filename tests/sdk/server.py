"""A small HTTP/1.1 server on a real socket, with the faults that real ones have."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

from tests.sdk.endpoints import endpoint, message, shape
from tests.sdk.samples import Json, chat

Fault: TypeAlias = Literal["drop", "drop in body", "401", "404", "429", "500", "stall"]


LISTS: Mapping[str, tuple[str, Callable[..., Json]]] = {
    "/v3/chats": ("chats", chat),
    "/v3/chats/*/messages": ("messages", message),
    "/v3/messages/*/thread": ("messages", message),
}


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content) if self.content else None


class Server:
    """Serves lists of ``total`` chats or messages, and every other endpoint's sample; records the requests.

    ``faults``: what goes wrong with the request of that number, from 0.
    """

    def __init__(self, total: int = 10, limit: int = 2, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.total = total
        self.limit = limit
        self.faults: dict[int, Fault] = {}
        self.requests: list[Asked] = []
        self.changes: dict[str, object] = {}
        """The fields in which every chat or message differs from the samples."""
        self.sync_token: str | None = None
        """Sent with every page; ``updated_since`` then gets an empty page, because nothing has changed."""
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._answered = 0
        self._has_answered = threading.Condition(self._lock)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def targets(self) -> list[str]:
        with self._lock:
            return [each.target for each in self.requests]

    @property
    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    def has_answered(self, requests: int, within: float = 10.0) -> bool:
        """Waits for this number of responses, and returns whether they were sent in time (seconds)."""
        with self._has_answered:
            return self._has_answered.wait_for(lambda: self._answered >= requests, within)

    def has_received(self, requests: int, within: float = 10.0) -> bool:
        """Waits for this number of requests, and returns whether they arrived in time (seconds)."""
        with self._has_answered:
            return self._has_answered.wait_for(lambda: len(self.requests) >= requests, within)

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Closing alone does not wake a thread that waits in accept or recv.
        self._shut(self._listener)
        with self._lock:
            for connection in self._open:
                self._shut(connection)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def _spawn(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _shut(connection: socket.socket) -> None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            spoken = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with spoken, spoken.makefile("rb") as lines:
                while self._answer(spoken, lines.readline(), lines):
                    pass
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(connection)

    def _answer(self, connection: socket.socket, first_line: bytes, lines: BinaryIO) -> bool:
        """Handles one exchange, and returns whether the connection stays open."""
        if b" HTTP/1.1" not in first_line:  # the end, or the start of TLS
            return False
        asked = _read(first_line, lines)
        with self._lock:
            number = len(self.requests)
            self.requests.append(asked)
            self._has_answered.notify_all()
        fault = self.faults.get(number)
        if fault == "drop":
            return False
        if fault == "stall":
            return bool(connection.recv(1))  # until the client gives up
        status, content = self._answer_to(asked)
        if fault is not None and fault.isdigit():
            status, content = f"{fault} Fault\r\nretry-after-ms: 1", b"{}"
        if self.sync_token is not None:
            status = f"{status}\r\nx-sync-token: {self.sync_token}"
        length = "" if content is None else f"content-type: application/json\r\ncontent-length: {len(content)}\r\n"
        whole = f"HTTP/1.1 {status}\r\n{length}\r\n".encode() + (content or b"")
        if fault == "drop in body":
            connection.sendall(whole[: -len(content or b"") // 2])
            return False
        connection.sendall(whole)
        with self._has_answered:
            self._answered += 1
            self._has_answered.notify_all()
        return True

    def _answer_to(self, asked: Asked) -> tuple[str, bytes | None]:
        known = endpoint(asked.method, asked.target)
        if asked.method == "GET" and (known is None or shape(asked.target) in LISTS):
            return "200 OK", json.dumps(self._page(asked.target)).encode()
        if known is None:
            return "200 OK", b"{}"
        return f"{known.status} Fine", None if known.answer is None else json.dumps(known.answer).encode()

    def _page(self, target: str) -> Json:
        name, item = LISTS.get(shape(target), ("chats", chat))
        query = parse_qs(urlsplit(target).query)
        start = self.total if "updated_since" in query else int(query.get("cursor", ["0"])[0])
        end = min(start + int(query.get("limit", [str(self.limit)])[0]), self.total)
        items = [item(number, **self.changes) for number in range(start, end)]
        return {name: items, "next_cursor": str(end) if end < self.total else None}


def _read(first_line: bytes, lines: BinaryIO) -> Asked:
    method, target, _ = first_line.decode().split()
    headers: dict[str, str] = {}
    while (line := lines.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return Asked(method, target, headers, lines.read(int(headers.get("content-length", "0"))))
