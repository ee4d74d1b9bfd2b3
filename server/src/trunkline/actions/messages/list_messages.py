"""Read a message, the messages of a chat, and a thread (docs/wire.md §4)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.cursors import require_cursor
from trunkline.actions.steps.lookup import no_such_chat, no_such_message, require_message
from trunkline.domain.instant import Instant
from trunkline.domain.paging import MessageQuery
from trunkline.storage import cursor as cursors
from trunkline.storage import messages
from trunkline.storage.chat_list import LATEST
from trunkline.storage.cursor import Cursor
from trunkline.storage.messages import Order
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store


class MessagePage(msgspec.Struct, frozen=True):
    """Message documents; ``next_cursor`` is None exactly if nothing is left."""

    documents: Sequence[bytes]
    next_cursor: str | None


async def read_message(store: Store, partner_id: int, message_id: str) -> bytes:
    """The document of a message. Raises ``NoSuchMessage``."""
    document = await store.read(partner_id, lambda reader: messages.document(reader, message_id))
    if document is None:
        raise no_such_message(message_id)
    return document


async def list_messages(store: Store, partner_id: int, chat_id: str, query: MessageQuery, now: Instant) -> MessagePage:
    """A page of a chat's messages, newest first. Raises ``NotFound``, ``InvalidParameter``."""

    async def read(reader: Reader) -> MessagePage:
        if await reader.chat_document(chat_id) is None:
            raise no_such_chat(chat_id)
        return await _page(reader, store.cursor_key, Order.CHAT, chat_id, query, now)

    return await store.read(partner_id, read)


async def list_thread(
    store: Store, partner_id: int, message_id: str, query: MessageQuery, now: Instant, *, newest_first: bool
) -> MessagePage:
    """A page of the thread of a message. Raises ``NoSuchMessage``, ``InvalidParameter``."""
    order = Order.THREAD_NEWEST_FIRST if newest_first else Order.THREAD_OLDEST_FIRST

    async def read(reader: Reader) -> MessagePage:
        message = await require_message(reader, message_id)
        return await _page(reader, store.cursor_key, order, message.thread, query, now)

    return await store.read(partner_id, read)


async def _page(
    reader: Reader, key: bytes, order: Order, list_id: str, query: MessageQuery, now: Instant
) -> MessagePage:
    scope = f"{reader.partner_id}\n{order.name}\n{list_id}".encode()
    snapshot, after, started_at = LATEST, None, now
    if query.cursor is not None:
        valid = "the next_cursor of a page of the same messages, unchanged"
        cursor = require_cursor(query.cursor, key, scope, now, valid)
        snapshot, after, started_at = cursor.snapshot, cursor.after, cursor.started_at
    page = await messages.page(
        reader, order, list_id, limit=query.limit, snapshot=snapshot, after=after, include=query.include
    )
    if page.end is None or page.snapshot is None:
        return MessagePage(page.documents, None)
    next_cursor = cursors.encode(Cursor(page.end, page.snapshot, started_at), key, scope)
    return MessagePage(page.documents, next_cursor)
