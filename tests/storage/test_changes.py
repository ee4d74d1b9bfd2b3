"""Changes of chats: what is saved is there, what fails never was, on every engine."""

import asyncio

import pytest
from msgspec.structs import replace

from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.opened import OpenStore
from tests.support.partners import Walk, new_partner, save
from trunkline.domain.chat import Chat
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.instant import DAY, HOUR
from trunkline.domain.listing import Filters
from trunkline.storage import answers
from trunkline.storage.answers import Answer
from trunkline.storage.changes import change
from trunkline.storage.cursor import LIFETIME
from trunkline.storage.forgetting import ANSWERS, EVERY
from trunkline.storage.sql import parse
from trunkline.storage.store import Store

COUNTS = parse("""
-- name: moves
select count(*) from moves where partner_id = :partner
-- name: answers
select count(*) from answers where partner_id = :partner
""")

NAMES = ["", "名前", "ab\"c'\\", "\U0001f469‍\U0001f469‍\U0001f467", "line\nbreak\ttab", "\x01\x1f\x7f", "x" * 100_000]


@pytest.fixture
def store(opened: OpenStore) -> Store:
    """The open store of the module."""
    return opened.store


async def stored(store: Store, partner_id: int, number: int) -> Chat | None:
    """The chat of this number as the store has it."""
    async with change(store.database, partner_id, NOW) as writing:
        return await writing.chat(chat_id(number))


async def listed(store: Store, partner_id: int, filters: Filters | None = None) -> list[str]:
    """All ids of a walk."""
    return (await Walk(store, partner_id, filters or Filters()).finish()).ids


@pytest.mark.parametrize("name", [None, *NAMES], ids=lambda name: repr(name)[:20])
def test_a_saved_chat_comes_back(opened: OpenStore, store: Store, name: str | None) -> None:
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


