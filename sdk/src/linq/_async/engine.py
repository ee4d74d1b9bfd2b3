"""What carries calls out. A client loads this with its first request: httpx2 and pydantic take a while to import."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar

import httpx2

from linq._async._runtime import AsyncHttpSource, paginated, sleep
from linq._async.pages import AsyncOrigin, AsyncPage
from linq._async.response import AsyncAPIResponse
from linq._flow import Answer, Send, Sleep, flow
from linq._http import DefaultAsyncHttpxClient
from linq._page import check_prefetch
from linq._parse import parse
from linq._request import Call, Wire
from linq._settings import Settings
from linq._types import NotGiven

T = TypeVar("T")
PageT = TypeVar("PageT", bound=AsyncPage[Any])
Form: TypeAlias = Literal["parsed", "raw", "streamed"]
"""What a method gives: the parsed value, the answer (``with_raw_response``), or the answer with its body to come."""


class AsyncEngine:
    """Sends calls with one client's settings over its HTTP source."""

    def __init__(self, settings: Settings, source: AsyncHttpSource) -> None:
        self._settings = settings
        self._source = source

    def list(self, call: Call, page: type[AsyncPage[Any]], form: Form, prefetch: int) -> Any:
        """The first page of a list, in the form that was asked for."""
        make = partial(self._page, page, call, check_prefetch(prefetch))
        return (
            paginated(partial(self.fetch, call, make), prefetch) if form == "parsed" else self._give(call, make, form)
        )

    async def ask(self, call: Call, cast_to: type[T], form: Form) -> Any:
        """Any call's answer as ``cast_to``, in the form that was asked for."""
        return await self._give(call, partial(parse, cast_to=cast_to), form)

    async def get(self, call: Call, cast_to: type[T]) -> T:
        """Any call's answer as ``cast_to``."""
        return await self.fetch(call, partial(parse, cast_to=cast_to))

    async def fetch(self, call: Call, make: Callable[[httpx2.Response], T]) -> T:
        """What ``make`` makes of a call's answer."""
        return make((await self._answer(call)).response)

    async def _give(self, call: Call, make: Callable[[httpx2.Response], T], form: Form) -> Any:
        if form == "parsed":
            return await self.fetch(call, make)
        return AsyncAPIResponse(await self._answer(call, stream=form == "streamed"), make)

    def _page(self, page: type[PageT], call: Call, prefetch: int, response: httpx2.Response) -> PageT:
        following = partial(self._next_page, page, prefetch)
        return parse(response, page).come_from(AsyncOrigin(call, following, prefetch))

    async def _next_page(self, page: type[PageT], prefetch: int, call: Call) -> PageT:
        return await self.fetch(call, partial(self._page, page, call, prefetch))

    async def _answer(self, call: Call, *, stream: bool = False) -> Answer:
        steps = flow(self._settings, call, stream=stream)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Sleep):
                    await sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    response = await self._send(step)
                except httpx2.RequestError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

    async def _send(self, send: Send) -> httpx2.Response:
        http = await self._source.get(DefaultAsyncHttpxClient)
        response = await http.send(_request(http, send.wire), stream=send.stream)
        if send.stream and not response.is_success:
            await response.aread()
        return response


def _request(http: httpx2.AsyncClient, wire: Wire) -> httpx2.Request:
    """The request as this HTTP client sends it, with whatever headers, cookies and parameters of its own it has."""
    timeout: Any = wire.timeout
    if isinstance(timeout, NotGiven):
        timeout = httpx2.USE_CLIENT_DEFAULT
    elif hasattr(timeout, "as_dict"):
        # One of the older httpx has the same parts, and httpx2 would take it for a number.
        timeout = httpx2.Timeout(**timeout.as_dict())
    return http.build_request(wire.method, wire.url, headers=wire.headers, content=wire.content, timeout=timeout)
