# Generated from _async/transport.py by sdk/tools/generate_sync.py; run make generate.
"""Sends requests. A client loads this module with its first request, because httpx2 and pydantic import slowly."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

import httpx2

from linq._flow import FlowResult, Send, Sleep, flow
from linq._http import DefaultHttpxClient, timeout_for, timeout_of
from linq._parse import parse
from linq._request import PreparedRequest, Request
from linq._settings import Settings
from linq._sync._runtime import HttpSource, HttpxClientLike, sleep
from linq._sync.pages import BoundPage
from linq._sync.response import APIResponse, ResponseContextManager

R = TypeVar("R")


MAX_REDIRECTS = 20
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Transport:
    """Sends requests with the settings of one client, over the connections of its source."""

    def __init__(self, settings: Settings, source: HttpSource) -> None:
        self.settings = settings
        """The client replaces them when one of its settings is assigned."""
        self._source = source

    def send(self, request: Request[R]) -> R:
        """The parsed response. Raises ``APIError``."""
        return self._parsed(request, (self._respond(request)).response)

    def send_raw(self, request: Request[R]) -> APIResponse[R]:
        """The response, its body read but not parsed. Raises ``APIError``."""
        return APIResponse(self._respond(request), partial(self._parsed, request))

    def stream(self, request: Request[R]) -> ResponseContextManager[R]:
        """A context manager that sends the request when it is entered, and leaves the body unread."""
        return ResponseContextManager(partial(self._send_streaming, request))

    def _send_streaming(self, request: Request[R]) -> APIResponse[R]:
        return APIResponse(self._respond(request, stream=True), partial(self._parsed, request))

    def _parsed(self, request: Request[R], response: httpx2.Response) -> R:
        result = parse(response, request.cast_to)
        if isinstance(result, BoundPage):
            result.bind(self, request, response.headers)
        return result

    def _respond(self, request: Request[object], *, stream: bool = False) -> FlowResult:
        steps = flow(self.settings, request, stream=stream)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Sleep):
                    sleep(step.seconds)
                    step = steps.send(None)
                    continue
                http = self._source.get(DefaultHttpxClient)
                try:
                    response = _exchange(http, step)
                except Exception as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            result: FlowResult = end.value
            return result


def _exchange(http: HttpxClientLike, send: Send) -> httpx2.Response:
    """The response to one attempt. Raises what the HTTP client raises.

    A redirect is followed if the HTTP client follows redirects, but a write only if it stays the write that it is: a
    301, 302 or 303 turns a POST into a GET, whose response would look like that of the POST.
    """
    request = _http_request(http, send.prepared)
    if request.method in _SAFE_METHODS or not http.follow_redirects:
        response: httpx2.Response = http.send(request, stream=send.stream)
    else:
        response = http.send(request, stream=send.stream, follow_redirects=False)
        for _ in range(MAX_REDIRECTS):
            following = response.next_request
            if following is None or following.method != request.method:
                break
            response.read()
            response = http.send(following, stream=send.stream, follow_redirects=False)
    if send.stream and not response.is_success:
        response.read()
    return response


def _http_request(http: HttpxClientLike, prepared: PreparedRequest) -> httpx2.Request:
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
