"""A database as an older version of Trunkline created it."""

from collections.abc import Sequence
from typing import TypeAlias

from trunkline.storage.schema import migrations
from trunkline.storage.sql import Value
from trunkline.storage.store import connect

Table: TypeAlias = tuple[str, str, Sequence[tuple[Value, ...]]]
"""The name of a table, its columns, and rows."""


async def create_schema(url: str, newest: int, tables: Sequence[Table]) -> None:
    """Creates a database with every migration up to ``newest``, and loads the rows of the tables, store included."""
    database = await connect(url)
    try:
        async with database.migration() as transaction:
            for version, script in migrations():
                if version <= newest:
                    await transaction.script(script)
            for table, columns, rows in tables:
                await transaction.load(table, tuple(columns.split()), rows)
    finally:
        await database.close()
