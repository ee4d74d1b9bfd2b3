"""PostgreSQL that hangs, restarts, refuses and disappears: every wait ends, and the service recovers by itself."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import pytest

from tests.storage.test_postgres_readers import LOSE_CONNECTIONS
from tests.support.network import Network, network_to
from tests.support.postgres import PostgresServer
from tests.support.webhook_worker import TIMEOUT
from trunkline.domain.errors import CommandError, NotReady, OptedOut
from trunkline.storage import postgres_connections
from trunkline.storage.postgres import Postgres
from trunkline.storage.postgres_connections import CLOSE_TIMEOUT, SHORTAGE
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.sql import parse

LIMITS = Limits(read=0.5, begin=0.3, write=0.8)
SLACK = 1.0  # s, for a machine that is busy
QUERIES = parse("""
-- name: quick
select 1

-- name: session
select pg_backend_pid()

-- name: create
create table counted (id bigint primary key)

-- name: add
insert into counted values (:id)

-- name: count
select count(*) from counted

-- name: slow
select pg_sleep(1.2)

-- name: sessions
select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
""")


@asynccontextmanager
async def connected(url: str, limits: Limits = LIMITS) -> AsyncGenerator[Postgres]:
    database = await Postgres.connect(url, limits=limits)
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def within(seconds: float) -> Generator[None]:
    """The block ends within this time."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds + SLACK


async def read(database: Postgres, name: str = "quick") -> int:
    return (await database.fetch(QUERIES[name], ()))[0][0]


async def write(database: Postgres, number: int) -> None:
    async with database.transaction() as transaction:
        await transaction.fetch(QUERIES["add"], (number,))


async def create(database: Postgres) -> None:
    async with database.transaction() as transaction:
        await transaction.fetch(QUERIES["create"], ())


async def empty(database: Postgres) -> None:
    async with database.transaction() as transaction:
        await transaction.script("truncate counted")


async def test_a_read_ends_while_the_server_hangs(postgres: PostgresServer, postgres_url: str) -> None:
    async with connected(postgres_url) as database:
        with postgres.hanging(), within(LIMITS.read):
            reads = await asyncio.gather(*(read(database) for _ in range(30)), return_exceptions=True)
        assert {type(each) for each in reads} == {NotReady}
        assert await asyncio.gather(*(read(database) for _ in range(30))) == [1] * 30


async def test_a_transaction_does_not_begin_while_the_server_hangs(postgres: PostgresServer, postgres_url: str) -> None:
    async with connected(postgres_url) as database:
        await create(database)
        with postgres.hanging(), within(LIMITS.begin), pytest.raises(NotReady, match="in time"):
            await write(database, 1)
        with postgres.hanging(), within(LIMITS.write):
            writes = await asyncio.gather(*(write(database, 2) for _ in range(30)), return_exceptions=True)
        assert {type(each) for each in writes} == {NotReady}
        await write(database, 3)
        assert await read(database, "count") == 1


@pytest.mark.parametrize("bulk", [False, True])
async def test_a_transaction_ends_if_the_server_hangs_in_the_middle(
    postgres: PostgresServer, postgres_url: str, bulk: bool
) -> None:
    async with connected(postgres_url) as database:
        await create(database)

        async def write_and_hang() -> None:
            async with database.transaction(bulk=bulk) as transaction:
                await transaction.fetch(QUERIES["add"], (1,))
                with postgres.hanging():
                    await transaction.run_many(QUERIES["add"], [(2,), (3,)])

        with within(LIMITS.write), pytest.raises(NotReady, match="in time"):
            await write_and_hang()
        await write(database, 1)
        assert await read(database, "count") == 1


async def test_an_error_ends_a_transaction_although_it_cannot_be_rolled_back(
    postgres: PostgresServer, postgres_url: str
) -> None:
    async with connected(postgres_url, Limits()) as database:
        await create(database)
        hanging = ExitStack()

        async def hang_and_fail() -> None:
            async with database.transaction():
                hanging.enter_context(postgres.hanging())
                raise OptedOut("the transaction fails for another reason")

        with hanging, within(CLOSE_TIMEOUT), pytest.raises(OptedOut):
            await hang_and_fail()
        await write(database, 1)


