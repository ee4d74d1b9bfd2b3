# Generated from _async/transport.py by sdk/tools/generate_sync.py; run make generate.
"""Sends requests. A client loads this module with its first request, because httpx2 and pydantic import slowly."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

import httpx2

from linq._flow import FlowResult, Send, Sleep, flow
from linq._http import DefaultHttpxClient, timeout_for
from linq._parse import parse
from linq._request import PreparedRequest, Request
from linq._settings import Settings
from linq._sync._runtime import HttpSource, sleep
from linq._sync.pages import BoundPage
from linq._sync.response import APIResponse, ResponseContextManager

R = TypeVar("R")


class Transport:
    """Sends requests with the settings of one client, over the connections of its source."""

    def __init__(self, settings: Settings, source: HttpSource) -> None:
        self._settings = settings
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
        steps = flow(self._settings, request, stream=stream)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Sleep):
                    sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    response = self._exchange(step)
                except httpx2.RequestError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as end:
            result: FlowResult = end.value
            return result

    def _exchange(self, send: Send) -> httpx2.Response:
        http = self._source.get(DefaultHttpxClient)
        response = http.send(_http_request(http, send.prepared), stream=send.stream)
        if send.stream and not response.is_success:
            response.read()
        return response


def _http_request(http: httpx2.Client, prepared: PreparedRequest) -> httpx2.Request:
    """The request as this HTTP client sends it, with the client's own headers, cookies and parameters added."""
    return http.build_request(
        prepared.method,
        prepared.url,
        headers=prepared.headers,
        content=prepared.content,
        timeout=timeout_for(prepared.timeout, http.timeout, prepared.wait),
    )
