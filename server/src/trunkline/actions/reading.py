"""Read a chat, a message, a page of messages (CONTRACT §4), and mark a chat as read."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.sending import require_present
from trunkline.domain.chat import Chat
from trunkline.domain.errors import InvalidParameter, NoSuchMessage, NotFound
from trunkline.domain.handle import shown
from trunkline.domain.instant import HOUR, Instant
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.storage import chats, messages
from trunkline.storage import cursor as cursors
from trunkline.storage.changes import Change, change
from trunkline.storage.cursor import LIFETIME, Cursor
from trunkline.storage.messages import Order
from trunkline.storage.outbox import Command
from trunkline.storage.pages import NOW
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.store import Store

DEFAULT_LIMIT = 50
MAX_LIMIT = 100


class MessageQuery(msgspec.Struct, frozen=True):
    """One page of messages."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class MessagePage(msgspec.Struct, frozen=True):
    """Message documents; ``next_cursor`` is None exactly when nothing is left."""

    documents: Sequence[bytes]
    next_cursor: str | None


async def chat_of(opened: Change, chat_id: str) -> Chat:
    """The chat with this id. Raises ``NotFound``."""
    chat = await opened.chat(chat_id)
    if chat is None:
        raise _no_chat(chat_id)
    return chat


async def message_of(reader: Database | Transaction, partner_id: int, message_id: str) -> Message:
    """The message with this id. Raises ``NoSuchMessage``."""
    message = await messages.message(reader, partner_id, message_id)
    if message is None:
        raise NoSuchMessage(f"there is no message {shown(message_id)}")
    return message


async def read_chat(store: Store, partner_id: int, chat_id: str) -> bytes:
    """The document of a chat. Raises ``NotFound``."""
    document = await chats.document(store.database, partner_id, chat_id)
    if document is None:
        raise _no_chat(chat_id)
    return document


async def read_message(store: Store, partner_id: int, message_id: str) -> bytes:
    """The document of a message. Raises ``NoSuchMessage``."""
    document = await messages.document(store.database, partner_id, message_id)
    if document is None:
        raise NoSuchMessage(f"there is no message {shown(message_id)}")
    return document


async def list_messages(store: Store, partner_id: int, chat_id: str, query: MessageQuery, now: Instant) -> MessagePage:
    """A page of a chat's messages, newest first. Raises ``NotFound``, ``InvalidParameter``."""
    if await chats.document(store.database, partner_id, chat_id) is None:
        raise _no_chat(chat_id)
    return await _page(store, partner_id, Order.CHAT, chat_id, query, now)


async def list_thread(
    store: Store, partner_id: int, message_id: str, query: MessageQuery, now: Instant, *, newest_first: bool
) -> MessagePage:
    """A page of the thread that a message is in. Raises ``NoSuchMessage``, ``InvalidParameter``."""
    message = await message_of(store.database, partner_id, message_id)
    order = Order.THREAD_NEWEST_FIRST if newest_first else Order.THREAD_OLDEST_FIRST
    return await _page(store, partner_id, order, message.thread, query, now)


async def mark_as_read(store: Store, cause: Cause, chat_id: str) -> None:
    """Marks what a chat received as read, and has the carrier say so. Raises ``NotFound``, ``ChatLeft``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await chat_of(opened, chat_id)
        require_present(chat)
        unread = await messages.unread(opened, chat_id)
        if not unread:
            return
        read = {"delivery_status": DeliveryStatus.READ, "read_at": opened.now, "updated_at": opened.now}
        await messages.save(opened, [msgspec.structs.replace(each, **read) for each in unread])
        await opened.save([msgspec.structs.replace(chat, unread_count=0)])
        opened.command(Command.MARK_READ, chat_id, chat_id)


async def set_typing(store: Store, cause: Cause, chat_id: str, *, typing: bool) -> None:
    """Has the carrier show, or no longer show, that the line is typing. Raises ``NotFound``, ``ChatLeft``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        require_present(await chat_of(opened, chat_id))
        opened.command(Command.START_TYPING if typing else Command.STOP_TYPING, chat_id, chat_id)


async def _page(store: Store, partner_id: int, order: Order, of: str, query: MessageQuery, now: Instant) -> MessagePage:
    bound_to = f"{partner_id}\n{order.name}\n{of}".encode()
    walk, beyond, begun = NOW, None, now
    if query.cursor is not None:
        cursor = _cursor(query.cursor, store.cursor_key, bound_to, now)
        walk, beyond, begun = cursor.walk, cursor.place, cursor.begun
    page = await messages.page(store.database, partner_id, order, of, limit=query.limit, walk=walk, beyond=beyond)
    if page.end is None or page.walk is None:
        return MessagePage(page.documents, None)
    return MessagePage(page.documents, cursors.encode(Cursor(page.end, page.walk, begun), store.cursor_key, bound_to))


def _cursor(token: str, key: bytes, bound_to: bytes, now: Instant) -> Cursor:
    cursor = cursors.decode(token, key, bound_to)
    if cursor is None:
        raise InvalidParameter(
            f"'cursor' is {shown(token)}; it must be the next_cursor of a page of the same messages, unchanged"
        )
    if now - cursor.begun > LIFETIME:
        raise InvalidParameter(
            f"'cursor' is of a walk that began more than {LIFETIME // HOUR} hours ago; start again without a cursor"
        )
    return cursor


def _no_chat(chat_id: str) -> NotFound:
    return NotFound(f"there is no chat {shown(chat_id)}")
