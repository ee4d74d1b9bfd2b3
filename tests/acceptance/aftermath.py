"""What a database has in it when all is over: rows as they are, where no address of the API shows them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from trunkline.storage.sql import parse
from trunkline.storage.store import Store

T = TypeVar("T")

_QUERIES = parse("""
-- name: waiting
select (select count(*) from outbox where state = 'waiting') + (select count(*) from lanes)
-- name: counter
select counter from partners where id = :partner
-- name: chats
select id, updated_at, position, message_count from chats where partner_id = :partner order by position
-- name: messages
select id, chat_id, created_at, position from messages where partner_id = :partner order by position
-- name: events
select number, id, type, chat_id from events where partner_id = :partner order by number
-- name: moves
select moved_to, chat_id, position from moves where partner_id = :partner order by moved_to
""")


class ChatRow(msgspec.Struct, frozen=True):
    """A chat, in the order of the changes."""

    id: str
    updated_at: int
    position: int
    message_count: int


class MessageRow(msgspec.Struct, frozen=True):
    """A message, in the order of the changes."""

    id: str
    chat_id: str
    created_at: int
    position: int


class EventRow(msgspec.Struct, frozen=True):
    """An event, in the order of the changes."""

    number: int
    id: str
    type: str
    chat_id: str | None


class MoveRow(msgspec.Struct, frozen=True):
    """A place that a chat has left, and the position that it has moved to."""

    moved_to: int
    chat_id: str
    position: int


class Rows(msgspec.Struct, frozen=True):
    """Everything of a partner."""

    counter: int
    chats: Sequence[ChatRow]
    messages: Sequence[MessageRow]
    events: Sequence[EventRow]
    moves: Sequence[MoveRow]


async def waiting(store: Store) -> int:
    """How much is still to leave the service, of every partner."""
    return (await store.database.fetch(_QUERIES["waiting"], ()))[0][0]


async def rows_of(store: Store, partner_id: int) -> Rows:
    """What there is of a partner."""

    async def found(name: str, row_type: Callable[..., T]) -> list[T]:
        return [row_type(*row) for row in await store.database.fetch(_QUERIES[name], (partner_id,))]

    return Rows(
        counter=(await found("counter", int))[0],
        chats=await found("chats", ChatRow),
        messages=await found("messages", MessageRow),
        events=await found("events", EventRow),
        moves=await found("moves", MoveRow),
    )
