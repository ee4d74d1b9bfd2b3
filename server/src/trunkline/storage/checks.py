"""The queries of ``actions/operator/check_store``."""

from collections.abc import AsyncGenerator, Sequence

import msgspec

from trunkline.domain.instant import Instant
from trunkline.storage.files.base import partner_of
from trunkline.storage.participants import MAX_UNINDEXED
from trunkline.storage.ports import Source
from trunkline.storage.sql import Row, load

_QUERIES = load("checks")
_BATCH = 500

_BEYOND_REVISION = {
    "chats_beyond_revision": "chats",
    "history_beyond_revision": "former sort keys",
    "messages_beyond_revision": "messages",
    "events_beyond_revision": "events",
    "outbox_beyond_revision": "outbox entries",
}
_ORPHANED = {
    "participants_without_chat": "participants belong to no chat",
    "creations_without_chat": "times of creation belong to no chat",
    "messages_without_chat": "messages belong to no chat",
    "opt_outs_without_chat": "opt-outs belong to no chat",
    "media_parts_without_message": "media parts belong to no message",
    "pending_behind_nothing": "outbox entries wait behind none that is due, so they are never delivered",
    "due_out_of_order": "outbox entries are due before it is their turn",
    "due_without_queue": "outbox entries are in no queue that is due, so they are never delivered",
}


class ChatRow(msgspec.Struct, frozen=True):
    """A raw row of ``chats``, with the number of its messages and of its unread messages."""

    partner_id: int
    id: str
    line: str
    recipients_key: str
    name: str | None
    updated_at: Instant
    revision: int
    document: bytes
    message_count: int
    unread_count: int
    health: str
    created_at: Instant | None
    messages: int
    unread: int


class MessageRow(msgspec.Struct, frozen=True):
    """A raw row of ``messages``."""

    partner_id: int
    id: str
    chat_id: str
    created_at: Instant
    from_me: int
    delivery_status: str
    document: bytes
    poll: bytes | None


class AttachmentRow(msgspec.Struct, frozen=True):
    """A raw row of ``attachments``."""

    partner_id: int
    id: str
    size_bytes: int
    file: str | None


async def totals(source: Source) -> list[str]:
    """What is wrong with whole tables, one sentence each."""
    problems: list[str] = []
    for query, what in _BEYOND_REVISION.items():
        problems += [
            f"partner {name} has {count} {what} with a revision that it has not reached"
            for name, count in await source.fetch(_QUERIES[query], ())
        ]
    for query, what in _ORPHANED.items():
        [(count,)] = await source.fetch(_QUERIES[query], ())
        if count:
            problems.append(f"{count} {what}")
    [(count,)] = await source.fetch(_QUERIES["handles_partly_indexed"], (MAX_UNINDEXED,))
    if count:
        problems.append(f"{count} handles in many chats are not indexed in all of them, so reading their lists is slow")
    return problems


async def chats(source: Source) -> AsyncGenerator[ChatRow]:
    """Every chat of every partner."""
    async for row in _all(source, "chats_after"):
        yield ChatRow(*row)


async def messages(source: Source) -> AsyncGenerator[MessageRow]:
    """Every message of every partner."""
    async for row in _all(source, "messages_after"):
        yield MessageRow(*row)


async def participants(source: Source, partner_id: int, chat_id: str) -> Sequence[Row]:
    """The stored participants of a chat: handle, and for an indexed one the chat's line and sort key, else nulls."""
    rows = await source.fetch(_QUERIES["participants_of_chat"], (partner_id, chat_id))
    return [tuple(row) for row in rows]


async def media_parts(source: Source, partner_id: int, message_id: str) -> set[str]:
    """The ids under which the parts of a message are indexed."""
    rows = await source.fetch(_QUERIES["media_parts_of_message"], (partner_id, message_id))
    return {row[0] for row in rows}


async def attachments(source: Source) -> AsyncGenerator[AttachmentRow]:
    """Every attachment of every partner."""
    async for row in _all(source, "attachments_after"):
        yield AttachmentRow(*row)


async def is_referenced(source: Source, file: str) -> bool:
    """Whether an attachment has this file of the file store, or it is to be deleted."""
    return bool(await source.fetch(_QUERIES["references_to_file"], (partner_of(file), file)))


async def is_attached(source: Source, file: str) -> bool:
    """Whether an attachment has this file of the file store."""
    return bool(await source.fetch(_QUERIES["attachment_of_file"], (partner_of(file), file)))


async def pending(source: Source) -> tuple[int, int]:
    """How many commands for the carrier and how many deliveries are pending."""
    [(commands, deliveries)] = await source.fetch(_QUERIES["pending"], ())
    return commands, deliveries


async def _all(source: Source, query: str) -> AsyncGenerator[Row]:
    """The rows of a query whose first columns are partner and id, a batch at a time."""
    partner_id, row_id = 0, ""
    while True:
        rows = await source.fetch(_QUERIES[query], (partner_id, row_id, _BATCH))
        for row in rows:
            yield row
        if len(rows) < _BATCH:
            return
        partner_id, row_id = rows[-1][0], rows[-1][1]
