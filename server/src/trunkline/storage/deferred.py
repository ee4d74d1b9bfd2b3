"""Deferred writes: what a change writes waits until it reads something or ends, and is then carried out together.

A write names the row that it writes, and another row if it reads one. Writes that are carried out together neither
write the same row, nor does one read a row that an earlier one writes (``Transaction.run_together``). A write that does
not fit begins another batch. The writes of a statement are one after the other, wherever they came in a batch.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from trunkline.storage.ports import Transaction
from trunkline.storage.sql import Query, Row, Value

RowId: TypeAlias = tuple[Value, ...]
"""A table, and what identifies one of the partner's rows in it."""


class _Batch:
    """Writes that can be carried out together."""

    __slots__ = ("_positions", "_read", "_written", "statements")

    def __init__(self) -> None:
        self.statements: dict[Query, list[tuple[Value, ...]]] = {}
        self._positions: dict[Query, int] = {}
        self._written: set[RowId] = set()
        self._read: dict[RowId, int] = {}
        """The rows that a statement reads, with the position of the last one that does."""

    def add(self, query: Query, values: tuple[Value, ...], row: RowId, reads: RowId | None) -> bool:
        """Adds a write; returns False if it does not fit."""
        position = self._positions.get(query, len(self._positions))
        if row in self._written or reads in self._written or self._read.get(row, -1) > position:
            return False
        self._positions[query] = position
        self._written.add(row)
        if reads is not None:
            self._read[reads] = max(position, self._read.get(reads, -1))
        self.statements.setdefault(query, []).append(values)
        return True


class DeferredWrites:
    """A transaction that carries out deferred writes before anything else, so that every statement sees them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._batches: list[_Batch] = []

    def write(self, query: Query, values: tuple[Value, ...], row: RowId, reads: RowId | None = None) -> None:
        """Writes ``row`` before the next statement that is not deferred; ``flush`` raises its errors."""
        if not self._batches or not self._batches[-1].add(query, values, row, reads):
            batch = _Batch()
            batch.add(query, values, row, reads)
            self._batches.append(batch)

    async def flush(self) -> None:
        """Carries out the writes that wait."""
        batches, self._batches = self._batches, []
        for batch in batches:
            await self._transaction.run_together(list(batch.statements.items()))

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        if self._batches:
            await self.flush()
        return await self._transaction.fetch(query, values)

    async def has_table(self, name: str) -> bool:
        return await self._transaction.has_table(name)

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        await self.flush()
        return await self._transaction.fetch_many(query, rows)

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        await self.flush()
        await self._transaction.run_many(query, rows)

    async def run_together(self, statements: Sequence[tuple[Query, Sequence[tuple[Value, ...]]]]) -> None:
        await self.flush()
        await self._transaction.run_together(statements)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        await self.flush()
        await self._transaction.load(table, columns, rows)

    async def script(self, text: str) -> None:
        await self.flush()
        await self._transaction.script(text)

    async def savepoint(self, *, again: bool) -> None:
        await self.flush()
        await self._transaction.savepoint(again=again)

    async def roll_back_to_savepoint(self) -> None:
        self._batches = []
        await self._transaction.roll_back_to_savepoint()
