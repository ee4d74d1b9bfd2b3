"""PostgreSQL through asyncpg."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import asyncpg

from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.sql import Query, Row, Value

READERS = 8  # reading connections of a worker
WRITERS = 2  # writing connections of a worker: changes of one partner wait for each other anyway
COMMAND_TIMEOUT = 60.0  # s, of a writing statement, including its wait for another writer of the same partner
RETRY_PAUSE = 0.1  # s
COPY_ABOVE = 2  # rows; up to this number, single inserts are faster than COPY
READ_TIMEOUT = 10.0  # s, of a reading statement, including its wait for a connection

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
_MIGRATION_LOCK = 0x7472756E6B  # "trunk"

_READY = Query("ready", "select schema_version from store", ())

# What asyncpg raises if the server is unreachable, restarting, or goes away between two statements.
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,  # the server closed the connection between two statements
)


class Postgres:
    """A pool of connections to one PostgreSQL database.

    Reading connections stay acquired between reads: releasing and acquiring one takes half the time of a page.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._reading = asyncio.Semaphore(READERS)
        self._idle_readers: list[Any] = []

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Connects to the database at a URL. Raises ``CommandError``."""
        # While the server is unreachable, the pool logs a traceback for every attempt; our errors report it per
        # request.
        logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
        try:
            _check_ports(url)
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=READERS + WRITERS,
                command_timeout=COMMAND_TIMEOUT,
                server_settings=_PLANNER | {"application_name": "trunkline"},
                reset=_no_reset,
            )
        except (asyncpg.ClientConfigurationError, ValueError):
            # These messages quote the URL, which contains the password.
            raise CommandError(
                "cannot read the PostgreSQL URL: it must be postgresql://user:password@host:port/name, "
                "with the special characters of a password percent-encoded"
            ) from None
        except (*_AWAY, asyncpg.PostgresError) as error:
            raise CommandError(f"cannot connect to PostgreSQL: {error}") from None
        return cls(pool)

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        try:
            return await self._fetch(query, values)
        except _AWAY:
            # A read can be repeated safely, and the second one succeeds after a restart of the server. The pause lets
            # the other connections notice that they are lost.
            await asyncio.sleep(RETRY_PAUSE)
            try:
                return await self._fetch(query, values)
            except (*_AWAY, asyncpg.PostgresError) as error:
                raise _not_ready(error) from error
        except asyncpg.PostgresError as error:
            raise _not_ready(error) from error

    async def _fetch(self, query: Query, values: tuple[Value, ...]) -> Any:
        async with asyncio.timeout(READ_TIMEOUT), self._reading:
            reader = self._idle_readers.pop() if self._idle_readers else await self._pool.acquire()
            try:
                rows = await reader.fetch(query.text, *values)
            except BaseException:
                # The pool handles a connection in any state. The other ones may be lost as well.
                await self._release(reader)
                raise
            self._idle_readers.append(reader)
            return rows

    async def _release(self, *readers: Any) -> None:
        idle, self._idle_readers = self._idle_readers, []
        for reader in (*readers, *idle):
            await self._pool.release(reader)

    async def has_table(self, name: str) -> bool:
        async with self.transaction() as transaction:
            return await transaction.has_table(name)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator["PostgresTransaction"]:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                yield PostgresTransaction(connection)
        except asyncpg.IntegrityConstraintViolationError:
            raise  # an error in our code, not an outage
        except (*_AWAY, asyncpg.PostgresError) as error:
            raise _not_ready(error) from error

    @asynccontextmanager
    async def migration(self) -> AsyncGenerator["PostgresTransaction"]:
        async with self.transaction() as transaction:
            await transaction.script(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})")
            yield transaction

    async def check_ready(self) -> None:
        await self.fetch(_READY, ())

    async def damage(self) -> list[str]:
        return []  # PostgreSQL verifies its own files; operators use pg_amcheck

    async def close(self) -> None:
        await self._release()
        await self._pool.close()


class PostgresTransaction:
    """One pooled connection within a transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return await self._connection.fetch(query.text, *values)

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        return await self._connection.fetchmany(query.text, rows, timeout=None)

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        if len(rows) == 1:
            await self._connection.fetch(query.text, *rows[0])
            return
        await self._connection.executemany(query.text, rows, timeout=None)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        records = list(rows)
        if len(records) > COPY_ABOVE:
            await self._connection.copy_records_to_table(table, columns=columns, records=records, timeout=None)
            return
        parameters = ", ".join([f"${index}" for index in range(1, len(columns) + 1)])
        statement = f"insert into {table} ({', '.join(columns)}) values ({parameters})"  # noqa: S608 - our own names
        for record in records:
            await self._connection.fetch(statement, *record)

    async def script(self, text: str) -> None:
        await self._connection.execute(text, timeout=None)

    async def has_table(self, name: str) -> bool:
        # Reads the catalog itself: a session's name cache may predate another process's migration.
        query = (
            "select exists (select from pg_tables where tablename = $1 and schemaname = any(current_schemas(false)))"
        )
        return await self._connection.fetchval(query, name)


def _check_ports(url: str) -> None:
    """Raises ``CommandError`` for a port above 65535: asyncpg would connect to another port. A URL may name several."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2].split(",")
    named = [found[1] for host in hosts if (found := re.search(r":(\d+)$", host))]
    for port in [*named, *parse_qs(parts.query).get("port", [])]:
        if port.isdecimal() and not 1 <= int(port) <= 65535:
            raise CommandError(f"the port in the PostgreSQL URL is {port}; it must be from 1 to 65535")


def _not_ready(error: Exception) -> NotReady:
    if isinstance(error, TimeoutError):
        return NotReady("PostgreSQL does not answer in time; another process may be writing for the same partner")
    if isinstance(error, _AWAY):
        return NotReady(f"PostgreSQL does not answer: {error}")
    return NotReady(f"PostgreSQL rejects the statement: {error}")


async def _no_reset(_connection: object) -> None:
    """Resets nothing: no query changes the state of a session, so a connection is released without a round trip."""
