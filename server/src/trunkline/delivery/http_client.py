"""One HTTP/1.1 request and its response, as far as webhooks need it (docs/decisions/0008)."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress

import h11
import msgspec

from trunkline.delivery.connections import Connection, Connections, NotAllowed
from trunkline.domain.delivery import MAX_SHOWN_BODY
from trunkline.domain.webhook_target import Target

TIMEOUT = 10.0
"""Seconds that a receiver has to respond, from the start of the name lookup."""

_DRAIN_TIMEOUT = 1.0  # s for reading the body of a response, so that the connection can be used again
_MAX_DRAINED = 65_536  # bytes of it
_MAX_HEAD = 16_384  # bytes before it: the status, the headers, and all interim responses
_MAX_STEPS = 64  # reads of each, and what they contain, such as chunks: each costs processor time, whatever its size
_READ = 4_096  # bytes at most in one of them


class NoResponse(Exception):
    """There was no response. The message says why, and quotes nothing from the receiver."""


class NoResponseInTime(NoResponse):
    """There was no response within ``TIMEOUT``."""


class Response(msgspec.Struct, frozen=True):
    """A response: its status, its headers and the beginning of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool
    """Whether the body has more than that, or did not end."""


async def post(connections: Connections, target: Target, headers: Mapping[str, str], body: bytes) -> Response:
    """Sends a body to a target, and returns the response.

    Redirects are not followed. Raises ``NoResponse``.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            connection = await connections.get(target)
            try:
                response = await _exchange(connection, target, headers, body)
            except (ConnectionError, h11.RemoteProtocolError):
                if not connection.is_used:
                    raise
                # The receiver closed it at the moment when it was used again.
                connection = await connections.open(target)
                response = await _exchange(connection, target, headers, body)
    except TimeoutError:
        raise NoResponseInTime(f"no response within {TIMEOUT:g} s") from None
    except NotAllowed:
        raise NoResponse("the host resolves to a private address") from None
    except (OSError, h11.RemoteProtocolError) as error:
        raise NoResponse(_problem(error)) from None
    beginning, is_cut = await _drain(connections, target, connection)
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
    return Response(response.status_code, given, beginning, is_cut)


async def _exchange(connection: Connection, target: Target, headers: Mapping[str, str], body: bytes) -> h11.Response:
    """Sends a request, and returns the start of the response. Drops the connection if there is none."""
    http = connection.http
    whole = [*headers.items(), ("Content-Length", str(len(body)))]
    sent = [
        http.send(h11.Request(method="POST", target=target.path, headers=whole)),
        http.send(h11.Data(data=body)),
        http.send(h11.EndOfMessage()),
    ]
    try:
        connection.writer.write(b"".join(sent))
        await connection.writer.drain()
        return await _response(connection)
    except BaseException:
        connection.drop()
        raise


class _Reading:
    """Reads from a receiver at most so many bytes, in a limited number of steps."""

    def __init__(self, connection: Connection, most: int) -> None:
        self._connection = connection
        self._bytes_left = most
        self._steps_left = _MAX_STEPS

    async def next(self) -> object:
        """The next part of a response, as h11 names it. Raises ``OSError`` or ``h11.RemoteProtocolError``."""
        http = self._connection.http
        while self._bytes_left > 0 and self._steps_left > 0:
            self._steps_left -= 1
            event = http.next_event()
            if event is not h11.NEED_DATA:
                return event
            received = await self._connection.reader.read(_READ)
            self._bytes_left -= len(received)
            http.receive_data(received)
        raise h11.RemoteProtocolError("too much to read")


async def _response(connection: Connection) -> h11.Response:
    reading = _Reading(connection, _MAX_HEAD)
    while True:
        event = await reading.next()
        if isinstance(event, h11.Response):
            return event
        if not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError("there was no response")


async def _drain(connections: Connections, target: Target, connection: Connection) -> tuple[bytes, bool]:
    """Reads the rest of a short response, so that the connection can be kept; otherwise drops the connection.

    Returns the beginning of the body, and whether that is not all of it.
    """
    reading = _Reading(connection, _MAX_DRAINED)
    beginning, size, is_whole = b"", 0, False
    try:
        with suppress(TimeoutError, OSError, h11.RemoteProtocolError):
            async with asyncio.timeout(_DRAIN_TIMEOUT):
                while isinstance(event := await reading.next(), h11.Data):
                    size += len(event.data)
                    beginning += event.data[: MAX_SHOWN_BODY - len(beginning)]
                is_whole = isinstance(event, h11.EndOfMessage)
        http = connection.http
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
            connections.keep(target, connection)
        else:
            connection.drop()
    except BaseException:
        connection.drop()
        raise
    return beginning, size > len(beginning) or not is_whole


def _problem(error: Exception) -> str:
    """What went wrong, without quoting the receiver."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate is not accepted: {error.verify_message}"
        case ssl.SSLError():
            return "no TLS connection"
        case ConnectionRefusedError():
            return "the connection was refused"
        case OSError() if error.strerror and not isinstance(error, ConnectionError):
            return f"no connection: {error.strerror}"
        case _:
            return "the connection ended without a valid response"
