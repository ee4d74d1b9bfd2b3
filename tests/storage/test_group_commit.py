"""Changes that share a transaction: none harms another, all commit or fail together, on every engine."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.test_postgres_readers import LOSE_CONNECTIONS
from tests.storage.test_sqlite_file import limited_files
from tests.support.chats import NOW, chat_id, make_chat
from tests.support.network import network_to
from tests.support.open_store import OpenStore
from tests.support.partners import Pagination, context, new_partner, save
from tests.support.postgres import PostgresServer
from trunkline.domain.context import Origin, RequestContext
from trunkline.domain.errors import NotReady
from trunkline.storage import group_commit
from trunkline.storage.postgres_limits import Limits
from trunkline.storage.sql import parse
from trunkline.storage.store import Store, open_store

QUERIES = parse("""
-- name: partner
select revision, clock from partner_states where partner_id = :partner
-- name: slow
select pg_sleep(60)
-- name: chats
select id, revision from chats where partner_id = :partner order by revision
""")


class Refused(Exception):
    """A change fails by itself."""


def refuse(fails: bool) -> None:
    if fails:
        raise Refused


class Changes:
    """Changes of a partner that are made at the same time, each with a chat of its number.

    The first one holds the turn until it is told to end, so that the others wait for it.
    """

    def __init__(self, store: Store, partner_id: int) -> None:
        self.store = store
        self.partner_id = partner_id
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.ends: dict[int, asyncio.Event] = {}
        self.began: list[int] = []
        self.revisions: dict[int, int] = {}

    def start(
        self,
        number: int,
        *,
        fails: bool = False,
        waits: bool = False,
        now: int = NOW,
        origin: Origin = Origin.CLIENT,
        partner_id: int | None = None,
        bulk: bool = False,
    ) -> asyncio.Task[None]:
        """Begins a change. One that ``waits`` ends when ``ends`` says so."""
        self.ends[number] = asyncio.Event()
        ctx = RequestContext(partner_id or self.partner_id, now, "", origin)

        async def change() -> None:
            async with self.store.change(ctx, bulk=bulk) as change:
                self.began.append(number)
                await change.save([make_chat(number, updated_at=change.now)])
                if waits:
                    await self.ends[number].wait()
                refuse(fails)
                self.revisions[number] = change.next_revision()

        self.tasks[number] = asyncio.create_task(change())
        return self.tasks[number]

    async def until_begun(self, number: int) -> None:
        async with asyncio.timeout(20):
            while number not in self.began:  # noqa: ASYNC110 - the change has no event of its own
                await asyncio.sleep(0.001)

    async def results(self) -> dict[int, BaseException | None]:
        async with asyncio.timeout(60):
            found = await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        return dict(zip(self.tasks, found, strict=True))

    async def stored(self) -> list[int]:
        """The numbers of the partner's chats, in the order of their revisions."""
        return await stored(self.store, self.partner_id)


async def stored(store: Store, partner_id: int) -> list[int]:
    rows = await store.database.fetch(QUERIES["chats"], (partner_id,))
    numbers = {chat_id(number): number for number in range(200)}
    return [numbers[row[0]] for row in rows]


async def test_changes_that_wait_are_committed_together_and_answered_then(database_url: str) -> None:
    async with changes(database_url) as made:
        first = made.start(0, waits=True)
        await made.until_begun(0)
        made.start(1)
        made.start(2, waits=True)
        made.ends[0].set()
        await made.until_begun(2)
        assert not first.done(), "it is answered when all have committed"
        assert await made.stored() == []
        made.ends[2].set()
        assert await made.results() == {0: None, 1: None, 2: None}
        assert await made.stored() == [0, 1, 2]


@asynccontextmanager
async def changes(url: str) -> AsyncGenerator[Changes]:
    async with open_store(url) as store:
        yield Changes(store, (await new_partner(store)).id)


async def test_one_that_fails_among_sixteen_harms_none(database_url: str) -> None:
    async with changes(database_url) as made:
        made.start(0, waits=True)
        await made.until_begun(0)
        for number in range(1, 17):
            made.start(number, fails=number in {5, 16})
        made.ends[0].set()
        results = await made.results()
        assert {number for number, error in results.items() if isinstance(error, Refused)} == {5, 16}
        assert {number for number, error in results.items() if error is None} == {*range(17)} - {5, 16}
        assert await made.stored() == [number for number in range(17) if number not in {5, 16}]
        assert sorted(made.revisions.values()) == [2 * place for place in range(1, 16)], "failed ones take none"


