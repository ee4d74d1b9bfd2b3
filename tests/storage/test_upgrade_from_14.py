"""Migration 0015: the counters and clocks of partners move to a table of their own, on both engines."""

import pytest

from tests.storage.old_schema import Table, create_schema
from tests.support.chats import LINE, NOW, make_chat
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import PartnerRemoved
from trunkline.domain.instant import HOUR
from trunkline.domain.paging import Filters
from trunkline.storage import changed_since, chat_list
from trunkline.storage.chat_list import SnapshotForgotten
from trunkline.storage.cursor import SortKey
from trunkline.storage.store import open_store

ACTIVE, REMOVED = 1, 2
FORGOTTEN = 5

_TABLES: list[Table] = [
    ("store", "schema_version cursor_key link_key last_partner_id", [(14, bytes(32), bytes(32), 2)]),
    (
        "partners",
        "id name created_at revision clock history_start removed_at",
        [(ACTIVE, "Acme", NOW, 8, NOW + HOUR, FORGOTTEN, None), (REMOVED, "Globex", NOW, 3, NOW, 0, NOW + HOUR)],
    ),
    ("lines", "partner_id phone_number id created_at", [(ACTIVE, LINE, "line 1", NOW)]),
]


async def create_schema_14(url: str) -> None:
    """Creates the database, with an active partner and one that is being removed."""
    await create_schema(url, 14, _TABLES)


async def test_changes_continue_after_the_last_revision_and_time(database_url: str) -> None:
    await create_schema_14(database_url)
    async with open_store(database_url) as store:
        async with store.change(RequestContext(ACTIVE, NOW)) as change:
            assert change.now == NOW + HOUR, "no change is dated before an earlier one"
            await change.save([make_chat(1)])
        reader = store.reader(ACTIVE)
        assert await chat_list.revision_of(reader) == 9
        assert (await changed_since.read(reader, Filters(), since=8, limit=10)).revisions == [9]
        with pytest.raises(SnapshotForgotten):
            await chat_list.read(reader, Filters(), snapshot=FORGOTTEN - 1, after=SortKey(NOW * 2, 9), limit=10)


async def test_a_partner_that_is_being_removed_stays_so(database_url: str) -> None:
    await create_schema_14(database_url)
    async with open_store(database_url) as store:
        removed = await store.partners.by_id(REMOVED)
        assert removed is not None
        assert removed.removed_at == NOW + HOUR
        with pytest.raises(PartnerRemoved):
            async with store.change(RequestContext(REMOVED, NOW)):
                pass
