"""SQLite through apsw: the embedded default, one file in WAL mode.

Reads run inline on the event loop: a page takes less time than a thread switch. A writer requests the write lock at
once (``begin immediate``) and, while another process holds it, retries after a short sleep, so the event loop is not
blocked; processes take turns (``sqlite_turn``). A checkpoint waits for the disk, so it runs in a thread; only during
its short end, nobody writes.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Self

import apsw

from trunkline.domain.context import NO_PARTNER, Origin
from trunkline.domain.errors import CommandError, NotReady
from trunkline.domain.instant import Clock, now
from trunkline.storage.group_commit import SAVEPOINT, SAVEPOINT_AGAIN, TO_SAVEPOINT, GroupCommit, SharedTransaction
from trunkline.storage.ports import Transaction, Usage
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.sqlite_calls import Connection, call, fetch, not_ready
from trunkline.storage.sqlite_file import DatabaseFile
from trunkline.storage.sqlite_integrity import damage
from trunkline.storage.sqlite_turn import PAUSE, ProcessTurn
from trunkline.storage.turns import Turns

PAGE_SIZE = 8192  # bytes; measured, see bench/README.md
READ_CACHE = 16  # MiB
WRITE_CACHE = 64  # MiB
CHECK_CACHE = 256  # MiB, for the indexes in which each row is looked up
SIGNAL_STEPS = 1_000_000  # instructions of a statement in a snapshot between two looks at signals: some 20 ms
READ_STATEMENTS = 100  # that a connection keeps prepared: apsw drops those that were not among so many executions
WRITE_STATEMENTS = 512  # the most that apsw can keep; a message executes about 20, and a round of results 200
WAL_PAGES = 4_000  # pages in the write-ahead log that start a checkpoint: 32 MB; measured, see bench/README.md
WAL_RETRY = 500  # more pages that start another, after one that left the log as it is, since others read for long
MAX_WAL_PAGES = 6_000  # with which writers wait for the checkpoint
BUSY_TIMEOUT = 5_000  # ms that a reader waits in the rare cases in which WAL mode makes it wait
TRUNCATE_TIMEOUT = 500  # ms that emptying the log waits for readers and writers
PROBE_TIMEOUT = 1.0  # s that a probe waits for other writers
LOCK_TIMEOUT = 120.0  # s that a writer waits for the write lock

_READY = "select schema_version from store"
_USER_VERSION = Query("user_version", "pragma user_version", ())


class SQLite:
    """One database file, with one reading and one writing connection."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        self._path = path
        self._file = DatabaseFile(path)
        self._file.prepare(must_exist=must_exist)
        self._reader = self._open(READ_CACHE)
        self._file.opened()
        self._reader.pragma("query_only", True)
        self._writer: Connection = None
        self._reads: set[str] = set()
        """The statements that have been executed with the reading connection, so they cannot write."""
        self._snapshots: list[Connection] = []
        """Those that nobody uses now."""
        self._turns = Turns[SharedTransaction](places=1, mixes_partners=True)
        self._commits = GroupCommit(self._turns, is_synchronous=True)
        self._write_lock = asyncio.Lock()  # shared by transactions and checkpoints
        self._turn = ProcessTurn(self._file.log)
        self._checkpoint: asyncio.Task[None] | None = None
        self._log_pages = 0
        """In the write-ahead log, after the last commit of this process."""
        self._checkpoint_from = WAL_PAGES
        self.clock: Clock = now

    def _open(self, cache: int, statements: int = READ_STATEMENTS) -> Connection:
        while True:
            before = _file_number(self._path)
            connection = self._connect(cache, statements)
            # Not if `trunkline database restore` put another file there before the connection had its lock.
            if before in {None, _file_number(self._path)}:
                return connection
            connection.close()

    def _connect(self, cache: int, statements: int) -> Connection:
        try:
            connection = _connection_to(self._path, statements)
            connection.set_busy_timeout(BUSY_TIMEOUT)
            # A plan depends only on the query, never on a bound value.
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
            _refuse_foreign(connection, self._path)
            connection.pragma("page_size", PAGE_SIZE)
            _write_ahead(connection)
            connection.pragma("synchronous", "normal")
            # What is deleted is overwritten, always: an updated row, too, leaves its former content behind.
            connection.pragma("secure_delete", True)
            connection.pragma("cache_size", -cache * 1024)
        except apsw.NotADBError:
            raise CommandError(
                f"{self._path} is not a SQLite file, so it is not a Trunkline database; it may be encrypted or damaged"
            ) from None
        except apsw.CorruptError as error:
            raise CommandError(f"{self._path} is damaged: {error}; restore a backup") from None
        except apsw.Error as error:
            raise CommandError(f"cannot open {self._path}: {error}") from None
        return connection

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        writer, text = self._writer, query.text
        if writer is not None and not writer.in_transaction and text in self._reads:
            # Its cache contains what this process has written, which the reader's loses with each commit.
            try:
                return fetch(writer, text, values)
            except NotReady as error:
                if not isinstance(error.__cause__, apsw.BusyError):
                    raise
        rows = fetch(self._reader, text, values)
        self._reads.add(text)
        return rows

    def reads_of(self, partner_id: int) -> Self:
        return self

    is_distributed = False

    async def fetch_everywhere(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return await self.fetch(query, values)

    async def has_table(self, name: str) -> bool:
        return _has_table(self._reader, name)

    @asynccontextmanager
    async def transaction(
        self, partner_id: int = NO_PARTNER, origin: Origin = Origin.INTERNAL, *, bulk: bool = False
    ) -> AsyncGenerator["SQLiteTransaction"]:
        async with self._turns.turn(partner_id, origin), self._in_transaction() as transaction:
            yield transaction

    def shared_transaction(self, partner_id: int, origin: Origin) -> AbstractAsyncContextManager[SharedTransaction]:
        return self._commits.change(partner_id, origin, self._in_transaction)

    @asynccontextmanager
    async def _in_transaction(self) -> AsyncGenerator["SQLiteTransaction"]:
        if self._checkpoint is not None and self._log_pages > MAX_WAL_PAGES:
            await asyncio.wait([self._checkpoint])
        async with self._write_lock:
            self._check_file()
            writer = self._open_writer()
            await self._begin(writer)
            try:
                yield SQLiteTransaction(writer)
                call(writer.execute, "commit")
            except BaseException:
                # After some errors, such as a full disk, SQLite has already rolled back.
                if writer.in_transaction:
                    writer.execute("rollback")
                raise

    def _open_writer(self) -> Connection:
        if self._writer is None:
            try:
                writer = self._open(WRITE_CACHE, WRITE_STATEMENTS)
            except CommandError as error:
                raise NotReady(str(error)) from error
            writer.set_busy_timeout(0)
            writer.pragma("temp_store", "memory")  # what a savepoint keeps of changed pages
            writer.set_wal_hook(self._committed)
            self._writer = writer
        return self._writer

    def _check_file(self) -> None:
        """Raises ``NotReady`` if the file is not the one that was opened, or is not whole."""
        if self._file.check():
            [(pages,)] = fetch(self._reader, "pragma page_count", ())
            [(page_size,)] = fetch(self._reader, "pragma page_size", ())
            self._file.check_size(pages * page_size)

    async def check_ready(self) -> None:
        self._check_file()
        fetch(self._reader, _READY, ())
        try:
            async with asyncio.timeout(PROBE_TIMEOUT), self.transaction() as transaction:
                # Only a page that is written to the log finds a full disk, and SQLite writes none if nothing changes.
                # It does not use this number itself.
                [(number,)] = await transaction.fetch(_USER_VERSION, ())
                await transaction.script(f"pragma user_version = {1 - number % 2}")
        except TimeoutError:
            return  # somebody else is writing

    async def _begin(self, writer: Connection) -> None:
        try:
            await self._turn.begin()
            await self._begin_in_turn(writer)
        finally:
            self._turn.end()

    async def _begin_in_turn(self, writer: Connection) -> None:
        deadline = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                writer.execute("begin immediate")
            except apsw.BusyError:
                if time.monotonic() > deadline:
                    raise NotReady(
                        f"another process has been writing to the database for {LOCK_TIMEOUT:.0f} s"
                    ) from None
                await asyncio.sleep(PAUSE)
            except apsw.Error as error:
                raise not_ready(error) from error
            else:
                return

    def _committed(self, _connection: Connection, _name: str, pages: int) -> int:
        """SQLite calls this after each commit. Its own checkpoint would block the event loop while the disk is busy."""
        if pages < self._log_pages:  # the log has started over
            self._checkpoint_from = WAL_PAGES
        self._log_pages = pages
        if pages > self._checkpoint_from and self._checkpoint is None:
            self._checkpoint = asyncio.create_task(self._run_checkpoint())
        return apsw.SQLITE_OK

    async def _run_checkpoint(self) -> None:
        # SQLite restarts the log only after a complete checkpoint, during whose end no process may write. So most of
        # the log is copied while others write, and then, without them, what they have written meanwhile.
        try:
            with suppress(NotReady):
                self._check_file()
                await asyncio.to_thread(checkpoint_wal, self._path)
                async with self._write_lock:
                    self._check_file()
                    await self._begin(self._writer)
                    try:
                        await asyncio.to_thread(checkpoint_wal, self._path)
                    finally:
                        self._writer.execute("rollback")
        finally:
            self._checkpoint_from = self._log_pages + WAL_RETRY
            self._checkpoint = None

    async def forget_history(self) -> None:
        if self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        async with self._write_lock:
            self._check_file()  # another file must not get what is in the log of this one
            await asyncio.to_thread(_truncate_wal, self._path)

    migration = transaction

    async def run_concurrently(self, migration: Transaction, statement: str) -> None:
        await migration.script(statement.replace(" concurrently", "", 1))

    def usage(self) -> Usage:
        return Usage(self._turns.waiting)

    @asynccontextmanager
    async def snapshot(self, partner_id: int = NO_PARTNER) -> AsyncGenerator["SQLiteTransaction"]:
        connection = self._snapshots.pop() if self._snapshots else self._open_snapshot()
        try:
            connection.execute("begin")
            yield SQLiteTransaction(connection)
            connection.execute("rollback")
        except BaseException:
            connection.close()
            raise
        self._snapshots.append(connection)

    async def origin(self) -> str | None:
        return None

    def _open_snapshot(self) -> Connection:
        connection = self._open(READ_CACHE)
        connection.pragma("query_only", True)
        # Python handles a signal only between its own instructions; so Ctrl-C ends a long statement, too.
        connection.set_progress_handler(lambda: False, SIGNAL_STEPS)
        return connection

    async def damage(self, progress: Callable[[int], None]) -> list[str]:
        with closing(self._open(CHECK_CACHE)) as connection:
            connection.pragma("query_only", True)
            return damage(connection, progress)

    def notices(self) -> list[str]:
        return []

    async def close(self) -> None:
        await self._commits.close()
        if self._checkpoint is not None:
            await asyncio.wait([self._checkpoint])
        self._turn.close()
        self._reader.close()
        for connection in self._snapshots:
            connection.close()
        if self._writer is not None:
            self._writer.close()


class SQLiteTransaction:
    """A connection within a transaction: the writing one while it holds the write lock, or one of a snapshot."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return fetch(self._connection, query.text, values)

    async def fetch_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> Sequence[Row]:
        return [found for values in rows for found in fetch(self._connection, query.text, values)]

    async def run_many(self, query: Query, rows: Sequence[tuple[Value, ...]]) -> None:
        # Of a statement that returns rows, apsw runs the next one only when the rows of the one before have been read.
        call(lambda: self._connection.executemany(query.text, rows).fetchall())

    async def run_together(self, statements: Sequence[tuple[Query, Sequence[tuple[Value, ...]]]]) -> None:
        for query, rows in statements:
            call(self._connection.executemany, query.text, rows)

    async def load(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Value, ...]]) -> None:
        parameters = ", ".join("?" * len(columns))
        statement = f"insert into {table} ({', '.join(columns)}) values ({parameters})"  # noqa: S608 - our own names
        call(self._connection.executemany, statement, rows)

    async def script(self, text: str) -> None:
        call(self._connection.execute, text)

    async def savepoint(self, *, again: bool) -> None:
        call(self._connection.execute, SAVEPOINT_AGAIN if again else SAVEPOINT)

    async def roll_back_to_savepoint(self) -> None:
        call(self._connection.execute, TO_SAVEPOINT)

    async def has_table(self, name: str) -> bool:
        return _has_table(self._connection, name)


def _file_number(path: Path) -> int | None:
    """Which file has this path; None if there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _refuse_foreign(connection: Connection, path: Path) -> None:
    """Raises ``CommandError`` if the file contains another program's tables, before anything in it is changed."""
    tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    if tables and "store" not in tables:
        raise CommandError(f"{path} is the SQLite database of another program; choose another file for Trunkline")


def _write_ahead(connection: Connection) -> None:
    """Enables WAL mode. SQLite itself does not wait if several processes do so on a new file at once."""
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


def _connection_to(path: Path, statements: int = READ_STATEMENTS) -> Connection:
    # One thread at a time uses a connection, so it needs no mutex, which would cost 8 % of a page's statement.
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
    return apsw.Connection(str(path), flags=flags, statementcachesize=statements)


def checkpoint_wal(path: Path) -> None:
    """Copies the write-ahead log into the file. If that fails now (busy, disk full), a later commit tries again."""
    with suppress(apsw.Error), closing(_connection_to(path)) as connection:
        connection.pragma("synchronous", "normal")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)


def _truncate_wal(path: Path) -> None:
    """Copies the write-ahead log into the file and empties it. If that fails now, it is done another time.

    While it waits for others to end their reads, such as a backup, nobody can write. So it does not wait for long.
    """
    with suppress(apsw.Error), closing(_connection_to(path)) as connection:
        connection.set_busy_timeout(TRUNCATE_TIMEOUT)
        connection.pragma("synchronous", "normal")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _has_table(connection: Connection, name: str) -> bool:
    return bool(fetch(connection, "select 1 from sqlite_master where type = 'table' and name = ?", (name,)))
