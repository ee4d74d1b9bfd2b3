"""A distributed database: what a migration adds is distributed, sessions plan for the partner, nodes fail alone."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from tests.support.chats import NOW
from tests.support.nodes import NODES, distributed, with_nodes
from tests.support.partners import new_partner
from tests.support.postgres import PostgresServer
from tests.support.webhook_worker import NoCarrier
from trunkline.delivery.worker import DISTRIBUTED_PAUSE, Worker
from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage import distribution, outbox, schema
from trunkline.storage.node_reads import AWAY, NodeReads
from trunkline.storage.sql import Query
from trunkline.storage.store import Store, open_store

KNOWN = schema.migrations()
NEWEST = KNOWN[-1][0]
PLAN_MODE = Query("plan_mode", "select current_setting('plan_cache_mode')", ())
QUEUES = Query("queues", "select partner_id from queues order by partner_id", ())


@pytest.fixture
def url(postgres: PostgresServer, postgres_url: str) -> str:
    """A distributed database."""
    return distributed(with_nodes(postgres, postgres_url))


def know(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """From now on, this version has a further migration."""
    known: Sequence[tuple[int, str]] = [*KNOWN, (NEWEST + 1, script)]
    monkeypatch.setattr(schema, "migrations", lambda: known)


async def test_a_migration_distributes_what_it_adds(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    know(
        monkeypatch,
        "-- expand\ncreate table notes (partner_id bigint, id bigint, primary key (partner_id, id));\n"
        "create index notes_id on notes (partner_id, id);",
    )
    async with open_store(url):
        pass
    connection = await asyncpg.connect(url)
    try:
        assert (
            await connection.fetchval("select count(*) from pg_inherits where inhparent = 'notes'::regclass") == NODES
        )
    finally:
        await connection.close()


async def test_a_migration_that_leaves_a_table_on_one_node_is_undone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, "-- expand\ncreate table notes (id bigint primary key);")
    with pytest.raises(CommandError, match="the table notes would stay on one node: it has no column partner_id"):
        async with open_store(url):
            pass
    know(monkeypatch, "-- expand\nalter table lines add column note text;")
    async with open_store(url) as store:
        assert not await store.database.has_table("notes")


@pytest.fixture
def plain_url(postgres: PostgresServer) -> str:
    """A database on one node."""
    return postgres.new_database()


async def test_only_a_database_on_one_node_has_generic_plans(url: str, plain_url: str) -> None:
    for each, mode in ((url, "auto"), (plain_url, "force_generic_plan")):
        async with open_store(each) as store:
            assert store.database.is_distributed == (each == url)
            assert (await store.database.fetch(PLAN_MODE, ()))[0][0] == mode


async def partners_with_queues(store: Store) -> dict[int, int]:
    """Partners on every node, each with a queue that is due, and their nodes."""
    ids: list[int] = []
    nodes: dict[int, Sequence[int]] = {}
    while len(nodes) < NODES:
        ids.append((await new_partner(store)).id)
        nodes = dict(await distribution.partners_by_node(store.database))
    async with store.database.transaction() as transaction:
        columns = ("partner_id", "destination", "due_at", "claimed_until")
        await transaction.load("queues", columns, [(partner, outbox.CARRIER, NOW, 0) for partner in ids])
    return {partner: node for node, partners in nodes.items() for partner in partners}


@asynccontextmanager
async def hanging(url: str, node: int) -> AsyncGenerator[None]:
    """A node that does not answer, until the end of the block."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"lock table queues_p{node} in access exclusive mode")
            yield
    finally:
        await connection.close()


async def test_the_partners_of_other_nodes_are_served_while_a_node_does_not_answer(url: str) -> None:
    async with open_store(url) as store:
        nodes = await partners_with_queues(store)
        reads = NodeReads(store.database, timeout=0.5, pause=0)

        async def found() -> set[int]:
            return {row[0] for row in await reads.fetch(QUEUES, ())}

        assert await found() == set(nodes)
        async with hanging(url, 1):
            others = {partner for partner, node in nodes.items() if node != 1}
            assert await found() == others
            assert await found() == others
            assert reads.notice.current == [AWAY]
        assert await found() == set(nodes)
        assert await found() == set(nodes)


async def test_a_node_that_has_failed_is_not_asked_for_some_time(url: str) -> None:
    async with open_store(url) as store:
        nodes = await partners_with_queues(store)
        reads = NodeReads(store.database, timeout=0.5, pause=3600)
        async with hanging(url, 2):
            await reads.fetch(QUEUES, ())
        answered = {row[0] for row in await reads.fetch(QUEUES, ())}
        assert answered == {partner for partner, node in nodes.items() if node != 2}


async def test_if_no_node_answers_it_fails(url: str) -> None:
    async with open_store(url) as store:
        await partners_with_queues(store)
        reads = NodeReads(store.database, timeout=0.2)
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction():
                await connection.execute("lock table queues in access exclusive mode")
                with pytest.raises(NotReady, match="no node of the database answers"):
                    await reads.fetch(QUEUES, ())
        finally:
            await connection.close()


async def test_the_worker_is_told_of_the_queues_of_the_other_nodes(url: str) -> None:
    async with open_store(url) as store:
        nodes = await partners_with_queues(store)
        async with hanging(url, 0), asyncio.timeout(30):
            due = await outbox.due_queues(store.database, NOW + 1, carriers=1000, webhooks=1000)
            behind = await outbox.overdue(store.database, NOW + 1, 1000)
            next_due = await outbox.next_due(store.database, NOW + 1)
        others = {partner for partner, node in nodes.items() if node != 0}
        assert {partner for partner, _ in due} == others
        assert len(behind[0]) == len(others)
        assert next_due == NOW
        assert AWAY in store.notices()


async def test_a_worker_that_is_woken_all_the_time_looks_seldom(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    find = outbox.due_queues

    async def counted(*args: Any, **kwargs: Any) -> Sequence[tuple[int, str]]:
        looks.append(time.monotonic())
        return await find(*args, **kwargs)

    monkeypatch.setattr(outbox, "due_queues", counted)
    async with open_store(url) as store:
        worker = Worker(store, NoCarrier(), NoCarrier())
        running = asyncio.create_task(worker.run())
        while len(looks) < 5:
            worker.wake()
            await asyncio.sleep(0.001)
        running.cancel()
        await asyncio.wait([running])
    assert all(later - earlier >= DISTRIBUTED_PAUSE * 0.9 for earlier, later in pairwise(looks))
