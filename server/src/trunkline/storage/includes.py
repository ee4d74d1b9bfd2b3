"""The optional fields that ``include=`` adds to chats."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.paging import SMALL
from trunkline.schemas.chat_list import chat_id_of
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("includes")


class ChatWithIncludes(msgspec.Struct, frozen=True):
    """A chat as it is now with its optional fields; ``last_message`` is the document of its newest message.

    A document of more than ``SMALL`` bytes is missing: ``last_message`` reads it.
    """

    document: bytes
    message_count: int
    unread_count: int
    last_message: bytes | None

    @property
    def has_large_message(self) -> bool:
        """Whether ``last_message`` is missing."""
        return self.last_message is None and self.message_count > 0


async def read(reader: Reader, documents: Sequence[bytes]) -> Sequence[ChatWithIncludes]:
    """The chats of these documents, in their order."""
    ids = [chat_id_of(document) for document in documents]
    query = _QUERIES["includes"]
    rows = await reader.fetch(query, query.values(partner=reader.partner_id, ids="".join(ids), small=SMALL))
    found = {row[0]: ChatWithIncludes(*row[1:]) for row in rows}
    return [found[chat_id] for chat_id in ids]


async def last_message(reader: Reader, document: bytes) -> bytes | None:
    """The document of the newest message of a chat, whatever its size."""
    query = _QUERIES["last_message"]
    rows = await reader.fetch(query, query.values(partner=reader.partner_id, chat=chat_id_of(document)))
    return rows[0][0] if rows else None
