"""Migration 0019: files that are to be deleted have their partner, also one that was removed."""

from tests.storage.schema_16 import TO_SCHEMA_16
from tests.support.partners import new_partner
from trunkline.domain.instant import now
from trunkline.storage import attachments
from trunkline.storage.files.base import new_name
from trunkline.storage.sql import Query, Value
from trunkline.storage.store import connect, open_store

FILES = Query("files", "select partner_id, file from files_to_delete", ())


async def test_files_of_the_version_before_are_deleted(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
    names = {partner.id: new_name(partner.id), 9_007_199_254_740_993: new_name(9_007_199_254_740_993)}
    database = await connect(database_url)
    try:
        async with database.migration() as transaction:
            await transaction.script(TO_SCHEMA_16)
            rows: list[tuple[Value, ...]] = [(name, 1) for name in names.values()]
            await transaction.load("files_to_delete", ("file", "due_at"), rows)
    finally:
        await database.close()
    async with open_store(database_url) as store:
        assert {tuple(row) for row in await store.database.fetch(FILES, ())} == set(names.items())
        due = await attachments.due_deletions(store.database, now(), 10)
        async with store.database.transaction() as transaction:
            await attachments.cancel_deletions(transaction, due)
        assert not await store.database.fetch(FILES, ())
