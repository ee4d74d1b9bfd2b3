"""Connections to where subscriptions point, and to nowhere else.

A host's name is resolved here, its addresses are checked, and the connection is made to one of those very addresses:
a name that resolves to something else a moment later leads nowhere. TLS and the ``Host`` header keep the name.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any, TypeAlias

from httpcore2 import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError, ConnectTimeout

from trunkline.domain.target import Address, is_public

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[Address]]]

_LOOKUPS = 64  # at the same time; one that hangs must not hold up the others
_ADDRESSES = 4  # of a host that are tried
_CONNECT = 3.0  # s for each


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


class CheckedBackend(AsyncNetworkBackend):
    """Connects to addresses on the internet, unless it may connect to any."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is not ours
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """A connection to the first address that answers. Raises ``NotAllowed``, ``OSError`` or ``ConnectError``."""
        addresses = await self._resolve(host, port)
        allowed = [each for each in addresses if self._allow_private or is_public(each)][:_ADDRESSES]
        if not allowed:
            raise NotAllowed
        for address in allowed[:-1]:
            try:
                return await self._network.connect_tcp(str(address), port, _CONNECT)
            except (ConnectError, ConnectTimeout):
                continue
        return await self._network.connect_tcp(str(allowed[-1]), port, timeout)
