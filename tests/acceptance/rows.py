"""The rows of a database that no response of the API shows."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from trunkline.storage.sql import parse
from trunkline.storage.store import Store

T = TypeVar("T")

_QUERIES = parse("""
-- name: pending
select count(*) from outbox where state = 'waiting'
-- name: revision
select revision from partner_states where partner_id = :partner
-- name: chats
select id, updated_at, revision, message_count from chats where partner_id = :partner order by revision
-- name: messages
select id, chat_id, created_at, revision, poll from messages where partner_id = :partner order by revision
-- name: events
select sequence, id, type, chat_id from events where partner_id = :partner order by sequence
-- name: sort_key_history
select replaced_by, chat_id, revision from sort_key_history where partner_id = :partner order by replaced_by
""")


class ChatRow(msgspec.Struct, frozen=True):
    """A chat."""

    id: str
    updated_at: int
    revision: int
    message_count: int


class MessageRow(msgspec.Struct, frozen=True):
    """A message."""

    id: str
    chat_id: str
    created_at: int
    revision: int
    poll: bytes | None


class EventRow(msgspec.Struct, frozen=True):
    """An event."""

    sequence: int
    id: str
    type: str
    chat_id: str | None


class ReplacedSortKey(msgspec.Struct, frozen=True):
    """A sort key that a chat had before, and the revision of the change that replaced it."""

    replaced_by: int
    chat_id: str
    revision: int


class Rows(msgspec.Struct, frozen=True):
    """The rows of a partner, each kind in the order of the changes."""

    revision: int
    chats: Sequence[ChatRow]
    messages: Sequence[MessageRow]
    events: Sequence[EventRow]
    sort_key_history: Sequence[ReplacedSortKey]


async def pending(store: Store) -> int:
    """The number of pending outbox entries and ordering keys of all partners."""
    return (await store.database.fetch(_QUERIES["pending"], ()))[0][0]


async def rows_of(store: Store, partner_id: int) -> Rows:
    """The rows of a partner."""

    async def found(name: str, row_type: Callable[..., T]) -> list[T]:
        return [row_type(*row) for row in await store.database.fetch(_QUERIES[name], (partner_id,))]

    return Rows(
        revision=(await found("revision", int))[0],
        chats=await found("chats", ChatRow),
        messages=await found("messages", MessageRow),
        events=await found("events", EventRow),
        sort_key_history=await found("sort_key_history", ReplacedSortKey),
    )
