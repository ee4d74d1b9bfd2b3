"""PostgreSQL through asyncpg: every wait for the server has a limit (docs/decisions/0028)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Self

import asyncpg

from trunkline.domain.context import NO_PARTNER, Origin
from trunkline.domain.errors import CannotConnect, CommandError, NotReady, described
from trunkline.metrics import DATABASE_ERRORS
from trunkline.storage.fair_places import FairPlaces
from trunkline.storage.group_commit import GroupCommit, SharedTransaction
from trunkline.storage.node_reads import NodeReads
from trunkline.storage.ports import Transaction, Usage
from trunkline.storage.postgres_connections import CLOSE_TIMEOUT, LOST, Connections, Connector, Share, is_busy
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.postgres_transaction import HAS_TABLE, PostgresTransaction
from trunkline.storage.postgres_url import ConnectionOptions, parse_url
from trunkline.storage.server_clock import CHECK_INTERVAL, ServerClock
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.turns import Turns

RETRY_PAUSE = 0.1  # s
MIGRATION_TIMEOUT = 86_400.0  # s, of the statements of a migration, one of which may copy a table

_MIGRATION_LOCK = 0x7472756E6B  # "trunk"
_MIGRATION_PAUSE = 0.1  # s, after which a process tries again to upgrade the schema

# The cluster, the database, and the table that `pg_restore` creates anew.
_ORIGIN = Query(
    "origin",
    """
    select concat_ws('/', c.system_identifier, d.oid, 'store'::regclass::oid)
    from pg_control_system() c, pg_database d
    where d.datname = current_database()
    """,
    (),
)
_OTHER_SESSIONS = Query(
    "other_sessions",
    """
    select count(*) from pg_stat_activity
    where datname = current_database() and application_name = current_setting('application_name')
      and pid <> pg_backend_pid()
    """,
    (),
)
_TIME = Query("time", "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)", ())
_TRY_TO_LOCK = Query("try_to_lock", f"select pg_try_advisory_xact_lock({_MIGRATION_LOCK})", ())
_READY = Query("ready", "select schema_version from store", ())

_OF_ANOTHER_SESSION = (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError)


class Postgres:
    """One PostgreSQL database, with which a connection is opened when it is needed.

    Reads and transactions have shares of the connections, so neither waits for the other.
    """

    def __init__(self, options: ConnectionOptions, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._connector = Connector(options, command_timeout=limits.write)
        self._limits = limits
        self._turns = Turns[SharedTransaction](limits.writers)
        self._commits = GroupCommit(self._turns)
        self._connections = Connections(self._connector, limits.lifetime)
        self._readers = Share(self._connections, limits.readers, limits.read_patience)
        self._writers = Share(self._connections, limits.writers, limits.write_patience)
        self._reading = FairPlaces(limits.readers)
        self._nodes = NodeReads(self)
        self.clock = ServerClock()
        self._measuring: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, url: str, limits: Limits = Limits()) -> Self:  # noqa: B008 - frozen
        """Connects to the database at a URL. Raises ``CommandError``."""
        database = cls(parse_url(url), limits)
        try:
            database._readers.give_back(await database._readers.take())
            await database._measure()
        except (asyncpg.ClientConfigurationError, ValueError) as error:
            raise CommandError(f"cannot use the PostgreSQL URL: {error}") from None
        except (*LOST, asyncpg.PostgresError) as error:
            raise CannotConnect(f"cannot connect to PostgreSQL: {str(error) or described(error)}") from None
        database._measuring = asyncio.create_task(database._keep_time(), name="time")
        return database

    async def _measure(self) -> None:
        """Asks the server for its time."""
        sent = self.clock.elapsed()
        [(server,)] = await self._fetch(_TIME, ())
        self.clock.measured(sent, self.clock.elapsed(), server)

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(CHECK_INTERVAL)
            if self.clock.is_due():
                # While the server does not answer, the time goes on as it was measured.
                with suppress(*LOST, asyncpg.PostgresError):
                    await self._measure()

    @classmethod
    async def is_open(cls, url: str) -> bool:
        """Whether a process has the database at a URL open. Raises ``CommandError``."""
        database = await cls.connect(url)
        try:
            [(sessions,)] = await database.fetch(_OTHER_SESSIONS, ())
            return sessions > 0
        finally:
            await database.close()

    async def fetch(self, query: Query, values: tuple[Value, ...], partner_id: int = NO_PARTNER) -> Sequence[Row]:
        try:
            return await self._fetch(query, values, partner_id)
        except (*LOST, asyncpg.PostgresError) as error:
            raise _not_ready(error) from error

    def reads_of(self, partner_id: int) -> "PartnerReads":
        return PartnerReads(self, partner_id)

    @property
    def is_distributed(self) -> bool:
        return self._connector.is_distributed

    async def fetch_everywhere(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return await (self._nodes if self.is_distributed else self).fetch(query, values)

    async def _fetch(self, query: Query, values: tuple[Value, ...], partner_id: int = NO_PARTNER) -> Any:
        silences = self._readers.silences
        async with asyncio.timeout(self._limits.read) as limit:
            await self._reading.take(partner_id)
            try:
                try:
                    return await self._read(query.text, values, limit, silences)
                except LOST:
                    # A read can be repeated safely, and the second one succeeds after a restart of the server.
                    await asyncio.sleep(RETRY_PAUSE)
                    return await self._read(query.text, values, limit)
            finally:
                self._reading.give_back(partner_id)

    async def _read(
        self, text: str, values: tuple[Value, ...], limit: asyncio.Timeout, silences: int | None = None
    ) -> Any:
        connection = await self._readers.take(silences)
        is_pooled = self._connector.is_pooled
        try:
            if is_pooled:
                await connection.execute(self._connector.begin())
            rows = await connection.fetch(text, *values)
            if is_pooled:
                await connection.execute("commit")
        except BaseException as error:
            if limit.expired():
                self._connections.renew(is_silent=True)
            await self._recover(self._readers, connection, error, in_transaction=is_pooled)
            raise
        self._readers.give_back(connection)
        return rows

    async def _recover(self, share: Share, connection: Any, error: BaseException, *, in_transaction: bool) -> None:
        """Ends the use of a connection after an error. Rolls back its transaction if it can."""
        if not isinstance(error, Exception) or isinstance(error, LOST) or connection.is_closed():
            share.drop(connection)
            if isinstance(error, LOST):
                self._connections.renew(is_silent=False)
            return
        try:
            if in_transaction:
                await connection.execute("rollback", timeout=CLOSE_TIMEOUT)
        except BaseException as other:
            share.drop(connection)
            if not isinstance(other, Exception):
                raise
        else:
            share.give_back(connection)

    async def has_table(self, name: str) -> bool:
        return (await self.fetch(HAS_TABLE, (name,)))[0][0]

    @asynccontextmanager
    async def transaction(
        self, partner_id: int = NO_PARTNER, origin: Origin = Origin.INTERNAL, *, bulk: bool = False
    ) -> AsyncGenerator[PostgresTransaction]:
        silences = self._writers.silences
        synced = origin is not Origin.CLAIM  # a claim that a crash undoes is one that has expired early
        with _translated():
            async with (
                asyncio.timeout(None if bulk else self._limits.write),
                self._turns.turn(partner_id, origin),
                self._in_transaction(self._writers, silences, bulk=bulk, synced=synced) as transaction,
            ):
                yield transaction

    @asynccontextmanager
    async def shared_transaction(self, partner_id: int, origin: Origin) -> AsyncGenerator[SharedTransaction]:
        silences = self._writers.silences
        with _translated():
            async with (
                asyncio.timeout(self._limits.write),
                self._commits.change(partner_id, origin, lambda: self._shared(silences)) as shared,
            ):
                yield shared

    @asynccontextmanager
    async def _shared(self, silences: int) -> AsyncGenerator[PostgresTransaction]:
        with _translated():
            async with self._in_transaction(self._writers, silences, bulk=False) as transaction:
                yield transaction

    @asynccontextmanager
    async def _in_transaction(
        self, share: Share, silences: int, *, bulk: bool, snapshot: bool = False, synced: bool = True
    ) -> AsyncGenerator[PostgresTransaction]:
        connection = await self._begin(share, silences, bulk=bulk, snapshot=snapshot, synced=synced)
        try:
            yield PostgresTransaction(
                connection, can_copy=not self._connector.is_pooled, can_combine=not self._connector.is_distributed
            )
            await _commit(connection)
        except BaseException as error:
            await self._recover(share, connection, error, in_transaction=True)
            raise
        share.give_back(connection)

    async def _begin(self, share: Share, silences: int, *, bulk: bool, snapshot: bool, synced: bool) -> Any:
        """A connection with an open transaction. Nothing has happened before, so a lost connection is replaced."""
        try:
            return await self._try_to_begin(share, silences, bulk=bulk, snapshot=snapshot, synced=synced)
        except TimeoutError:
            raise
        except LOST:
            return await self._try_to_begin(share, silences, bulk=bulk, snapshot=snapshot, synced=synced)

    async def _try_to_begin(self, share: Share, silences: int, *, bulk: bool, snapshot: bool, synced: bool) -> Any:
        connection = await share.take(silences)
        try:
            begin = self._connector.begin(bulk=bulk, snapshot=snapshot, synced=synced)
            await connection.execute(begin, timeout=self._limits.begin)
        except BaseException as error:
            share.drop(connection)
            if isinstance(error, LOST):
                self._connections.renew(is_silent=isinstance(error, TimeoutError))
            raise
        return connection

    @asynccontextmanager
    async def migration(self) -> AsyncGenerator[PostgresTransaction]:
        while True:
            async with self.transaction(bulk=True) as transaction:
                transaction.statement_timeout = MIGRATION_TIMEOUT
                await transaction.script(
                    "set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0"
                )
                # A statement that waited for the lock would have a snapshot, for whose end an index that is created
                # concurrently waits.
                if (await transaction.fetch(_TRY_TO_LOCK, ()))[0][0]:
                    yield transaction
                    return
            await asyncio.sleep(_MIGRATION_PAUSE)

    async def run_concurrently(self, migration: Transaction, statement: str) -> None:
        with _translated():
            # Ends the portal of the last query, whose snapshot the server would wait for.
            await migration.script("select 1")
            connection = await self._readers.take()
            try:
                await connection.execute("set lock_timeout = 0", timeout=self._limits.begin)
                await connection.execute(statement, timeout=MIGRATION_TIMEOUT)
            finally:
                self._readers.drop(connection)

    async def forget_history(self) -> None:
        pass  # autovacuum removes dead rows, and the server recycles its log

    async def check_ready(self) -> None:
        await self.fetch(_READY, ())

    def usage(self) -> Usage:
        connections = {
            ("reading",): self._readers.in_use,
            ("writing",): self._writers.in_use,
            ("idle",): self._connections.idle,
        }
        return Usage(self._turns.waiting, connections)

    @asynccontextmanager
    async def snapshot(self, partner_id: int = NO_PARTNER) -> AsyncGenerator[PostgresTransaction]:
        silences = self._readers.silences
        await self._reading.take(partner_id)
        try:
            with _translated():
                async with self._in_transaction(self._readers, silences, bulk=True, snapshot=True) as transaction:
                    yield transaction
        finally:
            self._reading.give_back(partner_id)

    def notices(self) -> list[str]:
        return self._connections.shortage.current + self._nodes.notice.current

    async def origin(self) -> str | None:
        try:
            return (await self._fetch(_ORIGIN, ()))[0][0]
        except asyncpg.InsufficientPrivilegeError:
            return None
        except (*LOST, asyncpg.PostgresError) as error:
            raise _not_ready(error) from error

    async def damage(self, progress: Callable[[int], None]) -> list[str]:
        return []  # PostgreSQL verifies its own files; operators use pg_amcheck

    async def close(self) -> None:
        await self._commits.close()
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.wait([self._measuring])
        await self._connections.close()


class PartnerReads:
    """A database for the reads of one partner."""

    __slots__ = ("_database", "_partner_id")

    def __init__(self, database: Postgres, partner_id: int) -> None:
        self._database = database
        self._partner_id = partner_id

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        return await self._database.fetch(query, values, self._partner_id)

    async def has_table(self, name: str) -> bool:
        return await self._database.has_table(name)


async def _commit(connection: Any) -> None:
    """Raises ``NotReady`` if the server rolls back instead, which it does without an error."""
    if await connection.execute("commit") != "COMMIT":
        raise NotReady("PostgreSQL has rolled back the transaction, because a statement failed")


@contextmanager
def _translated() -> Generator[None]:
    """Raises ``NotReady`` for an error of the server or of the connection to it."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError:
        raise  # an error in our code, not an outage
    except (*LOST, asyncpg.PostgresError) as error:
        raise _not_ready(error) from error


