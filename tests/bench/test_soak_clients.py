"""The clients of a soak, against a service that misbehaves."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from bench.soak.clients import Accepted, Outcome, Plan, Tenant, run

CHATS = ("a", "b", "c")
SECONDS = 1.5

Answer: TypeAlias = tuple[int, Any, Mapping[str, str]]
Answering: TypeAlias = Callable[[str, Any], Answer]
"""The response to a path and the body of the request."""


@contextmanager
def service(answering: Answering) -> Generator[int]:
    """The port of a service that answers so."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, answer, headers = answering(self.path, msgspec.json.decode(body) if body else None)
            content = msgspec.json.encode(answer)
            self.send_response_only(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def outcome(answering: Answering, journal: Path, *, senders: int = 0, walkers: int = 0) -> Outcome:
    """What the clients saw of a service."""
    journal.touch()
    with service(answering) as port:
        tenants = [Tenant(1, "key", CHATS)]
        return asyncio.run(run(Plan(port, tenants, senders, walkers, senders * 10.0 or None, SECONDS, str(journal))))


def page(*chats: str) -> Answer:
    return 200, {"chats": [{"id": chat} for chat in chats], "next_cursor": None}, {}


def test_a_complete_walk_is_well(tmp_path: Path) -> None:
    seen = outcome(lambda path, _: page(*CHATS), tmp_path / "journal", walkers=1)
    assert seen.problems == []
    assert seen.walks > 0


def test_a_walk_with_a_chat_twice_and_one_missing_is_reported(tmp_path: Path) -> None:
    seen = outcome(lambda path, _: page("a", "b", "b"), tmp_path / "journal", walkers=1)
    assert seen.problems[:2] == [
        "a walk of partner 1 saw the chat b twice",
        "a walk of partner 1 left out 1 chats: c",
    ]


def test_an_unexpected_response_is_reported(tmp_path: Path) -> None:
    seen = outcome(lambda path, _: (500, {"error": "no"}, {}), tmp_path / "journal", walkers=1)
    assert seen.problems[0] == 'GET /v3/chats?limit=20: 500 {"error":"no"}'
    assert seen.walks == 0


def test_a_refused_message_is_sent_again_when_the_service_says(tmp_path: Path) -> None:
    requests: list[tuple[str, float]] = []

    def answering(_: str, body: Any) -> Answer:
        key = body["message"]["idempotency_key"]
        requests.append((key, time.monotonic()))
        if len(requests) == 1:
            return 429, {}, {"Retry-After": "1"}
        return 202, {"message": {"id": f"id of {key}"}}, {}

    seen = outcome(answering, tmp_path / "journal", senders=1)
    (first, refused_at), (second, repeated_at), *_ = requests
    assert (first, seen.statuses["429"], seen.without_retry_after) == (second, 1, 0)
    assert repeated_at - refused_at >= 1
    [accepted, *_] = (tmp_path / "journal").read_bytes().splitlines()
    assert msgspec.json.decode(accepted, type=Accepted).message_id == f"id of {first}"


def test_a_refusal_without_retry_after_is_counted(tmp_path: Path) -> None:
    seen = outcome(lambda path, _: (503, {}, {}), tmp_path / "journal", walkers=1)
    assert seen.without_retry_after == seen.statuses["503"] > 0
