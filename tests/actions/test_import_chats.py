"""Imports store the chats of archives once, even if an archive lacks dates, names or people."""

from collections.abc import Generator, Iterator, Sequence

import msgspec
import pytest

from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import Pagination, Tenant, context, new_partner, save
from trunkline.actions.imports.archive import import_archive
from trunkline.actions.imports.summary import ImportSummary
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import Service
from trunkline.domain.instant import DAY, Instant
from trunkline.domain.message import DeliveryStatus
from trunkline.domain.paging import Filters
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Member, Record
from trunkline.storage.store import Store


class Archive:
    """A source of these records."""

    def __init__(self, records: Sequence[Record | ArchivedMessage]) -> None:
        self._records = records

    @property
    def size(self) -> int:
        return len(self._records)

    @property
    def position(self) -> int:
        return 0

    def chats(self) -> Iterator[Record]:
        return iter([record for record in self._records if not isinstance(record, ArchivedMessage)])

    def messages(self) -> Iterator[ArchivedMessage]:
        return iter([record for record in self._records if isinstance(record, ArchivedMessage)])

    def read_file(self, location: str) -> Generator[bytes]:
        raise NotImplementedError(location)


@pytest.fixture
def store(opened: OpenStore) -> Store:
    return opened.store


def archived_chat(*handles: str, is_group: bool = False, name: str | None = None, key: str = "1") -> ArchivedChat:
    members = tuple([Member(handle, Service.SMS) for handle in handles])
    return ArchivedChat(key, members, is_group, Service.SMS, name=name)


async def import_records(
    store: Store, partner: Tenant, *records: Record | ArchivedMessage, now: Instant = NOW
) -> ImportSummary:
    summary = await import_archive(store, context(partner.id, now), LINE, Archive(records), progress=lambda _: None)
    assert await check_store(store.database) == (await _count(store), [])
    return summary


async def _count(store: Store) -> int:
    return sum([await store.partners.count_chats(each.id) for each in await store.partners.all()])


async def listed(store: Store, partner: Tenant, filters: Filters | None = None) -> list[str]:
    """Every id of the list."""
    return (await Pagination(store, partner.id, filters or Filters()).finish()).ids


def test_a_chat_without_dates_is_the_same_whenever_it_is_imported(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        assert (await import_records(store, partner, archived_chat(ALICE))).new == 1
        again = await import_records(store, partner, archived_chat(ALICE), now=NOW + DAY)
        assert (again.new, again.changed, again.unchanged) == (0, 0, 1)

    opened.run(play())


def test_a_group_of_one_other_person_is_not_the_direct_chat_with_them(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        await import_records(store, partner, archived_chat(ALICE, is_group=True, name="Trip"))
        stop = ArchivedMessage("1", "m", NOW, ALICE, Service.SMS, DeliveryStatus.READ, ("STOP",))
        assert (await import_records(store, partner, archived_chat(ALICE), stop)).new == 1
        assert len(await listed(store, partner)) == 2

    opened.run(play())


def test_a_note_to_self_and_a_name_that_no_engine_can_store_unchanged(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        records = (archived_chat(LINE), archived_chat(ALICE, BOB, is_group=True, name="a\0b\ud800", key="2"))
        assert (await import_records(store, partner, *records)).new == 2
        assert (await import_records(store, partner, *records)).unchanged == 2

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
