"""Closes the connections of clients that the HTTP server would keep for as long as the client likes.

The HTTP server reports neither its connections nor how much of a response a client has read, so a worker process looks
at its own sockets, through the kernel (Linux, TCP_INFO in tcp(7)); docs/decisions/0024 has the reasons.

    connected ──▶ idle ◀──▶ a request is in progress ◀──▶ a response waits for the client to read it
        │          │                                                     │
        │          └─ the worker is almost full                          ├─ less than 10 kB read in 20 s
        └─ no request for 30 s, or the worker is almost full             └─ more than 1,000 such connections
"""

import asyncio
import errno
import logging
import os
import resource
import socket
import stat
import struct
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

from trunkline.notices import Notice

Client: TypeAlias = tuple[str, int]
"""The address and port of a client."""

MAX_CONNECTIONS = 10_000  # connections of a worker, most of which wait for changes
OTHER_FILES = 1_500  # open files that are not connections of clients: 1,024 for webhooks, the database, files

PATIENCE = 30.0  # s that a client may take to begin a request
READ_PATIENCE = 20.0  # s, less than the HTTP server waits for the next request, that it may take to read at least …
LEAST_READ = 10_000  # … this many bytes of a response
MAX_UNREAD = 1_000  # connections whose clients have not read for a while
WHILE = 5.0  # s of it
FULL = 0.9  # of the connections that a worker may have

_INTERVAL = 5.0  # s between two looks
_SHORT_INTERVAL = 1.0  # s between two looks while there are many connections, or some wait for their clients
_SLICE = 100  # files that are looked at before other tasks continue
_BEGUN = 24  # bytes after which the HTTP server knows the version of HTTP, and has a timeout for the rest
_IDLE = 1.0  # s without a byte after which a connection may be closed to admit others
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: discard what is not sent
_ESTABLISHED = 1
_TCP_INFO_SIZE = 148

log = logging.getLogger("trunkline.connections")


@dataclass(frozen=True, slots=True)
class _Connection:
    """A connection at the time of a look. ``file`` is its file descriptor, and ``inode`` says whether it still is."""

    file: int
    inode: int
    client: Client
    received: int
    acknowledged: int
    silent_for: float
    """Seconds since the last byte from the client."""
    was_answered: bool
    """Whether the client has taken a byte of a response."""
    has_output: bool
    """Whether the client has not yet taken everything that was sent to it."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """When the client of a connection last read enough, and how much it had acknowledged by then."""

    since: float
    acknowledged: int


def connection_limit() -> int:
    """How many connections a worker may have: fewer than usual if this process may not open as many files.

    If the files ran out, the HTTP server would try to accept connections in an endless loop, and log nothing.
    """
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(1, min(MAX_CONNECTIONS, files - min(OTHER_FILES, files // 2)))


class ClientConnections:
    """The connections of clients to this process, which listens on ``port`` and has at most ``limit`` of them."""

    def __init__(self, port: int, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` returns seconds."""
        self._port = port
        self._limit = limit
        self._clock = clock
        self._in_progress: dict[Client, int] = {}
        self._abandoned: set[Client] = set()
        self._unbegun: dict[int, float] = {}
        self._unread: dict[int, _Mark] = {}
        self._almost_full = Notice(
            "this worker has almost no room for connections",
            log,
            over="this worker has room for connections again",
            clock=clock,
        )

    @property
    def in_progress(self) -> int:
        """How many requests are in progress."""
        return sum(self._in_progress.values())

    def begin(self, client: Client) -> None:
        """Notes that a request is in progress."""
        self._in_progress[client] = self._in_progress.get(client, 0) + 1

    def end(self, client: Client) -> None:
        """Notes that it no longer is."""
        left = self._in_progress.pop(client) - 1
        if left:
            self._in_progress[client] = left

    def abandon(self, client: Client) -> None:
        """Closes the connection of a client soon, on Linux: its response will not be completed."""
        if sys.platform == "linux":
            self._abandoned.add(client)

    async def run(self) -> None:
        """Looks at the connections from time to time, until it is cancelled. Without Linux, does nothing."""
        count = 0
        failing = Notice(
            "the connections of clients cannot be looked at", log, over="the connections of clients are looked at again"
        )
        while sys.platform == "linux":
            is_calm = count < self._limit / 2 and not self._unread and not self._abandoned
            await asyncio.sleep(_INTERVAL if is_calm else _SHORT_INTERVAL)
            try:
                count = await self.look()
            except Exception as error:  # such as no file being left for looking
                failing.give(f"{type(error).__name__}: {error}", traceback=not isinstance(error, OSError))
            else:
                failing.withdraw()

    async def look(self) -> int:
        """Closes the connections that may not remain. Returns how many there were."""
        connections: list[_Connection] = []
        for number, name in enumerate(os.listdir("/proc/self/fd")):  # noqa: PTH208 - names are enough
            if number % _SLICE == 0:
                await asyncio.sleep(0)
            connection = _examine(int(name), self._port)
            if connection is not None:
                connections.append(connection)
        abandoned, self._abandoned = self._abandoned, set()
        now = self._clock()
        closed = {each.inode for each in connections if each.client in abandoned and _close(each)}
        closed |= self._close_unbegun(connections, now)
        closed |= self._close_unread(connections, now)
        self._make_room([each for each in connections if each.inode not in closed])
        return len(connections)

    def _close_unbegun(self, connections: list[_Connection], now: float) -> set[int]:
        """Closes connections that begin no request."""
        before = self._unbegun
        unbegun = [each for each in connections if each.received < _BEGUN]
        self._unbegun = {each.inode: before.get(each.inode, now - each.silent_for) for each in unbegun}
        overdue = [each for each in unbegun if now - self._unbegun[each.inode] >= PATIENCE]
        return {each.inode for each in overdue if _close(each)}

    def _close_unread(self, connections: list[_Connection], now: float) -> set[int]:
        """Closes connections whose clients do not read their responses, or too slowly."""
        before, self._unread = self._unread, {}
        unread = [each for each in connections if each.has_output]
        for each in unread:
            mark = before.get(each.inode)
            if mark is None or each.acknowledged - mark.acknowledged >= LEAST_READ:
                mark = _Mark(now, each.acknowledged)
            self._unread[each.inode] = mark
        unread.sort(key=lambda each: self._unread[each.inode].since)
        waited = [now - self._unread[each.inode].since for each in unread]
        too_many = len(unread) - MAX_UNREAD
        return {
            each.inode
            for number, (each, seconds) in enumerate(zip(unread, waited, strict=True))
            if (seconds >= READ_PATIENCE or (number < too_many and seconds >= WHILE)) and _close(each)
        }

    def _make_room(self, connections: list[_Connection]) -> None:
        """Closes idle connections if there is almost no room for others.

        First all that never got a response, then those that have been idle for the longest time, as many as necessary.
        """
        excess = len(connections) - int(self._limit * FULL)
        if excess <= 0:
            self._almost_full.withdraw()
            return
        idle = [each for each in connections if self._is_idle(each)]
        closed = sum(_close(each) for each in idle if not each.was_answered)
        answered = sorted([each for each in idle if each.was_answered], key=lambda each: -each.silent_for)
        closed += sum(_close(each) for each in answered[: max(0, excess - closed)])
        self._almost_full.give(
            f"{len(connections)} of {self._limit} are in use; of the idle ones, {closed} have been closed", kind=""
        )

    def _is_idle(self, connection: _Connection) -> bool:
        return (
            connection.client not in self._in_progress and not connection.has_output and connection.silent_for >= _IDLE
        )


