"""A clock that is set forward and back: nothing is shown wrongly or forgotten in silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chats import NOW, chat_id, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import Pagination, context, new_partner, save
from trunkline.actions.operator.expire import expire
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.instant import DAY, HOUR
from trunkline.storage import idempotency
from trunkline.storage.idempotency import IdempotencyRecord
from trunkline.storage.store import Store

CHATS = 12

clocks = st.sampled_from([0, 0, -40 * DAY, -2 * HOUR, 2 * HOUR, 4 * DAY, 40 * DAY])
changes = st.tuples(clocks, st.lists(st.integers(0, CHATS - 1), min_size=1, max_size=CHATS, unique=True))
pages = st.tuples(clocks, st.integers(1, 5))


@pytest.fixture
def store(opened: OpenStore) -> Store:
    """The store of this module."""
    return opened.store


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(st.one_of(changes, changes, changes, pages), max_size=12), st.integers(1, 5))
def test_pagination_shows_every_chat_or_is_refused_whatever_the_clock_does(
    opened: OpenStore, script: list[tuple[int, list[int] | int]], first: int
) -> None:
    store = opened.store

    async def play() -> None:
        partner = await new_partner(store)
        await save(store, partner.id, *[make_chat(number, updated_at=NOW + number) for number in range(CHATS)])
        expected = [chat_id(number) for number in reversed(range(CHATS))]
        pagination = Pagination(store, partner.id)
        await pagination.step(first)
        present = NOW + CHATS
        refused = ""
        try:
            for offset, step in (*script, (0, CHATS)):
                if isinstance(step, int):
                    if not pagination.finished:
                        await pagination.step(step, NOW + offset)
                    continue
                present += 1
                chats = [make_chat(number, updated_at=present) for number in step]
                await save(store, partner.id, *chats, now=NOW + offset)
                await expire(store, NOW + offset)
        except InvalidParameter as error:
            refused = str(error)
        if refused:
            assert "start again" in refused
            assert any(abs(offset) >= 2 * DAY for offset, _ in script), "refused without a reason"
        else:
            assert pagination.ids == expected

    opened.run(play())


def test_pagination_is_refused_once_a_clock_that_was_ahead_has_deleted_what_it_needs(
    opened: OpenStore, store: Store
) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        chats = [make_chat(number, updated_at=NOW + number) for number in range(CHATS)]
        await save(store, partner.id, *chats)
        pagination = Pagination(store, partner.id)
        await pagination.step(1)
        moved = [make_chat(number, updated_at=NOW + 100) for number in range(CHATS - 1)]
        await save(store, partner.id, *moved)
        await expire(store, NOW + 5 * DAY)
        with pytest.raises(InvalidParameter, match="start again"):
            await pagination.step(100, NOW + HOUR)
        # Pagination that begins now is not affected.
        assert len((await Pagination(store, partner.id).finish(10)).ids) == CHATS

    opened.run(play())


def test_an_idempotency_record_is_valid_by_the_clock_after_the_clock_was_ahead(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        record = IdempotencyRecord(b"1", chat_id(1), b"first")
        async with store.change(context(partner.id)) as change:
            await idempotency.save(change, "before", record)
        async with store.change(context(partner.id, NOW + 40 * DAY)) as change:
            await idempotency.save(change, "ahead", record)
        async with store.change(context(partner.id, NOW + 10 * DAY)) as change:
            assert await idempotency.find(change, "before") == record
            assert await idempotency.find(change, "ahead") == record

    opened.run(play())


def test_changes_are_not_dated_back_when_the_clock_is(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        for clock in (NOW, NOW + 2 * HOUR, NOW):
            async with store.change(context(partner.id, clock)) as change:
                assert change.now == max(clock, change.now)
        assert change.now == NOW + 2 * HOUR
        assert change.clock_time == NOW

    opened.run(play())
