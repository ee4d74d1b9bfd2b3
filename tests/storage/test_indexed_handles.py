"""Handles in few and in many chats: what a list shows is the same, and a handle may become indexed at any moment."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.chats import ALICE, BOB, LINE, NOW, OTHER_LINE, chat_id, make_chat, split
from tests.support.open_store import OpenStore
from tests.support.partners import Pagination, context, new_partner, save
from trunkline.actions.chats.list_chats import list_chats
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import Chat
from trunkline.domain.paging import ChatQuery, Filters
from trunkline.schemas.chat_list import chat_id_of
from trunkline.storage import changed_since, chat_list
from trunkline.storage.participants import MAX_UNINDEXED
from trunkline.storage.partners import Line
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store

OF_ALICE = Filters(handle=ALICE)
INDEXED = Query(
    "indexed",
    "select count(revision), count(*) from participants where partner_id = $1 and handle = $2",
    ("partner", "handle"),
)
SIZES = [MAX_UNINDEXED - 1, MAX_UNINDEXED, MAX_UNINDEXED + 1, 3 * MAX_UNINDEXED]


async def indexed(store: Store, partner_id: int, handle: str = ALICE) -> tuple[int, int]:
    """In how many chats a handle is indexed, and in how many it is."""
    [row] = await store.database.fetch(INDEXED, (partner_id, handle))
    return row[0], row[1]


async def ids(store: Store, partner_id: int, filters: Filters, limit: int = 7) -> list[str]:
    """Every id of the list."""
    return (await Pagination(store, partner_id, filters).finish(limit)).ids


async def is_sound(store: Store) -> bool:
    return (await check_store(store.database))[1] == []


@pytest.mark.parametrize("how", ["one by one", "together", "loaded"])
@pytest.mark.parametrize("size", SIZES)
def test_a_handle_is_indexed_in_all_of_its_chats_or_in_none(opened: OpenStore, how: str, size: int) -> None:
    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        chats = [make_chat(number, (ALICE, BOB) if number == 0 else (ALICE,), updated_at=NOW) for number in range(size)]
        if how == "loaded":
            async with store.change(context(partner_id)) as change:
                assert await change.load(iter(chats)) == size
        else:
            for group in [chats] if how == "together" else [[chat] for chat in chats]:
                await save(store, partner_id, *group)
        assert await indexed(store, partner_id) == (size if size > MAX_UNINDEXED else 0, size)
        assert await indexed(store, partner_id, BOB) == (0, 1)
        assert await indexed(store, partner_id, LINE) == (0, 0)
        # A change of a chat moves it, whether its handles are indexed or not.
        await save(store, partner_id, replace(chats[0], updated_at=NOW + 1))
        for filters in (OF_ALICE, Filters(LINE, ALICE), Filters(LINE, LINE), Filters(handle=LINE)):
            expected = [chat_id(0), *[chat_id(number) for number in range(size - 1, 0, -1)]]
            assert await ids(store, partner_id, filters) == expected
        assert await ids(store, partner_id, Filters(OTHER_LINE, ALICE)) == []
        assert await is_sound(store)

    opened.run(play())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("filters", [OF_ALICE, Filters(LINE, ALICE), Filters(handle=OTHER_LINE), Filters(LINE, LINE)])
def test_skipping_and_what_has_changed(opened: OpenStore, filters: Filters, size: int) -> None:
    """The other line is in chats as a recipient, and has chats of its own."""

    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        chats = [make_chat(number, (ALICE, OTHER_LINE), updated_at=NOW + number) for number in range(size)]
        chats += [make_chat(1_000 + number, (BOB,), line=OTHER_LINE, updated_at=NOW + number) for number in range(5)]
        await save(store, partner_id, *chats)
        expected = await ids(store, partner_id, filters)
        assert len(expected) == size + (5 if filters.handle == OTHER_LINE else 0)
        for skip in (1, 4, size - 1, len(expected), len(expected) + 1):
            page = await list_chats(store, partner_id, ChatQuery(filters, 4, str(skip)), NOW)
            shown = [] if not page.documents else [chat_id_of(each) for each in split(page.documents)]
            assert shown == expected[skip : skip + 4]
            assert (page.next_cursor is None) == (skip + 4 >= len(expected))
        reader = store.reader(partner_id)
        found: list[str] = []
        since, has_more = 0, True
        while has_more:
            changed = await changed_since.read(reader, filters, since=since, limit=4)
            found += [chat_id_of(document) for document in changed.documents]
            since, has_more = changed.reached, changed.has_more
        assert sorted(found) == sorted(expected)

    opened.run(play())


def test_what_has_changed_on_a_line_leaves_out_chats_in_which_the_line_is_a_recipient(opened: OpenStore) -> None:
    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        await save(store, partner_id, make_chat(1, (OTHER_LINE,)), make_chat(2, (ALICE,), line=OTHER_LINE))
        changed = await changed_since.read(store.reader(partner_id), Filters(OTHER_LINE), since=0, limit=5)
        assert [chat_id_of(document) for document in changed.documents] == [chat_id(2)]

    opened.run(play())


class Interrupted:
    """A database in which a handle joins another chat, and older ones move, before the n-th read."""

    def __init__(self, store: Store, partner_id: int, before: int) -> None:
        self._store = store
        self._partner_id = partner_id
        self._reads_before = before

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        if self._reads_before == 0:
            moved = [make_chat(number, updated_at=NOW + 1_000 + number) for number in (0, MAX_UNINDEXED - 1)]
            await save(self._store, self._partner_id, make_chat(MAX_UNINDEXED, updated_at=NOW + 500), *moved)
        self._reads_before -= 1
        return await self._store.database.fetch(query, values)


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("filters", [OF_ALICE, Filters(LINE, ALICE)])
def test_a_handle_that_becomes_indexed_between_two_reads_of_a_page(
    opened: OpenStore, filters: Filters, before: int
) -> None:
    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        # The last chat has changed, so that the second page also reads what has moved.
        await save(store, partner_id, *[make_chat(number, updated_at=NOW + number) for number in range(MAX_UNINDEXED)])
        expected = [chat_id(number) for number in range(MAX_UNINDEXED - 1, -1, -1)]
        first = await chat_list.read(store.reader(partner_id), filters, limit=5)
        await save(store, partner_id, make_chat(3, updated_at=NOW + 100))
        database: Any = Interrupted(store, partner_id, before)
        assert first.snapshot is not None
        assert first.end is not None
        rest = await chat_list.read(
            Reader(database, partner_id), filters, limit=100, snapshot=first.snapshot, after=first.end
        )
        assert [chat_id_of(document) for document in (*first.documents, *rest.documents)] == expected

    opened.run(play())


def test_handles_that_become_indexed_while_others_read(opened: OpenStore) -> None:
    handles = [f"person{number}@example.com" for number in range(3)]

    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        known: dict[str, list[str]] = {handle: [] for handle in handles}
        writing = True

        async def write(position: int) -> None:
            handle = handles[position]
            for number in range(2 * MAX_UNINDEXED):
                chat = make_chat(1_000 * position + number, (handle,), updated_at=NOW + number)
                await save(store, partner_id, chat)
                known[handle].append(chat.id)
                if number % 5 == 4:
                    await save(store, partner_id, replace(chat, updated_at=NOW - number))
                await asyncio.sleep(0)

        async def read(position: int) -> int:
            count = 0
            while writing or count == 0:
                handle = handles[(position + count) % len(handles)]
                pagination = Pagination(store, partner_id, Filters(handle=handle))
                before = set(known[handle])
                while not pagination.finished:
                    await pagination.step(3)
                    await asyncio.sleep(0)
                assert len(pagination.ids) == len(set(pagination.ids))
                assert before <= set(pagination.ids)
                count += 1
            return count

        readers = [asyncio.create_task(read(position)) for position in range(3)]
        await asyncio.gather(*[write(position) for position in range(3)])
        writing = False
        assert min(await asyncio.gather(*readers)) > 0
        for handle in handles:
            assert await indexed(store, partner_id, handle) == (2 * MAX_UNINDEXED, 2 * MAX_UNINDEXED)
        assert await is_sound(store)

    opened.run(play())


def test_a_handle_that_a_chat_loses_is_not_found_in_it(opened: OpenStore) -> None:
    """Only the chat of an upstream can lose one."""

    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        size = MAX_UNINDEXED + 1
        await save(store, partner_id, *[make_chat(number, (ALICE, BOB)) for number in range(size)])
        without = make_chat(0, (BOB,))
        await save(store, partner_id, without)
        assert chat_id(0) not in await ids(store, partner_id, OF_ALICE)
        assert await indexed(store, partner_id) == (size - 1, size - 1)
        await save(store, partner_id, make_chat(0, (ALICE, BOB)))
        assert await indexed(store, partner_id) == (size, size)
        assert (await ids(store, partner_id, OF_ALICE))[0] == chat_id(0)
        assert await is_sound(store)

    opened.run(play())


@pytest.mark.parametrize("filters", [OF_ALICE, Filters(LINE, ALICE)])
def test_a_list_is_right_whatever_kind_the_handle_had_when_it_was_last_read(
    opened: OpenStore, filters: Filters
) -> None:
    """In few chats, then in many, in none, and in few again; then the handle becomes a line with a chat of its own."""

    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        many = [make_chat(number, updated_at=NOW + number) for number in range(MAX_UNINDEXED + 5)]

        async def is_shown(*chats: Chat) -> None:
            for _ in range(3):
                assert await ids(store, partner_id, filters) == [chat.id for chat in reversed(chats)]

        await save(store, partner_id, *many[:3])
        await is_shown(*many[:3])
        await save(store, partner_id, *many[3:])
        await is_shown(*many)
        await save(store, partner_id, *[make_chat(number, (BOB,)) for number in range(len(many))])
        await is_shown()
        assert await indexed(store, partner_id) == (0, 0)
        again = make_chat(100, updated_at=NOW + 100)
        await save(store, partner_id, again)
        await is_shown(again)
        assert await store.partners.add_line(partner_id, Line("line", ALICE, None, NOW))
        own = make_chat(101, (BOB,), line=ALICE, updated_at=NOW + 101)
        await save(store, partner_id, own)
        await is_shown(*[again, own] if filters.line is None else [again])

    opened.run(play())
