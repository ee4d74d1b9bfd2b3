"""Connections to one PostgreSQL database: how one is opened, and a bounded set of them for one kind of work.

    take ──▶ in use ──▶ give_back ──▶ idle ──▶ take …
                └─────▶ drop: it is closed in the background, and terminated if the server does not answer

A connection that may be lost is dropped, never repaired: opening another takes less time than finding out.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import asyncpg

from trunkline.storage.postgres_url import Address, ConnectionOptions

CLOSE_TIMEOUT = 2.0  # s that the server has to cancel a statement and to close a connection
BUSY_TIMEOUT = 8.0  # s that a connection waits for a server that starts or has as many connections as it accepts
BUSY_PAUSE = 0.1  # s between two attempts
IDLE_INTERVAL = 60.0  # s after which connections are closed that were not needed meanwhile

# Every reading query is an index range, so its plan must not depend on statistics or bound values: it is the same for a
# partner with no chats and for one with ten million. This also saves planning, which is a third of a page's time.
_PLANNER = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "enable_memoize": "off",
    "jit": "off",
}
# What the server ends by itself, if this process or the network is gone: nobody else would release the locks.
_LIMITS = {"lock_timeout": "60s", "idle_in_transaction_session_timeout": "60s"}
_BULK = "; set local idle_in_transaction_session_timeout = '10min'"
_SESSION = "; ".join([f"set {name} = '{value}'" for name, value in (_PLANNER | _LIMITS).items()])
_BEGIN_POOLED = "; ".join(["begin", *[f"set local {name} = '{value}'" for name, value in (_PLANNER | _LIMITS).items()]])

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

_BUSY = (asyncpg.TooManyConnectionsError, asyncpg.CannotConnectNowError)
_POOLER_IS_BUSY = "no more connections allowed"


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

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler that may be in transaction mode is in between. Known once a connection is open."""
        return self._is_pooled is not False

    def begin(self, *, bulk: bool = False) -> str:
        """The statements that begin a transaction. A ``bulk`` one also does other work between its statements."""
        return (_BEGIN_POOLED if self.is_pooled else "begin") + (_BULK if bulk else "")

    async def open(self) -> Any:
        """A new connection. Raises one of ``LOST`` or ``asyncpg.PostgresError``."""
        failure: Exception = OSError("there is no host")
        for address in self._options.addresses:
            try:
                async with asyncio.timeout(self._options.connect_timeout):
                    return await self._open_at(address)
            except TimeoutError:
                failure = TimeoutError(f"it does not answer within {self._options.connect_timeout:g} s")
            except asyncpg.TargetServerAttributeNotMatched:
                failure = OSError("no server accepts writes")
            except (OSError, *_BUSY) as error:
                failure = error
        raise failure

    async def _open_at(self, address: Address) -> Any:
        connection = await self._connect(address)
        try:
            if self._is_pooled is None:
                self._is_pooled = await _is_pooled(connection)
                if self._is_pooled:
                    connection.terminate()  # it would use prepared statements
                    return await self._connect(address)
            if not self._is_pooled:
                await connection.execute(_SESSION)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _connect(self, address: Address) -> Any:
        connection: Any = await asyncpg.connect(
            **self._options.driver,
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
    await connection.execute("begin")
    statement = await connection.prepare("select pg_backend_pid()", name="")
    process_id = await statement.fetchval()
    await connection.execute("commit")
    return process_id != connection.get_server_pid()


class Connections:
    """At most ``size`` connections, opened when they are needed. Idle ones that nobody needs are closed but for one."""

    def __init__(self, connector: Connector, size: int) -> None:
        self._connector = connector
        self._places = asyncio.Semaphore(size)
        self._idle: list[Any] = []
        self._wanted: deque[asyncio.Future[Any]] = deque()
        """Of those who cannot open a connection now: each gets one that is given back, before others take a place."""
        self._current: set[Any] = set()
        """Every connection that may be used again."""
        self._closing: set[asyncio.Task[None]] = set()
        self.silences = 0
        """How often the server has not answered: who waits meanwhile need not try as well."""
        self._least_idle = 0
        """The least number of idle connections since the last trim: so many were not needed."""
        self._trimming: asyncio.TimerHandle | None = None

    @property
    def usage(self) -> Mapping[str, int]:
        """How many connections are in use, and how many are idle."""
        idle = len(self._idle)
        return {"in_use": len(self._current) - idle, "idle": idle}

    async def take(self, silences: int | None = None) -> Any:
        """A connection, which must be given back or dropped. Waits until one is free; the caller limits the time.

        Raises what ``Connector.open`` raises, and ``TimeoutError`` if it turns out meanwhile that the server hangs, or
        since there were so many ``silences``.
        """
        if silences is None:
            silences = self.silences
        await self._places.acquire()
        try:
            return await self._find(silences)
        except BaseException as error:
            if isinstance(error, TimeoutError):
                self.silences += 1
            self._places.release()
            raise

    async def _find(self, silences: int) -> Any:
        if silences != self.silences:
            raise TimeoutError
        while self._idle:
            connection = self._idle.pop()
            self._least_idle = min(self._least_idle, len(self._idle))
            if not connection.is_closed():
                return connection
            self._current.discard(connection)
            connection.terminate()
        return await self._open()

    async def _open(self) -> Any:
        """Opens a connection, or takes one that others give back while the server accepts no more."""
        deadline = asyncio.get_running_loop().time() + BUSY_TIMEOUT
        while True:
            try:
                connection = await self._connector.open()
            except asyncpg.PostgresError as error:
                if not _is_busy(error) or asyncio.get_running_loop().time() > deadline:
                    raise
            else:
                self._current.add(connection)
                if self._trimming is None:
                    self._trim()
                return connection
            connection = await self._next(BUSY_PAUSE)
            if connection is not None:
                return connection

    async def _next(self, seconds: float) -> Any:
        """An idle connection, or the next one that is given back within this time; None if none is."""
        if self._idle:
            return self._idle.pop()
        wanted: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._wanted.append(wanted)
        try:
            await asyncio.wait([wanted], timeout=seconds)
        except BaseException:
            if wanted.done():
                self._idle.append(wanted.result())
            raise
        finally:
            if not wanted.done():
                self._wanted.remove(wanted)
        return wanted.result() if wanted.done() else None

    def give_back(self, connection: Any) -> None:
        """Ends the use of a connection that is in no transaction."""
        if connection not in self._current:
            self._close(connection)
        elif self._wanted:
            self._wanted.popleft().set_result(connection)
        else:
            self._idle.append(connection)
        self._places.release()

    def drop(self, connection: Any) -> None:
        """Ends the use of a connection in any state. It is closed in the background."""
        self._current.discard(connection)
        self._close(connection)
        self._places.release()

    def renew(self, *, is_silent: bool = False) -> None:
        """Uses no present connection again: if one is lost, the others may be as well.

        ``is_silent`` says that the server does not answer.
        """
        self.silences += is_silent
        self._current.clear()
        while self._idle:
            self._close(self._idle.pop())

    def _trim(self) -> None:
        """Closes the connections that were not needed since the last time, but for one; again and again."""
        for _ in range(min(self._least_idle, len(self._idle) - 1)):
            unneeded = self._idle.pop(0)
            self._current.discard(unneeded)
            self._close(unneeded)
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


async def _close(connection: Any) -> None:
    """Closes a connection, which also cancels its statement."""
    with suppress(Exception):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await connection.close()
            return
    connection.terminate()


def _is_busy(error: asyncpg.PostgresError) -> bool:
    return isinstance(error, _BUSY) or _POOLER_IS_BUSY in str(error)
