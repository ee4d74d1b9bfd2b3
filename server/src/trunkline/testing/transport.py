"""httpx2's way to the application without a socket, with the faults that a network and a service may have.

client ── request ──▶ the service's thread ──▶ a fault, if one is queued ──▶ the application ──▶ what follows from it
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx2

from trunkline.api.app import TRACE_HEADER
from trunkline.api.responses import refusal
from trunkline.testing.faults import Delay, Drop, Faults, Refuse
from trunkline.testing.hosted import OVER, Hosted


class Transport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """For clients of both kinds, any number of them, in any thread and any event loop."""

    def __init__(
        self,
        hosted: Hosted,
        application: Any,
        doc_base: str,
        faults: Faults,
        settled: Callable[[], Awaitable[object]],
    ) -> None:
        """``settled`` does what follows from a request, before its answer is given."""
        self.requests: list[httpx2.Request] = []
        """Every request that was sent, each attempt of a retried one, first to last."""
        self._hosted = hosted
        self._application = httpx2.ASGITransport(application)
        self._doc_base = doc_base
        self._faults = faults
        self._settled = settled

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._check(request)
        request.read()
        return self._hosted.run(self._answer(request))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._check(request)
        await request.aread()
        return await asyncio.wrap_future(self._hosted.begin(self._answer(request)))

    def _check(self, request: httpx2.Request) -> None:
        if self._hosted.stopping:
            raise httpx2.ConnectError(OVER, request=request)

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        try:
            effect = self._faults.take(request)
            if isinstance(effect, Refuse):
                return self._refusal(effect)
            if isinstance(effect, Drop) and not effect.halfway:
                raise httpx2.RemoteProtocolError("Server disconnected without sending a response.", request=request)
            if isinstance(effect, Delay):
                await _wait(effect.seconds, request)
            response = await self._application.handle_async_request(request)
            await self._settled()
            body = _Body(await response.aread(), cut_for=request if isinstance(effect, Drop) else None)
            return httpx2.Response(response.status_code, headers=response.headers.raw, stream=body)
        except asyncio.CancelledError:
            if self._hosted.stopping:
                raise httpx2.ReadError(OVER, request=request) from None
            raise

    def _refusal(self, effect: Refuse) -> httpx2.Response:
        trace_id = secrets.token_hex(16)
        response = refusal(effect.error, trace_id, self._doc_base)
        headers = [*response.headers, (TRACE_HEADER, trace_id.encode())]
        if effect.retry_after is not None:
            headers.append((b"retry-after", str(effect.retry_after).encode()))
        return httpx2.Response(response.status, headers=headers, stream=_Body(response.body))


async def _wait(seconds: float | None, request: httpx2.Request) -> None:
    """Takes its time, or as much of it as the client has. Only faults are timed: a busy machine fails no test."""
    patience: float | None = request.extensions.get("timeout", {}).get("read")
    if seconds is None or (patience is not None and seconds > patience):
        await asyncio.sleep(0 if seconds is None or patience is None else patience)
        raise httpx2.ReadTimeout("The read operation timed out", request=request)
    await asyncio.sleep(seconds)


class _Body(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A body that is there; where it is cut for a request, half of it."""

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
