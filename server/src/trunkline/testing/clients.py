"""The clients of a test. They raise what a function of the test raised while it handled a webhook, unchanged.

The SDK turns any exception of an HTTP transport into an ``APIConnectionError``. The transport of a test delivers
webhooks before it returns a response, so there an exception can be the test's own.
"""

from typing import Any

import httpx2

from linq import APIConnectionError, AsyncLinqAPIV3, LinqAPIV3
from linq._async.transport import AsyncTransport
from linq._flow import FlowResult
from linq._request import Request
from linq._sync.transport import Transport


class PluginClient(LinqAPIV3):
    """The sync client."""

    def _new_transport(self) -> Transport:
        return _Transport(self._settings, self._source)


class AsyncPluginClient(AsyncLinqAPIV3):
    """The async client."""

    def _new_transport(self) -> AsyncTransport:
        return _AsyncTransport(self._settings, self._source)


class _Transport(Transport):
    def _respond(self, request: Request[Any], *, stream: bool = False) -> FlowResult:
        try:
            return super()._respond(request, stream=stream)
        except APIConnectionError as error:
            raised = _raised_by_test(error)
        raise raised


class _AsyncTransport(AsyncTransport):
    async def _respond(self, request: Request[Any], *, stream: bool = False) -> FlowResult:
        try:
            return await super()._respond(request, stream=stream)
        except APIConnectionError as error:
            raised = _raised_by_test(error)
        raise raised


def _raised_by_test(error: APIConnectionError) -> BaseException:
    """The exception of the test behind an error, or the error itself."""
    cause = error.__cause__
    return error if cause is None or isinstance(cause, httpx2.RequestError) else cause
