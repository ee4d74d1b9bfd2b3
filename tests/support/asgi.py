"""The application without a server: a request goes in as the server would hand it over, byte for byte."""

from collections.abc import Sequence
from typing import Any

from httpx2 import Response

from tests.support.opened import OpenStore
from trunkline.api.app import Application

BASE = "https://chats.example"
LIST = "/v3/chats"


class Api:
    """The service of an open store."""

    def __init__(self, opened: OpenStore) -> None:
        self.opened = opened
        self._application = Application(opened.store, BASE, BASE)

    def list(self, secret: str, query: str = "") -> Response:
        """The answer to ``GET /v3/chats?query`` with a key."""
        return self.ask(LIST, query.encode(), [(b"authorization", f"Bearer {secret}".encode())])

    def ask(
        self, path: str, query: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = (), method: str = "GET"
    ) -> Response:
        """The answer to any request."""
        return self.opened.run(self._ask(path, query, headers, method))

    async def _ask(self, path: str, query: bytes, headers: Sequence[tuple[bytes, bytes]], method: str) -> Response:
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

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        return Response(
            sent[0]["status"],
            headers=sent[0]["headers"],
            content=b"".join(message.get("body", b"") for message in sent[1:]),
        )
