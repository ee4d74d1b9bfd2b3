"""Migration 0020: chats of the versions before are found by their health, and listed in the order of creation."""

import msgspec

from tests.storage.schema_16 import TO_SCHEMA_16
from tests.support.chats import ALICE, BOB, NOW, chat_id, make_chat
from tests.support.partners import Pagination, new_partner, save
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import Health, HealthStatus
from trunkline.domain.paging import Filters, Match, Sort
from trunkline.storage.store import connect, open_store

STATUSES = (HealthStatus.HEALTHY, HealthStatus.AT_RISK, HealthStatus.HEALTHY, HealthStatus.CRITICAL)
UNHEALTHY = Filters(match=Match(health=frozenset({HealthStatus.AT_RISK, HealthStatus.CRITICAL})))


async def test_stored_chats_are_found_by_their_health_and_creation(database_url: str) -> None:
    chats = [
        msgspec.structs.replace(
            make_chat(number, (ALICE, BOB), updated_at=NOW + number),
            health=Health(status, NOW),
            created_at=NOW - number + 1,
        )
        for number, status in enumerate(STATUSES)
    ]
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        await save(store, partner.id, *chats)
    database = await connect(database_url)
    try:
        async with database.migration() as transaction:
            await transaction.script(TO_SCHEMA_16)
    finally:
        await database.close()
    async with open_store(database_url) as store:
        assert (await check_store(store.database))[1] == []
        found = await Pagination(store, partner.id, UNHEALTHY).finish()
        assert found.ids == [chat_id(3), chat_id(1)]
        by_creation = Pagination(store, partner.id, sort=Sort.CREATED)
        await by_creation.step(1)
        await save(store, partner.id, msgspec.structs.replace(chats[3], created_at=NOW - 9), make_chat(9))
        assert (await by_creation.finish(1)).ids == [chat_id(number) for number in range(4)]
        again = await Pagination(store, partner.id, sort=Sort.CREATED).finish()
        assert again.ids == [chat_id(number) for number in (0, 9, 1, 2, 3)]
