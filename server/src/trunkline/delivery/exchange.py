"""One request and its answer, by HTTP/1.1: as much of it as a webhook needs."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress

import h11

from trunkline.delivery.connecting import Connection, Connections, NotAllowed
from trunkline.domain.target import Target

TIMEOUT = 10.0
"""Seconds in which a receiver has to answer, from the first thing done to reach it."""

_CHUNK = 65_536  # bytes
_DRAIN = 1.0  # s, and bytes, of an answer's body that are read so that the connection can be used again
_DRAINED = 65_536


class NoAnswer(Exception):
    """There was no answer; the message says why, in our own words."""


async def post(
    connections: Connections, to: Target, headers: Mapping[str, str], body: bytes
) -> tuple[int, Mapping[str, str]]:
    """Sends a body to a target: the status and the headers of the answer, whose body is passed over.

    Redirects are not followed. Raises ``NoAnswer``.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            connection = await connections.get(to)
            try:
                response = await _asked(connection, to, headers, body)
            except (ConnectionError, h11.RemoteProtocolError):
                if not connection.is_used:
                    raise
                # It had been closed in the moment in which it was used again.
                connection = await connections.open(to)
                response = await _asked(connection, to, headers, body)
    except TimeoutError:
        raise NoAnswer(f"no answer within {TIMEOUT:g} s") from None
    except NotAllowed:
        raise NoAnswer("the host leads into a private network") from None
    except (OSError, h11.RemoteProtocolError) as error:
        raise NoAnswer(_problem(error)) from None
    await _passed_over(connections, to, connection)
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
    return response.status_code, given


async def _asked(connection: Connection, to: Target, headers: Mapping[str, str], body: bytes) -> h11.Response:
    """The beginning of the answer. The connection is dropped unless there is one."""
    http = connection.http
    whole = [*headers.items(), ("Content-Length", str(len(body)))]
    sent = [
        http.send(h11.Request(method="POST", target=to.path, headers=whole)),
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


async def _response(connection: Connection) -> h11.Response:
    while True:
        event = await _next(connection)
        if isinstance(event, h11.Response):
            return event
        if not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError("there was no answer")


async def _next(connection: Connection) -> object:
    while True:
        event = connection.http.next_event()
        if event is not h11.NEED_DATA:
            return event
        connection.http.receive_data(await connection.reader.read(_CHUNK))


async def _passed_over(connections: Connections, to: Target, connection: Connection) -> None:
    """Reads the rest of a short answer, so that the connection can be kept; otherwise the connection is dropped."""
    read = 0
    try:
        with suppress(TimeoutError, OSError, h11.RemoteProtocolError):
            async with asyncio.timeout(_DRAIN):
                while read <= _DRAINED:
                    event = await _next(connection)
                    if isinstance(event, h11.Data):
                        read += len(event.data)
                    else:
                        break
        http = connection.http
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
            connections.keep(to, connection)
            return
    except BaseException:
        connection.drop()
        raise
    connection.drop()


def _problem(error: Exception) -> str:
    """What went wrong, in our own words: never what the other side wrote."""
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
            return "the connection ended without a valid answer"
