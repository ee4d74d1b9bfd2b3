"""An httpx2 transport to the application without a socket, with the faults of networks and services.

client ── request ──▶ server's thread ──▶ fault, if one is queued ──▶ application ──▶ deliveries that follow
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx2

from trunkline.api.app import TRACE_HEADER
from trunkline.api.responses import error_response
from trunkline.domain.ids import new_trace_id
from trunkline.testing.background_server import OVER, BackgroundServer
from trunkline.testing.faults import Delay, Drop, Fail, Faults


class Transport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Serves sync and async clients, any number of them, in any thread and event loop."""

    def __init__(
        self,
        server: BackgroundServer,
        application: Any,
        doc_base: str,
        faults: Faults,
        drain: Callable[[], Awaitable[object]],
    ) -> None:
        """``drain`` delivers what follows from a request, before its response is returned."""
        self.requests: list[httpx2.Request] = []
        """Every request in order, including each attempt of a retried one."""
        self._server = server
        self._application = httpx2.ASGITransport(application)
        self._doc_base = doc_base
        self._faults = faults
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
        try:
            effect = self._faults.take(request)
            if isinstance(effect, Fail):
                return self._error(effect)
            if isinstance(effect, Drop) and not effect.halfway:
                raise httpx2.RemoteProtocolError("Server disconnected without sending a response.", request=request)
            if isinstance(effect, Delay):
                await _wait(effect.seconds, request)
            response = await self._application.handle_async_request(request)
            await self._drain()
            body = _Body(await response.aread(), cut_for=request if isinstance(effect, Drop) else None)
            return httpx2.Response(response.status_code, headers=response.headers.raw, stream=body)
        except asyncio.CancelledError:
            if self._server.stopping:
                raise httpx2.ReadError(OVER, request=request) from None
            raise

    def _error(self, effect: Fail) -> httpx2.Response:
        trace_id = new_trace_id()
        response = error_response(effect.error, trace_id, self._doc_base)
        headers = [*response.headers, (TRACE_HEADER, trace_id.encode())]
        if effect.retry_after is not None:
            headers.append((b"retry-after", str(effect.retry_after).encode()))
        return httpx2.Response(response.status, headers=headers, stream=_Body(response.body))


async def _wait(seconds: float | None, request: httpx2.Request) -> None:
    """Waits for the delay, or for the client's timeout. Only faults take time, so a busy machine fails no test."""
    timeout: float | None = request.extensions.get("timeout", {}).get("read")
    if seconds is None or (timeout is not None and seconds > timeout):
        await asyncio.sleep(0 if seconds is None or timeout is None else timeout)
        raise httpx2.ReadTimeout("The read operation timed out", request=request)
    await asyncio.sleep(seconds)


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A complete body, or half of it if it is cut for a request."""

    def __init__(self, content: bytes, cut_for: httpx2.Request | None = None) -> None:
        self._content = content
        self._cut_for = cut_for

    def __iter__(self) -> Iterator[bytes]:
        if self._cut_for is None:
            yield self._content
            return
        yield self._content[: len(self._content) // 2]
        raise httpx2.RemoteProtocolError(
            "peer closed connection without sending complete message body", request=self._cut_for
        )

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece
