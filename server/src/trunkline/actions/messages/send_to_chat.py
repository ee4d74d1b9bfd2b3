"""Send a message to a chat (docs/wire.md §4: ``POST /v3/chats/{id}/messages``)."""

from collections.abc import Callable

import msgspec

from trunkline.actions.steps.lookup import check_present, no_such_chat
from trunkline.actions.steps.outgoing import (
    OutgoingMessage,
    check_outgoing,
    check_restrictions,
    record_response,
    response_of,
    send,
)
from trunkline.domain.chat import Chat
from trunkline.domain.context import RequestContext
from trunkline.domain.message import Message
from trunkline.schemas.documents import mark_files
from trunkline.schemas.sending import message_sent
from trunkline.storage import sending
from trunkline.storage.store import Store


async def send_to_chat(
    store: Store,
    ctx: RequestContext,
    chat_id: str,
    outgoing: OutgoingMessage,
    respond: Callable[[Chat, Message], msgspec.Struct] = message_sent,
) -> bytes:
    """Sends a message to a chat. Returns the body of a ``MessageSent``, or of what ``respond`` makes of the chat.

    A repeated request gets the first response.
    Raises ``NotFound``, ``ChatLeft``, ``InvalidContent``, ``InvalidParameter``, ``OptedOut``, ``HandleBlocked`` or
    ``NoSuchMessage``; then nothing has changed.
    """
    check_outgoing(outgoing)
    async with store.change(ctx) as change:
        known = await sending.read(change, chat_id, outgoing.idempotency_key)
        recorded = response_of(known.record, outgoing)
        if recorded is not None:
            return recorded
        if known.chat is None:
            raise no_such_chat(chat_id)
        check_present(known.chat)
        if not known.chat.is_group:
            check_restrictions(known.chat.recipients, outgoing, blocked=known.blocked, opted_out=known.opted_out)
        message, chat = await send(change, known.chat, outgoing, latest=known.latest)
        body = mark_files(msgspec.json.encode(respond(chat, message)))
        await record_response(change, outgoing, message, body)
    return body
