"""Connections to one PostgreSQL database: how one is opened, the set of them, and the shares of reads and writes.

    take ──▶ in use ──▶ give_back ──▶ idle ──▶ take …
                └─────▶ drop: it is closed in the background, and terminated if the server does not answer

A connection that may be lost is dropped, never repaired: opening another takes less time than finding out.
"""

import asyncio
import logging
import random
import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from trunkline.domain.errors import described
from trunkline.notices import INTERVAL, Notice
from trunkline.storage.distribution import HAS_CITUS, IS_DISTRIBUTED
from trunkline.storage.postgres_url import Address, ConnectionOptions

CLOSE_TIMEOUT = 2.0  # s that the server has to cancel a statement and to close a connection
BUSY_PAUSE = 0.1  # s before the second attempt at a server that accepts no more connections; each pause is longer
BUSY_MAX_PAUSE = 1.0  # s between two attempts at most
SHORTAGE = "PostgreSQL accepts no more connections; requests wait for those that are open"
IDLE_INTERVAL = 60.0  # s after which connections are closed that were not needed meanwhile

# Every reading query is an index range, so its plan must not depend on statistics or bound values: it is the same for a
# partner with no chats and for one with ten million. This also saves planning, which is a third of a page's time. A
# distributed database needs the partner's id to plan a query: a generic plan would ask every node.
_GENERIC_PLANS = {"plan_cache_mode": "force_generic_plan"}
PLANNER = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "enable_memoize": "off",
    "jit": "off",
}
# What the server ends by itself, if this process or the network is gone: nobody else would release the locks.
_LIMITS = ("lock_timeout", "idle_in_transaction_session_timeout")
_BULK = "; set local idle_in_transaction_session_timeout = '10min'"
_UNSYNCED = "; set local synchronous_commit = off"
_SNAPSHOT = "; set transaction isolation level repeatable read, read only"

LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # after a failover, this server is the standby
    asyncpg.InternalClientError,  # the server closed the connection between two statements
)
"""What the driver raises if the server is unreachable, restarting, no longer the primary, or has ended the session."""

log = logging.getLogger("trunkline.storage")

_BUSY = (asyncpg.TooManyConnectionsError, asyncpg.CannotConnectNowError)
_POOLER_IS_BUSY = "no more connections allowed"

_DEMANDS = {
    "read-write": "accepts writes",
    "primary": "is a primary",
    "standby": "is a standby",
    "read-only": "is read-only",
    "any": "can be used",
}
"""What each ``target_session_attrs`` demands of a server."""


