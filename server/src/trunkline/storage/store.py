"""Opening a store: the engine that a URL names, with the schema of this version."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from trunkline.domain.chat_health import DEFAULT_THRESHOLDS, Thresholds
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError, FilesFull, FilesNotReady, NotReady
from trunkline.domain.file_urls import FileUrls
from trunkline.domain.instant import Clock
from trunkline.storage import sqlite_backup
from trunkline.storage.change import Change, open_change
from trunkline.storage.files.base import FileStore
from trunkline.storage.files.opening import open_files
from trunkline.storage.partners import Partners
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.postgres import Postgres
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.postgres_url import parse_url
from trunkline.storage.reader import Reader
from trunkline.storage.replica import TIMEOUT as REPLICA_TIMEOUT
from trunkline.storage.replica import Replica, check_replica
from trunkline.storage.schema import schema_problem, upgrade
from trunkline.storage.sql import load
from trunkline.storage.sqlite import SQLite

T = TypeVar("T")

READY_TIMEOUT = 4.0  # s, so that the response arrives within 5

Observe: TypeAlias = Callable[[AbstractAsyncContextManager[Change]], AbstractAsyncContextManager[Change]]

_QUERIES = load("store")


class Store:
    """An open database with the schema of this version, its files, and the settings for reading and writing them."""

    def __init__(
        self,
        database: Database,
        cursor_key: bytes,
        link_key: bytes,
        files: FileStore,
        thresholds: Thresholds = DEFAULT_THRESHOLDS,
        replica: Replica | None = None,
    ) -> None:
        self.database = database
        self.clock: Clock = database.clock
        """The time of the database."""
        self._replica = replica
        self.files = files
        """Where the bytes of attachments are."""
        self.partners = Partners(database)
        self.cursor_key = cursor_key
        """The key that signs cursors and sync tokens, so that all workers accept the same ones. It is renewed when an
        older state of the database is restored."""
        self.link_key = link_key
        """The key that signs URLs that work without a key. It never changes."""
        self.thresholds = thresholds
        """When a chat or a line stops being healthy."""
        self.observe: Observe | None = None
        """Surrounds every change, to count and trace it."""

    def file_urls(self, base_url: str) -> FileUrls:
        """Signs and verifies the URLs of files, for a service at ``base_url``, which has no trailing slash."""
        return FileUrls(self.link_key, base_url)

    def reader(self, partner_id: int) -> Reader:
        """Reads the committed rows of a partner."""
        return Reader(self.database.reads_of(partner_id), partner_id)

    async def read(self, partner_id: int, work: Callable[[Reader], Awaitable[T]], revision: int | None = None) -> T:
        """What ``work`` reads of the committed rows of a partner, from the replica if there is one.

        ``work`` must only read, and may be called a second time. ``revision`` is the partner's, if the request has read
        it.
        """
        if self._replica is None:
            return await work(self.reader(partner_id))
        return await self._replica.read(partner_id, work, revision)

    def change(self, ctx: RequestContext, *, bulk: bool = False) -> AbstractAsyncContextManager[Change]:
        """Opens a change: one write transaction of the partner. Commits if the block ends without an exception.

        It must end within a minute, unless it is ``bulk``.
        """
        change = open_change(self.database, ctx, self.thresholds, bulk=bulk)
        return change if self.observe is None else self.observe(change)

    def notices(self) -> list[str]:
        """What works, but less well than it should: a sentence each, which names no host."""
        return self.database.notices() + (self._replica.notices() if self._replica is not None else [])

    async def find_files(self) -> None:
        """Notes where the folder of the attachments is, so that it is missed if it goes away."""
        with suppress(FilesNotReady, FilesFull):  # whether it can be used is for ``check_ready`` to say
            await self.files.probe()

    async def check_ready(self) -> None:
        """Raises ``NotReady`` if the database does not answer within ``READY_TIMEOUT``, or cannot be used.

        Raises ``FilesNotReady`` if no file can be stored in the folder of the attachments.
        """
        deadline = asyncio.get_running_loop().time() + READY_TIMEOUT
        try:
            async with asyncio.timeout_at(deadline):
                await self.database.check_ready()
                problem = await schema_problem(self.database)
        except TimeoutError:
            raise NotReady(f"the database does not answer within {READY_TIMEOUT:.0f} s") from None
        if problem is not None:
            raise NotReady(problem)
        try:
            async with asyncio.timeout_at(deadline):
                await self.files.probe()
        except FilesFull as error:
            raise FilesNotReady(
                str(error), "the disk of the attachments is full; the operator of the service must make room"
            ) from error
        except TimeoutError:
            raise FilesNotReady(f"the folder of attachments does not answer within {READY_TIMEOUT:.0f} s") from None


async def _keys(database: Database) -> tuple[bytes, bytes]:
    """The cursor key and the link key. If a copy of the database was restored into this one, its cursor key is renewed.

    Copies that the engine does not recognise: see ``renew_cursor_key``.
    """
    origin = await database.origin()
    [(cursor_key, link_key, known)] = await database.fetch(_QUERIES["store"], ())
    if origin == known:
        return cursor_key, link_key
    async with database.migration() as transaction:
        [(_, _, known)] = await transaction.fetch(_QUERIES["store"], ())
        if origin != known:
            await transaction.fetch(_QUERIES["set_origin"], (origin,))
            if None not in {origin, known}:
                await renew_cursor_key(transaction)
    [(cursor_key, link_key, _)] = await database.fetch(_QUERIES["store"], ())
    return cursor_key, link_key


async def renew_cursor_key(transaction: Transaction) -> None:
    """Invalidates every cursor, sync token and ETag: after a restore, their revisions mean other changes.

    Open stores keep the former key.
    """
    await transaction.fetch(_QUERIES["renew_cursor_key"], (secrets.token_bytes(32),))


@asynccontextmanager
async def _replica(
    database: Database, url: str, keys: tuple[bytes, bytes], limits: Limits
) -> AsyncGenerator[Replica | None]:
    """The replica at a URL, if there is one, until the end of the block."""
    if not url:
        yield None
        return
    limits = msgspec.structs.replace(limits, read=REPLICA_TIMEOUT, begin=REPLICA_TIMEOUT, write=REPLICA_TIMEOUT)
    replica = Replica(database, Postgres(parse_url(url, is_replica=True), limits), keys)
    try:
        yield replica
    finally:
        await replica.close()


def sqlite_file(url: str) -> Path | None:
    """The file of the database at a URL; None if the URL does not name a SQLite file."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and rest.startswith("/") and rest not in {"/", "/:memory:"}:
        return Path(rest[1:])
    return None


