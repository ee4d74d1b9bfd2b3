"""Send a message without naming a line: the service selects line and chat (docs/wire.md §4: ``POST /v3/messages``)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.line_selection import rank_lines, select_line
from trunkline.actions.steps.lookup import check_recipients
from trunkline.actions.steps.new_chat import new_chat
from trunkline.actions.steps.outgoing import (
    OutgoingMessage,
    check_consent,
    check_outgoing,
    record_response,
    recorded_response,
    send,
)
from trunkline.domain.chat import Service
from trunkline.domain.content import check_text
from trunkline.domain.context import RequestContext
from trunkline.domain.message import Content, TextPart
from trunkline.schemas import events
from trunkline.schemas.documents import mark_files
from trunkline.schemas.sending import Reason, sent_anywhere
from trunkline.storage.store import Store


async def send_to_recipients(
    store: Store,
    ctx: RequestContext,
    to: Sequence[str],
    outgoing: OutgoingMessage,
    *,
    exclude: Sequence[str] = (),
    continuation: str | None = None,
) -> bytes:
    """Sends to these handles. Returns the body of a ``SentAnywhere``. A repeated request gets the first response.

    Continues the latest chat with exactly these recipients on a line that is not flagged. Otherwise a chat begins on
    the best line. If every such chat is on a flagged line, ``continuation`` is sent instead, if given. Lines in
    ``exclude`` are not selected for a new chat. If every other line is flagged too, the chat is continued anyway.
    Raises what ``create_chat`` raises.
    """
    if continuation is not None:
        check_text(continuation, "continuation_message.text")
    numbers = [line.phone_number for line in await store.partners.lines(ctx.partner_id)]
    recipients = check_recipients(to, numbers)
    check_outgoing(outgoing)
    async with store.change(ctx) as change:
        recorded = await recorded_response(change, outgoing)
        if recorded is not None:
            return recorded
        await check_consent(change, recipients, outgoing)
        present = [number for number in numbers if number not in change.removed_lines]
        ranked = await rank_lines(change, present, change.thresholds)
        selection = await select_line(change, ranked, recipients, frozenset(exclude))
        if selection.reason is Reason.FAILOVER and continuation is not None:
            outgoing = msgspec.structs.replace(outgoing, content=Content((TextPart(continuation),)))
        chat = selection.chat
        is_new = chat is None
        if chat is None:
            service = outgoing.content.preferred_service or Service.IMESSAGE
            chat = new_chat(selection.line, recipients, service, change.now)
        message, chat = await send(change, chat, outgoing, is_new=is_new)
        if is_new:
            change.emit(events.chat_created(chat))
        previous = None if selection.previous is None else selection.previous.id
        response = sent_anywhere(chat, message, selection.reason, is_new=is_new, previous_chat_id=previous)
        body = mark_files(msgspec.json.encode(response))
        await record_response(change, outgoing, message, body)
    return body
