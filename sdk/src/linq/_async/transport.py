"""Sends requests. A client loads this module with its first request, because httpx2 and pydantic import slowly."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

import httpx2

from linq._async._runtime import AsyncHttpSource, AsyncHttpxClientLike, sleep
from linq._async.pages import AsyncBoundPage
from linq._async.response import AsyncAPIResponse, AsyncResponseContextManager
from linq._flow import FlowResult, Send, Sleep, flow
from linq._http import DefaultAsyncHttpxClient, timeout_for, timeout_of
from linq._parse import parse
from linq._request import PreparedRequest, Request
from linq._settings import Settings

R = TypeVar("R")


MAX_REDIRECTS = 20
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class AsyncTransport:
    """Sends requests with the settings of one client, over the connections of its source."""

    def __init__(self, settings: Settings, source: AsyncHttpSource) -> None:
        self.settings = settings
        """The client replaces them when one of its settings is assigned."""
        self._source = source

    async def send(self, request: Request[R]) -> R:
        """The parsed response. Raises ``APIError``."""
        return self._parsed(request, (await self._respond(request)).response)

    async def send_raw(self, request: Request[R]) -> AsyncAPIResponse[R]:
        """The response, its body read but not parsed. Raises ``APIError``."""
        return AsyncAPIResponse(await self._respond(request), partial(self._parsed, request))

    def stream(self, request: Request[R]) -> AsyncResponseContextManager[R]:
        """A context manager that sends the request when it is entered, and leaves the body unread."""
        return AsyncResponseContextManager(partial(self._send_streaming, request))

    async def _send_streaming(self, request: Request[R]) -> AsyncAPIResponse[R]:
        return AsyncAPIResponse(await self._respond(request, stream=True), partial(self._parsed, request))

    def _parsed(self, request: Request[R], response: httpx2.Response) -> R:
        result = parse(response, request.cast_to)
        if isinstance(result, AsyncBoundPage):
            result.bind(self, request, response.headers)
        return result

    async def _respond(self, request: Request[object], *, stream: bool = False) -> FlowResult:
        steps = flow(self.settings, request, stream=stream)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Sleep):
                    await sleep(step.seconds)
                    step = steps.send(None)
                    continue
                http = await self._source.get(DefaultAsyncHttpxClient)
                try:
                    response = await _exchange(http, step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            result: FlowResult = end.value
            return result


async def _exchange(http: AsyncHttpxClientLike, send: Send) -> httpx2.Response:
    """The response to one attempt. Raises what the HTTP client raises.

    A redirect is followed if the HTTP client follows redirects, but a write only if it stays the write that it is: a
    301, 302 or 303 turns a POST into a GET, whose response would look like that of the POST.
    """
    request = _http_request(http, send.prepared)
    if request.method in _SAFE_METHODS or not http.follow_redirects:
        response: httpx2.Response = await http.send(request, stream=send.stream)
    else:
        response = await http.send(request, stream=send.stream, follow_redirects=False)
        for _ in range(MAX_REDIRECTS):
            following = response.next_request
            if following is None or following.method != request.method:
                break
            await response.aread()
            response = await http.send(following, stream=send.stream, follow_redirects=False)
    if send.stream and not response.is_success:
        await response.aread()
    return response


def _http_request(http: AsyncHttpxClientLike, prepared: PreparedRequest) -> httpx2.Request:
    """The request as this HTTP client sends it, with the client's own headers, cookies and parameters added."""
    timeout = timeout_for(prepared.timeout, timeout_of(http), prepared.wait)
    request: httpx2.Request = http.build_request(
        prepared.method,
        prepared.url,
        headers=prepared.headers,
        # As numbers, which a client of httpx takes too.
        extensions={"timeout": timeout.as_dict()},
        **prepared.body,
    )
    return request
