"""PostgreSQL through asyncpg: the engine for production."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import asyncpg

from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.sql import Query, Row, Value

READERS = 8  # connections a worker, for reading
WRITERS = 2  # and for writing: a partner's changes wait for each other anyway
COMMAND_TIMEOUT = 60.0  # s, of a writing statement: that long it may wait for another writer of the same partner
RETRY_PAUSE = 0.1  # s
FEW = 2  # rows that are loaded faster one by one than by COPY
READ_TIMEOUT = 10.0  # s, of a reading statement and of getting a connection for it

# Every reading query of ours is an index range, so the plan must not depend on statistics or on a bound value: the same
# plan for a partner with no chats and for one with ten million. It also saves planning, a third of a page's time.
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

# What asyncpg raises when the server is away, restarting, or gone between two statements.
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,  # the server's farewell came between two statements
)


class Postgres:
    """A pool of connections to one PostgreSQL database.

    Those that read are kept between reads: to give one back and get it again takes as long as half a page.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._reading = asyncio.Semaphore(READERS)
        self._idle_readers: list[Any] = []

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Raises ``CommandError`` when the URL leads to no database."""
        # While the server is away its pool logs a traceback for every try; our own errors say it once a request.
        logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=READERS + WRITERS,
                command_timeout=COMMAND_TIMEOUT,
                server_settings=_PLANNER | {"application_name": "trunkline"},
                reset=_keep,
            )
        except (asyncpg.ClientConfigurationError, ValueError):
            # What these say quotes the URL, and with it the password.
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
            # Reading again is harmless, and mends what the first read finds after a restart of the server. In the
            # meantime the other connections hear that they are lost, too.
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
                # The pool knows what to do with a connection in any state; and the others may be gone with this one.
                await self._give_back(reader)
                raise
            self._idle_readers.append(reader)
            return rows

    async def _give_back(self, *readers: Any) -> None:
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
            raise  # a mistake of ours, not an absence of the database's
        except (*_AWAY, asyncpg.PostgresError) as error:
            raise _not_ready(error) from error

    @asynccontextmanager
    async def migration(self) -> AsyncGenerator["PostgresTransaction"]:
        async with self.transaction() as transaction:
            await transaction.script(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})")
            yield transaction

    async def damage(self) -> list[str]:
        return []  # PostgreSQL keeps its own house; its operator has pg_amcheck

    async def close(self) -> None:
        await self._give_back()
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
        if len(records) > FEW:
            await self._connection.copy_records_to_table(table, columns=columns, records=records, timeout=None)
            return
        places = ", ".join([f"${place}" for place in range(1, len(columns) + 1)])
        statement = f"insert into {table} ({', '.join(columns)}) values ({places})"  # noqa: S608 - our own names
        for record in records:
            await self._connection.fetch(statement, *record)

    async def script(self, text: str) -> None:
        await self._connection.execute(text, timeout=None)

    async def has_table(self, name: str) -> bool:
        # Of the catalogue itself: a session's cache of names may be older than another process's migration.
        query = (
            "select exists (select from pg_tables where tablename = $1 and schemaname = any(current_schemas(false)))"
        )
        return await self._connection.fetchval(query, name)


def _not_ready(error: Exception) -> NotReady:
    if isinstance(error, TimeoutError):
        return NotReady("PostgreSQL does not answer in time; another process may be writing for the same partner")
    if isinstance(error, _AWAY):
        return NotReady(f"PostgreSQL does not answer: {error}")
    return NotReady(f"PostgreSQL refuses: {error}")


async def _keep(_connection: object) -> None:
    """Nothing of ours changes a session's state, so a connection goes back to the pool without a round trip."""
