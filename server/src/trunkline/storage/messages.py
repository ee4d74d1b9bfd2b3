"""Messages, as rows: written within a change, read a page at a time."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum

import msgspec

from trunkline.domain.chat import Chat
from trunkline.domain.chat_health import RecentMessage
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.domain.paging import SMALL, MessageInclude, fitting
from trunkline.schemas.chat import parse_chat
from trunkline.schemas.message import extend_message, parse_message, render_message
from trunkline.schemas.polls import render_poll
from trunkline.storage import media_parts
from trunkline.storage.change import Change
from trunkline.storage.chat_list import LATEST, Page
from trunkline.storage.cursor import MAX_SORT_KEY, MIN_SORT_KEY, SortKey
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Row, Value, in_several, load

_QUERIES = load("messages")
_COLUMNS = (
    "partner_id",
    "id",
    "chat_id",
    "thread",
    "created_at",
    "revision",
    "from_me",
    "delivery_status",
    "idempotency_key",
    "edits",
    "is_voice_memo",
    "document",
    "poll",
)


class MessageInChat(msgspec.Struct, frozen=True, gc=False):
    """A message and its chat, and the row that they were read from."""

    message: Message
    chat: Chat
    row: Row


class Order(Enum):
    """Which messages are listed, and in which order.

    That is the query, that of a large document, and the sort key before the first message.
    """

    CHAT = ("page", "large_of_chat", MAX_SORT_KEY)
    THREAD_NEWEST_FIRST = ("thread_newest_first", "large_of_thread", MAX_SORT_KEY)
    THREAD_OLDEST_FIRST = ("thread_oldest_first", "large_of_thread", MIN_SORT_KEY)


async def page(
    reader: Reader,
    order: Order,
    list_id: str,
    *,
    limit: int,
    snapshot: int = LATEST,
    after: SortKey | None = None,
    include: AbstractSet[MessageInclude] = frozenset(),
) -> Page:
    """At most ``limit`` messages after a sort key, as of a snapshot, and no more than make a page, with these fields.

    ``list_id`` is a chat's id, or a thread's.
    """
    name, _, start = order.value
    query = _QUERIES[name]
    sort_key = start if after is None else after
    values = query.values(
        partner=reader.partner_id,
        chat=list_id,
        thread=list_id,
        after_created_at=sort_key.updated_at,
        after_revision=sort_key.revision,
        snapshot=snapshot,
        limit=limit + 1,
        small=SMALL,
    )
    rows = await reader.fetch(query, values)
    served = rows[:limit]
    if snapshot == LATEST and rows:
        snapshot = rows[0][3]
    if any(row[0] is None for row in served):
        served, documents = await _with_large(reader, order, list_id, served, include)
    else:
        documents = [extend_message(row[0], include, row[4], row[5]) for row in served]
    return Page(
        documents=documents,
        snapshot=None if snapshot == LATEST else snapshot,
        end=SortKey(served[-1][1], served[-1][2]) if len(rows) > len(served) else None,
    )


async def _with_large(
    reader: Reader, order: Order, list_id: str, rows: Sequence[Row], include: AbstractSet[MessageInclude]
) -> tuple[Sequence[Row], list[bytes]]:
    """The first rows, as many as make a page, and their documents, of which the large ones are still to be read."""
    query = _QUERIES[order.value[1]]
    documents: list[bytes] = []
    for number, (document, created_at, revision, _, edits, failure_reason) in enumerate(rows):
        if document is None:
            named = {"chat": list_id, "thread": list_id, "created_at": created_at, "revision": revision}
            found = await reader.fetch(query, query.values(partner=reader.partner_id, **named))
            documents += [extend_message(row[0], include, *row[1:]) for row in found]  # it may have been deleted since
        else:
            documents.append(extend_message(document, include, edits, failure_reason))
        if fitting(documents) < len(documents):
            return rows[:number], documents[:-1]
    return rows, documents


async def find(reader: Reader, message_id: str) -> Message | None:
    """The message with this id."""
    if "\0" in message_id:
        return None  # PostgreSQL rejects such a text, so no id contains one
    found = await reader.fetch(_QUERIES["message"], (reader.partner_id, message_id))
    return parse_message(*found[0]) if found else None


async def find_with_chat(reader: Reader, message_id: str) -> MessageInChat | None:
    """The message with this id, and its chat."""
    if "\0" in message_id:
        return None
    found = await reader.fetch(_QUERIES["with_chat"], (reader.partner_id, message_id))
    return _with_chat(found[0]) if found else None


async def find_all_with_chats(
    reader: Reader, message_ids: Sequence[str], known: Iterable[MessageInChat] = ()
) -> dict[str, MessageInChat]:
    """The messages with these ids that exist, by id, with their chats.

    Those that are still as they are ``known`` are not parsed again.
    """
    query = _QUERIES["several_with_chats"]
    by_row = {each.row: each for each in known}
    found: dict[str, MessageInChat] = {}
    for keys in in_several(message_ids, ""):
        for row in await reader.fetch(query, query.values(partner=reader.partner_id, **keys)):
            each = by_row.get(tuple(row)) or _with_chat(row)
            if each is not None:
                found[each.message.id] = each
    return found


def _with_chat(row: Row) -> MessageInChat | None:
    columns = tuple(row)
    if columns[6] is None:
        return None
    return MessageInChat(parse_message(*columns[:6]), parse_chat(*columns[6:]), columns)


async def document(reader: Reader, message_id: str) -> bytes | None:
    """The stored document of the message with this id."""
    found = await reader.fetch(_QUERIES["document"], (reader.partner_id, message_id))
    return found[0][0] if found else None


async def unread(reader: Reader, chat_id: str, limit: int) -> Sequence[Message]:
    """At most ``limit`` of the messages that a chat received and that are not marked as read."""
    rows = await reader.fetch(_QUERIES["unread"], (reader.partner_id, chat_id, limit))
    return [parse_message(*row) for row in rows]


async def latest(reader: Reader, chat_id: str, limit: int) -> Sequence[RecentMessage]:
    """A chat's latest messages, newest first, as health sees them."""
    query = _QUERIES["latest"]
    values = query.values(partner=reader.partner_id, chat=chat_id, limit=limit)
    return [
        RecentMessage(bool(from_me), status == DeliveryStatus.FAILED)
        for from_me, status in await reader.fetch(query, values)
    ]


