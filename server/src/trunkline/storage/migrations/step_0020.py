"""Fills what migration 0020 adds, from the documents of the chats."""

from trunkline.domain.chat import HealthStatus
from trunkline.schemas.chat import parse_chat
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import Value, load

_QUERIES = load("step_0020")
_COLUMNS = ("partner_id", "chat_id", "created_at", "revision")
_BATCH = 1_000


async def add_filters(transaction: Transaction) -> None:
    """Stores the health and the creation of every chat."""
    set_health = _QUERIES["set_health"]
    after: tuple[int, str] = (0, "")
    while rows := await transaction.fetch(_QUERIES["chats_after"], (*after, _BATCH)):
        creations: list[tuple[Value, ...]] = []
        unhealthy: list[tuple[Value, ...]] = []
        for partner_id, chat_id, revision, document in rows:
            chat = parse_chat(document, None)
            creations.append((partner_id, chat_id, chat.created_at, revision))
            if chat.health.status is not HealthStatus.HEALTHY:
                unhealthy.append(set_health.values(partner=partner_id, id=chat_id, health=chat.health.status))
        await transaction.load("chat_creations", _COLUMNS, creations)
        await transaction.run_many(set_health, unhealthy)
        after = (rows[-1][0], rows[-1][1])