async def test_closing_ends_while_the_server_hangs(postgres: PostgresServer, postgres_url: str) -> None:
    database = await Postgres.connect(postgres_url, limits=LIMITS)
    await asyncio.gather(*(read(database) for _ in range(30)))
    with postgres.hanging(), within(CLOSE_TIMEOUT):
        await database.close()


async def test_connecting_ends_while_the_server_hangs(postgres: PostgresServer, postgres_url: str) -> None:
    with postgres.hanging(), within(1), pytest.raises(CommandError, match="does not answer within 1 s"):
        await Postgres.connect(postgres_url + "&connect_timeout=1")


@pytest.fixture
def network(postgres_url: str) -> Generator[Network]:
    with network_to(postgres_url) as network:
        yield network


async def test_a_network_that_drops_everything(network: Network) -> None:
    async with connected(network.url) as database:
        await create(database)
        await asyncio.gather(*(read(database) for _ in range(30)))
        network.freeze()
        with within(LIMITS.read), pytest.raises(NotReady, match="in time"):
            await read(database)
        with within(LIMITS.write), pytest.raises(NotReady, match="in time"):
            await write(database, 1)
        network.thaw()
        assert await read(database) == 1
        await write(database, 1)


async def test_connections_that_are_cut_are_not_noticed(network: Network) -> None:
    async with connected(network.url) as database:
        await create(database)
        for number in range(3):
            await asyncio.gather(*(read(database) for _ in range(30)))
            network.cut()
            assert await read(database) == 1
            network.cut()
            await write(database, number)
        assert await read(database, "count") == 3


async def test_a_commit_whose_answer_is_lost_took_effect(network: Network) -> None:
    async with connected(network.url) as database:
        await create(database)
        network.freeze_after("commit")
        with within(LIMITS.write), pytest.raises(NotReady, match="in time"):
            await write(database, 1)
        network.thaw()
        assert await read(database, "count") == 1


async def test_sessions_that_an_administrator_ends_are_replaced(postgres: PostgresServer, postgres_url: str) -> None:
    async with connected(postgres_url) as database:
        await create(database)

        async def write_and_lose() -> None:
            async with database.transaction() as transaction:
                await transaction.fetch(QUERIES["add"], (1,))
                await asyncio.to_thread(postgres.execute, LOSE_CONNECTIONS)
                await transaction.fetch(QUERIES["add"], (2,))

        for _ in range(3):
            with pytest.raises(NotReady):
                await write_and_lose()
            await write(database, 1)
            assert await read(database, "count") == 1
            await empty(database)


async def test_a_transaction_that_was_idle_too_long_is_not_half_done(postgres_url: str) -> None:
    async with connected(postgres_url) as database:
        await create(database)

        async def write_and_idle() -> None:
            async with database.transaction() as transaction:
                await transaction.script("set local idle_in_transaction_session_timeout = '50ms'")
                await transaction.fetch(QUERIES["add"], (1,))
                await asyncio.sleep(0.2)
                await transaction.fetch(QUERIES["add"], (2,))

        with pytest.raises(NotReady):
            await write_and_idle()
        await write(database, 1)
        assert await read(database, "count") == 1


async def test_a_server_that_has_become_a_standby_is_left(postgres: PostgresServer, postgres_url: str) -> None:
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    read_only = f"alter database {name} set default_transaction_read_only"
    async with connected(postgres_url) as writable:
        await create(writable)
    await asyncio.to_thread(postgres.execute, f"{read_only} = on")
    async with connected(postgres_url) as database:
        assert await read(database) == 1
        with pytest.raises(NotReady, match="read-only"):
            await write(database, 1)
        await asyncio.to_thread(postgres.execute, f"{read_only} = off")
        await write(database, 1)


