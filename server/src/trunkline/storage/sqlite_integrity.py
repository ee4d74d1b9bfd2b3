"""SQLite's own check of a database (https://sqlite.org/pragma.html#pragma_integrity_check), with its progress.

It is one statement. First it reads the pages of the file, then the rows of each table, and looks up each row in every
index. SQLite tells how many pages, and later how many instructions, have gone by.
"""

from collections.abc import Callable

from trunkline.storage.sqlite_calls import Connection, fetch

_STEP = 1_000  # pages or instructions from one call to the next
_PAGES = 25  # percent of the time that the pages take, where they are in memory
_OF_COLUMN, _OF_INDEX = 2.5, 8.5  # instructions for a row; measured, as docs/decisions/0026 shows

_TABLES = "select name from sqlite_master where type = 'table' and sql is not null"
_SHAPE = "select (select count(*) from pragma_table_info($1)), (select count(*) from pragma_index_list($1))"


def damage(connection: Connection, progress: Callable[[int], None]) -> list[str]:
    """What is wrong with the file or its indexes, one line each. ``progress`` gets the percentage.

    An exception of ``progress``, or of a signal meanwhile, ends it. Raises ``NotReady``.
    """
    pages = max(1, connection.pragma("page_count"))
    instructions = _instructions(connection)
    done = shown = 0

    def step() -> bool:
        nonlocal done, shown
        done += _STEP
        share = _PAGES * done / pages if done < pages else _PAGES + (100 - _PAGES) * (done - pages) / instructions
        percent = min(99, int(share))
        if percent > shown:
            progress(percent)
            shown = percent
        return False

    connection.set_progress_handler(step, _STEP)
    try:
        found = [str(row[0]) for row in fetch(connection, "pragma integrity_check", ())]
    finally:
        connection.set_progress_handler(None)
    return [] if found == ["ok"] else found


def _instructions(connection: Connection) -> float:
    """About how many instructions the rows take. A table has at most as many rows as its largest row number."""
    total = 1.0
    for (table,) in fetch(connection, _TABLES, ()):
        [(rows,)] = fetch(connection, f'select max(rowid) from "{table}"', ())  # noqa: S608 - a name in the schema
        [(columns, indexes)] = fetch(connection, _SHAPE, (table,))
        total += (rows or 0) * (_OF_COLUMN * columns + _OF_INDEX * indexes)
    return total
