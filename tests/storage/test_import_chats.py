"""Importing: what archives tell, stored once, whatever they leave out."""

from collections.abc import Iterator, Sequence

import msgspec
import pytest

from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, make_chat
from tests.support.opened import OpenStore
from tests.support.partners import Tenant, Walk, new_partner, save
from trunkline.actions.check_store import check_store
from trunkline.actions.import_chats import Imported, import_chats
from trunkline.domain.chat import Service
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import DAY, Instant
from trunkline.domain.listing import Filters
from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import Conversation, Member, Message, Record
from trunkline.storage.store import Store


class Archive:
    """A source that yields what it is given."""

    def __init__(self, records: Sequence[Record | Message]) -> None:
        self._records = records

    @property
    def size(self) -> int:
        return len(self._records)

    @property
    def position(self) -> int:
        return 0

    def conversations(self) -> Iterator[Record]:
        return iter([record for record in self._records if not isinstance(record, Message)])

    def messages(self) -> Iterator[Message]:
        return iter([record for record in self._records if isinstance(record, Message)])


@pytest.fixture
def store(opened: OpenStore) -> Store:
    return opened.store


def conversation(*handles: str, is_group: bool = False, name: str | None = None, key: str = "1") -> Conversation:
    members = tuple([Member(handle, Service.SMS) for handle in handles])
    return Conversation(key, members, is_group, Service.SMS, name=name)


async def bring(store: Store, partner: Tenant, *records: Record | Message, now: Instant = NOW) -> Imported:
    imported = await import_chats(
        store, partner.id, LINE, Archive(records), thresholds=Thresholds(), now=now, progress=lambda _: None
    )
    assert await check_store(store.database, lambda _: None) == (await _count(store), [])
    return imported


async def _count(store: Store) -> int:
    return sum([await store.partners.count_chats(each.id) for each in await store.partners.all()])


async def listed(store: Store, partner: Tenant, filters: Filters | None = None) -> list[str]:
    walk = Walk(store, partner.id, filters or Filters())
    while not walk.finished:
        await walk.step(100, NOW)
    return walk.ids


def test_chats_without_any_date_are_the_same_whenever_they_are_imported(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        assert (await bring(store, partner, conversation(ALICE))).new == 1
        again = await bring(store, partner, conversation(ALICE), now=NOW + DAY)
        assert (again.new, again.changed, again.unchanged) == (0, 0, 1)

    opened.run(play())


def test_a_group_of_one_other_person_is_not_the_direct_chat_with_them(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await bring(store, partner, conversation(ALICE, is_group=True, name="Trip"))
        stop = Message("1", "m", NOW, ALICE, Service.SMS, DeliveryStatus.READ, ("STOP",))
        assert (await bring(store, partner, conversation(ALICE), stop)).new == 1
        assert len(await listed(store, partner)) == 2

    opened.run(play())


def test_a_note_to_self_and_a_name_that_no_engine_stores_as_it_is(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        records = (conversation(LINE), conversation(ALICE, BOB, is_group=True, name="a\0b\ud800", key="2"))
        assert (await bring(store, partner, *records)).new == 2
        assert (await bring(store, partner, *records)).unchanged == 2

    opened.run(play())


def test_a_chat_that_loses_a_handle_is_no_longer_listed_for_it(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        group = make_chat(1, (ALICE, CAROL))
        await save(store, partner.id, group)
        await save(store, partner.id, msgspec.structs.replace(group, participants=group.participants[:2]))
        assert await listed(store, partner, Filters(handle=CAROL)) == []
        assert await listed(store, partner, Filters(handle=ALICE)) == [group.id]

    opened.run(play())
