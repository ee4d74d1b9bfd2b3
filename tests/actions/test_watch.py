"""Long polls find every change, also if the database's nodes are behind each other."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self, cast

from tests.support.chats import make_chat
from tests.support.partners import new_partner, save
from trunkline.actions.chats.watch import INTERVAL, Watch
from trunkline.domain.paging import Filters
from trunkline.storage import chat_list
from trunkline.storage.ports import Database, Source
from trunkline.storage.sql import Query, Row, Value
from trunkline.storage.store import open_store

EVERY_CHAT = Filters()


class Nodes:
    """A database whose counters are read from the primary, and everything else from a replica if there is one."""

    def __init__(self, primary: Source) -> None:
        self.primary = primary
        self.replica: Source | None = None
        self.polls = 0

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Sequence[Row]:
        self.polls += query.name == "revisions"
        source = self.primary if query.name == "revisions" or self.replica is None else self.replica
        return await source.fetch(query, values)

    def reads_of(self, partner_id: int) -> Self:
        return self

    async def polled(self) -> None:
        """Returns after a complete poll."""
        enough = self.polls + 2
        while self.polls < enough:  # noqa: ASYNC110 - the watch has no event for it
            await asyncio.sleep(INTERVAL / 10)


async def test_a_change_is_found_when_the_replica_has_it(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        since = await chat_list.revision_of(store.reader(partner.id))
        nodes = Nodes(store.database)
        watch = Watch(cast(Database, cast(Any, nodes)))
        with watch.join(partner.id, EVERY_CHAT, since) as change:
            async with store.database.snapshot() as replica:
                nodes.replica = replica
                await replica.fetch(Query("begin", "select schema_version from store", ()), ())
                await save(store, partner.id, make_chat(1))
                await nodes.polled()
                assert not change.done(), "the replica does not have the change yet"
                nodes.replica = None
                await nodes.polled()  # and nothing is being read from it
            async with asyncio.timeout(20):
                await change
        await watch.close()


async def test_a_request_that_read_from_an_older_node_is_told_what_the_others_have_seen(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        reader = store.reader(partner.id)
        before = await chat_list.revision_of(reader)
        await save(store, partner.id, make_chat(1))
        after = await chat_list.revision_of(reader)
        nodes = Nodes(store.database)
        watch = Watch(cast(Database, cast(Any, nodes)))
        with watch.join(partner.id, EVERY_CHAT, after) as theirs:
            await nodes.polled()
            with watch.join(partner.id, EVERY_CHAT, before) as change:
                async with asyncio.timeout(20):
                    await change
                assert not theirs.done(), "this request has seen the change"
        await watch.close()
