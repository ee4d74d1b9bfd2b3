"""What PostgreSQL waits for when a transaction commits."""

import asyncio

from tests.support.postgres import PostgresServer
from trunkline.domain.context import Origin
from trunkline.storage.sql import parse
from trunkline.storage.store import open_store

QUERIES = parse("""
-- name: synced
select current_setting('synchronous_commit')
""")


async def test_only_a_claim_commits_before_it_is_on_the_disk(postgres: PostgresServer) -> None:
    async with open_store(await asyncio.to_thread(postgres.new_database)) as store:

        async def synced(origin: Origin) -> str:
            async with store.database.transaction(1, origin) as transaction:
                return (await transaction.fetch(QUERIES["synced"], ()))[0][0]

        found = {origin: await synced(origin) for origin in (Origin.CLIENT, Origin.CLAIM, Origin.INTERNAL)}
        assert found == {Origin.CLIENT: "on", Origin.CLAIM: "off", Origin.INTERNAL: "on"}
