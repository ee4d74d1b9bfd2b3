"""PostgreSQL through asyncpg: the engine for production."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import asyncpg

from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.sql import Query, Row, Value

POOL_SIZE = 10  # connections a worker
COMMAND_TIMEOUT = 60.0  # s

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
)


class Postgres:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Raises ``CommandError`` when the URL leads to no database."""
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=POOL_SIZE,
                command_timeout=COMMAND_TIMEOUT,
                server_settings=_PLANNER | {"application_name": "trunkline"},
                reset=_keep,
            )
        except (*_AWAY, asyncpg.PostgresError, ValueError) as error:
            raise CommandError(f"cannot connect to PostgreSQL: {error}") from None
        return cls(pool)

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        try:
            return await self._fetch(query, values)
        except _AWAY:
            # Reading again is harmless, and mends what the first read finds after a restart of the server.
            try:
                return await self._fetch(query, values)
            except (*_AWAY, asyncpg.PostgresError) as error:
                raise NotReady(f"PostgreSQL does not answer: {error}") from error

    async def _fetch(self, query: Query, values: tuple[Value, ...]) -> Any:
        return await self._pool.fetch(query.text, *values)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator["PostgresTransaction"]:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                yield PostgresTransaction(connection)
        except (*_AWAY, asyncpg.PostgresError) as error:
            raise NotReady(f"PostgreSQL does not answer: {error}") from error

    @asynccontextmanager
    async def migration(self) -> AsyncGenerator["PostgresTransaction"]:
        async with self.transaction() as transaction:
            await transaction.script(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})")
            yield transaction

    async def damage(self) -> list[str]:
        return []  # PostgreSQL keeps its own house; its operator has pg_amcheck

    async def close(self) -> None:
        await self._pool.close()


class PostgresTransaction:
    """One pooled connection within a transaction."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return await self._connection.fetch(query.text, *values)

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        await self._connection.executemany(query.text, rows, timeout=None)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        await self._connection.copy_records_to_table(table, columns=columns, records=rows, timeout=None)

    async def script(self, text: str) -> None:
        await self._connection.execute(text, timeout=None)

    async def has_table(self, name: str) -> bool:
        return await self._connection.fetchval("select to_regclass($1) is not null", name)


async def _keep(_connection: object) -> None:
    """Nothing of ours changes a session's state, so a connection goes back to the pool without a round trip."""
