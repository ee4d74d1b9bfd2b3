"""An empty page and its revision belong together, although they are read one after the other."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.chats import ALICE, LINE, chat_id, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner, save
from trunkline.domain.paging import Filters
from trunkline.schemas.chat_list import chat_id_of
from trunkline.storage import changed_since, chat_list
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store

READS = 5  # no page takes as many


class Interrupted:
    """A database in which a chat is saved before the n-th read."""

    def __init__(self, store: Store, partner_id: int, before: int) -> None:
        self._store = store
        self._partner_id = partner_id
        self._reads_before = before
        self.has_saved = False

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        if self._reads_before == 0:
            self.has_saved = True
            await save(self._store, self._partner_id, make_chat(1))
        self._reads_before -= 1
        return await self._store.database.fetch(query, values)


@pytest.mark.parametrize("before", range(READS))
@pytest.mark.parametrize("filters", [Filters(), Filters(LINE), Filters(None, ALICE), Filters(LINE, ALICE)])
def test_a_chat_that_is_saved_between_two_reads_is_on_the_page_or_changed_since_it(
    opened: OpenStore, filters: Filters, before: int
) -> None:
    async def play() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        database: Any = Interrupted(store, partner_id, before)
        page = await chat_list.read(Reader(database, partner_id), filters, limit=5)
        changed = await read_changed(store.reader(partner_id), filters, page.revision)
        shown = [chat_id_of(document) for document in page.documents]
        assert database.has_saved or before > 1
        if database.has_saved:
            assert (shown, changed) in [([chat_id(1)], []), ([], [chat_id(1)])]
        else:
            assert (shown, changed) == ([], [])
        if shown:
            assert page.snapshot == page.revision

    opened.run(play())


async def read_changed(reader: Reader, filters: Filters, since: int) -> list[str]:
    """The ids of the chats that have changed since a revision."""
    found = await changed_since.read(reader, filters, since=since, limit=5)
    return [chat_id_of(document) for document in found.documents]
