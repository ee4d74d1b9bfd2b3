"""Where a text or a partner is still stored: in any column of any table, and in the files of SQLite."""

from pathlib import Path
from typing import Any

from trunkline.storage.sql import Query
from trunkline.storage.sqlite import SQLite
from trunkline.storage.store import Store

_SQLITE_TABLES = Query("tables", "select name from sqlite_master where type = 'table' order by name", ())
_POSTGRES_TABLES = Query(
    "tables", "select table_name::text from information_schema.tables where table_schema = 'public' order by 1", ()
)
_SQLITE_COLUMNS = "select name from pragma_table_info('{table}')"
_POSTGRES_COLUMNS = (
    "select column_name::text from information_schema.columns where table_schema = 'public' and table_name = '{table}'"
)


async def columns_by_table(store: Store) -> dict[str, list[str]]:
    """The columns of every table."""
    is_sqlite = isinstance(store.database, SQLite)
    found: dict[str, list[str]] = {}
    for (table,) in await store.database.fetch(_SQLITE_TABLES if is_sqlite else _POSTGRES_TABLES, ()):
        described = (_SQLITE_COLUMNS if is_sqlite else _POSTGRES_COLUMNS).format(table=table)
        found[table] = [name for (name,) in await store.database.fetch(Query("columns", described, ()), ())]
    return found


async def rows_of(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as columns by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, columns in (await columns_by_table(store)).items():
        statement = f"select {', '.join(columns)} from {table}"  # noqa: S608 - names of the catalog
        rows = await store.database.fetch(Query("rows", statement, ()), ())
        found[table] = [dict(zip(columns, row, strict=True)) for row in rows]
    return found


async def columns_with(store: Store, words: str) -> set[str]:
    """The columns in which a row contains a text: ``table.column``."""
    return {
        f"{table}.{column}"
        for table, rows in (await rows_of(store)).items()
        for row in rows
        for column, value in row.items()
        if words.encode() in (value if isinstance(value, bytes) else str(value).encode())
    }


async def tables_with_partner(store: Store, partner_id: int) -> set[str]:
    """The tables in which a partner has a row."""
    return {
        table
        for table, rows in (await rows_of(store)).items()
        for row in rows
        if row.get("id" if table == "partners" else "partner_id") == partner_id
    }


def files_with(url: str, words: str) -> list[str]:
    """The files of a SQLite database, and of the folder of its attachments, that contain a text."""
    if not url.startswith("sqlite:///"):
        return []
    path = Path(url.removeprefix("sqlite:///"))
    files = [path, path.with_name(path.name + "-wal"), *path.with_name(path.name + "-attachments").rglob("*")]
    return [file.name for file in files if file.is_file() and words.encode() in file.read_bytes()]
