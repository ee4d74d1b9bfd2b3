"""Connections to webhook targets, and to nowhere else.

The name of a host is resolved here, its addresses are checked, and the connection goes to one of these addresses: a
name that resolves to another address a moment later makes no difference. TLS and the ``Host`` header use the name.
docs/decisions/0008 says why this is not a library.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from typing import TypeAlias

import h11

from trunkline.domain.urls import Address
from trunkline.domain.webhook_target import Target, is_public

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[Address]]]
Origin: TypeAlias = tuple[str, str, int]

IDLE = 5.0  # s that a connection is kept open for the next event

_LOOKUPS = 64  # concurrent ones; one that hangs must not delay the others
_ADDRESSES = 4  # tried for a host
_CONNECT = 3.0  # s for each address except the last
_CLOSING = 1.0  # s to close a connection


class NotAllowed(Exception):
    """The host has no address on the internet."""


class Resolver:
    """Resolves names like the system, in threads of its own; each name once at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="resolver")
        self._lookups: dict[tuple[str, int], asyncio.Future[Sequence[Address]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host, in the system's order of preference. Raises ``OSError``."""
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        key = (host, port)
        if key not in self._lookups:
            lookup = asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)
            self._lookups[key] = lookup
            lookup.add_done_callback(lambda done: self._done(key, done))
        # Others may wait for the same lookup, so a cancellation must not end it.
        return await asyncio.shield(self._lookups[key])

    def _done(self, key: tuple[str, int], lookup: asyncio.Future[Sequence[Address]]) -> None:
        del self._lookups[key]
        if not lookup.cancelled():
            lookup.exception()  # retrieved even if no caller waits for it any longer

    def close(self) -> None:
        """Ends the threads, without waiting for lookups that hang."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> Sequence[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys([ip_address(each[4][0]) for each in found]))


class Connection:
    """A connection and its HTTP state."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.http = h11.Connection(h11.CLIENT)
        self.is_used = False
        """Whether it carried a request before. Then the receiver may have closed it meanwhile."""
        self.expiry: asyncio.TimerHandle | None = None

    def drop(self) -> None:
        """Aborts the connection."""
        self.writer.transport.abort()


class Connections:
    """A pool of connections, to public addresses only unless private ones are allowed."""

    def __init__(self, resolve: Resolve, tls: ssl.SSLContext, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._tls = tls
        self._allow_private = allow_private
        self._idle: dict[Origin, list[Connection]] = {}

    async def get(self, target: Target) -> Connection:
        """A connection for one request. Raises ``NotAllowed`` or ``OSError``."""
        idle = self._idle.get(_origin(target), [])
        while idle:
            connection = idle.pop()
            if connection.expiry is not None:
                connection.expiry.cancel()
            if not connection.reader.at_eof() and not connection.writer.transport.is_closing():
                return connection
            connection.drop()
        return await self.open(target)

    async def open(self, target: Target) -> Connection:
        """A new connection, to the first address that answers. Raises ``NotAllowed`` or ``OSError``."""
        addresses = await self._resolve(target.host, target.port)
        allowed = [each for each in addresses if self._allow_private or is_public(each)][:_ADDRESSES]
        if not allowed:
            raise NotAllowed
        for address in allowed[:-1]:
            try:
                async with asyncio.timeout(_CONNECT):
                    return await self._open(target, address)
            except ssl.SSLError:
                raise
            except OSError:
                continue
        return await self._open(target, allowed[-1])

    async def _open(self, target: Target, address: Address) -> Connection:
        secured = target.scheme == "https"
        return Connection(
            *await asyncio.open_connection(
                str(address),
                target.port,
                ssl=self._tls if secured else None,
                server_hostname=target.host if secured else None,
            )
        )

    def keep(self, target: Target, connection: Connection) -> None:
        """Returns a connection that is ready for another request."""
        connection.is_used = True
        self._idle.setdefault(_origin(target), []).append(connection)
        connection.expiry = asyncio.get_running_loop().call_later(IDLE, self._expire, _origin(target), connection)

    def _expire(self, origin: Origin, connection: Connection) -> None:
        idle = self._idle[origin]
        idle.remove(connection)
        if not idle:
            del self._idle[origin]
        connection.writer.close()

    async def close(self) -> None:
        """Closes every idle connection."""
        kept = [connection for idle in self._idle.values() for connection in idle]
        self._idle.clear()
        for connection in kept:
            if connection.expiry is not None:
                connection.expiry.cancel()
            connection.writer.close()
        for connection in kept:
            with suppress(OSError):
                async with asyncio.timeout(_CLOSING):
                    await connection.writer.wait_closed()


def _origin(target: Target) -> Origin:
    return target.scheme, target.host, target.port
