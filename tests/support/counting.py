"""Which queries the service runs."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from trunkline.storage.ports import Database
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store


class _Counting:
    """A database that records the names of its queries."""

    def __init__(self, database: Database, names: list[str]) -> None:
        self._database = database
        self._names = names

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        self._names.append(query.name)
        return await self._database.fetch(query, values)

    def reads_of(self, partner_id: int) -> Self:
        return self


@contextmanager
def queries_of(store: Store) -> Generator[list[str]]:
    """The names of the queries that a store reads with, outside transactions, until the end of the block."""
    names: list[str] = []
    counting: Any = _Counting(store.database, names)
    store.database, database = counting, store.database
    try:
        yield names
    finally:
        store.database = database