async def test_a_full_disk_is_an_outage_and_the_connection_is_kept(postgres_url: str) -> None:
    async with connected(postgres_url) as database:

        async def fill_disk() -> None:
            async with database.transaction() as transaction:
                await transaction.script("do $$ begin raise exception 'no space left' using errcode = '53100'; end $$")

        async with database.transaction() as transaction:
            before = (await transaction.fetch(QUERIES["session"], ()))[0][0]
        with pytest.raises(NotReady, match="no space left"):
            await fill_disk()
        async with database.transaction() as transaction:
            assert (await transaction.fetch(QUERIES["session"], ()))[0][0] == before


@pytest.fixture
def crowded_url(postgres: PostgresServer, postgres_url: str) -> str:
    """A database that accepts three connections of its user."""
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres.execute(
        f"create role {name} login connection limit 3",
        f"alter database {name} owner to {name}",
    )
    return postgres_url.replace("postgres@", f"{name}@")


async def test_requests_share_the_connections_that_there_are(crowded_url: str) -> None:
    async with connected(crowded_url, Limits()) as database, connected(crowded_url, Limits()) as other:
        await create(database)
        done = await asyncio.gather(
            *(read(each) for each in (database, other) for _ in range(100)),
            *(write(each, number + (each is other)) for each in (database, other) for number in range(0, 100, 2)),
        )
        assert done == [1] * 200 + [None] * 100
        assert await read(other, "count") == 100
        assert database.notices() == other.notices() == [SHORTAGE]


async def test_a_request_that_gets_no_connection_fails_in_time_and_names_the_reason(crowded_url: str) -> None:
    limits = Limits(read=0.5, write=2)
    async with (
        connected(crowded_url, limits) as database,
        connected(crowded_url, Limits()) as other,
        other.transaction(1),
        other.transaction(2),
        database.transaction(3),
    ):
        with within(limits.read), pytest.raises(NotReady, match=r"accepts no more connections: .*too many connections"):
            await read(database)
        with (
            within(limits.write_patience),
            pytest.raises(NotReady, match=r"accepts no more connections: .*too many connections"),
        ):
            await write(database, 1)


async def test_a_connection_is_waited_for_at_the_limit(postgres: PostgresServer, crowded_url: str) -> None:
    async with connected(crowded_url), connected(crowded_url) as two, connected(crowded_url):
        opening = asyncio.create_task(Postgres.connect(crowded_url))
        done, _ = await asyncio.wait([opening], timeout=0.3)
        assert not done
        await two.close()
        await (await opening).close()


async def test_connections_that_are_not_needed_are_closed(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_connections, "IDLE_INTERVAL", 0.2)
    async with connected(postgres_url) as database, connected(postgres_url) as observer:
        await asyncio.gather(*(read(database) for _ in range(30)))
        assert await read(observer, "sessions") == LIMITS.readers
        async with asyncio.timeout(TIMEOUT):
            while await read(observer, "sessions") > 1:
                assert await read(database) == 1


async def test_a_connection_is_left_when_it_is_old(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_connections, "IDLE_INTERVAL", 0.1)
    async with connected(postgres_url, Limits(lifetime=0.2)) as database:
        async with database.transaction() as transaction, asyncio.timeout(TIMEOUT):
            [(in_use,)] = await transaction.fetch(QUERIES["session"], ())
            idle = await read(database, "session")
            while await read(database, "session") == idle:
                pass
            assert [tuple(row) for row in await transaction.fetch(QUERIES["session"], ())] == [(in_use,)]
        assert await read(database, "session") not in {idle, in_use}


async def test_a_statement_of_a_migration_may_take_longer_than_one_of_a_change(postgres_url: str) -> None:
    async with connected(postgres_url) as database:
        with pytest.raises(NotReady):
            async with database.transaction(bulk=True) as transaction:
                await transaction.fetch(QUERIES["slow"], ())
        async with database.migration() as transaction:
            await transaction.fetch(QUERIES["slow"], ())
            await transaction.run_many(QUERIES["slow"], [(), ()])
