"""The schema of a database: which version it has, and its upgrade to the one of this version."""

import re
import secrets
from collections.abc import Sequence
from enum import StrEnum
from importlib import resources

import msgspec

from trunkline.domain.errors import CommandError, NoDatabase
from trunkline.storage import media_parts
from trunkline.storage.distribution import place_tables
from trunkline.storage.migrations.step_0010 import rewrite_groups
from trunkline.storage.migrations.step_0014 import begin_forgetting
from trunkline.storage.migrations.step_0020 import add_filters
from trunkline.storage.ports import Database, Source, Transaction
from trunkline.storage.sql import load, statements

_QUERIES = load("store")

_STEPS = {5: media_parts.index_all, 10: rewrite_groups, 14: begin_forgetting, 20: add_filters}
"""What a migration does besides its statements, by the schema version that it leads to."""

_FIRST_WITH_PHASE = 15
_CREATED_INDEX = re.compile(r"create (?:unique )?index concurrently (\w+)")


def migrations() -> list[tuple[int, str]]:
    """Every migration, in order: the schema version that it leads to, and its statements."""
    files = resources.files("trunkline.storage").joinpath("migrations").iterdir()
    named = sorted((file.name, file) for file in files if file.name.endswith(".sql"))
    return [(int(name.split("_", 1)[0]), file.read_text("utf-8")) for name, file in named]


class Phase(StrEnum):
    """What a migration does to processes of the version before; the first line of its file, from 0015 on."""

    EXPAND = "expand"
    """They work on."""
    EXPAND_CONCURRENTLY = "expand, concurrently"
    """They work on. Its statements create or drop an index ``concurrently``, each by itself, outside a transaction."""
    CONTRACTION = "contract"
    """They must have ended."""


class Schema(msgspec.Struct, frozen=True):
    """The schema of a database. A process that knows an earlier one than ``compatible_with`` cannot use it."""

    version: int
    compatible_with: int


def phase_of(version: int, script: str) -> Phase:
    """The phase of the migration that leads to a schema version. Raises ``ValueError`` if its first line is not one."""
    return Phase.CONTRACTION if version < _FIRST_WITH_PHASE else Phase(script.partition("\n")[0].removeprefix("-- "))


async def upgrade(database: Database, *, must_exist: bool = False) -> tuple[int, int]:
    """Upgrades the schema, and returns its version before (0 for an empty database) and after.

    All missing migrations up to one that runs concurrently are one transaction, so an interrupted upgrade leaves a
    schema from which the next one continues. In a distributed database, new tables are placed, and none stays on one
    node. A newer schema with which this version is compatible stays. Raises
    ``CommandError``, and changes nothing, for one with which it is not, and for an empty database if it ``must_exist``.
    """
    known = migrations()
    newest = known[-1][0]
    # Read before waiting for the write lock: a long import must not keep a worker from starting.
    schema = before = await _schema(database)
    if schema.compatible_with > newest:
        raise CommandError(_too_new(schema, newest))
    if before.version == 0 and must_exist:
        raise NoDatabase("the database is empty")
    while schema.version < newest:
        async with database.migration() as transaction:
            schema = await _schema(transaction)
            missing = [(version, script) for version, script in known if version > schema.version]
            if missing:
                await _migrate(database, transaction, schema, missing)
        schema = await _schema(database)
    return before.version, schema.version


async def _migrate(
    database: Database, transaction: Transaction, schema: Schema, missing: Sequence[tuple[int, str]]
) -> None:
    """Runs the next migrations: all up to one that runs concurrently, or that one."""
    reached, compatible_with = schema.version, schema.compatible_with
    for count, (version, script) in enumerate(missing):
        phase = phase_of(version, script)
        if phase is Phase.EXPAND_CONCURRENTLY:
            if count:
                break
            await _run_concurrently(database, transaction, script)
        else:
            for statement in statements(script):
                await transaction.script(statement)
            if version in _STEPS:
                await _STEPS[version](transaction)
            if version == 1:
                await transaction.fetch(_QUERIES["create_store"], (secrets.token_bytes(32),))
        reached = version
        if phase is Phase.CONTRACTION:
            compatible_with = version
        if phase is Phase.EXPAND_CONCURRENTLY:
            break
    if database.is_distributed:
        await place_tables(transaction)
    await transaction.fetch(_QUERIES["set_schema_version"], (reached,))
    if reached >= _FIRST_WITH_PHASE:
        await transaction.fetch(_QUERIES["set_compatible_with"], (compatible_with,))


async def _run_concurrently(database: Database, transaction: Transaction, script: str) -> None:
    """Runs statements that create or drop indexes. What an interrupted run left of an index is dropped first."""
    for statement in statements(script):
        created = _CREATED_INDEX.match(statement)
        if created:
            await database.run_concurrently(transaction, f"drop index concurrently if exists {created[1]}")
        await database.run_concurrently(transaction, statement)


async def _schema(source: Source) -> Schema:
    if not await source.has_table("store"):
        return Schema(0, 0)
    [(version,)] = await source.fetch(_QUERIES["schema_version"], ())
    if version < _FIRST_WITH_PHASE:
        return Schema(version, version)
    [(compatible_with,)] = await source.fetch(_QUERIES["compatible_with"], ())
    return Schema(version, compatible_with)


def _too_new(schema: Schema, newest: int) -> str:
    return (
        f"the database has schema {schema.version}, which is newer than this version of Trunkline knows ({newest}); "
        "run the version that upgraded it, or a newer one"
    )


async def schema_problem(database: Database) -> str | None:
    """Why this version cannot read the database as it is; None if it can."""
    newest = migrations()[-1][0]
    schema = await _schema(database)
    if schema.compatible_with > newest:
        return _too_new(schema, newest)
    if schema.version >= newest:
        return None
    return (
        f"the schema is {schema.version}, and this version of Trunkline needs {newest}; "
        "see `trunkline database upgrade`"
    )
