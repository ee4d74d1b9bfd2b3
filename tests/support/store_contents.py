"""The contents of a store, row by row, for tests that compare whole states."""

from typing import Any

import msgspec

from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import Chat
from trunkline.domain.message import Message
from trunkline.schemas.chat import parse_chat
from trunkline.schemas.message import parse_message
from trunkline.storage.sql import Query
from trunkline.storage.store import Store

_CHATS = Query(
    "chats",
    "select document, name, message_count, unread_count from chats where partner_id = $1 order by id",
    ("partner",),
)
_MESSAGES = Query(
    "messages",
    "select document, thread, idempotency_key, edits, poll, is_voice_memo from messages where partner_id = $1 "
    "order by chat_id, created_at, revision",
    ("partner",),
)
_OPT_OUTS = Query(
    "opt_outs",
    "select handle, chat_id, opted_out_at from opt_outs where partner_id = $1 order by handle, chat_id",
    ("partner",),
)
_OUTBOX = Query("outbox", "select kind, entity_id from outbox where partner_id = $1 order by sequence", ("partner",))
_EVENTS = Query("events", "select type from events where partner_id = $1 order by sequence", ("partner",))


class Stored(msgspec.Struct, frozen=True):
    """A partner's chats by id, messages in the order of chat and sort key, and opt-outs."""

    chats: dict[str, Chat]
    messages: list[Message]
    opt_outs: list[tuple[Any, ...]]

    def of(self, chat: Chat) -> list[Message]:
        """The messages of a chat, oldest first."""
        return [message for message in self.messages if message.chat_id == chat.id]


async def stored(store: Store, partner_id: int) -> Stored:
    """Everything of a partner; the store must be sound."""
    assert (await check_store(store.database))[1] == []
    chats = [parse_chat(*row) for row in await store.database.fetch(_CHATS, (partner_id,))]
    return Stored(
        {chat.id: chat for chat in chats},
        [parse_message(*row) for row in await store.database.fetch(_MESSAGES, (partner_id,))],
        [tuple(row) for row in await store.database.fetch(_OPT_OUTS, (partner_id,))],
    )


async def outbox_and_events(store: Store, partner_id: int) -> list[str]:
    """The contents of the outbox and the events."""
    rows = [*await store.database.fetch(_OUTBOX, (partner_id,)), *await store.database.fetch(_EVENTS, (partner_id,))]
    return [row[0] for row in rows]
