"""One chat, read by its id."""

from trunkline.storage.ports import Database
from trunkline.storage.sql import load

_QUERIES = load("chats")


async def document(database: Database, partner_id: int, chat_id: str) -> bytes | None:
    """The stored document of a chat, if it is this partner's."""
    found = await database.fetch(_QUERIES["document"], (partner_id, chat_id))
    return found[0][0] if found else None
