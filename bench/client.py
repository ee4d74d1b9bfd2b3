"""An HTTP client that costs the load generators little: one persistent connection, one request at a time."""

import asyncio
import re
from types import TracebackType
from typing import Any, Self

import msgspec

TIMEOUT = 90.0  # s for a response, which is longer than a long poll
MAX_PAUSE = 60.0  # s that a client waits at most because of Retry-After

_INSISTENCE = 100  # repetitions

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_REFUSED = frozenset({429, 503})


class NoResponse(Exception):
    """The connection failed, or there was no response in time."""


class Response(msgspec.Struct, frozen=True):
    """A response. ``head`` is its status line with its headers."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, whose name is in lower case."""
        found = re.search(rb"\r\n" + name.encode() + rb": *([^\r]*)", self.head, re.IGNORECASE)
        return found[1].decode() if found else None

    @property
    def retry_after(self) -> float | None:
        """The seconds after which the client should come back."""
        value = self.header("retry-after")
        return None if value is None else min(float(value), MAX_PAUSE)

    @property
    def is_refused(self) -> bool:
        """Whether the service asks the client to come back later."""
        return self.status in _REFUSED

    @property
    def is_success(self) -> bool:
        """Whether the service did what it was asked."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)


class Client:
    """One connection to a port of this machine, opened when it is needed and opened again after a failure."""

    def __init__(self, port: int, key: str = "") -> None:
        self._port = port
        self._authorization = f"Authorization: Bearer {key}\r\n" if key else ""
        self._connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection[1].close()
            self._connection = None

    async def open(self) -> None:
        """Connects. Raises ``NoResponse``."""
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._open()
        except (OSError, TimeoutError) as error:
            raise NoResponse(str(error) or "no connection in time") from None

    def encode(self, method: str, path: str, body: bytes = b"", content_type: str = "application/json") -> bytes:
        """A request as it is sent."""
        entity = f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n" if body else ""
        return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{self._authorization}{entity}\r\n".encode() + body

    async def request(self, method: str, path: str, body: object = None) -> Response:
        """One request, whose ``body`` is sent as JSON unless it is bytes, and its response. Raises ``NoResponse``."""
        encoded = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        return await self.exchange(self.encode(method, path, encoded))

    async def exchange(self, request: bytes, *, limit: float = TIMEOUT) -> Response:
        """Sends the bytes of a request, and returns the response, or raises ``NoResponse`` after ``limit`` seconds."""
        try:
            async with asyncio.timeout(limit):
                reader, writer = self._connection or await self._open()
                writer.write(request)
                return await _response(reader)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError, ValueError) as error:
            self.close()
            raise NoResponse(str(error) or type(error).__name__) from None
        except BaseException:
            self.close()
            raise

    async def insist(self, method: str, path: str, body: object = None) -> Response:
        """The response to a request that is repeated, when Retry-After says, until the service accepts it.

        Raises ``RuntimeError`` if it fails, or is refused a hundred times.
        """
        response = await self.request(method, path, body)
        for _ in range(_INSISTENCE):
            if not response.is_refused:
                break
            await asyncio.sleep(response.retry_after or 1)
            response = await self.request(method, path, body)
        if not response.is_success:
            raise RuntimeError(f"{method} {path}: {response.status} {response.body[:500]!r}")
        return response

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.close()
        self._connection = await asyncio.open_connection("127.0.0.1", self._port)
        return self._connection


async def _response(reader: asyncio.StreamReader) -> Response:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return Response(int(head[9:12]), head, body)
