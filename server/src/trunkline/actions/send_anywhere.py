"""Send a message without naming a line (CONTRACT §4: ``POST /v3/messages``): the service chooses line and chat."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.actions.cause import Cause
from trunkline.actions.create_chat import find_chat, new_chat, recipients_of
from trunkline.actions.sending import Send, check_consent, check_key, first_answer, keep_answer, write
from trunkline.domain import content as contents
from trunkline.domain import document, events
from trunkline.domain.chat import Chat, HealthStatus, Service
from trunkline.domain.document import HandleDocument, Id
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.health import Thresholds, reputation_of
from trunkline.domain.message import Content, Message, TextPart
from trunkline.domain.message_document import SentMessage, sent_message
from trunkline.storage import lines
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store


class Reason(StrEnum):
    """Why the message went where it went."""

    REUSED = "reused_active_chat"
    NEW = "new_best_number"
    FAILOVER = "failover_flagged"


class Selection(msgspec.Struct):
    """Why this line and this chat."""

    reason: Annotated[Reason, Meta(description="Why it was chosen.")]
    reused_existing_chat: Annotated[bool, Meta(description="Whether the chat was there before.")]


class SentAnywhere(msgspec.Struct):
    """The answer to a send without a line."""

    chat_id: Annotated[Id, Meta(description="The chat that the message is in.")]
    created_new_chat: Annotated[bool, Meta(description="Whether the chat is new.")]
    line: Annotated[str, Meta(description="The line that sends.")] = msgspec.field(name="from")
    from_selection: Annotated[Selection, Meta(description="Why this line and this chat.")]
    handles: Annotated[list[HandleDocument], Meta(description="Everybody in the chat, your own line first.")]
    is_group: Annotated[bool, Meta(description="Whether the chat is with a group.")]
    message: Annotated[SentMessage, Meta(description="The message that was sent.")]
    service: Annotated[Service, Meta(description="The network that the chat runs on.")]
    previous_chat_id: Annotated[
        str | None, Meta(description="The chat on a flagged line that was not used; otherwise `null`.")
    ]


class _Choice(msgspec.Struct, frozen=True):
    line: str
    chat: Chat | None
    reason: Reason
    abandoned: Chat | None = None


async def send_anywhere(
    store: Store,
    cause: Cause,
    to: Sequence[str],
    send: Send,
    thresholds: Thresholds,
    *,
    exclude: Sequence[str] = (),
    continuation: str | None = None,
) -> bytes:
    """Sends to these handles: the answer's body, a ``SentAnywhere``. A repeated send gets its first answer.

    A chat with exactly these people is used again, the latest one on a line that is not flagged; otherwise one begins
    on the best line. Where all there are stand on flagged lines, ``continuation`` is sent instead, if it is given.
    Lines in ``exclude`` are left out when a line is chosen. Where no line is left that is not flagged, the chat is used
    all the same. Raises what ``create_chat`` raises.
    """
    recipients = recipients_of(to, None)
    check_key(send.idempotency_key)
    numbers = [line.phone_number for line in await store.partners.lines(cause.partner_id)]
    for number in numbers:
        recipients_of(recipients, number)
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        answered = await first_answer(opened, send)
        if answered is not None:
            return answered
        await check_consent(opened, recipients, send)
        choice = await _choose(opened, numbers, recipients, frozenset(exclude), thresholds)
        if choice.reason is Reason.FAILOVER and continuation is not None:
            send = msgspec.structs.replace(send, content=Content((TextPart(continuation),)))
        chat = choice.chat
        if chat is None:
            contents.check(send.content)
            chat = new_chat(choice.line, recipients, send.content.preferred_service or Service.IMESSAGE, opened.now)
        message, chat = await write(opened, chat, send, thresholds, is_new=choice.chat is None)
        if choice.chat is None:
            opened.emit(events.chat_created(chat))
        body = msgspec.json.encode(_answer(choice, chat, message))
        await keep_answer(opened, send, message, body)
    return body


async def _choose(
    opened: Change, numbers: Sequence[str], recipients: Sequence[str], exclude: frozenset[str], thresholds: Thresholds
) -> _Choice:
    reputations = {
        number: reputation_of(
            list((await lines.latest_health(opened.transaction, opened.partner_id, number)).values()), thresholds
        )
        for number in numbers
    }
    found = [chat for number in numbers if (chat := await find_chat(opened, number, recipients)) is not None]
    usable = [chat for chat in found if reputations[chat.line] is not HealthStatus.CRITICAL]
    if usable:
        chat = max(usable, key=lambda each: (each.line not in exclude, each.updated_at))
        return _Choice(chat.line, chat, Reason.REUSED)
    taken = {chat.line for chat in found}
    free = [number for number in numbers if number not in exclude and number not in taken]
    if found and all(reputations[number] is HealthStatus.CRITICAL for number in free):
        chat = max(found, key=lambda each: each.updated_at)  # a flagged line is better than no word at all
        return _Choice(chat.line, chat, Reason.REUSED)
    if not free:
        raise InvalidParameter(
            "there is no line to send from: "
            + ("'exclude_from' lists every one of yours" if numbers else "add one with `trunkline line add`")
        )
    severity = list(HealthStatus)
    line = min(free, key=lambda number: severity.index(reputations[number]))
    if not found:
        return _Choice(line, None, Reason.NEW)
    return _Choice(line, None, Reason.FAILOVER, max(found, key=lambda each: each.updated_at))


def _answer(choice: _Choice, chat: Chat, message: Message) -> SentAnywhere:
    return SentAnywhere(
        chat_id=chat.id,
        created_new_chat=choice.chat is None,
        line=chat.line,
        from_selection=Selection(choice.reason, choice.chat is not None),
        handles=[document.handle_document(each) for each in chat.participants],
        is_group=chat.is_group,
        message=sent_message(message),
        service=chat.service or chat.me.service,
        previous_chat_id=None if choice.abandoned is None else choice.abandoned.id,
    )
