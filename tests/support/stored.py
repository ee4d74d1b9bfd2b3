"""What is in a store, row by row, for tests that compare whole states."""

from typing import Any

import msgspec

from trunkline.actions.check_store import check_store
from trunkline.domain import document, message_document
from trunkline.domain.chat import Chat
from trunkline.domain.message import Message
from trunkline.storage.sql import Query
from trunkline.storage.store import Store

_CHATS = Query(
    "chats",
    "select document, name, message_count, unread_count from chats where partner_id = $1 order by id",
    ("partner",),
)
_MESSAGES = Query(
    "messages",
    "select document, thread, idempotency_key, edits from messages where partner_id = $1 "
    "order by chat_id, created_at, position",
    ("partner",),
)
_OPT_OUTS = Query(
    "opt_outs",
    "select handle, chat_id, opted_out_at from opt_outs where partner_id = $1 order by handle, chat_id",
    ("partner",),
)
_OUTBOX = Query("outbox", "select kind, subject from outbox where partner_id = $1 order by number", ("partner",))
_EVENTS = Query("events", "select type from events where partner_id = $1 order by number", ("partner",))


class Stored(msgspec.Struct, frozen=True):
    """A partner's chats by id, messages in the order of chat and place, and opt-outs."""

    chats: dict[str, Chat]
    messages: list[Message]
    opt_outs: list[tuple[Any, ...]]

    def of(self, chat: Chat) -> list[Message]:
        """The messages of a chat, oldest first."""
        return [message for message in self.messages if message.chat_id == chat.id]


async def stored(store: Store, partner_id: int) -> Stored:
    """Everything of a partner; the store must be sound."""
    assert (await check_store(store.database, lambda _: None))[1] == []
    chats = [document.parse(*row) for row in await store.database.fetch(_CHATS, (partner_id,))]
    return Stored(
        {chat.id: chat for chat in chats},
        [message_document.parse(*row) for row in await store.database.fetch(_MESSAGES, (partner_id,))],
        [tuple(row) for row in await store.database.fetch(_OPT_OUTS, (partner_id,))],
    )


async def told(store: Store, partner_id: int) -> list[str]:
    """What is to leave the service, and the events that are kept."""
    rows = [*await store.database.fetch(_OUTBOX, (partner_id,)), *await store.database.fetch(_EVENTS, (partner_id,))]
    return [row[0] for row in rows]
