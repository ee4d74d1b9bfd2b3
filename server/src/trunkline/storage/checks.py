"""What ``actions/operator/check_store`` reads: each table once, in the order of a key, a step at a time.

A step is a snapshot of its own: some chats or messages, and the rows of other tables that must agree with them. So a
check of any size needs the memory of one step, and keeps no writer's old rows, nor the write-ahead log, for longer.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from trunkline.domain.instant import Instant
from trunkline.storage.files.base import partner_of
from trunkline.storage.participants import MAX_UNINDEXED
from trunkline.storage.ports import Database, Source
from trunkline.storage.sql import Query, Row, Value, load

_QUERIES = load("checks")
_STEP = 500  # chats or messages

_BEYOND_REVISION = {
    "chats_beyond_revision": "chats",
    "history_beyond_revision": "former sort keys",
    "events_beyond_revision": "events",
    "outbox_beyond_revision": "outbox entries",
}
_WRONG = {
    "opt_outs_without_chat": "opt-outs belong to no chat",
    "pending_behind_nothing": "outbox entries wait behind none that is due, so they are never delivered",
    "due_out_of_order": "outbox entries are due before it is their turn",
    "due_without_queue": "outbox entries are in no queue that is due, so they are never delivered",
}

T = TypeVar("T")

_NEVER: Sequence[Row] = [("", None)]
"""The creation of a chat that has no row of one."""


class StoredChat(msgspec.Struct, frozen=True, gc=False):
    """A raw row of ``chats`` with what other tables say about the chat.

    ``participants`` are rows of its id, the handle, and for an indexed one the chat's line and sort key, else nulls.
    """

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
    participants: Sequence[Row]
    created_at: Instant | None
    messages: int
    unread: int


class StoredMessage(msgspec.Struct, frozen=True, gc=False):
    """A raw row of ``messages``, with the rows of its id and that of a part that is indexed."""

    id: str
    chat_id: str
    created_at: Instant
    from_me: int
    delivery_status: str
    document: bytes
    poll: bytes | None
    revision: int
    media_parts: Sequence[Row]


class Step(msgspec.Struct, Generic[T], frozen=True):
    """Some rows as they were at one moment, and how many of what belongs to none: ``participants belong to no chat``.

    ``beyond`` is the number of those with a revision that the partner has not reached.
    """

    partner_id: int
    rows: Sequence[T]
    orphans: Mapping[str, int]
    beyond: int = 0


class AttachmentRow(msgspec.Struct, frozen=True):
    """A raw row of ``attachments``."""

    partner_id: int
    id: str
    size_bytes: int
    file: str | None


async def totals(database: Database) -> list[str]:
    """What is wrong with whole tables, one sentence each."""
    problems: list[str] = []
    for name, what in _BEYOND_REVISION.items():
        for partner, count in await _whole(database, _QUERIES[name]):
            problems.append(beyond_revision(partner, count, what))
    for name, what in _WRONG.items():
        [(count,)] = await _whole(database, _QUERIES[name])
        if count:
            problems.append(f"{count} {what}")
    [(count,)] = await _whole(database, _QUERIES["handles_partly_indexed"], MAX_UNINDEXED)
    if count:
        problems.append(f"{count} handles in many chats are not indexed in all of them, so reading their lists is slow")
    return problems


def beyond_revision(partner: str, count: int, what: str) -> str:
    """The sentence about rows of a partner with a revision that was never taken."""
    return f"partner {partner} has {count} {what} with a revision that it has not reached"


async def partners(database: Database) -> Sequence[int]:
    """The ids of the partners that have rows, also of those that are no partners."""
    found: list[int] = []
    query = _QUERIES["next_partner"]
    while (partner_id := (await _whole(database, query, found[-1] if found else 0))[0][0]) is not None:
        found.append(partner_id)
    return found


async def count_chats(database: Database) -> int:
    """The number of chats of all partners."""
    [(count,)] = await _whole(database, _QUERIES["count_chats"])
    return count


async def chats(database: Database, partner_id: int) -> AsyncGenerator[Step[StoredChat]]:
    """Every chat of a partner."""
    after: str | None = ""
    while after is not None:
        async with database.snapshot(partner_id) as source:
            rows = await _fetch(source, "chats_after", partner_id, after, _STEP)
            last = rows[-1][0] if len(rows) == _STEP else None
            reach = (partner_id, after, last)
            participants = _grouped(await _fetch(source, "participants_of_chats", *reach))
            creations = _grouped(await _fetch(source, "creations_of_chats", *reach))
            messages = dict(map(tuple, await _fetch(source, "messages_of_chats", *reach)))
            unread = dict(map(tuple, await _fetch(source, "unread_of_chats", *reach)))
        found = [
            StoredChat(
                *row,
                participants=participants.pop(row[0], ()),
                created_at=creations.pop(row[0], _NEVER)[-1][1],
                messages=messages.pop(row[0], 0),
                unread=unread.get(row[0], 0),
            )
            for row in rows
        ]
        orphans = {
            "participants belong to no chat": sum(map(len, participants.values())),
            "times of creation belong to no chat": sum(map(len, creations.values())),
            "messages belong to no chat": sum(messages.values()),
        }
        yield Step(partner_id, found, orphans)
        after = last


async def messages(database: Database, partner_id: int) -> AsyncGenerator[Step[StoredMessage]]:
    """Every message of a partner."""
    after: str | None = ""
    while after is not None:
        async with database.snapshot(partner_id) as source:
            state = await _fetch(source, "state_of_partner", partner_id)
            rows = await _fetch(source, "messages_after", partner_id, after, _STEP)
            last = rows[-1][0] if len(rows) == _STEP else None
            parts = _grouped(await _fetch(source, "media_parts_of_messages", partner_id, after, last))
        found = [StoredMessage(*row, media_parts=parts.pop(row[0], ())) for row in rows]
        orphans = {"media parts belong to no message": sum(map(len, parts.values()))}
        beyond = sum(message.revision > revision for _, revision in state for message in found)
        yield Step(partner_id, found, orphans, beyond)
        after = last


async def partner_name(database: Database, partner_id: int) -> str:
    """The name of a partner that has changed something."""
    [(name, _)] = await _whole(database, _QUERIES["state_of_partner"], partner_id)
    return name


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
    """The rows of a query whose first columns are partner and id, a step at a time."""
    partner_id, row_id = 0, ""
    while True:
        rows = await _fetch(source, query, partner_id, row_id, _STEP)
        for row in rows:
            yield row
        if len(rows) < _STEP:
            return
        partner_id, row_id = rows[-1][0], rows[-1][1]


async def _fetch(source: Source, query: str, *values: Value) -> Sequence[Row]:
    return await source.fetch(_QUERIES[query], values)


async def _whole(database: Database, query: Query, *values: Value) -> Sequence[Row]:
    """The rows of a statement that may read a whole table, which takes longer than a reader may otherwise take."""
    async with database.snapshot() as source:
        return await source.fetch(query, values)


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows by their first column."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found
