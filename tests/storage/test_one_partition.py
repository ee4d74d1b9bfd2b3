"""The tables of partners can be spread over nodes: each statement of a partner touches one partition."""

import re
from collections.abc import Iterator
from importlib import resources

import asyncpg
import pytest

from trunkline.storage.changed_since import revisions_query
from trunkline.storage.distribution import REFERENCE_TABLES
from trunkline.storage.removal import DELETIONS
from trunkline.storage.sql import Query, load
from trunkline.storage.store import open_store

PARTITIONS = 4

DUE_WORK = {
    *(
        "outbox.due_queues",
        "outbox.partners_behind",
        "outbox.next_due_anywhere",
        "outbox.overdue",
    ),
    *(
        "attachments.forget_pending",
        "attachments.limit_deletions",
        "attachments.due_deletions",
        "retention.partners_with_expired",
        "media_parts.messages_after",
    ),
}
"""The statements that look for due work of every partner. Checks and the steps of migrations read everything, too."""

_PARTITION = re.compile(r" on (\w+?)_p(\d)\b")


def queries() -> Iterator[tuple[str, Query]]:
    """Every statement of a partner, with its name."""
    for file in resources.files("trunkline.storage").joinpath("queries").iterdir():
        stem = file.name.removesuffix(".sql")
        if not stem.startswith(("checks", "step_")):
            yield from [(f"{stem}.{name}", query) for name, query in load(stem).items()]
    yield from [(f"removal.{query.name}", query) for query in DELETIONS]


async def partition(connection: asyncpg.Connection) -> None:
    """Makes every table of partners, which must be empty, a partitioned one with the same indexes."""
    tables = {row[0] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")}
    for table in sorted(tables - REFERENCE_TABLES):
        indexes = await connection.fetch("select indexdef from pg_indexes where tablename = $1", table)
        await connection.execute(
            f"create table spread (like {table} including defaults) partition by hash (partner_id);"
            f"drop table {table}; alter table spread rename to {table}"
        )
        for number in range(PARTITIONS):
            await connection.execute(
                f"create table {table}_p{number} partition of {table} "
                f"for values with (modulus {PARTITIONS}, remainder {number})"
            )
        for (index,) in indexes:
            await connection.execute(index)


async def with_values(connection: asyncpg.Connection, query: Query) -> str:
    """The text of a statement of partner 1, with values in place of parameters."""
    types = [parameter.name for parameter in (await connection.prepare(query.text)).get_parameters()]
    values = {"int4": "1", "int8": "1", "text": "'x'", "bytea": r"'\x00'"}
    return re.sub(
        r"\$(\d+)", lambda found: f"({values[types[int(found[1]) - 1]]}::{types[int(found[1]) - 1]})", query.text
    )


async def touched(connection: asyncpg.Connection, query: Query) -> set[str]:
    """The partitions in the plan of a statement of partner 1."""
    text = await with_values(connection, query)
    plan = "\n".join([row[0] for row in await connection.fetch(f"explain {text}")])
    return {number for _, number in _PARTITION.findall(plan)}


@pytest.fixture
def names() -> list[tuple[str, Query]]:
    """The statements, and one that is not in a file."""
    return [*queries(), ("changed_since.revisions", revisions_query(16))]


async def test_a_statement_of_a_partner_touches_one_partition(
    postgres_url: str, names: list[tuple[str, Query]]
) -> None:
    async with open_store(postgres_url):
        pass
    connection = await asyncpg.connect(postgres_url)
    try:
        await partition(connection)
        await connection.execute("set enable_seqscan = off; set enable_bitmapscan = off; set enable_hashjoin = off")
        spread = {name for name, query in names if len(await touched(connection, query)) > 1}
    finally:
        await connection.close()
    assert spread == DUE_WORK
