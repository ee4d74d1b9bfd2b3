"""An empty page and its counter are of one moment, although they are read one after the other."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.chats import ALICE, LINE, chat_id, make_chat
from tests.support.opened import OpenStore
from tests.support.partners import new_partner, save
from trunkline.domain import listed_chat
from trunkline.domain.listing import Filters
from trunkline.storage import pages, updates
from trunkline.storage.ports import Database
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import Store

LAST = 4  # reads, after which nothing more happens


class Interrupted:
    """A database in which somebody else saves a chat before the n-th read."""

    def __init__(self, store: Store, partner_id: int, before: int) -> None:
        self._store = store
        self._partner_id = partner_id
        self._left = before

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        if self._left == 0:
            await save(self._store, self._partner_id, make_chat(1))
        self._left -= 1
        return await self._store.database.fetch(query, values)


@pytest.mark.parametrize("before", range(LAST))
@pytest.mark.parametrize("filters", [Filters(), Filters(LINE), Filters(None, ALICE), Filters(LINE, ALICE)])
def test_a_chat_that_comes_between_two_reads_is_shown_now_or_told_later(
    opened: OpenStore, filters: Filters, before: int
) -> None:
    async def scene() -> None:
        store = opened.store
        partner_id = (await new_partner(store)).id
        database: Any = Interrupted(store, partner_id, before)
        page = await pages.read(database, partner_id, filters, limit=5)
        told = await read_after(store.database, partner_id, filters, page.counter)
        shown = [listed_chat.chat_id(document) for document in page.documents]
        if before < LAST - 1:
            assert (shown, told) in [([chat_id(1)], []), ([], [chat_id(1)])]
        else:
            assert (shown, told) == ([], [])
        if shown:
            assert page.walk == page.counter

    opened.run(scene())


async def read_after(database: Database, partner_id: int, filters: Filters, since: int) -> list[str]:
    """The chats that have changed since."""
    found = await updates.read(database, partner_id, filters, since=since, limit=5)
    return [listed_chat.chat_id(document) for document in found.documents]
