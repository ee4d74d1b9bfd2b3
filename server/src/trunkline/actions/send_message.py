"""Send a message into a chat (CONTRACT §4: ``POST /v3/chats/{id}/messages``)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.actions.cause import Cause
from trunkline.actions.reading import chat_of
from trunkline.actions.sending import (
    Send,
    check_consent,
    check_key,
    first_answer,
    keep_answer,
    require_present,
    write,
)
from trunkline.domain.document import Id
from trunkline.domain.health import Thresholds
from trunkline.domain.message_document import SentMessage, sent_message
from trunkline.storage.changes import change
from trunkline.storage.store import Store


class MessageSent(msgspec.Struct):
    """The answer to sending a message into a chat."""

    chat_id: Annotated[Id, Meta(description="The chat that the message is in.")]
    message: Annotated[SentMessage, Meta(description="The message that was sent.")]


async def send_message(store: Store, cause: Cause, chat_id: str, send: Send, thresholds: Thresholds) -> bytes:
    """Sends a message into a chat: the answer's body, a ``MessageSent``. A repeated send gets its first answer.

    Raises ``NotFound``, ``ChatLeft``, ``InvalidContent``, ``InvalidParameter``, ``OptedOut``, ``HandleBlocked`` or
    ``NoSuchMessage``; then nothing has happened.
    """
    check_key(send.idempotency_key)
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        answered = await first_answer(opened, send)
        if answered is not None:
            return answered
        chat = await chat_of(opened, chat_id)
        require_present(chat)
        if not chat.is_group:
            await check_consent(opened, chat.recipients, send)
        message, _ = await write(opened, chat, send, thresholds)
        body = msgspec.json.encode(MessageSent(chat.id, sent_message(message)))
        await keep_answer(opened, send, message, body)
    return body
