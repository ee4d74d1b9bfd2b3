"""What decides the reputation of a line: the health of its chats that changed last."""

from trunkline.domain import document
from trunkline.domain.chat import HealthStatus
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import load

_QUERIES = load("lines")

JUDGED = 100
"""How many chats of a line decide its reputation: those that changed last."""


async def latest_health(reader: Database | Transaction, partner_id: int, line: str) -> dict[str, HealthStatus]:
    """The health of a line's latest chats, by their ids."""
    rows = await reader.fetch(_QUERIES["latest_chats"], (partner_id, line, JUDGED))
    return dict([document.health_of(row[0]) for row in rows])
