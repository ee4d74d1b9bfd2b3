"""Create or find a chat, and send it a message (docs/wire.md §4: ``POST /v3/chats``)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.lookup import check_recipients, find_chat, require_line
from trunkline.actions.steps.new_chat import new_chat
from trunkline.actions.steps.outgoing import (
    OutgoingMessage,
    check_consent,
    check_outgoing,
    record_response,
    recorded_response,
    send,
)
from trunkline.domain import content as contents
from trunkline.domain.chat import Service
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter
from trunkline.schemas import events
from trunkline.schemas.chat import mark_doc_base
from trunkline.schemas.documents import mark_files
from trunkline.schemas.sending import chat_created
from trunkline.storage.store import Store


async def create_chat(
    store: Store, ctx: RequestContext, line: str, to: Sequence[str], outgoing: OutgoingMessage
) -> bytes:
    """Sends a message from a line to these handles, in their chat. Returns the body of a ``ChatCreated``.

    A repeated request gets the first response. Raises ``NotYourLine``, ``InvalidParameter``, ``InvalidContent``,
    ``OptedOut``, ``HandleBlocked`` or ``NoSuchMessage``; then nothing has changed.
    """
    recipients = check_recipients(to, [line])
    check_outgoing(outgoing)
    not_first = contents.objection_to_first(outgoing.content)
    await require_line(store, ctx.partner_id, line, "from")
    async with store.change(ctx) as change:
        recorded = await recorded_response(change, outgoing)
        if recorded is not None:
            return recorded
        await check_consent(change, recipients, outgoing)
        chat = await find_chat(change, line, recipients)
        is_new = chat is None
        if chat is None:
            if not_first is not None:
                raise InvalidParameter(not_first)
            chat = new_chat(line, recipients, outgoing.content.preferred_service or Service.IMESSAGE, change.now)
        message, chat = await send(change, chat, outgoing, is_new=is_new)
        if is_new:
            change.emit(events.chat_created(chat))
        body = mark_files(mark_doc_base(msgspec.json.encode(chat_created(chat, message))))
        await record_response(change, outgoing, message, body)
    return body
