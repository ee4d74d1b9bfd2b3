"""The schema of a database: which version it has, and its upgrade to the one of this version."""

import secrets
from importlib import resources

from trunkline.domain.errors import CommandError, NoDatabase
from trunkline.storage import media_parts
from trunkline.storage.migrations.step_0010 import rewrite_groups
from trunkline.storage.migrations.step_0014 import begin_forgetting
from trunkline.storage.ports import Database, Source
from trunkline.storage.sql import load

_QUERIES = load("store")

_STEPS = {5: media_parts.index_all, 10: rewrite_groups, 14: begin_forgetting}
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
