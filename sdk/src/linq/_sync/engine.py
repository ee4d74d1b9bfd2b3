# Generated from _async/engine.py by sdk/tools/generate_sync.py: change that, then run this.
"""What carries calls out. A client loads this with its first request: httpx2 and pydantic take a while to import."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeAlias, TypeVar

import httpx2

from linq._flow import Answer, Send, Sleep, flow
from linq._http import DefaultHttpxClient
from linq._page import check_prefetch
from linq._parse import parse
from linq._request import Call, Wire
from linq._settings import Settings
from linq._sync._runtime import HttpSource, paginated, sleep
from linq._sync.pages import Origin, Page
from linq._sync.response import APIResponse
from linq._types import NotGiven

T = TypeVar("T")
PageT = TypeVar("PageT", bound=Page[Any])
Form: TypeAlias = Literal["parsed", "raw", "streamed"]
"""What a method gives: the parsed value, the answer (``with_raw_response``), or the answer with its body to come."""


class Engine:
    """Sends calls with one client's settings over its HTTP source."""

    def __init__(self, settings: Settings, source: HttpSource) -> None:
        self._settings = settings
        self._source = source

    def list(self, call: Call, page: type[Page[Any]], form: Form, prefetch: int) -> Any:
        """The first page of a list, in the form that was asked for."""
        make = partial(self._page, page, call, check_prefetch(prefetch))
        return (
            paginated(partial(self.fetch, call, make), prefetch) if form == "parsed" else self._give(call, make, form)
        )

    def ask(self, call: Call, cast_to: type[T], form: Form) -> Any:
        """Any call's answer as ``cast_to``, in the form that was asked for."""
        return self._give(call, partial(parse, cast_to=cast_to), form)

    def get(self, call: Call, cast_to: type[T]) -> T:
        """Any call's answer as ``cast_to``."""
        return self.fetch(call, partial(parse, cast_to=cast_to))

    def fetch(self, call: Call, make: Callable[[httpx2.Response], T]) -> T:
        """What ``make`` makes of a call's answer."""
        return make((self._answer(call)).response)

    def _give(self, call: Call, make: Callable[[httpx2.Response], T], form: Form) -> Any:
        if form == "parsed":
            return self.fetch(call, make)
        return APIResponse(self._answer(call, stream=form == "streamed"), make)

    def _page(self, page: type[PageT], call: Call, prefetch: int, response: httpx2.Response) -> PageT:
        following = partial(self._next_page, page, prefetch)
        return parse(response, page).come_from(Origin(call, following, prefetch))

    def _next_page(self, page: type[PageT], prefetch: int, call: Call) -> PageT:
        return self.fetch(call, partial(self._page, page, call, prefetch))

    def _answer(self, call: Call, *, stream: bool = False) -> Answer:
        steps = flow(self._settings, call, stream=stream)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Sleep):
                    sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    response = self._send(step)
                except httpx2.RequestError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            answer: Answer = end.value
            return answer

    def _send(self, send: Send) -> httpx2.Response:
        http = self._source.get(DefaultHttpxClient)
        response = http.send(_request(http, send.wire), stream=send.stream)
        if send.stream and not response.is_success:
            response.read()
        return response


def _request(http: httpx2.Client, wire: Wire) -> httpx2.Request:
    """The request as this HTTP client sends it, with whatever headers, cookies and parameters of its own it has."""
    timeout: Any = wire.timeout
    if isinstance(timeout, NotGiven):
        timeout = httpx2.USE_CLIENT_DEFAULT
    elif hasattr(timeout, "as_dict"):
        # One of the older httpx has the same parts, and httpx2 would take it for a number.
        timeout = httpx2.Timeout(**timeout.as_dict())
    return http.build_request(wire.method, wire.url, headers=wire.headers, content=wire.content, timeout=timeout)
