"""Send a message to a chat (docs/wire.md §4: ``POST /v3/chats/{id}/messages``)."""

from collections.abc import Callable

import msgspec

from trunkline.actions.steps.lookup import require_present_chat
from trunkline.actions.steps.outgoing import (
    OutgoingMessage,
    check_consent,
    check_outgoing,
    record_response,
    recorded_response,
    send,
)
from trunkline.domain.chat import Chat
from trunkline.domain.context import RequestContext
from trunkline.domain.message import Message
from trunkline.schemas.documents import mark_files
from trunkline.schemas.sending import message_sent
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
        recorded = await recorded_response(change, outgoing)
        if recorded is not None:
            return recorded
        chat = await require_present_chat(change, chat_id)
        if not chat.is_group:
            await check_consent(change, chat.recipients, outgoing)
        message, chat = await send(change, chat, outgoing)
        body = mark_files(msgspec.json.encode(respond(chat, message)))
        await record_response(change, outgoing, message, body)
    return body
