"""The reading connections of PostgreSQL: lost ones are replaced, and writers have their own."""

import asyncio

import pytest

from tests.support.postgres import PostgresServer
from tests.support.webhook_worker import TIMEOUT
from trunkline.domain.errors import NotReady
from trunkline.storage.fair_places import RESERVED
from trunkline.storage.ports import Database
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.sql import parse
from trunkline.storage.store import open_store

READERS = Limits().readers
LOSE_CONNECTIONS = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where backend_type = 'client backend' and pid <> pg_backend_pid()"
)
QUERIES = parse("""
-- name: slow
select 1 from pg_sleep(0.05)

-- name: very_slow
select 1 from pg_sleep(30)

-- name: quick
select 1

-- name: session
select pg_backend_pid(), cast(:number as bigint)

-- name: count_very_slow
select count(*) from pg_stat_activity
where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()
""")


async def read(database: Database, name: str = "quick") -> int:
    return (await database.fetch(QUERIES[name], ()))[0][0]


async def fill(database: Database) -> None:
    """Runs more concurrent reads than there are reading connections."""
    assert await asyncio.gather(*(read(database, "slow") for _ in range(3 * READERS))) == [1] * 3 * READERS


async def until_very_slow(database: Database, count: int) -> None:
    """Returns once this number of very slow reads are running."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            async with database.transaction() as transaction:
                [(running,)] = await transaction.fetch(QUERIES["count_very_slow"], ())
            if running == count:
                return
            await asyncio.sleep(0.01)


async def test_reads_succeed_after_every_connection_is_lost(postgres: PostgresServer) -> None:
    async with open_store(await asyncio.to_thread(postgres.new_database)) as store:
        for _ in range(3):
            await fill(store.database)
            await asyncio.to_thread(postgres.execute, LOSE_CONNECTIONS)
            assert await read(store.database) == 1


async def test_a_cancelled_read_does_not_disturb_the_others(postgres: PostgresServer) -> None:
    async with open_store(await asyncio.to_thread(postgres.new_database)) as store:
        slow = [asyncio.create_task(read(store.database, "very_slow")) for _ in range(READERS)]
        await until_very_slow(store.database, READERS)
        waiting = [asyncio.create_task(read(store.database)) for _ in range(READERS)]
        for task in slow:
            task.cancel()
        assert await asyncio.gather(*waiting) == [1] * READERS
        await fill(store.database)


async def test_writers_do_not_wait_for_readers(postgres: PostgresServer) -> None:
    async with open_store(await asyncio.to_thread(postgres.new_database)) as store:
        await fill(store.database)
        slow = [asyncio.create_task(read(store.database, "very_slow")) for _ in range(2 * READERS)]
        async with asyncio.timeout(5), store.database.transaction() as transaction:
            assert (await transaction.fetch(QUERIES["quick"], ()))[0][0] == 1
        for task in slow:
            task.cancel()
        await asyncio.wait(slow)


async def test_a_statement_that_fails_costs_no_connection(postgres: PostgresServer) -> None:
    async with open_store(await asyncio.to_thread(postgres.new_database)) as store:
        before = (await store.database.fetch(QUERIES["session"], (1,)))[0][0]
        with pytest.raises(NotReady, match="PostgreSQL rejects a value"):
            await store.database.fetch(QUERIES["session"], (2**63,))
        assert (await store.database.fetch(QUERIES["session"], (1,)))[0][0] == before


async def test_slow_reads_of_one_partner_leave_connections_to_others(postgres: PostgresServer) -> None:
    async with open_store(await asyncio.to_thread(postgres.new_database)) as store:
        one, other = store.database.reads_of(1), store.database.reads_of(2)
        slow = [asyncio.create_task(one.fetch(QUERIES["very_slow"], ())) for _ in range(3 * READERS)]
        await until_very_slow(store.database, READERS - RESERVED)
        async with asyncio.timeout(5):
            assert (await other.fetch(QUERIES["quick"], ()))[0][0] == 1
        for task in slow:
            task.cancel()
        await asyncio.wait(slow)
        assert (await one.fetch(QUERIES["quick"], ()))[0][0] == 1
