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
from trunkline.storage.store import Store


class MessagePage(msgspec.Struct, frozen=True):
    """Message documents; ``next_cursor`` is None exactly if nothing is left."""

    documents: Sequence[bytes]
    next_cursor: str | None


async def read_message(store: Store, partner_id: int, message_id: str) -> bytes:
    """The document of a message. Raises ``NoSuchMessage``."""
    document = await messages.document(store.reader(partner_id), message_id)
    if document is None:
        raise no_such_message(message_id)
    return document


async def list_messages(store: Store, partner_id: int, chat_id: str, query: MessageQuery, now: Instant) -> MessagePage:
    """A page of a chat's messages, newest first. Raises ``NotFound``, ``InvalidParameter``."""
    if await store.reader(partner_id).chat_document(chat_id) is None:
        raise no_such_chat(chat_id)
    return await _page(store, partner_id, Order.CHAT, chat_id, query, now)


async def list_thread(
    store: Store, partner_id: int, message_id: str, query: MessageQuery, now: Instant, *, newest_first: bool
) -> MessagePage:
    """A page of the thread of a message. Raises ``NoSuchMessage``, ``InvalidParameter``."""
    message = await require_message(store.reader(partner_id), message_id)
    order = Order.THREAD_NEWEST_FIRST if newest_first else Order.THREAD_OLDEST_FIRST
    return await _page(store, partner_id, order, message.thread, query, now)


async def _page(
    store: Store, partner_id: int, order: Order, list_id: str, query: MessageQuery, now: Instant
) -> MessagePage:
    scope = f"{partner_id}\n{order.name}\n{list_id}".encode()
    snapshot, after, started_at = LATEST, None, now
    if query.cursor is not None:
        valid = "the next_cursor of a page of the same messages, unchanged"
        cursor = require_cursor(query.cursor, store.cursor_key, scope, now, valid)
        snapshot, after, started_at = cursor.snapshot, cursor.after, cursor.started_at
    reader = store.reader(partner_id)
    page = await messages.page(reader, order, list_id, limit=query.limit, snapshot=snapshot, after=after)
    if page.end is None or page.snapshot is None:
        return MessagePage(page.documents, None)
    next_cursor = cursors.encode(Cursor(page.end, page.snapshot, started_at), store.cursor_key, scope)
    return MessagePage(page.documents, next_cursor)
