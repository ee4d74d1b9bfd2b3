"""Opening a store: the engine that a URL names, with the schema of this version."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib import resources
from pathlib import Path

from trunkline.domain.chat_health import DEFAULT_THRESHOLDS, Thresholds
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError, FilesFull, FilesNotReady, NoDatabase, NotReady
from trunkline.domain.file_urls import FileUrls
from trunkline.storage import media_parts
from trunkline.storage.change import Change, open_change
from trunkline.storage.files.base import FileStore
from trunkline.storage.files.opening import open_files
from trunkline.storage.partners import Partners
from trunkline.storage.ports import Database, Source
from trunkline.storage.postgres import Postgres
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load
from trunkline.storage.sqlite import SQLite

READY_TIMEOUT = 5.0  # s

_QUERIES = load("store")


class Store:
    """An open database with the schema of this version, its files, and the settings for reading and writing them."""

    def __init__(
        self, database: Database, cursor_key: bytes, files: FileStore, thresholds: Thresholds = DEFAULT_THRESHOLDS
    ) -> None:
        self.database = database
        self.files = files
        """Where the bytes of attachments are."""
        self.partners = Partners(database)
        self.cursor_key = cursor_key
        """The key that signs cursors, sync tokens and URLs of files, so that all workers accept the same ones."""
        self.thresholds = thresholds
        """When a chat or a line stops being healthy."""

    def file_urls(self, base_url: str) -> FileUrls:
        """Signs and verifies the URLs of files, for a service at ``base_url``, which has no trailing slash."""
        return FileUrls(self.cursor_key, base_url)

    def reader(self, partner_id: int) -> Reader:
        """Reads the committed rows of a partner."""
        return Reader(self.database, partner_id)

    def change(self, ctx: RequestContext) -> AbstractAsyncContextManager[Change]:
        """Opens a change: one write transaction of the partner. Commits if the block ends without an exception."""
        return open_change(self.database, ctx, self.thresholds)

    async def find_files(self) -> None:
        """Notes where the folder of the attachments is, so that it is missed if it goes away."""
        with suppress(FilesNotReady, FilesFull):  # whether it can be used is for ``check_ready`` to say
            await self.files.probe()

    async def check_ready(self) -> None:
        """Raises ``NotReady`` if the database does not answer within ``READY_TIMEOUT`` or cannot be written.

        Raises ``FilesNotReady`` if no file can be stored in the folder of the attachments.
        """
        try:
            async with asyncio.timeout(READY_TIMEOUT):
                await self.database.check_ready()
        except TimeoutError:
            raise NotReady(f"the database does not answer within {READY_TIMEOUT:.0f} s") from None
        try:
            async with asyncio.timeout(READY_TIMEOUT):
                await self.files.probe()
        except FilesFull as error:
            raise FilesNotReady(
                str(error), "the disk of the attachments is full; the operator of the service must make room"
            ) from error
        except TimeoutError:
            raise FilesNotReady(f"the folder of attachments does not answer within {READY_TIMEOUT:.0f} s") from None


_STEPS = {5: media_parts.index_all}
"""What a migration does besides its statements, by the schema version that it leads to."""


def migrations() -> list[tuple[int, str]]:
    """Every migration, in order: the schema version that it leads to, and its statements."""
    files = resources.files("trunkline.storage").joinpath("migrations").iterdir()
    named = sorted((file.name, file) for file in files if file.name.endswith(".sql"))
    return [(int(name.split("_", 1)[0]), file.read_text("utf-8")) for name, file in named]


async def upgrade(database: Database, *, must_exist: bool = False) -> tuple[int, int]:
    """Upgrades the schema, and returns its version before (0 for an empty database) and after.

    All missing migrations run in one transaction, so an interrupted upgrade leaves the old schema. Raises
    ``CommandError``, and changes nothing, for a schema that is newer than this version knows, and for an empty database
    if it ``must_exist``.
    """
    known = migrations()
    newest = known[-1][0]
    # Read before waiting for the write lock: a long import must not keep a worker from starting.
    found = await _schema_version(database)
    if found > newest:
        raise CommandError(
            f"the database has schema {found}, which is newer than this version of Trunkline knows ({newest}); "
            "run the version that upgraded it, or a newer one"
        )
    if found == newest:
        return found, newest
    if found == 0 and must_exist:
        raise NoDatabase("the database is empty")
    async with database.migration() as transaction:
        found = await _schema_version(transaction)
        for version, script in known:
            if version > found:
                await transaction.script(script)
                if version in _STEPS:
                    await _STEPS[version](transaction)
                if version == known[0][0]:
                    await transaction.fetch(_QUERIES["create_store"], (secrets.token_bytes(32),))
        if found < newest:
            await transaction.fetch(_QUERIES["set_schema_version"], (newest,))
    return found, newest


async def _schema_version(source: Source) -> int:
    if not await source.has_table("store"):
        return 0
    return (await source.fetch(_QUERIES["schema_version"], ()))[0][0]


async def schema_problem(database: Database) -> str | None:
    """Why this version cannot read the database as it is; None if it can."""
    newest = migrations()[-1][0]
    found = await _schema_version(database)
    if found == newest:
        return None
    return f"the schema is {found}, and this version of Trunkline needs {newest}; see `trunkline database upgrade`"


async def connect(url: str, *, must_exist: bool = False) -> Database:
    """Opens the database at ``sqlite:///PATH`` or ``postgresql://…`` with the schema it has. Raises ``CommandError``.

    Creates a SQLite file that does not exist, unless it ``must_exist``.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "sqlite" and rest.startswith("/") and rest not in {"/", "/:memory:"}:
        return SQLite(Path(rest[1:]), must_exist=must_exist)
    if separator and scheme in {"postgresql", "postgres"}:
        return await Postgres.connect(url)
    raise CommandError(
        f"cannot use the database {_without_password(url)!r}: it must be sqlite:///relative/path.db, "
        "sqlite:////absolute/path.db or postgresql://user:password@host:port/name"
    )


def _without_password(url: str) -> str:
    scheme, separator, rest = url.rpartition("@")
    return f"…@{rest}" if separator and scheme else url


@asynccontextmanager
async def open_store(
    url: str, thresholds: Thresholds = DEFAULT_THRESHOLDS, *, attachments: str = "", must_exist: bool = False
) -> AsyncGenerator[Store]:
    """Opens the store at a URL, upgrades it if necessary, and closes it at the end. Raises ``CommandError``.

    ``attachments`` is the place of the files; by default, a folder beside the database. Creates a store that does not
    exist, unless it ``must_exist``.
    """
    files = open_files(attachments, url)
    try:
        database = await connect(url, must_exist=must_exist)
        try:
            await upgrade(database, must_exist=must_exist)
            cursor_key = (await database.fetch(_QUERIES["store"], ()))[0][1]
            yield Store(database, cursor_key, files, thresholds)
        finally:
            await database.close()
    finally:
        await files.close()
