"""Spread the tables of a database over the nodes of a cluster (docs/decisions/0037)."""

from trunkline.domain.errors import CommandError
from trunkline.storage import distribution
from trunkline.storage.distribution import Placed
from trunkline.storage.postgres_connections import PLANNER
from trunkline.storage.schema import upgrade
from trunkline.storage.store import connect, require_unused, sqlite_file


async def distribute(url: str) -> Placed:
    """Distributes the tables that are still on one node, all or none, and says which. Raises ``CommandError``.

    Creates or upgrades the schema first. The coordinator at the URL must have the extension ``citus``.
    """
    if sqlite_file(url) is not None:
        raise CommandError(
            "a SQLite database is one file, which cannot be distributed; name the coordinator of a Citus cluster with "
            "--database postgresql://…"
        )
    await require_unused(url)
    database = await connect(url)
    try:
        await upgrade(database)
        async with database.migration() as transaction:
            placed = await distribution.distribute(transaction, PLANNER)
        async with database.migration() as transaction:
            await distribution.forget_local_rows(transaction)
    finally:
        await database.close()
    return placed