async def is_open(url: str) -> bool:
    """Whether a process has the database at a URL open. Raises ``CommandError``."""
    file = sqlite_file(url)
    return sqlite_backup.is_open(file) if file is not None else await Postgres.is_open(url)


async def require_unused(url: str) -> None:
    """Raises ``CommandError`` if a process has the database at a URL open."""
    if await is_open(url):
        raise CommandError(
            "a process has the database open: stop the service, and every command that uses it, and try again"
        )


async def connect(url: str, *, must_exist: bool = False, limits: Limits = Limits()) -> Database:  # noqa: B008 - frozen
    """Opens the database at ``sqlite:///PATH`` or ``postgresql://…`` with the schema it has. Raises ``CommandError``.

    Creates a SQLite file that does not exist, unless it ``must_exist``.
    """
    file = sqlite_file(url)
    if file is not None:
        return SQLite(file, must_exist=must_exist)
    scheme, separator, _ = url.partition("://")
    if separator and scheme in {"postgresql", "postgres"}:
        return await Postgres.connect(url, limits)
    raise CommandError(
        f"cannot use the database {_without_password(url)!r}: it must be sqlite:///relative/path.db, "
        "sqlite:////absolute/path.db or postgresql://user:password@host:port/name"
    )


def _without_password(url: str) -> str:
    scheme, separator, rest = url.rpartition("@")
    return f"…@{rest}" if separator and scheme else url


@asynccontextmanager
async def open_store(
    url: str,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    *,
    attachments: str = "",
    must_exist: bool = False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    replica: str = "",
) -> AsyncGenerator[Store]:
    """Opens the store at a URL, upgrades it if necessary, and closes it at the end. Raises ``CommandError``.

    ``attachments`` is the place of the files; by default, a folder beside the database. Creates a store that does not
    exist, unless it ``must_exist``. ``replica`` is the URL of a read replica, which need not answer.
    """
    check_replica(replica, url)
    files = open_files(attachments, url)
    try:
        database = await connect(url, must_exist=must_exist, limits=limits)
        try:
            await upgrade(database, must_exist=must_exist)
            keys = await _keys(database)
            async with _replica(database, replica, keys, limits) as reads:
                yield Store(database, *keys, files, thresholds, reads)
        finally:
            await database.close()
    finally:
        await files.close()
