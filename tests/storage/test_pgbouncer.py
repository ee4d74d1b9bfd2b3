"""PostgreSQL through a real PgBouncer, in both of its modes."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.support.pgbouncer import MODES, running_pgbouncer
from tests.support.postgres import PostgresServer
from trunkline.domain.errors import CommandError, NotReady
from trunkline.storage.postgres import Postgres
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.sql import parse

SIZES = {"session": 24, "transaction": 3}
"""Connections to the server: in session mode, each client needs one."""

QUERIES = parse("""
-- name: echo
select cast(:number as bigint)

-- name: settings
select current_setting('plan_cache_mode'), current_setting('enable_seqscan'), current_setting('lock_timeout')

-- name: create
create table counted (id bigint primary key, value text)

-- name: add
insert into counted values (:id, :value)

-- name: empty
truncate counted

-- name: broken
select no_such_column from counted

-- name: count
select count(*) from counted
""")


@pytest.fixture(params=MODES)
def pooled_url(request: pytest.FixtureRequest, postgres_url: str) -> Generator[str]:
    """A new database through a PgBouncer of each mode."""
    with running_pgbouncer(postgres_url, request.param, size=SIZES[request.param]) as url:
        yield url


@asynccontextmanager
async def connected(url: str, limits: Limits = Limits()) -> AsyncGenerator[Postgres]:  # noqa: B008 - frozen
    database = await Postgres.connect(url, limits=limits)
    try:
        yield database
    finally:
        await database.close()


async def echo(database: Postgres, number: int) -> int:
    return (await database.fetch(QUERIES["echo"], (number,)))[0][0]


async def begin_and_commit(database: Postgres) -> None:
    async with database.transaction():
        pass


async def empty(database: Postgres) -> None:
    async with database.transaction() as transaction:
        await transaction.fetch(QUERIES["empty"], ())


async def add(database: Postgres, numbers: range) -> None:
    async with database.transaction() as transaction:
        await transaction.run_many(QUERIES["add"], [(number, str(number)) for number in numbers])
        if len(numbers) > 1:
            await transaction.load("counted", ("id", "value"), [(-number, "loaded") for number in numbers])


async def test_processes_share_the_sessions_of_the_server(pooled_url: str) -> None:
    async with connected(pooled_url) as one, connected(pooled_url) as two:
        async with one.transaction() as transaction:
            await transaction.fetch(QUERIES["create"], ())
        for round_ in range(3):
            reads = [echo(database, number) for number in range(50) for database in (one, two)]
            writes = [add(one, range(first, first + 10)) for first in range(1 + 100 * round_, 91 + 100 * round_, 10)]
            writes += [add(two, range(number, number + 1)) for number in range(91 + 100 * round_, 101 + 100 * round_)]
            found = await asyncio.gather(*reads, *writes)
            assert found[: len(reads)] == [number for number in range(50) for _ in range(2)]
        assert (await two.fetch(QUERIES["count"], ()))[0][0] == 3 * (90 + 90 + 10)


async def test_every_statement_has_our_settings_and_nobody_else_does(pooled_url: str, postgres_url: str) -> None:
    ours = [("force_generic_plan", "off", "1min")]
    async with connected(pooled_url) as database:
        found = await asyncio.gather(*(database.fetch(QUERIES["settings"], ()) for _ in range(20)))
        assert [[tuple(row) for row in rows] for rows in found] == [ours] * 20
        async with database.transaction() as transaction:
            assert [tuple(row) for row in await transaction.fetch(QUERIES["settings"], ())] == ours
        plain = await asyncpg.connect(pooled_url, statement_cache_size=0)
        try:
            assert await plain.fetchval("show plan_cache_mode") == "auto"
            assert await plain.fetchval("select count(*) from pg_prepared_statements") == 0
        finally:
            await plain.close()


async def test_an_error_leaves_no_transaction_open(pooled_url: str) -> None:
    async with connected(pooled_url) as database:
        async with database.transaction() as transaction:
            await transaction.fetch(QUERIES["create"], ())
        for _ in range(5):
            with pytest.raises(NotReady, match="no_such_column"):
                await database.fetch(QUERIES["broken"], ())
            await add(database, range(1, 2))
            with pytest.raises(asyncpg.UniqueViolationError):
                await add(database, range(1, 2))
            await empty(database)
        assert await echo(database, 1) == 1


async def test_a_pooler_that_accepts_no_more_clients_is_waited_for(postgres_url: str) -> None:
    with running_pgbouncer(postgres_url, "transaction", clients=3) as url:
        async with connected(url) as one, connected(url) as two:
            reads = [echo(each, number) for number in range(50) for each in (one, two)]
            assert await asyncio.gather(*reads) == [number for number in range(50) for _ in range(2)]
            await asyncio.gather(*(begin_and_commit(each) for each in (one, two)))
            with pytest.raises(CommandError, match="no more connections allowed"):
                await Postgres.connect(url, Limits(read=0.5))


@pytest.mark.parametrize("mode", MODES)
async def test_a_server_that_hangs_behind_a_pooler(postgres: PostgresServer, postgres_url: str, mode: str) -> None:
    with running_pgbouncer(postgres_url, mode) as url:
        async with connected(url, Limits(read=0.5, begin=0.3, write=0.8)) as database:
            with postgres.hanging():
                found = await asyncio.gather(*(echo(database, number) for number in range(30)), return_exceptions=True)
            assert {type(each) for each in found} == {NotReady}
            assert await asyncio.gather(*(echo(database, number) for number in range(30))) == list(range(30))