async def add(change: Change, messages: Sequence[Message]) -> None:
    """Stores new messages by the fastest way the engine has; each takes a revision, in the order given."""
    if len(messages) == 1:
        change.transaction.write(_QUERIES["add"], _row(change, messages[0]), ("messages", messages[0].id))
    else:
        await change.transaction.load("messages", _COLUMNS, [_row(change, each) for each in messages])
    await media_parts.index(change.transaction, change.partner_id, messages)


async def save(change: Change, messages: Sequence[Message]) -> None:
    """Stores changed messages. Their sort keys stay."""
    query = _QUERIES["save"]
    for each in messages:
        values = query.values(
            partner=change.partner_id,
            id=each.id,
            delivery_status=each.delivery_status,
            edits=each.edits,
            document=render_message(each),
            poll=_poll(each),
        )
        change.transaction.write(query, values, ("messages", each.id))
    if len(messages) > 1:
        await change.transaction.flush()


def save_failure(change: Change, message: Message, reason: str) -> None:
    """Stores why a message failed."""
    values = _QUERIES["save_failure"].values(partner=change.partner_id, id=message.id, reason=reason)
    change.transaction.write(_QUERIES["save_failure"], values, ("messages", message.id))


async def delete(change: Change, message: Message) -> None:
    """Deletes a message."""
    await change.fetch(_QUERIES["delete"], (change.partner_id, message.id))
    await media_parts.forget(change.transaction, change.partner_id, message)


def _row(change: Change, message: Message) -> tuple[Value, ...]:
    return (
        change.partner_id,
        message.id,
        message.chat_id,
        message.thread,
        message.created_at,
        change.next_revision(),
        int(message.is_from_me),
        message.delivery_status,
        message.idempotency_key,
        message.edits,
        int(message.content.is_voice_memo),
        render_message(message),
        _poll(message),
    )


def _poll(message: Message) -> bytes | None:
    poll = message.content.poll
    return None if poll is None else render_poll(message, poll)
