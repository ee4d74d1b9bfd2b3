"""The plan of a query, in one form for both engines: what it reads and how, what it sorts, and how many rows."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from trunkline.storage.ports import Database
from trunkline.storage.sql import Query, Value

SMALL_TABLES = {f"SCAN {table}" for table in ("blocked_handles", "partner_states", "queues")}
"""How SQLite reads the tables that are small in the tests, once ``analyze`` has told it that they are."""

MESSAGE_COLUMNS = (
    "partner_id",
    "id",
    "chat_id",
    "thread",
    "created_at",
    "revision",
    "from_me",
    "delivery_status",
    "edits",
    "document",
)
"""What a message needs to be loaded by itself, without its optional columns."""

_COLUMN = re.compile(r'\(?"?([a-z_]+)"? = ')


class Read(msgspec.Struct, frozen=True):
    """One table read: by an index range that begins with this column, or None for a whole table or a bitmap."""

    first_column: str | None
    description: str


class Plan(msgspec.Struct, frozen=True):
    """``rows`` is how many rows were met in all, None where the engine does not say."""

    reads: list[Read]
    sorts: int
    rows: int | None


async def plan_of(database: Database, query: Query, values: tuple[Value, ...], engine: str) -> Plan:
    """The plan that the service gets; PostgreSQL also runs it and counts rows."""
    if engine == "sqlite":
        explained = Query(query.name, f"explain query plan {query.text}", query.parameters)
        return _of_sqlite([row[3] for row in await database.fetch(explained, values)])
    # Not a plan for these values, but the generic plan for all values.
    async with database.transaction() as transaction:
        await transaction.script(f"prepare examined as {query.text}")
        execute = f"execute examined({', '.join(map(_literal, values))})" if values else "execute examined"
        rows = await transaction.fetch(Query("plan", f"explain (analyze, timing off, format json) {execute}", ()), ())
        await transaction.script("deallocate examined")
    return _of_postgres(msgspec.json.decode(rows[0][0])[0]["Plan"])


def _of_sqlite(lines: list[str]) -> Plan:
    reads: list[Read] = []
    subqueries = {
        f"{read} {line.removeprefix('CO-ROUTINE ')}"
        for line in lines
        if line.startswith("CO-ROUTINE")
        for read in ("SCAN", "SEARCH")  # SEARCH is what SQLite calls the row with the maximum
    }
    for line in lines:
        if line.startswith(("SEARCH", "SCAN")) and line not in subqueries and line != "SCAN CONSTANT ROW":
            range_of = re.search(r"USING (?:COVERING )?INDEX \w+ \((\w+)=\?", line)
            reads.append(Read(range_of[1] if range_of else None, line))
    return Plan(reads, sum("TEMP B-TREE" in line for line in lines), None)


def _of_postgres(plan: dict[str, Any]) -> Plan:
    nodes = list(_nodes(plan))
    reads: list[Read] = []
    rows = 0.0
    for node in nodes:
        if "Relation Name" in node and node["Node Type"] != "ModifyTable":
            range_of = _COLUMN.search(node.get("Index Cond", "")) if node["Node Type"].startswith("Index") else None
            reads.append(Read(range_of[1] if range_of else None, f"{node['Node Type']} on {node['Relation Name']}"))
            met = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            rows += node["Actual Loops"] * met
    return Plan(reads, sum("Sort" in node["Node Type"] for node in nodes), round(rows))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bytes():
            return f"'\\x{value.hex()}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case int():
            return str(value)
