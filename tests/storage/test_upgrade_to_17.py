"""Migration 0017: what waits in the outbox of the version before is delivered, in order, and when it is due."""

from tests.storage.schema_16 import TO_SCHEMA_16
from tests.support.chats import chat_id
from tests.support.partners import new_partner
from tests.support.receiver import Reply, accept, receiving
from tests.support.webhook_worker import FastClock, deliveries, emit, recorded, subscribe, until, working
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.delivery import EntryState
from trunkline.storage.store import connect, open_store


async def test_what_waits_is_delivered_after_the_upgrade(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            async with working(store, clock):
                await recorded(store, partner.id, 1)
            await emit(store, partner.id, chat_id(2), 4, 5, at=clock())
        database = await connect(database_url)
        try:
            async with database.migration() as transaction:
                await transaction.script(TO_SCHEMA_16)
        finally:
            await database.close()
        receiver.answering = accept
        async with open_store(database_url) as store, working(store, clock):
            assert (await check_store(store.database))[1] == []
            await until(lambda: len(receiver.accepted) == 2)
            assert [each.event["data"]["number"] for each in receiver.accepted] == [4, 5]  # the others wait for a retry
            clock.advance(6)
            await until(lambda: len(receiver.accepted) == 5)
            await recorded(store, partner.id, 1, of=4)
            await emit(store, partner.id, chat_id(1), 6, at=clock())
            await until(lambda: len(receiver.accepted) == 6)
            found = await deliveries(store, partner.id)
    assert [each.event["data"]["number"] for each in receiver.accepted] == [4, 5, 1, 2, 3, 6]
    assert [(each.state, each.attempts) for each in found[:2]] == [(EntryState.DONE, 2), (EntryState.DONE, 1)]
