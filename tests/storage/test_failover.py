"""A primary that crashes while its standby is promoted: nothing that was committed is lost, and writes go on."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests.support.postgres import running_postgres
from tests.support.replication import Cluster, running_standby
from tests.support.waiting import until
from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.postgres import Postgres
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.postgres_url import parse_url
from trunkline.storage.sql import parse

PAUSE = 0.1  # s between two attempts of a client
TIMEOUT = 30.0  # s
QUERIES = parse("""
-- name: create
create table counted (id bigint primary key)

-- name: add
insert into counted values (:id) on conflict do nothing

-- name: all
select id from counted order by id

-- name: is_standby
select pg_is_in_recovery()
""")


@pytest.fixture
def servers() -> Iterator[tuple[Cluster, Cluster]]:
    """A primary and its standby, of which a commit waits for the standby."""
    with running_postgres() as server, running_standby(server) as standby:
        server.execute("alter system set synchronous_standby_names = '*'")
        yield Cluster(server.folder), standby


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Postgres]:
    database = await Postgres.connect(url, Limits(read=2, begin=2, write=5))
    try:
        yield database
    finally:
        await database.close()


async def add(database: Postgres, number: int) -> None:
    async with database.transaction() as transaction:
        await transaction.fetch(QUERIES["add"], (number,))


async def value(database: Postgres, name: str) -> object:
    return (await database.fetch(QUERIES[name], ()))[0][0]


async def test_a_standby_that_is_promoted_is_found_and_has_every_commit(servers: tuple[Cluster, Cluster]) -> None:
    primary, standby = servers
    url = f"postgresql://postgres@/postgres?host={primary.folder},{standby.folder}&connect_timeout=2"
    committed: set[int] = set()
    is_over = asyncio.Event()
    async with connected(url) as database, asyncio.timeout(TIMEOUT):
        async with database.transaction() as transaction:
            await transaction.fetch(QUERIES["create"], ())

        async def write() -> None:
            number = 0
            while not is_over.is_set():
                try:
                    await add(database, number)
                except NotReady:
                    await asyncio.sleep(PAUSE)  # the same again, as a client with its idempotency key
                else:
                    committed.add(number)
                    number += 1

        writing = asyncio.create_task(write())
        await asyncio.to_thread(until, lambda: len(committed) >= 5)
        await asyncio.to_thread(primary.crash)
        before = len(committed)
        await asyncio.sleep(PAUSE)
        await asyncio.to_thread(standby.execute, "alter system reset synchronous_standby_names")
        await asyncio.to_thread(standby.promote)
        await asyncio.to_thread(until, lambda: len(committed) >= before + 5)
        is_over.set()
        await writing
        rows = await database.fetch(QUERIES["all"], ())
        assert [row[0] for row in rows] == list(range(len(committed)))


async def test_target_session_attrs_chooses_the_server(servers: tuple[Cluster, Cluster]) -> None:
    primary, standby = servers
    hosts = f"postgresql://postgres@/postgres?host={standby.folder},{primary.folder}"
    for attributes, is_standby in (
        ("", False),
        ("&target_session_attrs=primary", False),
        ("&target_session_attrs=any", True),
    ):
        async with connected(hosts + attributes) as database:
            assert await value(database, "is_standby") is is_standby
    alone = f"postgresql://postgres@/postgres?host={standby.folder}"
    for attributes, demand in (("read-write", "accepts writes"), ("primary", "is a primary")):
        with pytest.raises(CommandError, match=f"no server {demand}"):
            await Postgres.connect(f"{alone}&target_session_attrs={attributes}")


async def test_a_replica_is_a_standby_if_there_is_one(servers: tuple[Cluster, Cluster]) -> None:
    primary, standby = servers
    hosts = f"postgresql://postgres@/postgres?host={primary.folder},{standby.folder}"
    for attributes in ("standby", "prefer-standby", "read-only"):
        database = Postgres(parse_url(f"{hosts}&target_session_attrs={attributes}", is_replica=True))
        assert await value(database, "is_standby") is True
        await database.close()
    await asyncio.to_thread(standby.crash)
    database = Postgres(parse_url(f"{hosts}&target_session_attrs=prefer-standby", is_replica=True))
    assert await value(database, "is_standby") is False
    await database.close()


async def test_a_primary_that_becomes_a_standby_is_left(servers: tuple[Cluster, Cluster]) -> None:
    """As after a planned switch: both servers run, in the other roles."""
    primary, standby = servers
    url = f"postgresql://postgres@/postgres?host={primary.folder},{standby.folder}&connect_timeout=2"
    async with connected(url) as database:
        async with database.transaction() as transaction:
            await transaction.fetch(QUERIES["create"], ())
        await add(database, 1)
        await asyncio.to_thread(primary.execute, "alter system reset synchronous_standby_names")
        await asyncio.to_thread(standby.follow, primary)
        await asyncio.to_thread(primary.crash)
        (primary.folder / "standby.signal").touch()
        await asyncio.to_thread(primary.start)
        with pytest.raises(NotReady, match=r"accepts writes|read-only"):
            await add(database, 2)
        await asyncio.to_thread(standby.execute, "alter system reset synchronous_standby_names")
        await asyncio.to_thread(standby.promote)
        await add(database, 2)
        assert [row[0] for row in await database.fetch(QUERIES["all"], ())] == [1, 2]
