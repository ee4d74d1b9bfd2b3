"""The application without a server: a request is passed in as the server would pass it, byte for byte."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from httpx2 import Response

from tests.support.open_store import OpenStore
from trunkline.api.app import Application
from trunkline.api.faults import FaultInjector
from trunkline.api.operation import Asgi, Receive
from trunkline.domain.instant import Clock, now

BASE = "https://chats.example"
LIST = "/v3/chats"

Headers = Sequence[tuple[bytes, bytes]]


class Api:
    """The service of an open store."""

    def __init__(
        self,
        opened: OpenStore,
        clock: Clock = now,
        *,
        sandbox: bool = False,
        base_url: str = BASE,
        surround: Callable[[Asgi], Asgi] = lambda application: application,
        **limits: Any,
    ) -> None:
        """``surround`` makes what is called of the application; ``limits`` are further arguments of it."""
        self.opened = opened
        self.clock = clock
        faults = FaultInjector() if sandbox else None
        self._application = surround(Application(opened.store, base_url, BASE, clock, faults=faults, **limits))

    def list(self, secret: str, query: str = "") -> Response:
        """The response to ``GET /v3/chats?query`` with a key."""
        return self.ask(LIST, query.encode(), [(b"authorization", f"Bearer {secret}".encode())])

    def ask(
        self, path: str, query: bytes = b"", headers: Headers = (), method: str = "GET", body: bytes = b""
    ) -> Response:
        """The response to any request."""
        return self.opened.run(self.answer(path, query, headers, method, body))

    async def answer(
        self, path: str, query: bytes = b"", headers: Headers = (), method: str = "GET", body: bytes = b""
    ) -> Response:
        """The same within the store's event loop, where several may be in progress."""
        receive = arriving([{"type": "http.request", "body": body, "more_body": False}])
        return await self.exchange(path, query, headers, method, receive)

    async def exchange(self, path: str, query: bytes, headers: Headers, method: str, receive: Receive) -> Response:
        """The same for a request whose body comes from ``receive``."""
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query,
            "headers": list(headers),
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
            "state": {},
        }
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        return Response(
            sent[0]["status"],
            headers=sent[0]["headers"],
            content=b"".join(message.get("body", b"") for message in sent[1:]),
        )


def arriving(messages: Sequence[dict[str, Any]]) -> Receive:
    """Receives these messages; after the last, no more come."""
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        message = next(left, None)
        return message if message is not None else await asyncio.get_running_loop().create_future()

    return receive
