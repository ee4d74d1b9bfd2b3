"""What a database engine provides. Everything else in ``storage`` is the same for every engine.

The capabilities in which engines differ have a name each: ``transaction`` (how a writer waits its turn),
``shared_transaction`` (which writers can share one), ``savepoint`` (how one of them is undone), ``migration``
(how two starting processes do not migrate at once), ``snapshot``, ``origin``, ``has_table`` and ``load`` (the fast bulk
insert).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from trunkline.domain.context import NO_PARTNER, Origin
from trunkline.domain.instant import Clock, Instant
from trunkline.storage.sql import Query, Row, Value


class Usage(msgspec.Struct, frozen=True):
    """How busy an open database is."""

    waiting: int
    """The number of writes that wait for their turn."""
    connections: Mapping[tuple[str, ...], float] = {}
    """The number of connections in a state: ``reading``, ``writing`` or ``idle``."""


class Source(Protocol):
    """Rows: a database reads what is committed, a transaction also what it has written."""

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]: ...

    async def has_table(self, name: str) -> bool: ...


class Transaction(Source, Protocol):
    """An open transaction. Commits when its context ends, rolls back if the context raises."""

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        """Runs the statement once for each row of values, and returns all rows together."""
        ...

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        """Runs the statement once for each row of values."""
        ...

    async def run_together(self, statements: Sequence[tuple[Query, Sequence[tuple[Value, ...]]]]) -> None:
        """Runs each statement once for each of its rows of values, in as few round trips as the engine can.

        No two of them may write the same row, and none may read a row that an earlier one writes: whether a statement
        sees what those before it wrote depends on the engine. A statement does not see what those after it write.
        """
        ...

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        """Inserts new rows by the fastest way the engine has."""
        ...

    async def script(self, text: str) -> None:
        """Runs several statements without parameters."""
        ...

    async def savepoint(self, *, again: bool) -> None:
        """Marks a state to which one can return; ``again`` says that the former mark is no longer needed.

        A cancellation does not interrupt this, nor the return.
        """
        ...

    async def roll_back_to_savepoint(self) -> None:
        """Undoes what was written since the mark."""
        ...


class LockedPartner(msgspec.Struct, frozen=True):
    """The state of a partner whose row a transaction has locked, as the changes so far have left them."""

    id: int
    stored: tuple[int, Instant, Instant]
    """The revision, the clock and ``forgotten_at`` of the row."""
    revision: int
    clock: Instant
    """The latest time of a change."""
    forgotten_at: Instant
    """When a message was last deleted."""
    removed_lines: tuple[str, ...]
    """The lines whose removal began last, the latest at the end."""


class SharedTransaction(Protocol):
    """A transaction that several changes write in, one after the other."""

    transaction: Transaction
    partners: dict[int, LockedPartner]
    """What earlier changes have locked. A change replaces its partner as its last step, if it succeeds."""


class Database(Source, Protocol):
    """An open database. Its methods raise ``NotReady`` if it does not answer, or fails for a reason outside our code.

    ``fetch`` is one reading statement, in a snapshot of its own.
    """

    @property
    def clock(self) -> Clock:
        """The time of the database: the same for all processes that use it, whatever the clocks of their hosts say."""
        ...

    @property
    def is_distributed(self) -> bool:
        """Whether the tables are spread over nodes, so that a read of all partners asks all of them."""
        ...

    async def fetch_everywhere(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        """``fetch`` for a query of the ``queues`` of all partners. Leaves out those of a node that does not answer.

        What the query orders is in order for each node.
        """
        ...

    def transaction(
        self, partner_id: int = NO_PARTNER, origin: Origin = Origin.INTERNAL, *, bulk: bool = False
    ) -> AbstractAsyncContextManager[Transaction]:
        """A writing transaction of a partner, in its turn. Waits for other writers without blocking the event loop.

        It must end within a minute, unless it is ``bulk``. Raises ``TooManyRequests`` or ``Busy`` for a request that
        cannot wait (``turns``).
        """
        ...

    def shared_transaction(self, partner_id: int, origin: Origin) -> AbstractAsyncContextManager[SharedTransaction]:
        """The transaction in which a change of a partner writes in its turn, perhaps after others (``group_commit``).

        The block must await nothing but this transaction. If it raises, what it has written is undone. Otherwise, the
        context ends when the transaction has committed. Also raises what ``transaction`` raises.
        """
        ...

    def migration(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction during which no other process migrates."""
        ...

    async def run_concurrently(self, migration: Transaction, statement: str) -> None:
        """Creates or drops an index while others write, if the engine can, during a migration.

        The statement says ``concurrently``, as in PostgreSQL.
        """
        ...

    async def forget_history(self) -> None:
        """Removes former states of rows from the database's log, if this engine keeps any that a client can remove.

        Leaves them to the next call if others read or write for long. Raises ``NotReady``.
        """
        ...

    async def check_ready(self) -> None:
        """Raises ``NotReady`` if the database does not answer, or cannot be written."""
        ...

    def usage(self) -> Usage:
        """How busy it is."""
        ...

    def reads_of(self, partner_id: int) -> Source:
        """The database for the reads of one partner, which leave something to the reads of others."""
        ...

    def snapshot(self, partner_id: int = NO_PARTNER) -> AbstractAsyncContextManager[Source]:
        """Reads everything as it is at one moment, while others write; for one partner, as in ``reads_of``."""
        ...

    async def origin(self) -> str | None:
        """Which database this is, so that one into which a copy was restored is known to be another; None if the engine
        cannot say: a copy of a SQLite file is like the file itself."""
        ...

    async def damage(self, progress: Callable[[int], None]) -> list[str]:
        """What the engine finds wrong with its file or indexes, one line each; empty if nothing is wrong.

        ``progress`` gets the percentage.
        """
        ...

    def notices(self) -> list[str]:
        """What works, but less well than it should: a sentence each, which names no host."""
        ...

    async def close(self) -> None: ...
