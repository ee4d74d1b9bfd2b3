"""The sample data is loaded completely, once, and from where it stopped, on both engines."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.support.chats import NOW, split
from tests.support.store_contents import outbox_and_events, stored
from trunkline.actions.chats.list_chats import list_chats
from trunkline.actions.operator.partners import add_line, add_partner, find_grant
from trunkline.demo import large as large_sample
from trunkline.demo.large import REGULARS, large
from trunkline.demo.load import DemoPartner, load_demo
from trunkline.demo.small import small
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import DAY
from trunkline.domain.keys import Grant, digest
from trunkline.domain.paging import ChatQuery, Filters
from trunkline.schemas.chat import render_chat, with_doc_base
from trunkline.storage.store import Store, open_store


async def demo(store: Store, chats: int | None = None, *, seed: int = 7, now: int = NOW) -> list[DemoPartner]:
    return await load_demo(store, chats=chats, seed=seed, now=now, progress=lambda _: None)


async def documents_of(store: Store, partner_id: int, filters: Filters | None = None) -> list[bytes]:
    """Every document, in the order of the list."""
    documents: list[bytes] = []
    cursor: str | None = None
    while True:
        page = await list_chats(store, partner_id, ChatQuery(filters or Filters(), 100, cursor), NOW)
        documents += split(page.documents)
        cursor = page.next_cursor
        if cursor is None:
            return documents


async def grant(store: Store, partner: DemoPartner) -> Grant | None:
    """What the key of a demo partner gives access to."""
    return await find_grant(store, digest(partner.key.encode()))


def in_order(chats: Sequence[Chat]) -> list[bytes]:
    return [with_doc_base(render_chat(chat), b"") for chat in sorted(chats, key=lambda chat: -chat.updated_at)]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_sample, "CHUNK", 100)


async def test_the_small_sample_is_listed_as_it_was_generated(database_url: str) -> None:
    async with open_store(database_url) as store:
        partners = await demo(store)
        for partner, sample in zip(partners, small(7), strict=True):
            chats = [chat for chunk in sample.chunks(NOW) for chat in chunk.chats]
            assert partner.name == sample.name
            assert sorted(partner.lines) == sorted(line for line, _ in sample.lines)
            assert partner.chats == len(chats)
            assert await documents_of(store, partner.id) == in_order(chats)
            [key] = await store.partners.keys(partner.id)
            assert await grant(store, partner) == Grant(partner.id, key.id, None, None)
            assert key.name == "demo"


async def test_the_small_sample_is_sound_and_its_opt_outs_are_stored(database_url: str) -> None:
    async with open_store(database_url) as store:
        for partner, sample in zip(await demo(store), small(7), strict=True):
            found = await stored(store, partner.id)
            [chunk] = sample.chunks(NOW)
            assert sorted(found.messages, key=lambda each: each.id) == sorted(chunk.messages, key=lambda each: each.id)
            assert found.chats == {chat.id: chat for chat in chunk.chats}
            assert found.opt_outs == sorted(
                [
                    (chat.recipients[0], chat.id, chat.health.updated_at)
                    for chat in found.chats.values()
                    if chat.health.status is HealthStatus.OPTED_OUT
                ]
            )
            assert len(found.opt_outs) >= 1
            assert await outbox_and_events(store, partner.id) == []


async def test_loading_again_only_adds_a_key(database_url: str) -> None:
    async with open_store(database_url) as store:
        first = await demo(store)
        before = [await documents_of(store, partner.id) for partner in first]
        second = await demo(store, now=NOW + DAY)
        assert [await documents_of(store, partner.id) for partner in second] == before
        for old, new in zip(first, second, strict=True):
            assert (old.id, old.name, old.lines, old.chats) == (new.id, new.name, new.lines, new.chats)
            assert old.key != new.key
            keys = await store.partners.keys(old.id)
            assert {await grant(store, old), await grant(store, new)} == {
                Grant(old.id, key.id, None, None) for key in keys
            }


@pytest.mark.usefixtures("small_chunks")
async def test_the_large_sample_is_a_partner_of_its_own(database_url: str) -> None:
    loaded: list[int] = []
    async with open_store(database_url) as store:
        await demo(store)
        [partner] = await load_demo(store, chats=250, seed=7, now=NOW, progress=loaded.append)
        chats = [chat for chunk in large(7, 250).chunks(NOW) for chat in chunk.chats]
        assert loaded == [100, 200, 250]
        assert partner.chats == 250
        assert await documents_of(store, partner.id) == in_order(chats)
        regular = [chat for chat in chats if REGULARS[0] in chat.recipients]
        assert await documents_of(store, partner.id, Filters(handle=REGULARS[0])) == in_order(regular)
        line = partner.lines[0]
        assert await documents_of(store, partner.id, Filters(line=line)) == in_order(
            [c for c in chats if c.line == line]
        )


@pytest.mark.usefixtures("small_chunks")
async def test_an_interrupted_load_continues_where_it_stopped(database_url: str) -> None:
    def stop(loaded: int) -> None:
        if loaded == 300:
            raise KeyboardInterrupt

    async with open_store(database_url) as store:
        with pytest.raises(KeyboardInterrupt):
            await load_demo(store, chats=550, seed=7, now=NOW, progress=stop)
        [unfinished] = await store.partners.all()
        assert await store.partners.count_chats(unfinished.id) == 300
        [partner] = await demo(store, 550, now=NOW + DAY)
        chats = [chat for chunk in large(7, 550).chunks(NOW) for chat in chunk.chats]
        assert await documents_of(store, partner.id) == in_order(chats)


@pytest.mark.usefixtures("small_chunks")
async def test_two_concurrent_loads_store_each_chat_once(database_url: str) -> None:
    async with open_store(database_url) as one, open_store(database_url) as other:
        [before] = await demo(one, 400)  # so that neither adds the partner while the other does
        await demo(one)
        both = await asyncio.gather(demo(one, 400), demo(other, 400))
        assert [partner.chats for [partner] in both] == [before.chats, before.chats]


async def test_another_seed_is_refused_if_the_small_sample_is_stored(database_url: str) -> None:
    async with open_store(database_url) as store:
        await demo(store)
        with pytest.raises(CommandError, match="use the seed that created it"):
            await demo(store, seed=9)


async def test_a_partner_with_lines_of_its_own_is_left_alone(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner, _ = await add_partner(store, small(7)[0].name, NOW)
        await add_line(store, partner, "+13125550100", None, NOW)
        with pytest.raises(CommandError, match="its chats are not from this sample"):
            await demo(store)
        assert await store.partners.count_chats(partner.id) == 0
        assert [line.phone_number for line in await store.partners.lines(partner.id)] == ["+13125550100"]


async def test_an_invalid_number_of_chats_adds_no_partner(database_url: str) -> None:
    async with open_store(database_url) as store:
        with pytest.raises(CommandError):
            await demo(store, 0)
        assert await store.partners.all() == []