async def test_an_error_is_raised_when_what_it_follows_from_has_committed(database_url: str) -> None:
    async with changes(database_url) as made:
        made.start(0, waits=True)
        await made.until_begun(0)
        refused = made.start(1, fails=True)
        made.start(2, waits=True)
        made.ends[0].set()
        await made.until_begun(2)
        assert not refused.done()
        made.ends[2].set()
        with pytest.raises(Refused):
            await refused
        assert await made.stored() == [0, 2]
        await made.results()


async def test_a_first_one_that_fails_is_answered_at_once(database_url: str) -> None:
    async with changes(database_url) as made:
        refused = made.start(0, waits=True, fails=True)
        await made.until_begun(0)
        made.start(1, waits=True)
        made.ends[0].set()
        with pytest.raises(Refused):
            await refused
        made.ends[1].set()
        await made.results()
        assert await made.stored() == [1]


@pytest.mark.parametrize("moment", ["waiting for its turn", "in its block", "waiting for the commit"])
async def test_one_that_is_cancelled_harms_none(database_url: str, moment: str) -> None:
    async with changes(database_url) as made:
        made.start(0, waits=True)
        await made.until_begun(0)
        cancelled = made.start(1, waits=moment == "in its block")
        made.start(2, waits=True)
        if moment == "waiting for its turn":
            await asyncio.sleep(0)
            cancelled.cancel()
        made.ends[0].set()
        if moment == "in its block":
            await made.until_begun(1)
            cancelled.cancel()
        await made.until_begun(2)
        if moment == "waiting for the commit":
            cancelled.cancel()
            await asyncio.wait([cancelled])
        made.ends[2].set()
        results = await made.results()
        assert isinstance(results.pop(1), asyncio.CancelledError)
        assert results == {0: None, 2: None}
        assert await made.stored() == ([0, 1, 2] if moment == "waiting for the commit" else [0, 2])


async def test_one_that_is_cancelled_during_a_statement_harms_none(postgres_url: str) -> None:
    async with open_store(postgres_url) as store:
        made = Changes(store, (await new_partner(store)).id)
        started = asyncio.Event()

        async def slow() -> None:
            async with store.change(context(made.partner_id)) as change:
                await change.save([make_chat(1)])
                started.set()
                await change.fetch(QUERIES["slow"], ())

        made.start(0, waits=True)
        await made.until_begun(0)
        cancelled = asyncio.create_task(slow())
        await asyncio.sleep(0)
        made.start(2)
        made.ends[0].set()
        await started.wait()
        await asyncio.sleep(0.1)
        cancelled.cancel()
        assert await made.results() == {0: None, 2: None}
        assert await made.stored() == [0, 2]
        with pytest.raises(asyncio.CancelledError):
            await cancelled


async def test_the_last_one_is_cancelled_and_the_others_commit(database_url: str) -> None:
    async with changes(database_url) as made:
        first = made.start(0, waits=True)
        await made.until_begun(0)
        last = made.start(1, waits=True)
        made.ends[0].set()
        await made.until_begun(1)
        last.cancel()
        await first
        assert await made.stored() == [0]
        await made.results()


