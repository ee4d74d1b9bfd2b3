"""Read one chat, mark it as read, show that the line is typing (docs/wire.md §4)."""

import msgspec

from trunkline.actions.steps.lookup import no_such_chat, require_present_chat
from trunkline.domain.context import RequestContext
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import messages
from trunkline.storage.outbox import Command
from trunkline.storage.store import Store

_BATCH = 200
"""Messages that one change marks as read."""


async def read_chat(store: Store, partner_id: int, chat_id: str) -> bytes:
    """The document of a chat. Raises ``NotFound``."""
    document = await store.read(partner_id, lambda reader: reader.chat_document(chat_id))
    if document is None:
        raise no_such_chat(chat_id)
    return document


async def mark_as_read(store: Store, ctx: RequestContext, chat_id: str) -> None:
    """Marks the received messages of a chat as read, and tells the carrier. Raises ``NotFound``, ``ChatLeft``.

    Very many messages are marked in several changes, so that none takes long. The first one has the command.
    """
    marked = await _mark_batch(store, ctx, chat_id, with_command=True)
    while marked == _BATCH:
        marked = await _mark_batch(store, ctx, chat_id, with_command=False)


async def _mark_batch(store: Store, ctx: RequestContext, chat_id: str, *, with_command: bool) -> int:
    """Marks some messages as read, and returns their number."""
    async with store.change(ctx) as change:
        chat = await require_present_chat(change, chat_id)
        unread = await messages.unread(change, chat_id, _BATCH)
        if unread:
            fields = {"delivery_status": DeliveryStatus.READ, "read_at": change.now, "updated_at": change.now}
            await messages.save(change, [msgspec.structs.replace(each, **fields) for each in unread])
            await change.save([msgspec.structs.replace(chat, unread_count=chat.unread_count - len(unread))])
            if with_command:
                change.command(Command.MARK_READ, chat, chat_id)
    return len(unread)


async def set_typing(store: Store, ctx: RequestContext, chat_id: str, *, typing: bool) -> None:
    """Has the carrier show, or stop showing, that the line is typing. Raises ``NotFound``, ``ChatLeft``."""
    async with store.change(ctx) as change:
        chat = await require_present_chat(change, chat_id)
        change.command(Command.START_TYPING if typing else Command.STOP_TYPING, chat, chat_id)
