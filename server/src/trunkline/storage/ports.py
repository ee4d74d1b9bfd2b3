"""What an engine gives to the store. Everything else of the store is the same for every engine.

The capabilities in which engines differ have a name each: ``transaction`` (how a writer waits for its turn),
``migration`` (how two starting processes do not migrate at once), ``has_table`` and ``load`` (the fast way in).
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from trunkline.storage.sql import Query, Row, Value


class Transaction(Protocol):
    """An open transaction: commits when its context is left, rolls back when it is left by an exception."""

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]: ...

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        """The statement once for each row, and all their answers together."""
        ...

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        """The statement once for each row."""
        ...

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        """Inserts new rows by the fastest way the engine has."""
        ...

    async def script(self, text: str) -> None:
        """Several statements without parameters."""
        ...

    async def has_table(self, name: str) -> bool: ...


class Database(Protocol):
    """An open database. Raises ``NotReady`` when it does not answer, or refuses what is not a mistake of ours."""

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        """One reading statement, in a snapshot of its own."""
        ...

    async def has_table(self, name: str) -> bool: ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A writing transaction. Waits for other writers without stopping the event loop."""
        ...

    def migration(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction in which no other process migrates."""
        ...

    async def damage(self) -> list[str]:
        """What the engine itself finds wrong with its file or indexes, a line each; empty when all is well."""
        ...

    async def close(self) -> None: ...
