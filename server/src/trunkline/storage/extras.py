"""What ``include`` shows of chats beside their documents."""

from collections.abc import Sequence

import msgspec

from trunkline.domain import listed_chat
from trunkline.storage.ports import Database
from trunkline.storage.sql import load

_QUERIES = load("extras")


class Extras(msgspec.Struct, frozen=True):
    """A chat as it is now, and what goes with it; ``last_message`` is the document of its newest message, if any."""

    document: bytes
    message_count: int
    unread_count: int
    last_message: bytes | None


async def read(database: Database, partner_id: int, documents: Sequence[bytes]) -> Sequence[Extras]:
    """The chats of these documents, in their order."""
    ids = [listed_chat.chat_id(document) for document in documents]
    query = _QUERIES["extras"]
    rows = await database.fetch(query, query.values(partner=partner_id, ids="".join(ids)))
    found = {row[0]: Extras(*row[1:]) for row in rows}
    return [found[chat_id] for chat_id in ids]