async def test_time_never_goes_back_within_a_transaction(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        seen: list[tuple[int, int]] = []

        async def change(now: int, *, fails: bool = False) -> None:
            async with store.change(context(partner.id, now)) as change:
                await asyncio.sleep(0.01)
                seen.append((change.now, change.clock_time))
                refuse(fails)

        times = (NOW, NOW + 5, NOW + 9, NOW - 7, NOW + 6)
        await asyncio.gather(*[change(now, fails=now == NOW + 9) for now in times], return_exceptions=True)
        assert seen == list(zip((NOW, NOW + 5, NOW + 9, NOW + 5, NOW + 6), times, strict=True))
        assert list(await store.database.fetch(QUERIES["partner"], (partner.id,))) == [(0, NOW + 6)]


async def test_other_partners_do_not_wait_for_all_changes_of_one(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "SHARE", 0.0)
    monkeypatch.setattr(group_commit, "BEGINS", 0)
    async with open_store(database_url, limits=Limits(writers=1)) as store:
        made, other = Changes(store, (await new_partner(store)).id), await new_partner(store)
        made.start(0, waits=True)
        await made.until_begun(0)
        for number in range(1, 30):
            made.start(number)
        made.start(100, partner_id=other.id)
        made.ends[0].set()
        await made.tasks[100]
        assert not made.tasks[29].done()
        await made.results()
        assert await made.stored() == [*range(30)]
        assert await stored(store, other.id) == [100]


async def test_a_partner_that_waits_for_the_commit_does_not_wait_for_another_change_of_another(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "SHARE", 60)
    monkeypatch.setattr(group_commit, "MAX_TIME", 60)
    async with changes(database_url) as made:
        other = await new_partner(made.store)
        made.start(0, waits=True)
        await made.until_begun(0)
        made.start(1, waits=True)
        made.start(2)
        made.start(100, partner_id=other.id)
        made.ends[0].set()
        async with asyncio.timeout(20):
            await made.tasks[100]
        assert not made.tasks[1].done()
        made.ends[1].set()
        await made.results()
        assert await made.stored() == [0, 1, 2]
        assert await stored(made.store, other.id) == [100]


async def test_partners_who_have_more_to_change_share_a_transaction(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "SHARE", 60)
    monkeypatch.setattr(group_commit, "MAX_TIME", 60)
    async with changes(database_url) as made:
        other = await new_partner(made.store)
        first = made.start(0, waits=True)
        await made.until_begun(0)
        for number in range(1, 4):
            made.start(number, waits=number == 2)
            made.start(100 + number, partner_id=other.id)
        made.ends[0].set()
        await made.until_begun(2)
        assert not first.done()
        made.ends[2].set()
        await made.results()
        assert await made.stored() == [0, 1, 2, 3]
        assert await stored(made.store, other.id) == [101, 102, 103]


async def test_a_transaction_has_a_bounded_number_of_changes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MAX_CHANGES", 4)
    monkeypatch.setattr(group_commit, "MAX_TIME", 60)
    async with changes(database_url) as made:
        first = made.start(0, waits=True)
        await made.until_begun(0)
        for number in range(1, 8):
            made.start(number, waits=number == 4)
        made.ends[0].set()
        await made.until_begun(4)
        async with asyncio.timeout(20):
            await first
        assert await made.stored() == [0, 1, 2, 3]
        made.ends[4].set()
        await made.results()
        assert await made.stored() == [*range(8)]


async def test_a_result_waits_for_another_change_of_its_partner(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE", 60)
    async with changes(database_url) as made:
        result = made.start(0, origin=Origin.RESULT)
        other = await new_partner(made.store)
        await made.start(1, partner_id=other.id)
        assert 0 not in made.began
        made.start(2)
        await made.results()
        assert result.done()
        assert await made.stored() == [2, 0]


async def test_a_result_does_not_wait_if_a_change_is_in_progress(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE", 60)
    async with changes(database_url) as made:
        made.start(0, waits=True)
        await made.until_begun(0)
        made.start(1, origin=Origin.RESULT)
        made.ends[0].set()
        await made.results()
        assert await made.stored() == [0, 1]


async def test_a_result_waits_only_so_long(database_url: str) -> None:
    async with changes(database_url) as made:
        made.start(0, origin=Origin.RESULT)
        made.start(1, origin=Origin.RESULT)
        assert await made.results() == {0: None, 1: None}
        assert await made.stored() == [0, 1]


async def test_a_result_that_is_cancelled_while_it_waits_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE", 60)
    async with changes(database_url) as made:
        result = made.start(0, origin=Origin.RESULT)
        await asyncio.sleep(0)
        result.cancel()
        made.start(1)
        results = await made.results()
        assert isinstance(results[0], asyncio.CancelledError)
        assert await made.stored() == [1]


async def test_an_import_shares_no_transaction(database_url: str) -> None:
    async with changes(database_url) as made:
        first = made.start(0, waits=True)
        await made.until_begun(0)
        made.start(1, waits=True, bulk=True)
        made.start(2)
        made.ends[0].set()
        await made.until_begun(1)
        assert first.done()
        made.ends[1].set()
        await made.results()
        assert await made.stored() == [0, 1, 2]


async def test_if_the_connection_is_lost_all_fail_and_nothing_is_half_there(
    postgres: PostgresServer, postgres_url: str
) -> None:
    async with changes(postgres_url) as made:
        made.start(0, waits=True)
        await made.until_begun(0)
        made.start(1)
        made.start(2, waits=True, fails=True)
        made.ends[0].set()
        await made.until_begun(2)
        await asyncio.to_thread(postgres.execute, LOSE_CONNECTIONS)
        made.ends[2].set()
        results = await made.results()
        assert {type(error) for error in results.values()} == {NotReady}, results
        assert await made.stored() == []
        await made.start(3)
        assert await made.stored() == [3]


async def test_if_the_answer_to_the_commit_is_lost_all_fail_and_all_are_there(postgres_url: str) -> None:
    with network_to(postgres_url) as network:
        async with changes(network.url) as made:
            made.start(0, waits=True)
            await made.until_begun(0)
            for number in range(1, 4):
                made.start(number)
            network.cut_after("commit")
            made.ends[0].set()
            results = await made.results()
            assert {type(error) for error in results.values()} == {NotReady}, results
            for _ in range(1_000):  # the server may still be committing
                if await made.stored():
                    break
                await asyncio.sleep(0.01)
            assert await made.stored() == [0, 1, 2, 3]


async def test_if_the_disk_is_full_all_fail_with_that_error(tmp_path: Path) -> None:
    async with changes(f"sqlite:///{tmp_path / 'chats.db'}") as made:
        made.start(0, waits=True)
        await made.until_begun(0)
        for number in range(1, 4):
            made.start(number)
        with limited_files(8192):
            made.ends[0].set()
            results = await made.results()
        assert {type(error) for error in results.values()} == {NotReady}
        assert len({str(error) for error in results.values()}) == 1
        assert "disk of the database" in str(results[0])
        assert await made.stored() == []
        await made.start(5)
        assert await made.stored() == [5]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["succeeds", "succeeds", "fails", "fails first", "is cancelled"]),
        st.integers(-3, 3),
        st.integers(0, 2),
        st.sampled_from([Origin.CLIENT, Origin.INTERNAL, Origin.RESULT]),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_any_order_of_successes_failures_and_cancellations(
    opened: OpenStore, steps: Sequence[tuple[int, str, int, int, Origin]]
) -> None:
    """What is acknowledged is stored, what failed is not, and revisions and times follow the order of the changes."""

    store = opened.store

    async def play() -> None:
        partners = [(await new_partner(store)).id for _ in range(2)]
        happened: dict[int, list[tuple[int, int, int]]] = {partner: [] for partner in partners}
        acknowledged: dict[int, set[int]] = {partner: set() for partner in partners}
        unknown: dict[int, set[int]] = {partner: set() for partner in partners}

        async def change(number: int, partner: int, fate: str, now: int, pauses: int, origin: Origin) -> None:
            try:
                async with store.change(RequestContext(partner, now, "", origin)) as change:
                    refuse(fate == "fails first")
                    await change.save([make_chat(number, updated_at=change.now)])
                    for _ in range(pauses):
                        await asyncio.sleep(0)
                    refuse(fate == "fails")
                    happened[partner].append((number, change.next_revision(), change.now))
            except Refused:
                return
            except asyncio.CancelledError:
                unknown[partner].add(number)
                raise
            acknowledged[partner].add(number)

        tasks: list[asyncio.Task[None]] = []
        for number, (which, fate, ahead, pauses, origin) in enumerate(steps):
            work = change(number, partners[which], fate, NOW + ahead, pauses, origin)
            tasks.append(asyncio.create_task(work))
        for _ in range(len(steps)):
            await asyncio.sleep(0)
        for task, (_, fate, *_) in zip(tasks, steps, strict=True):
            if fate == "is cancelled":
                task.cancel()
                await asyncio.sleep(0)
        async with asyncio.timeout(60):
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [each for each in results if isinstance(each, Exception)]
        for partner in partners:
            there = await stored(store, partner)
            assert acknowledged[partner] <= set(there) <= acknowledged[partner] | unknown[partner]
            order = [(number, revision, now) for number, revision, now in happened[partner] if number in there]
            assert there == [number for number, _, _ in order]
            assert [revision for _, revision, _ in order] == [2 * place for place in range(1, len(order) + 1)]
            assert [now for *_, now in order] == sorted([now for *_, now in order])
            await save(store, partner, make_chat(99))
            assert len((await Pagination(store, partner).finish()).ids) == len(there) + 1

    opened.run(play())
