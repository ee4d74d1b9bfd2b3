"""Changes: what is saved can be read, and what fails leaves nothing, on every engine."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import Pagination, context, new_partner, save
from trunkline.actions.operator.expire import expire
from trunkline.domain.chat import Chat
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.instant import DAY, HOUR
from trunkline.domain.paging import Filters
from trunkline.storage import idempotency
from trunkline.storage.change import mirror_cursor
from trunkline.storage.cursor import LIFETIME
from trunkline.storage.idempotency import IdempotencyRecord
from trunkline.storage.retention import IDEMPOTENCY_RECORDS
from trunkline.storage.sql import parse
from trunkline.storage.store import Store

COUNTS = parse("""
-- name: sort_key_history
select count(*) from sort_key_history where partner_id = :partner
-- name: idempotency_records
select count(*) from idempotency_records where partner_id = :partner
""")

NAMES = ["", "名前", "ab\"c'\\", "\U0001f469‍\U0001f469‍\U0001f467", "line\nbreak\ttab", "\x01\x1f\x7f", "x" * 100_000]


@pytest.fixture
def store(opened: OpenStore) -> Store:
    """The open store of the module."""
    return opened.store


async def stored(store: Store, partner_id: int, number: int) -> Chat | None:
    """The stored chat with this number."""
    async with store.change(context(partner_id)) as change:
        return await change.chat(chat_id(number))


async def listed(store: Store, partner_id: int, filters: Filters | None = None) -> list[str]:
    """Every id of the list."""
    return (await Pagination(store, partner_id, filters or Filters()).finish()).ids


@pytest.mark.parametrize("name", [None, *NAMES], ids=lambda name: repr(name)[:20])
def test_a_saved_chat_is_read_back_as_it_was(opened: OpenStore, store: Store, name: str | None) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        chat = make_chat(1, (ALICE, CAROL), name=name)
        await save(store, partner.id, chat)
        assert await stored(store, partner.id, 1) == chat
        assert await stored(store, partner.id, 2) is None
        changed = replace(chat, name="changed", updated_at=NOW - DAY)
        await save(store, partner.id, changed)
        assert await stored(store, partner.id, 1) == changed
        assert await listed(store, partner.id) == [chat_id(1)]

    opened.run(play())


def test_loaded_chats_are_listed_like_saved_ones(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        loading, saving = await new_partner(store), await new_partner(store)
        chats = [make_chat(number, (ALICE, BOB), updated_at=NOW - number % 7) for number in range(50)]
        async with store.change(context(loading.id)) as change:
            assert await change.load(iter(chats)) == 50
        await save(store, saving.id, *chats)
        for filters in (Filters(), Filters(LINE), Filters(None, BOB), Filters(LINE, ALICE)):
            assert await listed(store, loading.id, filters) == await listed(store, saving.id, filters)
        assert await stored(store, loading.id, 7) == chats[7]
        await save(store, loading.id, make_chat(99))
        assert (await listed(store, loading.id))[0] == chat_id(99)

    opened.run(play())


def test_a_direct_chat_is_found_by_line_and_handle(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner, other = await new_partner(store), await new_partner(store)
        await save(
            store,
            partner.id,
            make_chat(1, (ALICE,)),
            make_chat(2, (ALICE, BOB)),
            make_chat(3, (ALICE,), line=OTHER_LINE),
            make_chat(4, (BOB, ALICE)),
        )
        async with store.change(context(partner.id)) as change:
            for line, handle, number in (
                (LINE, ALICE, 1),
                (OTHER_LINE, ALICE, 3),
            ):
                found = await change.direct_chat(line, handle)
                assert found is not None
                assert found.id == chat_id(number)
            assert await change.direct_chat(LINE, BOB) is None
        async with store.change(context(other.id)) as change:
            assert await change.direct_chat(LINE, ALICE) is None
            assert await change.chat(chat_id(1)) is None

    opened.run(play())


def test_a_change_that_fails_leaves_nothing(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, make_chat(1))

        async def fail() -> None:
            async with store.change(context(partner.id, NOW + DAY)) as change:
                await change.save([make_chat(1, name="half"), make_chat(2)])
                await change.save_mirror_cursor("https://upstream.example", "5")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await listed(store, partner.id) == [chat_id(1)]
        assert await stored(store, partner.id, 1) == make_chat(1)
        async with store.change(context(partner.id)) as change:
            assert change.now == NOW
            assert await mirror_cursor(change, "https://upstream.example") is None

    opened.run(play())


def test_a_cancelled_change_releases_the_lock(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        started = asyncio.Event()

        async def endless() -> None:
            async with store.change(context(partner.id)) as change:
                await change.save([make_chat(1)])
                started.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(endless())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await save(store, partner.id, make_chat(2))
        assert await listed(store, partner.id) == [chat_id(2)]

    opened.run(play())


def test_a_change_is_invisible_until_it_commits(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        async with store.change(context(partner.id)) as change:
            await change.save([make_chat(1)])
            assert await listed(store, partner.id) == []
        assert await listed(store, partner.id) == [chat_id(1)]

    opened.run(play())


def test_a_partners_clock_never_goes_back(opened: OpenStore, store: Store) -> None:
    async def play() -> list[int]:
        partner = await new_partner(store)
        seen: list[int] = []
        for now in (NOW, NOW + 5, NOW - DAY, NOW + 4, NOW + 6):
            async with store.change(context(partner.id, now)) as change:
                seen.append(change.now)
        return seen

    assert opened.run(play()) == [NOW, NOW + 5, NOW + 5, NOW + 5, NOW + 6]


def test_concurrent_changes_wait_for_each_other(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await asyncio.gather(*[save(store, partner.id, make_chat(number)) for number in range(30)])
        await asyncio.gather(*[save(store, partner.id, make_chat(number % 3, name="again")) for number in range(9)])
        assert len(set(await listed(store, partner.id))) == 30

    opened.run(play())


def test_the_cursor_of_a_mirror_is_stored_per_partner_and_upstream(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner, other = await new_partner(store), await new_partner(store)
        async with store.change(context(partner.id)) as change:
            await change.save_mirror_cursor("https://a.example", "1")
            await change.save_mirror_cursor("https://b.example", "x")
            await change.save_mirror_cursor("https://a.example", "2")
        async with store.change(context(other.id)) as change:
            assert await mirror_cursor(change, "https://a.example") is None
        async with store.change(context(partner.id)) as change:
            assert await mirror_cursor(change, "https://a.example") == "2"
            await change.save_mirror_cursor("https://a.example", None)
            assert await mirror_cursor(change, "https://a.example") is None
            assert await mirror_cursor(change, "https://b.example") == "x"

    opened.run(play())


def test_a_pagination_is_exact_as_long_as_its_cursor_is_valid(opened: OpenStore, store: Store) -> None:
    """Former sort keys are deleted in time, and never before the last cursor that needs them expires."""

    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, *[make_chat(number, updated_at=NOW + number) for number in range(20)])
        pagination = Pagination(store, partner.id)
        await pagination.step(2, NOW)
        for hour in range(LIFETIME // HOUR):
            moved = [make_chat(number, updated_at=NOW + hour * HOUR) for number in range(hour % 20 + 1)]
            await save(store, partner.id, *moved, now=NOW + hour * HOUR)
        await pagination.step(3, NOW + 24 * HOUR)
        while not pagination.finished:
            await pagination.step(3, NOW + LIFETIME)
        assert pagination.ids == [chat_id(number) for number in reversed(range(20))]

    opened.run(play())


def test_a_pagination_that_takes_too_long_is_refused(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, make_chat(1), make_chat(2))
        pagination = Pagination(store, partner.id)
        await pagination.step(1, NOW)
        with pytest.raises(InvalidParameter, match="start again"):
            await pagination.step(1, NOW + LIFETIME + 1)

    opened.run(play())


def test_former_sort_keys_are_deleted_after_their_retention(opened: OpenStore, store: Store) -> None:
    async def play() -> list[int]:
        partner = await new_partner(store)
        await save(store, partner.id, *[make_chat(number) for number in range(20)])
        counts: list[int] = []
        for day in range(12):
            await save(store, partner.id, *[make_chat(number) for number in range(20)], now=NOW + day * DAY)
            await expire(store, NOW + day * DAY)
            counts.append((await store.database.fetch(COUNTS["sort_key_history"], (partner.id,)))[0][0])
        return counts

    assert max(opened.run(play())) <= 20 * (LIFETIME // DAY + 2)


def test_idempotency_records_are_deleted_after_their_retention(opened: OpenStore, store: Store) -> None:
    async def play() -> list[int]:
        partner = await new_partner(store)
        counts: list[int] = []
        for day in range(34):
            async with store.change(context(partner.id, NOW + day * DAY)) as change:
                await change.save([make_chat(number) for number in range(3)])
                for number in range(3):
                    await idempotency.save(change, f"{day}, {number}", IdempotencyRecord(b"", chat_id(number), b""))
            await expire(store, NOW + day * DAY)
            counts.append((await store.database.fetch(COUNTS["idempotency_records"], (partner.id,)))[0][0])
        return counts

    assert max(opened.run(play())) <= 3 * (IDEMPOTENCY_RECORDS // DAY + 2)


def test_an_idempotency_record_is_found_for_thirty_days_and_can_then_be_replaced(
    opened: OpenStore, store: Store
) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        first, second = IdempotencyRecord(b"1", chat_id(1), b"first"), IdempotencyRecord(b"2", chat_id(2), b"second")
        async with store.change(context(partner.id)) as change:
            await idempotency.save(change, "key", first)
        async with store.change(context(partner.id, NOW + 30 * DAY - 1)) as change:
            assert await idempotency.find(change, "key") == first
        async with store.change(context(partner.id, NOW + 30 * DAY)) as change:
            assert await idempotency.find(change, "key") is None
            await idempotency.save(change, "key", second)
            assert await idempotency.find(change, "key") == second

    opened.run(play())
