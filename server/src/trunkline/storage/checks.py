"""What ``actions/check_store`` reads."""

from collections.abc import AsyncGenerator, Sequence

import msgspec

from trunkline.domain.instant import Instant
from trunkline.storage.ports import Database
from trunkline.storage.sql import Row, load

_QUERIES = load("checks")
_BATCH = 500

_NUMBERED = {
    "chats_beyond_counter": "chats at positions",
    "moves_beyond_counter": "moves at positions",
    "messages_beyond_counter": "messages at positions",
    "events_beyond_counter": "events with numbers",
    "outbox_beyond_counter": "waiting commands or deliveries with numbers",
}
_ALONE = {
    "participants_without_chat": "participants are of no chat",
    "messages_without_chat": "messages are of no chat",
    "opt_outs_without_chat": "opt-outs are of no chat",
    "waiting_without_lane": "waiting commands or deliveries have no lane, and never leave",
    "lanes_without_head": "lanes do not begin with what waits first in them",
    "lanes_without_queue": "lanes are in no queue that is due, and are never looked at",
}


class ChatRow(msgspec.Struct, frozen=True):
    """A row of ``chats``, as it is, and how many messages there are of it, and of those unread."""

    partner_id: int
    id: str
    line: str
    recipients: str
    name: str | None
    updated_at: Instant
    position: int
    document: bytes
    message_count: int
    unread_count: int
    messages: int
    unread: int


class MessageRow(msgspec.Struct, frozen=True):
    """A row of ``messages``, as it is."""

    partner_id: int
    id: str
    chat_id: str
    created_at: Instant
    from_me: int
    delivery_status: str
    document: bytes


async def totals(database: Database) -> list[str]:
    """What is wrong with whole tables, a sentence each."""
    problems: list[str] = []
    for query, what in _NUMBERED.items():
        problems += [
            f"partner {name} has {count} {what} that were never given out"
            for name, count in await database.fetch(_QUERIES[query], ())
        ]
    for query, what in _ALONE.items():
        [(count,)] = await database.fetch(_QUERIES[query], ())
        if count:
            problems.append(f"{count} {what}")
    return problems


async def chats(database: Database) -> AsyncGenerator[ChatRow]:
    """Every chat of every partner."""
    async for row in _all(database, "chats_after"):
        yield ChatRow(*row)


async def messages(database: Database) -> AsyncGenerator[MessageRow]:
    """Every message of every partner."""
    async for row in _all(database, "messages_after"):
        yield MessageRow(*row)


async def participants(database: Database, partner_id: int, chat_id: str) -> Sequence[Row]:
    """Who is listed as being in a chat: handle, line and the chat's place."""
    rows = await database.fetch(_QUERIES["participants_of_chat"], (partner_id, chat_id))
    return [tuple(row) for row in rows]


async def _all(database: Database, query: str) -> AsyncGenerator[Row]:
    """The rows of a query whose first columns are partner and id, some at a time."""
    partner_id, row_id = 0, ""
    while True:
        rows = await database.fetch(_QUERIES[query], (partner_id, row_id, _BATCH))
        for row in rows:
            yield row
        if len(rows) < _BATCH:
            return
        partner_id, row_id = rows[-1][0], rows[-1][1]
