"""SQLite through apsw: the embedded default, one file in WAL mode.

Reads run inline on the event loop: a page takes less time than a thread hop. A writer asks for the write lock at once
(``begin immediate``) and, while another process has it, asks again after a short sleep, so that the loop goes on. What
waits for the disk, bringing the log of writes into the file, is done in a thread, while nobody here writes.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

import apsw

from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.sql import Query, Row, Value

P = ParamSpec("P")
T = TypeVar("T")

# apsw's own types name one that Python 3.11 does not have.
Connection: TypeAlias = Any

PAGE_SIZE = 8192  # bytes; by measurement, bench/README.md
READ_CACHE = 16  # MiB
WRITE_CACHE = 64  # MiB
LOG_PAGES = 4_000  # that the log may have until it is brought over: 32 MB; by measurement, bench/README.md
BUSY_TIMEOUT = 5_000  # ms that a reader waits, in the rare moments when WAL makes it wait at all
LOCK_TIMEOUT = 120.0  # s that a writer waits for its turn


class SQLite:
    """One database file, seen through one reading and one writing connection."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        if must_exist and not path.exists():
            raise CommandError(f"there is no database {path}")
        self._path = path
        self._reader = self._open(READ_CACHE)
        self._reader.pragma("query_only", True)
        self._writer: Connection = None
        self._turn = asyncio.Lock()
        self._checkpoint: asyncio.Task[None] | None = None

    def _open(self, cache: int) -> Connection:
        if not self._path.parent.is_dir():
            raise CommandError(f"cannot open {self._path}: there is no folder {self._path.parent}")
        try:
            connection: Connection = apsw.Connection(str(self._path))
            connection.set_busy_timeout(BUSY_TIMEOUT)
            # A plan depends on the query alone, never on a bound value.
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
            _refuse_foreign(connection, self._path)
            connection.pragma("page_size", PAGE_SIZE)
            _write_ahead(connection)
            connection.pragma("synchronous", "normal")
            connection.pragma("cache_size", -cache * 1024)
        except apsw.NotADBError:
            raise CommandError(f"{self._path} is not a Trunkline database, nor any SQLite file") from None
        except apsw.Error as error:
            raise CommandError(f"cannot open {self._path}: {error}") from None
        return connection

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return _answer(self._reader, query.text, values)

    async def has_table(self, name: str) -> bool:
        return _has_table(self._reader, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator["SQLiteTransaction"]:
        if self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        async with self._turn:
            if self._writer is None:
                self._writer = self._open(WRITE_CACHE)
                self._writer.set_busy_timeout(0)
                self._writer.set_wal_hook(self._committed)
            writer = self._writer
            await self._begin(writer)
            try:
                yield SQLiteTransaction(writer)
                _or_not_ready(writer.execute)("commit")
            except BaseException:
                # SQLite has rolled back by itself after some errors, a full disk for one.
                if writer.in_transaction:
                    writer.execute("rollback")
                raise

    async def _begin(self, writer: Connection) -> None:
        deadline = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                writer.execute("begin immediate")
            except apsw.BusyError:
                if time.monotonic() > deadline:
                    raise NotReady(
                        f"another process has been writing to the database for {LOCK_TIMEOUT:.0f} s"
                    ) from None
                await asyncio.sleep(random.uniform(0.0005, 0.005))  # noqa: S311
            except apsw.Error as error:
                raise NotReady(f"the database does not answer: {error}") from error
            else:
                return

    def _committed(self, _connection: Connection, _name: str, pages: int) -> int:
        """What SQLite calls after each commit: a checkpoint of its own would have the event loop wait for the disk."""
        if pages > LOG_PAGES and self._checkpoint is None:
            self._checkpoint = asyncio.create_task(self._bring_over())
        return apsw.SQLITE_OK

    async def _bring_over(self) -> None:
        # While nobody writes, in no process: only a log that has been brought over whole begins anew.
        try:
            with suppress(NotReady):
                async with self._turn:
                    await self._begin(self._writer)
                    try:
                        await asyncio.to_thread(_bring_over, self._path)
                    finally:
                        self._writer.execute("rollback")
        finally:
            self._checkpoint = None

    migration = transaction

    async def damage(self) -> list[str]:
        found = [str(row[0]) for row in _answer(self._reader, "pragma integrity_check", ())]
        return [] if found == ["ok"] else found

    async def close(self) -> None:
        if self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        self._reader.close()
        if self._writer is not None:
            self._writer.close()


class SQLiteTransaction:
    """The writing connection while it holds the write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return _answer(self._connection, query.text, values)

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        return [found for values in rows for found in _answer(self._connection, query.text, values)]

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        _or_not_ready(self._connection.executemany)(query.text, rows)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        places = ", ".join("?" * len(columns))
        statement = f"insert into {table} ({', '.join(columns)}) values ({places})"  # noqa: S608 - our own names
        _or_not_ready(self._connection.executemany)(statement, rows)

    async def script(self, text: str) -> None:
        _or_not_ready(self._connection.execute)(text)

    async def has_table(self, name: str) -> bool:
        return _has_table(self._connection, name)


def _refuse_foreign(connection: Connection, path: Path) -> None:
    """Before anything is changed in the file. Raises ``CommandError`` when other tables are in it than a store's."""
    tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    if tables and "store" not in tables:
        raise CommandError(f"{path} is a SQLite database of something else; name another file for Trunkline's")


def _write_ahead(connection: Connection) -> None:
    """Turns WAL mode on; while several processes do so to a new file at once, SQLite does not wait by itself."""
    deadline = time.monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            connection.pragma("journal_mode", "wal")
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


def _bring_over(path: Path) -> None:
    """What cannot be now, because another process is at it, or the disk is full, is tried again after a commit."""
    with suppress(apsw.Error):
        connection: Connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        connection.pragma("synchronous", "normal")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        connection.close()


def _has_table(connection: Connection, name: str) -> bool:
    return bool(_answer(connection, "select 1 from sqlite_master where type = 'table' and name = ?", (name,)))


def _answer(connection: Connection, text: str, values: tuple[Value, ...]) -> list[Row]:
    try:
        return connection.execute(text, values).fetchall()
    except apsw.ConstraintError:
        raise  # a mistake of ours, not an absence of the database's
    except apsw.Error as error:
        raise NotReady(f"the database does not answer: {error}") from error


def _or_not_ready(call: Callable[P, T]) -> Callable[P, T]:
    def answered(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except apsw.ConstraintError:
            raise
        except apsw.Error as error:
            raise NotReady(f"the database does not answer: {error}") from error

    return answered