class Connector:
    """Opens connections, each ready for our statements.

    A pooler in transaction mode may run each transaction in another session of the server. Nothing can stay in a
    session then: no setting and no prepared statement. The pooler answers with a process id of its own, so we recognise
    it by asking the server for its.
    """

    def __init__(self, options: ConnectionOptions, *, command_timeout: float) -> None:
        self._options = options
        self._command_timeout = command_timeout
        self._is_pooled = options.is_pooled
        self._is_distributed: bool | None = None
        self._settings = PLANNER | dict.fromkeys(_LIMITS, f"{command_timeout * 1000:.0f}ms")
        self._use_settings()

    def _use_settings(self) -> None:
        settings = self._settings if self._is_distributed else _GENERIC_PLANS | self._settings
        self._session = "; ".join([f"set {name} = '{value}'" for name, value in settings.items()])
        self._begin_pooled = "; ".join(["begin", *[f"set local {name} = '{each}'" for name, each in settings.items()]])

    @property
    def is_distributed(self) -> bool:
        """Whether the tables are spread over nodes. Known once a connection is open."""
        return self._is_distributed is True

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler that may be in transaction mode is in between. Known once a connection is open."""
        return self._is_pooled is not False

    def begin(self, *, bulk: bool = False, snapshot: bool = False, synced: bool = True) -> str:
        """The statements that begin a transaction.

        A ``bulk`` one also does other work between its statements. A ``snapshot`` reads the state of one moment. One
        that is not ``synced`` commits before it is on the disk.
        """
        return (
            (self._begin_pooled if self.is_pooled else "begin")
            + (_BULK if bulk else "")
            + (_SNAPSHOT if snapshot else "")
            + ("" if synced else _UNSYNCED)
        )

    async def open(self) -> Any:
        """A new connection. Raises one of ``LOST`` or ``asyncpg.PostgresError``."""
        failure: Exception = OSError("there is no host")
        for target in self._options.targets:
            for address in self._addresses():
                try:
                    async with asyncio.timeout(self._options.connect_timeout):
                        return await self._open_at(address, target)
                except TimeoutError:
                    failure = TimeoutError(f"it does not answer within {self._options.connect_timeout:g} s")
                except asyncpg.TargetServerAttributeNotMatched:
                    failure = OSError(f"no server {_DEMANDS[target or 'any']}")
                except OSError as error:
                    failure = error
                except asyncpg.PostgresError as error:
                    if not is_busy(error):
                        raise
                    failure = error
        raise failure

    def _addresses(self) -> Sequence[Address]:
        addresses = self._options.addresses
        return random.sample(addresses, len(addresses)) if self._options.in_random_order else addresses

    async def _open_at(self, address: Address, target: str | None) -> Any:
        connection = await self._connect(address, target)
        try:
            if self._is_pooled is None:
                self._is_pooled = await _is_pooled(connection)
                if self._is_pooled:
                    connection.terminate()  # it would use prepared statements
                    connection = await self._connect(address, target)
            if self._is_distributed is None:
                self._is_distributed = await _value(connection, HAS_CITUS) and await _value(connection, IS_DISTRIBUTED)
                self._use_settings()
            if not self._is_pooled:
                await connection.execute(self._session)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _connect(self, address: Address, target: str | None) -> Any:
        driver: dict[str, Any] = {**self._options.driver, "target_session_attrs": target}
        connection: Any = await asyncpg.connect(
            **driver,
            host=address.host,
            port=address.port,
            timeout=self._options.connect_timeout,
            command_timeout=self._command_timeout,
            statement_cache_size=0 if self._is_pooled else 100,
        )
        used = connection._transport.get_extra_info("socket")  # the driver has no option for this
        if used.family != socket.AF_UNIX:
            for option in self._options.socket_options:
                used.setsockopt(*option)
        return connection


async def _is_pooled(connection: Any) -> bool:
    """Whether the session of the server is not that of this connection."""
    return await _value(connection, "select pg_backend_pid()") != connection.get_server_pid()


async def _value(connection: Any, query: str) -> Any:
    """What a query returns, in a transaction without a named statement: a pooler may be in between."""
    await connection.execute("begin")
    statement = await connection.prepare(query, name="")
    value = await statement.fetchval()
    await connection.execute("commit")
    return value


class Connections:
    """The connections to a database, opened when they are needed. Idle ones that nobody needs are closed but for one.

    One is used for at most ``max_lifetime`` seconds, so that a server is left that another has replaced.
    """

    def __init__(self, connector: Connector, max_lifetime: float) -> None:
        self._connector = connector
        self._max_lifetime = max_lifetime
        self._idle: list[Any] = []
        self._wanted: deque[asyncio.Future[Any]] = deque()
        """Of those who cannot open a connection now: each gets one that is given back, before others do."""
        self._current: dict[Any, float] = {}
        """Every connection that may be used again, and when it was opened."""
        self._closing: set[asyncio.Task[None]] = set()
        self.silences = 0
        """How often the server has not answered: who waits meanwhile need not try as well."""
        self.shortage = Notice(SHORTAGE, log, over="no request waits for a connection to PostgreSQL any longer")
        self._least_idle = 0
        """The least number of idle connections since the last trim: so many were not needed."""
        self._trimming: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> int:
        """How many connections are open and not in use."""
        return len(self._idle)

    async def find(self, patience: float) -> Any:
        """An idle connection, or a new one. While the server accepts no more, waits for one for ``patience`` seconds.

        Raises what ``Connector.open`` raises.
        """
        return self._take_idle() or await self._open(patience)

    def _take_idle(self) -> Any:
        """An idle connection that is open; None if there is none."""
        while self._idle:
            connection = self._idle.pop()
            self._least_idle = min(self._least_idle, len(self._idle))
            if not connection.is_closed():
                return connection
            self._current.pop(connection, None)
            connection.terminate()
        return None

    async def _open(self, patience: float) -> Any:
        """Opens a connection, or takes one that others give back while the server accepts no more."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience
        pause = BUSY_PAUSE
        while True:
            try:
                connection = await self._connector.open()
            except asyncpg.PostgresError as error:
                if not is_busy(error) or clock() > deadline:
                    raise
                self.shortage.give(described(error))
            else:
                self._current[connection] = clock()
                if self._trimming is None:
                    self._trim()
                return connection
            connection = await self._next(min(pause, max(0.0, deadline - clock())))
            if connection is not None:
                return connection
            pause = min(2 * pause, BUSY_MAX_PAUSE)

    async def _next(self, seconds: float) -> Any:
        """An idle connection, or the next one that is given back within this time; None if none is."""
        connection = self._take_idle()
        if connection is not None:
            return connection
        wanted: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._wanted.append(wanted)
        try:
            await asyncio.wait([wanted], timeout=seconds)
        except BaseException:
            if wanted.done():
                self._offer(wanted.result())
            raise
        finally:
            if not wanted.done():
                self._wanted.remove(wanted)
        return wanted.result() if wanted.done() else None

    def _offer(self, connection: Any) -> None:
        if self._wanted:
            self._wanted.popleft().set_result(connection)
        else:
            self._idle.append(connection)

    def give_back(self, connection: Any) -> None:
        """Ends the use of a connection that is in no transaction."""
        if connection in self._current:
            self._offer(connection)
        else:
            self._close(connection)

    def drop(self, connection: Any) -> None:
        """Ends the use of a connection in any state. It is closed in the background."""
        self._current.pop(connection, None)
        self._close(connection)

    def renew(self, *, is_silent: bool = False) -> None:
        """Uses no present connection again: if one is lost, the others may be as well.

        ``is_silent`` says that the server does not answer.
        """
        self.silences += is_silent
        self._current.clear()
        while self._idle:
            self._close(self._idle.pop())

    def _trim(self) -> None:
        """Closes old connections, and those that were not needed since the last time, but for one; again and again."""
        self.shortage.withdraw(unseen_for=INTERVAL)
        now = asyncio.get_running_loop().time()
        for old in [each for each, opened in self._current.items() if now - opened >= self._max_lifetime]:
            del self._current[old]  # if it is in use, it is closed when it is given back
            if old in self._idle:
                self._idle.remove(old)
                self._close(old)
        for _ in range(min(self._least_idle, len(self._idle) - 1)):
            self.drop(self._idle.pop(0))
        self._least_idle = len(self._idle)
        self._trimming = asyncio.get_running_loop().call_later(IDLE_INTERVAL, self._trim)

    def _close(self, connection: Any) -> None:
        task = asyncio.create_task(_close(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Closes idle connections, and returns when every dropped one is closed."""
        if self._trimming is not None:
            self._trimming.cancel()
        self.renew()
        if self._closing:
            await asyncio.wait(self._closing)


class Share:
    """At most ``size`` of the connections at once, for one kind of work: none keeps the others from a connection.

    ``patience`` is how long one waits, in seconds, while the server accepts no more connections.
    """

    def __init__(self, connections: Connections, size: int, patience: float) -> None:
        self._connections = connections
        self._places = asyncio.Semaphore(size)
        self._patience = patience
        self.in_use = 0
        """How many connections this kind of work has."""

    @property
    def silences(self) -> int:
        """How often the server has not answered."""
        return self._connections.silences

    async def take(self, silences: int | None = None) -> Any:
        """A connection, which must be given back or dropped. Waits until one is free; the caller limits the time.

        Raises what ``Connector.open`` raises, and ``TimeoutError`` if it turns out meanwhile that the server hangs, or
        since there were so many ``silences``.
        """
        if silences is None:
            silences = self._connections.silences
        await self._places.acquire()
        self.in_use += 1
        try:
            return await self._find(silences)
        except BaseException as error:
            if isinstance(error, TimeoutError):
                self._connections.silences += 1
            self._release()
            raise

    def _release(self) -> None:
        self.in_use -= 1
        self._places.release()

    async def _find(self, silences: int) -> Any:
        if silences != self._connections.silences:
            raise TimeoutError
        return await self._connections.find(self._patience)

    def give_back(self, connection: Any) -> None:
        """Ends the use of a connection that is in no transaction."""
        self._connections.give_back(connection)
        self._release()

    def drop(self, connection: Any) -> None:
        """Ends the use of a connection in any state. It is closed in the background."""
        self._connections.drop(connection)
        self._release()


async def _close(connection: Any) -> None:
    """Closes a connection, which also cancels its statement."""
    with suppress(Exception):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close()
            return
    connection.terminate()


def is_busy(error: asyncpg.PostgresError) -> bool:
    """Whether the server is starting, or it or a pooler has as many connections as it accepts."""
    return isinstance(error, _BUSY) or _POOLER_IS_BUSY in str(error)
