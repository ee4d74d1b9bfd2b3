"""Create a chat, or find it, and send its first message (CONTRACT §4: ``POST /v3/chats``)."""

import secrets
import uuid
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.actions.cause import Cause
from trunkline.actions.sending import Send, check_consent, check_key, first_answer, keep_answer, write
from trunkline.domain import content as contents
from trunkline.domain import document, events
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, Service
from trunkline.domain.document import HandleDocument, HealthDocument, Id
from trunkline.domain.errors import InvalidParameter, NotYourLine
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message
from trunkline.domain.message_document import SentMessage, sent_message
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

MAX_RECIPIENTS = 31


class CreatedChat(msgspec.Struct):
    """The chat that a message was sent into, and the message."""

    id: Annotated[Id, Meta(description="Identifies the chat.")]
    display_name: Annotated[str | None, Meta(description="Its name, by default the recipients' handles.")]
    handles: Annotated[list[HandleDocument], Meta(description="Everybody in it, your own line first.")]
    health_status: Annotated[HealthDocument, Meta(description="How the conversation stands.")]
    is_group: Annotated[bool, Meta(description="Whether it is with a group.")]
    service: Annotated[Service, Meta(description="The network that it runs on.")]
    message: Annotated[SentMessage, Meta(description="The message that was sent.")]


class ChatCreated(msgspec.Struct):
    """The answer to creating a chat."""

    chat: Annotated[CreatedChat, Meta(description="The chat that the message is in.")]


def recipients_of(handles: Sequence[str], line: str | None) -> list[str]:
    """The set of recipients, in the order given. Raises ``InvalidParameter`` for none, too many, or the line itself."""
    recipients = list(dict.fromkeys(handles))
    if not recipients:
        raise InvalidParameter("'to' is empty; it must list at least one handle")
    if len(recipients) > MAX_RECIPIENTS:
        raise InvalidParameter(f"'to' lists {len(recipients)} handles; a chat has at most {MAX_RECIPIENTS} recipients")
    if line in recipients:
        raise InvalidParameter(f"'to' lists {line}, which is the line that sends")
    return recipients


async def create_chat(
    store: Store, cause: Cause, line: str, to: Sequence[str], send: Send, thresholds: Thresholds
) -> bytes:
    """Sends a message from a line to these handles, into their chat: the answer's body, a ``ChatCreated``.

    A repeated send gets its first answer. Raises ``NotYourLine``, ``InvalidParameter``, ``InvalidContent``,
    ``OptedOut``, ``HandleBlocked`` or ``NoSuchMessage``; then nothing has happened.
    """
    recipients = recipients_of(to, line)
    check_key(send.idempotency_key)
    if not await store.partners.has_line(cause.partner_id, line):
        raise NotYourLine(f"'from' is {line}, which is not one of your lines")
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        answered = await first_answer(opened, send)
        if answered is not None:
            return answered
        await check_consent(opened, recipients, send)
        chat = await find_chat(opened, line, recipients)
        is_new = chat is None
        if chat is None:
            contents.check(send.content)
            contents.check_first(send.content)
            chat = new_chat(line, recipients, send.content.preferred_service or Service.IMESSAGE, opened.now)
        message, chat = await write(opened, chat, send, thresholds, is_new=is_new)
        if is_new:
            opened.emit(events.chat_created(chat))
        body = document.leave_place(msgspec.json.encode(_created(chat, message)))
        await keep_answer(opened, send, message, body)
    return body


async def find_chat(opened: Change, line: str, recipients: Sequence[str]) -> Chat | None:
    """The chat of a line with exactly these people that a message to them goes into."""
    if len(recipients) == 1:
        return await opened.direct_chat(line, recipients[0])
    return await opened.group(line, recipients)


def new_chat(line: str, recipients: Sequence[str], service: Service, at: Instant) -> Chat:
    """A chat that begins now, with nothing in it."""
    return Chat(
        id=uuid7(at, secrets.randbits(RANDOM_BITS)),
        participants=tuple(
            [
                Participant(str(uuid.uuid4()), handle, service, at, is_me=place == 0)
                for place, handle in enumerate([line, *recipients])
            ]
        ),
        is_group=len(recipients) > 1,
        health=Health(HealthStatus.HEALTHY, at),
        created_at=at,
        updated_at=at,
        service=service,
    )


def _created(chat: Chat, message: Message) -> ChatCreated:
    return ChatCreated(
        CreatedChat(
            id=chat.id,
            display_name=chat.display_name,
            handles=[document.handle_document(each) for each in chat.participants],
            health_status=document.health_document(chat.health),
            is_group=chat.is_group,
            service=chat.service or chat.me.service,
            message=sent_message(message),
        )
    )