def _examine(file: int, port: int) -> _Connection | None:
    """What the kernel knows about a connection to a port; None if the file is none."""
    with suppress(OSError), _copy(file) as (connection, inode):
        if connection.getsockname()[1:2] != (port,):
            return None
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        if len(info) < _TCP_INFO_SIZE or info[0] != _ESTABLISHED:
            return None
        # The structure tcp_info of linux/tcp.h.
        unacknowledged, last_received = struct.unpack_from("=I24xI", info, 24)
        acknowledged, received, unsent = struct.unpack_from("=QQ8xI", info, 120)
        host, client_port = connection.getpeername()[:2]
        return _Connection(
            file,
            inode,
            (host, client_port),
            received,
            acknowledged,
            last_received / 1000,
            acknowledged > 1,  # some kernels count the handshake
            unacknowledged > 0 or unsent > 0,
        )
    return None


def _close(connection: _Connection) -> bool:
    """Ends a connection, and discards what waits to be sent. Returns whether it was still there."""
    with suppress(OSError), _copy(connection.file) as (copy, inode):
        if inode == connection.inode:
            copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            copy.shutdown(socket.SHUT_RDWR)  # the server then closes it
            log.info("closed the connection of %s, port %d", *connection.client)
            return True
    return False


@contextmanager
def _copy(file: int) -> Generator[tuple[socket.socket, int]]:
    """A socket with this file descriptor, and its inode. As a copy, it stays the same when the server closes its own.

    Raises ``OSError`` if the file is not a socket.
    """
    copy = _socket_copy(file)
    try:
        connection = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
    with connection:
        yield connection, os.fstat(copy).st_ino


def _socket_copy(file: int) -> int:
    """A copy of a file descriptor. Raises ``OSError`` if it is not a socket.

    A copy of another file is never closed: if that is the database, closing it would release the locks of SQLite
    (https://sqlite.org/howtocorrupt.html §2.2).
    """
    if _is_socket(file):
        copy = os.dup(file)
        # Meanwhile, a thread may have closed the socket and opened a file that got its number.
        if _is_socket(copy):
            return copy
    raise OSError(errno.ENOTSOCK, os.strerror(errno.ENOTSOCK))


def _is_socket(file: int) -> bool:
    return stat.S_ISSOCK(os.fstat(file).st_mode)