def _not_ready(error: Exception) -> NotReady:
    DATABASE_ERRORS.add(type(error).__name__)
    if isinstance(error, TimeoutError | asyncpg.LockNotAvailableError):
        return NotReady("PostgreSQL does not answer in time; another process may be writing for the same partner")
    if isinstance(error, _OF_ANOTHER_SESSION):
        return NotReady(
            "PostgreSQL has lost a prepared statement: a pooler in transaction mode must be in between; add the "
            f"parameter pgbouncer=true to the URL of the database ({error})"
        )
    if isinstance(error, (asyncpg.DataError, ValueError)):  # the message quotes the value, which may be a text
        return NotReady(f"PostgreSQL rejects a value: {type(error).__name__}")
    if isinstance(error, asyncpg.PostgresError) and is_busy(error):
        return NotReady(f"PostgreSQL accepts no more connections: {described(error)}")
    if isinstance(error, (*LOST, asyncpg.InsufficientResourcesError)):
        return NotReady(f"PostgreSQL does not answer: {described(error)}")
    return _rejected(error)


def _rejected(error: Exception) -> NotReady:
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return NotReady(
            "the schema of the database is not that of this version; if it has been upgraded, restart the service with "
            f"the version that did so ({error})"
        )
    return NotReady(f"PostgreSQL rejects the statement: {described(error)}")
