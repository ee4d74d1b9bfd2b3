"""Opening a store: the engine that a URL names, brought to the schema that this code knows."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.partners import Partners
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.postgres import Postgres
from trunkline.storage.sql import load
from trunkline.storage.sqlite import SQLite

PING_TIMEOUT = 5.0  # s

_QUERIES = load("store")


class Store:
    """An open database at the schema of this code, with the key that signs its cursors."""

    def __init__(self, database: Database, cursor_key: bytes) -> None:
        self.database = database
        self.partners = Partners(database)
        self.cursor_key = cursor_key

    async def ping(self) -> None:
        """Raises ``NotReady`` when the database does not answer within a few seconds."""
        try:
            async with asyncio.timeout(PING_TIMEOUT):
                await self.database.fetch(_QUERIES["ping"], ())
        except TimeoutError:
            raise NotReady(f"the database does not answer within {PING_TIMEOUT:.0f} s") from None


def migrations() -> list[tuple[int, str]]:
    """Every migration as (the schema version it leads to, its statements), in order."""
    files = resources.files("trunkline.storage").joinpath("migrations").iterdir()
    named = sorted((file.name, file) for file in files if file.name.endswith(".sql"))
    return [(int(name.split("_", 1)[0]), file.read_text("utf-8")) for name, file in named]


async def upgrade(database: Database) -> tuple[int, int]:
    """Brings the schema up to date: (the version before, 0 for an empty database, and after).

    All missing migrations run in one transaction, so that a start which is interrupted leaves the old schema.
    Raises ``CommandError`` for a schema newer than this code knows; that leaves the database alone.
    """
    known = migrations()
    newest = known[-1][0]
    # Looked at before the turn to write is asked for: a long import must not keep a worker from starting.
    found = await _schema_version(database)
    if found > newest:
        raise CommandError(
            f"the database has schema {found}, which is newer than this Trunkline knows ({newest}): "
            "run the Trunkline that upgraded it, or a newer one"
        )
    if found == newest:
        return found, newest
    async with database.migration() as transaction:
        found = await _schema_version(transaction)
        for version, script in known:
            if version > found:
                await transaction.script(script)
                if version == known[0][0]:
                    await transaction.fetch(_QUERIES["create_store"], (secrets.token_bytes(32),))
        if found < newest:
            await transaction.fetch(_QUERIES["set_schema_version"], (newest,))
    return found, newest


async def _schema_version(reader: Database | Transaction) -> int:
    if not await reader.has_table("store"):
        return 0
    return (await reader.fetch(_QUERIES["ping"], ()))[0][0]


async def schema_problem(database: Database) -> str | None:
    """Why this code cannot read the database as it is, or None."""
    newest = migrations()[-1][0]
    found = await _schema_version(database)
    if found == newest:
        return None
    return f"the schema is {found}, and this Trunkline needs {newest}; see `trunkline database upgrade`"


async def connect(url: str, *, must_exist: bool = False) -> Database:
    """The database behind ``sqlite:///PATH`` or ``postgresql://…``, its schema as it is. Raises ``CommandError``.

    A SQLite file that is not there is made, unless it ``must_exist``.
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
async def open_store(url: str) -> AsyncGenerator[Store]:
    """The store behind a URL, upgraded if need be and closed at the end. Raises ``CommandError``."""
    database = await connect(url)
    try:
        await upgrade(database)
        cursor_key = (await database.fetch(_QUERIES["store"], ()))[0][1]
        yield Store(database, cursor_key)
    finally:
        await database.close()
