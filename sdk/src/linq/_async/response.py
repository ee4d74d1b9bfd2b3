"""HTTP responses: status, headers and bytes. Raw responses are read whole, streaming ones piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Generic, TypeVar, overload

import httpx2

from linq._flow import FlowResult, connection_error
from linq._http import of_either_library
from linq._parse import parse

R = TypeVar("R")
T = TypeVar("T")


class AsyncAPIResponse(Generic[R]):
    """A response that is not parsed yet.

    ``http_response`` is httpx2's response; ``retries_taken`` is the number of failed attempts before it.
    """

    def __init__(self, result: FlowResult, parse_result: Callable[[httpx2.Response], R]) -> None:
        self.http_response = result.response
        self.retries_taken = result.retries_taken
        self._parse_result = parse_result

    @property
    def headers(self) -> httpx2.Headers:
        return self.http_response.headers

    @property
    def http_request(self) -> httpx2.Request:
        """The request of the last attempt."""
        return self.http_response.request

    @property
    def status_code(self) -> int:
        return self.http_response.status_code

    @property
    def url(self) -> httpx2.URL:
        return self.http_response.url

    @property
    def method(self) -> str:
        return self.http_request.method

    @property
    def http_version(self) -> str:
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """From sending the request to reading the whole body; available once the body has been read or closed."""
        return self.http_response.elapsed

    @property
    def is_closed(self) -> bool:
        return self.http_response.is_closed

    @property
    def trace_id(self) -> str | None:
        """The header ``X-Trace-ID``: the id to quote to the service's operators."""
        return self.http_response.headers.get("x-trace-id")

    @overload
    async def parse(self) -> R: ...
    @overload
    async def parse(self, *, to: type[T]) -> T: ...
    async def parse(self, *, to: type[T] | None = None) -> R | T:
        """The result of the method itself, or the body as ``to``: a model, ``dict[str, object]``, ``str``, ``bytes``, …

        Raises ``APIResponseValidationError`` if the body does not have this type.
        """
        await self.read()
        return self._parse_result(self.http_response) if to is None else parse(self.http_response, to)

    async def read(self) -> bytes:
        """The decoded body."""
        with self._errors():
            return await self.http_response.aread()

    async def text(self) -> str:
        """The body as text."""
        await self.read()
        return self.http_response.text

    async def json(self) -> object:
        """The body as decoded JSON. Raises ``ValueError`` if it is not JSON."""
        await self.read()
        body: object = self.http_response.json()
        return body

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The decoded body, in pieces of ``chunk_size`` bytes or as they arrive."""
        with self._errors():
            async for chunk in self.http_response.aiter_bytes(chunk_size):
                yield chunk

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, in pieces of ``chunk_size`` characters or as they arrive."""
        with self._errors():
            async for chunk in self.http_response.aiter_text(chunk_size):
                yield chunk

    async def iter_lines(self) -> AsyncIterator[str]:
        """The body line by line, without line endings."""
        with self._errors():
            async for line in self.http_response.aiter_lines():
                yield line

    async def close(self) -> None:
        """Return the connection to the pool, whether or not the body was read."""
        await self.http_response.aclose()

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except Exception as error:
            if isinstance(error, of_either_library("RequestError")):
                raise connection_error(error, self.http_request) from error
            raise


class AsyncResponseContextManager(Generic[R]):
    """The result of ``with_streaming_response``: sends the request on entry, and closes the response on exit."""

    def __init__(self, open_response: Callable[[], Awaitable[AsyncAPIResponse[R]]]) -> None:
        self._open = open_response
        self._response: AsyncAPIResponse[R] | None = None

    async def __aenter__(self) -> AsyncAPIResponse[R]:
        self._response = await self._open()
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.close()
