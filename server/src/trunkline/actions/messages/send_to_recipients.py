"""Send a message without naming a line: the service selects line and chat (docs/wire.md §4: ``POST /v3/messages``)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.lookup import check_recipients, find_chat
from trunkline.actions.steps.new_chat import new_chat
from trunkline.actions.steps.outgoing import (
    OutgoingMessage,
    check_consent,
    check_idempotency_key,
    record_response,
    recorded_response,
    send,
)
from trunkline.domain import content as contents
from trunkline.domain.chat import Chat, HealthStatus, Service
from trunkline.domain.chat_health import reputation_of
from trunkline.domain.content import check_text
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.message import Content, TextPart
from trunkline.schemas import events
from trunkline.schemas.documents import mark_files
from trunkline.schemas.sending import Reason, sent_anywhere
from trunkline.storage.change import Change
from trunkline.storage.store import Store


class _Selection(msgspec.Struct, frozen=True):
    """The line to send from, and the chat if it exists."""

    line: str
    chat: Chat | None
    reason: Reason
    previous: Chat | None = None
    """The chat on a flagged line that is not used."""


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
    check_idempotency_key(outgoing.idempotency_key)
    async with store.change(ctx) as change:
        recorded = await recorded_response(change, outgoing)
        if recorded is not None:
            return recorded
        await check_consent(change, recipients, outgoing)
        selection = await _select(change, numbers, recipients, frozenset(exclude))
        if selection.reason is Reason.FAILOVER and continuation is not None:
            outgoing = msgspec.structs.replace(outgoing, content=Content((TextPart(continuation),)))
        chat = selection.chat
        is_new = chat is None
        if chat is None:
            contents.check(outgoing.content)
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


async def _select(
    change: Change, numbers: Sequence[str], recipients: Sequence[str], exclude: frozenset[str]
) -> _Selection:
    reputations = {
        number: reputation_of(list((await change.line_health(number)).values()), change.thresholds)
        for number in numbers
    }
    chats = [chat for number in numbers if (chat := await find_chat(change, number, recipients)) is not None]
    usable = [chat for chat in chats if reputations[chat.line] is not HealthStatus.CRITICAL]
    if usable:
        chat = max(usable, key=lambda each: (each.line not in exclude, each.updated_at))
        return _Selection(chat.line, chat, Reason.REUSED)
    with_chat = {chat.line for chat in chats}
    free = [number for number in numbers if number not in exclude and number not in with_chat]
    if chats and all(reputations[number] is HealthStatus.CRITICAL for number in free):
        chat = max(chats, key=lambda each: each.updated_at)  # a flagged line is better than no message
        return _Selection(chat.line, chat, Reason.REUSED)
    if not free:
        raise InvalidParameter(
            "there is no line to send from: "
            + ("'exclude_from' lists all of your lines" if numbers else "add one with `trunkline line add`")
        )
    severity = list(HealthStatus)
    line = min(free, key=lambda number: severity.index(reputations[number]))
    if not chats:
        return _Selection(line, None, Reason.NEW)
    return _Selection(line, None, Reason.FAILOVER, max(chats, key=lambda each: each.updated_at))