def test_loaded_chats_are_like_saved_ones(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        loading, saving = await new_partner(store), await new_partner(store)
        chats = [make_chat(number, (ALICE, BOB), updated_at=NOW - number % 7) for number in range(50)]
        async with change(store.database, loading.id, NOW) as writing:
            assert await writing.load(iter(chats)) == 50
        await save(store, saving.id, *chats)
        for filters in (Filters(), Filters(LINE), Filters(None, BOB), Filters(LINE, ALICE)):
            assert await listed(store, loading.id, filters) == await listed(store, saving.id, filters)
        assert await stored(store, loading.id, 7) == chats[7]
        await save(store, loading.id, make_chat(99))
        assert (await listed(store, loading.id))[0] == chat_id(99)

    opened.run(play())


def test_find_by_recipients(opened: OpenStore, store: Store) -> None:
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
        async with change(store.database, partner.id, NOW) as writing:
            for line, handle, number in (
                (LINE, ALICE, 1),
                (OTHER_LINE, ALICE, 3),
            ):
                found = await writing.direct_chat(line, handle)
                assert found is not None
                assert found.id == chat_id(number)
            assert await writing.direct_chat(LINE, BOB) is None
        async with change(store.database, other.id, NOW) as writing:
            assert await writing.direct_chat(LINE, ALICE) is None
            assert await writing.chat(chat_id(1)) is None

    opened.run(play())


def test_a_change_that_fails_leaves_nothing(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, make_chat(1))

        async def fail() -> None:
            async with change(store.database, partner.id, NOW + DAY) as writing:
                await writing.save([make_chat(1, name="half"), make_chat(2)])
                await writing.save_mirror_cursor("https://upstream.example", "5")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert await listed(store, partner.id) == [chat_id(1)]
        assert await stored(store, partner.id, 1) == make_chat(1)
        async with change(store.database, partner.id, NOW) as writing:
            assert writing.now == NOW
            assert await writing.mirror_cursor("https://upstream.example") is None

    opened.run(play())


def test_a_change_that_is_cancelled_lets_the_next_one_in(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        started = asyncio.Event()

        async def endless() -> None:
            async with change(store.database, partner.id, NOW) as writing:
                await writing.save([make_chat(1)])
                started.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(endless())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await save(store, partner.id, make_chat(2))
        assert await listed(store, partner.id) == [chat_id(2)]

    opened.run(play())


def test_nobody_sees_a_change_before_it_is_done(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        async with change(store.database, partner.id, NOW) as writing:
            await writing.save([make_chat(1)])
            assert await listed(store, partner.id) == []
        assert await listed(store, partner.id) == [chat_id(1)]

    opened.run(play())


def test_a_partners_clock_never_goes_back(opened: OpenStore, store: Store) -> None:
    async def play() -> list[int]:
        partner = await new_partner(store)
        seen: list[int] = []
        for now in (NOW, NOW + 5, NOW - DAY, NOW + 4, NOW + 6):
            async with change(store.database, partner.id, now) as writing:
                seen.append(writing.now)
        return seen

    assert opened.run(play()) == [NOW, NOW + 5, NOW + 5, NOW + 5, NOW + 6]


def test_changes_at_once_take_turns(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await asyncio.gather(*[save(store, partner.id, make_chat(number)) for number in range(30)])
        await asyncio.gather(*[save(store, partner.id, make_chat(number % 3, name="again")) for number in range(9)])
        assert len(set(await listed(store, partner.id))) == 30

    opened.run(play())


def test_where_a_mirror_goes_on(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner, other = await new_partner(store), await new_partner(store)
        async with change(store.database, partner.id, NOW) as writing:
            await writing.save_mirror_cursor("https://a.example", "1")
            await writing.save_mirror_cursor("https://b.example", "x")
            await writing.save_mirror_cursor("https://a.example", "2")
        async with change(store.database, other.id, NOW) as writing:
            assert await writing.mirror_cursor("https://a.example") is None
        async with change(store.database, partner.id, NOW) as writing:
            assert await writing.mirror_cursor("https://a.example") == "2"
            await writing.save_mirror_cursor("https://a.example", None)
            assert await writing.mirror_cursor("https://a.example") is None
            assert await writing.mirror_cursor("https://b.example") == "x"

    opened.run(play())


def test_a_walk_is_exact_as_long_as_its_cursor_lives(opened: OpenStore, store: Store) -> None:
    """Places that chats have left are forgotten in time, and never before the last cursor that needs them."""

    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, *[make_chat(number, updated_at=NOW + number) for number in range(20)])
        walk = Walk(store, partner.id)
        await walk.step(2, NOW)
        for hour in range(LIFETIME // HOUR):
            moved = [make_chat(number, updated_at=NOW + hour * HOUR) for number in range(hour % 20 + 1)]
            await save(store, partner.id, *moved, now=NOW + hour * HOUR)
        await walk.step(3, NOW + 24 * HOUR)
        while not walk.finished:
            await walk.step(3, NOW + LIFETIME)
        assert walk.ids == [chat_id(number) for number in reversed(range(20))]

    opened.run(play())


def test_a_walk_that_lasts_too_long_is_refused(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, make_chat(1), make_chat(2))
        walk = Walk(store, partner.id)
        await walk.step(1, NOW)
        with pytest.raises(InvalidParameter, match="start again"):
            await walk.step(1, NOW + LIFETIME + 1)

    opened.run(play())


def test_places_left_long_ago_are_forgotten(opened: OpenStore, store: Store) -> None:
    async def play() -> list[int]:
        partner = await new_partner(store)
        await save(store, partner.id, *[make_chat(number) for number in range(20)])
        counts: list[int] = []
        for day in range(12):
            await save(store, partner.id, *[make_chat(number) for number in range(20)], now=NOW + day * DAY)
            counts.append((await store.database.fetch(COUNTS["moves"], (partner.id,)))[0][0])
        return counts

    assert max(opened.run(play())) <= 20 * (LIFETIME // DAY + 2) + EVERY


def test_answers_of_long_ago_are_forgotten(opened: OpenStore, store: Store) -> None:
    async def play() -> list[int]:
        partner = await new_partner(store)
        counts: list[int] = []
        for day in range(60):
            async with change(store.database, partner.id, NOW + day * DAY) as writing:
                await writing.save([make_chat(number) for number in range(3)])
                for number in range(3):
                    await answers.keep(writing, f"{day}, {number}", Answer(b"", chat_id(number), b""))
            counts.append((await store.database.fetch(COUNTS["answers"], (partner.id,)))[0][0])
        return counts

    assert max(opened.run(play())) <= 3 * (ANSWERS // DAY + 2) + EVERY


def test_an_answer_stands_for_thirty_days_and_then_makes_way(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        first, second = Answer(b"1", chat_id(1), b"first"), Answer(b"2", chat_id(2), b"second")
        async with change(store.database, partner.id, NOW) as writing:
            await answers.keep(writing, "key", first)
        async with change(store.database, partner.id, NOW + 30 * DAY - 1) as writing:
            assert await answers.answer(writing, "key") == first
        async with change(store.database, partner.id, NOW + 30 * DAY) as writing:
            assert await answers.answer(writing, "key") is None
            await answers.keep(writing, "key", second)
            assert await answers.answer(writing, "key") == second

    opened.run(play())
