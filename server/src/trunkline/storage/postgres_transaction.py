"""A transaction of PostgreSQL: how statements and rows are sent in few round trips (docs/decisions/0032)."""

import asyncio
import re
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import Any, TypeVar

from trunkline.storage.group_commit import SAVEPOINT, SAVEPOINT_AGAIN, TO_SAVEPOINT
from trunkline.storage.postgres_connections import CLOSE_TIMEOUT
from trunkline.storage.sql import Query, Row, Value

T = TypeVar("T")

COPY_ABOVE = 2  # rows; up to this number, single inserts are faster than COPY
TOGETHER = 4  # rows of a statement up to which it is part of one for several
CHUNK = 5_000  # rows that are sent together: few enough for the limit of one statement

_PARAMETER = re.compile(r"\$([0-9]+)")
HAS_TABLE = Query(
    "has_table",
    # Reads the catalog itself: a session's name cache may predate another process's migration.
    "select exists (select from pg_tables where tablename = $1 and schemaname = any(current_schemas(false)))",
    ("name",),
)


class PostgresTransaction:
    """One connection within a transaction.

    ``can_copy`` says whether the session keeps what COPY prepares in it, ``can_combine`` whether a CTE can insert.
    """

    def __init__(self, connection: Any, *, can_copy: bool, can_combine: bool) -> None:
        self._connection = connection
        self._can_copy = can_copy
        self._can_combine = can_combine
        self.statement_timeout: float | None = None
        """How long a statement may take, in seconds; None for the limit of the connection."""

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return await self._connection.fetch(query.text, *values, timeout=self.statement_timeout)

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        found: list[Row] = []
        for chunk in _chunks(rows):
            found += await self._connection.fetchmany(query.text, chunk, timeout=self.statement_timeout)
        return found

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        await self._run_many(query.text, rows)

    async def _run_many(self, text: str, rows: Sequence[tuple[Value, ...]]) -> None:
        if len(rows) == 1:
            await self._connection.fetch(text, *rows[0], timeout=self.statement_timeout)
            return
        for chunk in _chunks(rows):
            await self._connection.executemany(text, chunk, timeout=self.statement_timeout)

    async def run_together(self, statements: Sequence[tuple[Query, Sequence[tuple[Value, ...]]]]) -> None:
        # asyncpg sends all rows of one statement in one round trip, so those with many rows run by themselves.
        for are_few, group in groupby(statements, lambda each: self._can_combine and len(each[1]) <= TOGETHER):
            if are_few:
                await self._run_few(list(group))
            else:
                for query, rows in group:
                    await self._run_many(query.text, rows)

    async def _run_few(self, statements: Sequence[tuple[Query, Sequence[tuple[Value, ...]]]]) -> None:
        if len(statements) == 1:
            [(query, rows)] = statements
            await self._run_many(query.text, rows)
            return
        text = _together(tuple([(query.text, len(rows)) for query, rows in statements]))
        values = [value for _, rows in statements for each in rows for value in each]
        await self._connection.fetch(text, *values, timeout=self.statement_timeout)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        parameters = ", ".join([f"${index}" for index in range(1, len(columns) + 1)])
        statement = f"insert into {table} ({', '.join(columns)}) values ({parameters})"  # noqa: S608 - our own names
        for records in _chunks(rows):
            if self._can_copy and len(records) > COPY_ABOVE:
                await self._connection.copy_records_to_table(
                    table, columns=columns, records=records, timeout=self.statement_timeout
                )
            else:
                await self._run_many(statement, records)

    async def script(self, text: str) -> None:
        await self._connection.execute(text, timeout=self.statement_timeout)

    async def savepoint(self, *, again: bool) -> None:
        await _uninterrupted(self._connection.execute(SAVEPOINT_AGAIN if again else SAVEPOINT))

    async def roll_back_to_savepoint(self) -> None:
        await _uninterrupted(self._connection.execute(TO_SAVEPOINT, timeout=CLOSE_TIMEOUT))

    async def has_table(self, name: str) -> bool:
        return (await self.fetch(HAS_TABLE, (name,)))[0][0]


@lru_cache(maxsize=128)
def _together(statements: tuple[tuple[str, int], ...]) -> str:
    """One statement that carries out each of these as often as it has rows. All see the database as it was before."""
    parts: list[str] = []
    offset = 0
    for text, rows in statements:
        numbers = [int(each) for each in _PARAMETER.findall(text)]
        for _ in range(rows):
            renumbered = _PARAMETER.sub(lambda match, offset=offset: f"${int(match[1]) + offset}", text)
            parts.append(f"w{len(parts)} as ({renumbered})")
            offset += max(numbers, default=0)
    return f"with {', '.join(parts)} select"


async def _uninterrupted(work: Coroutine[Any, Any, object]) -> None:
    """Does some work to its end, also if the caller is cancelled meanwhile. An error of it takes precedence."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    """The rows in lists that can be sent within the limit of one statement."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
