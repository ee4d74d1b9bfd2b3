# Generated from _async/response.py by sdk/tools/generate_sync.py: change that, then run this.
"""Answers with their HTTP side: status, headers, bytes; read whole (raw) or piece by piece (streaming)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Generic, TypeVar, cast, overload

import httpx2

from linq._flow import Answer, connection_error
from linq._parse import parse

R = TypeVar("R")
T = TypeVar("T")


class APIResponse(Generic[R]):
    """An answer before it is parsed. ``http_response`` is httpx2's own; ``retries_taken`` counts failed attempts."""

    def __init__(self, answer: Answer, make: Callable[[httpx2.Response], R]) -> None:
        self.http_response = answer.response
        self.retries_taken = answer.retries_taken
        self._make = make

    @property
    def headers(self) -> httpx2.Headers:
        return self.http_response.headers

    @property
    def http_request(self) -> httpx2.Request:
        """What was sent, of the last attempt."""
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
        """From sending to having read all; only once the body has been read or closed."""
        return self.http_response.elapsed

    @property
    def is_closed(self) -> bool:
        return self.http_response.is_closed

    @property
    def trace_id(self) -> str | None:
        """``X-Trace-ID``: what to quote to the people who run the server."""
        return self.http_response.headers.get("x-trace-id")

    @overload
    def parse(self) -> R: ...
    @overload
    def parse(self, *, to: type[T]) -> T: ...
    def parse(self, *, to: type[T] | None = None) -> R | T:
        """What the method itself would have returned, or the body as ``to``.

        Raises ``APIResponseValidationError`` when the body is not that.
        """
        self.read()
        return self._make(self.http_response) if to is None else parse(self.http_response, to)

    def read(self) -> bytes:
        with self._errors():
            return self.http_response.read()

    def text(self) -> str:
        self.read()
        return self.http_response.text

    def json(self) -> object:
        self.read()
        return cast("object", self.http_response.json())

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The decoded body, in pieces of ``chunk_size`` bytes or as they arrive."""
        with self._errors():
            yield from self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        with self._errors():
            yield from self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The body line by line, without the line ends."""
        with self._errors():
            yield from self.http_response.iter_lines()

    def close(self) -> None:
        """Give the connection back, whether or not the body was read."""
        self.http_response.close()

    @contextmanager
    def _errors(self) -> Generator[None]:
        try:
            yield
        except httpx2.RequestError as error:
            raise connection_error(error, self.http_request) from error


class ResponseContextManager(Generic[R]):
    """``with_streaming_response``: the request is sent on entering, the connection given back on leaving."""

    def __init__(self, open_response: Callable[[], APIResponse[R]]) -> None:
        self._open = open_response
        self._response: APIResponse[R] | None = None

    def __enter__(self) -> APIResponse[R]:
        self._response = self._open()
        return self._response

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._response is not None:
            self._response.close()
