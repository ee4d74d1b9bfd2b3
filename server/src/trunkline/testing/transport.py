"""An httpx2 transport to the application without a socket.

client ── request ──▶ server's thread ──▶ application, with its faults ──▶ deliveries that follow ──▶ response
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any

import httpx2

from trunkline.api.faults import FaultInjector
from trunkline.domain.faults import MAX_DELAY
from trunkline.testing.background_server import OVER, BackgroundServer


class _Waiting:
    """How long the client of a request waits for its response."""

    def __init__(self, request: httpx2.Request) -> None:
        self.timeout: float | None = request.extensions.get("timeout", {}).get("read")
        self.is_over = False


_waiting: ContextVar[_Waiting] = ContextVar("waiting")


class ClientFaults(FaultInjector):
    """Faults as a client without a socket sees them. Shares are the same in every run."""

    def __init__(self) -> None:
        super().__init__(random.Random(1).random)  # noqa: S311

    async def wait(self, seconds: float) -> None:
        """Waits for the delay, or for the client's timeout. The longest delay takes no time."""
        client = _waiting.get()
        client.is_over = seconds >= MAX_DELAY or (client.timeout is not None and seconds > client.timeout)
        if seconds < MAX_DELAY:
            await asyncio.sleep(client.timeout if client.is_over and client.timeout is not None else seconds)


class Transport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Serves sync and async clients, any number of them, in any thread and event loop."""

    def __init__(self, server: BackgroundServer, application: Any, drain: Callable[[], Awaitable[object]]) -> None:
        """``drain`` delivers what follows from a request, before its response is returned."""
        self.requests: list[httpx2.Request] = []
        """Every request in order, including each attempt of a retried one."""
        self._server = server
        self._application = application
        self._drain = drain

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._check(request)
        request.read()
        return self._server.run(self._respond(request))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._check(request)
        await request.aread()
        return await asyncio.wrap_future(self._server.begin(self._respond(request)))

    def _check(self, request: httpx2.Request) -> None:
        if self._server.stopping:
            raise httpx2.ConnectError(OVER, request=request)

    async def _respond(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        client = _Waiting(request)
        _waiting.set(client)
        try:
            start, *pieces = await self._answer(request)
            await self._drain()
        except asyncio.CancelledError:
            if self._server.stopping:
                raise httpx2.ReadError(OVER, request=request) from None
            raise
        if client.is_over:
            raise httpx2.ReadTimeout("The read operation timed out", request=request)
        content = _Body(
            b"" if request.method == "HEAD" else b"".join([piece["body"] for piece in pieces]),
            cut_for=request if pieces[-1].get("more_body") else None,
        )
        return httpx2.Response(start["status"], headers=start["headers"], stream=content)

    async def _answer(self, request: httpx2.Request) -> list[dict[str, Any]]:
        """The messages that the application sends: the head of the response, and the pieces of its body (ASGI 3.0)."""
        scope = {
            "type": "http",
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        return sent


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body, which ends too early if it is cut for a request."""

    def __init__(self, content: bytes, cut_for: httpx2.Request | None = None) -> None:
        self._content = content
        self._cut_for = cut_for

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        if self._cut_for is not None:
            raise httpx2.RemoteProtocolError(
                "peer closed connection without sending complete message body", request=self._cut_for
            )

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece
