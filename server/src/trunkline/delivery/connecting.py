"""Connections to where subscriptions point, and to nowhere else.

A host's name is resolved here, its addresses are checked, and the connection is made to one of those very addresses:
a name that resolves to something else a moment later leads nowhere. TLS and the ``Host`` header keep the name.
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

from trunkline.domain.target import Address, Target, is_public

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[Address]]]
Origin: TypeAlias = tuple[str, str, int]

IDLE = 5.0  # s that a connection is kept for the next event

_LOOKUPS = 64  # at the same time; one that hangs must not hold up the others
_ADDRESSES = 4  # of a host that are tried
_CONNECT = 3.0  # s for each, but the last
_CLOSING = 1.0  # s for a farewell


class NotAllowed(Exception):
    """The host has no address on the internet."""


class Resolver:
    """Looks names up as the system does, in threads of its own; the same name only once at a time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="resolver")
        self._underway: dict[tuple[str, int], asyncio.Future[Sequence[Address]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of a host, as the system prefers them. Raises ``OSError``."""
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        key = (host, port)
        if key not in self._underway:
            lookup = asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port)
            self._underway[key] = lookup
            lookup.add_done_callback(lambda ended: self._end(key, ended))
        # Others may wait for the same lookup, so one that gives up does not end it.
        return await asyncio.shield(self._underway[key])

    def _end(self, key: tuple[str, int], lookup: asyncio.Future[Sequence[Address]]) -> None:
        del self._underway[key]
        if not lookup.cancelled():
            lookup.exception()  # looked at, although whoever asked may have given up

    def close(self) -> None:
        """Leaves lookups that hang to themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> Sequence[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys([ip_address(each[4][0]) for each in found]))


class Connection:
    """A connection, and how far its conversation has come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.http = h11.Connection(h11.CLIENT)
        self.is_used = False
        """Whether there was a request before: then the other side may have hung up meanwhile."""
        self.expiry: asyncio.TimerHandle | None = None

    def drop(self) -> None:
        """Ends it without a word."""
        self.writer.transport.abort()


class Connections:
    """Opens connections, only to addresses on the internet unless any are allowed, and keeps them for a moment."""

    def __init__(self, resolve: Resolve, tls: ssl.SSLContext, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._tls = tls
        self._allow_private = allow_private
        self._idle: dict[Origin, list[Connection]] = {}

    async def get(self, to: Target) -> Connection:
        """A connection for one request. Raises ``NotAllowed`` or ``OSError``."""
        idle = self._idle.get(_origin(to), [])
        while idle:
            connection = idle.pop()
            if connection.expiry is not None:
                connection.expiry.cancel()
            if not connection.reader.at_eof() and not connection.writer.transport.is_closing():
                return connection
            connection.drop()
        return await self.open(to)

    async def open(self, to: Target) -> Connection:
        """A new connection, to the first address that answers. Raises ``NotAllowed`` or ``OSError``."""
        addresses = await self._resolve(to.host, to.port)
        allowed = [each for each in addresses if self._allow_private or is_public(each)][:_ADDRESSES]
        if not allowed:
            raise NotAllowed
        for address in allowed[:-1]:
            try:
                async with asyncio.timeout(_CONNECT):
                    return await self._open(to, address)
            except ssl.SSLError:
                raise
            except OSError:
                continue
        return await self._open(to, allowed[-1])

    async def _open(self, to: Target, address: Address) -> Connection:
        secured = to.scheme == "https"
        return Connection(
            *await asyncio.open_connection(
                str(address),
                to.port,
                ssl=self._tls if secured else None,
                server_hostname=to.host if secured else None,
            )
        )

    def keep(self, to: Target, connection: Connection) -> None:
        """Takes back a connection that is ready for another request."""
        connection.is_used = True
        self._idle.setdefault(_origin(to), []).append(connection)
        connection.expiry = asyncio.get_running_loop().call_later(IDLE, self._expire, _origin(to), connection)

    def _expire(self, origin: Origin, connection: Connection) -> None:
        idle = self._idle[origin]
        idle.remove(connection)
        if not idle:
            del self._idle[origin]
        connection.writer.close()

    async def close(self) -> None:
        """Closes what is kept."""
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


def _origin(to: Target) -> Origin:
    return to.scheme, to.host, to.port
