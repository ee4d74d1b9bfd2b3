"""The responses to sending a message."""

from enum import StrEnum
from operator import attrgetter
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.chat import Chat, Service
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.schemas.chat import HandleSchema, HealthSchema, handle_schema, health_schema
from trunkline.schemas.fields import ChatId, MessageId, Timestamp
from trunkline.schemas.message import (
    CarriedBy,
    DeliveredAt,
    EffectField,
    IsRead,
    Parts,
    PreferredService,
    ReplyToField,
    SentAt,
    message_schema,
)


class SentMessageSchema(msgspec.Struct):
    """A message in the response to its sending."""

    id: MessageId
    created_at: Annotated[Timestamp, Meta(description="When the message was accepted.")]
    delivery_status: Annotated[DeliveryStatus, Meta(description="`pending`: the carrier gets the message next.")]
    is_read: IsRead
    from_handle: Annotated[HandleSchema, Meta(description="The line that sends it.")]
    parts: Parts
    effect: EffectField
    reply_to: ReplyToField
    preferred_service: PreferredService
    service: CarriedBy
    sent_at: SentAt
    delivered_at: DeliveredAt


class CreatedChat(msgspec.Struct):
    """The chat to which a message was sent, and the message."""

    id: ChatId
    display_name: Annotated[str | None, Meta(description="Its name; by default, the handles of the recipients.")]
    handles: Annotated[list[HandleSchema], Meta(description="The participants, your own line first.")]
    health_status: Annotated[HealthSchema, Meta(description="The health of the chat.")]
    is_group: Annotated[bool, Meta(description="Whether it is a group.")]
    service: Annotated[Service, Meta(description="The service of the chat.")]
    message: Annotated[SentMessageSchema, Meta(description="The message.")]


class ChatCreated(msgspec.Struct):
    """The response to creating a chat."""

    chat: Annotated[CreatedChat, Meta(description="The chat of the message.")]


class MessageSent(msgspec.Struct):
    """The response to sending a message to a chat."""

    chat_id: ChatId
    message: Annotated[SentMessageSchema, Meta(description="The message.")]


class Reason(StrEnum):
    """Why a line and a chat were chosen."""

    REUSED = "reused_active_chat"
    NEW = "new_best_number"
    FAILOVER = "failover_flagged"


class Selection(msgspec.Struct):
    """Why this line and this chat were chosen."""

    reason: Annotated[Reason, Meta(description="The reason.")]
    reused_existing_chat: Annotated[bool, Meta(description="Whether the chat existed before.")]


class SentAnywhere(msgspec.Struct):
    """The response to sending a message without naming a line."""

    chat_id: ChatId
    created_new_chat: Annotated[bool, Meta(description="Whether the chat is new.")]
    line: Annotated[str, Meta(description="The line that sends.")] = msgspec.field(name="from")
    from_selection: Annotated[Selection, Meta(description="Why this line and this chat were chosen.")]
    handles: Annotated[list[HandleSchema], Meta(description="The participants of the chat, your own line first.")]
    is_group: Annotated[bool, Meta(description="Whether the chat is a group.")]
    message: Annotated[SentMessageSchema, Meta(description="The message.")]
    service: Annotated[Service, Meta(description="The service of the chat.")]
    previous_chat_id: Annotated[
        str | None, Meta(description="The chat on a flagged line that was not used; otherwise `null`.")
    ]


_fields_of_sent = attrgetter(*SentMessageSchema.__struct_fields__)


def sent_message_schema(message: Message) -> SentMessageSchema:
    """A message, in the response to its sending."""
    return SentMessageSchema(*_fields_of_sent(message_schema(message)))


def message_sent(chat: Chat, message: Message) -> MessageSent:
    """The response to sending a message to a chat."""
    return MessageSent(chat.id, sent_message_schema(message))


def chat_created(chat: Chat, message: Message) -> ChatCreated:
    """The response to creating a chat."""
    return ChatCreated(
        CreatedChat(
            id=chat.id,
            display_name=chat.display_name,
            handles=[handle_schema(each) for each in chat.participants],
            health_status=health_schema(chat.health),
            is_group=chat.is_group,
            service=chat.service or chat.me.service,
            message=sent_message_schema(message),
        )
    )


def sent_anywhere(
    chat: Chat, message: Message, reason: Reason, *, is_new: bool, previous_chat_id: str | None
) -> SentAnywhere:
    """The response to sending a message without naming a line."""
    return SentAnywhere(
        chat_id=chat.id,
        created_new_chat=is_new,
        line=chat.line,
        from_selection=Selection(reason, not is_new),
        handles=[handle_schema(each) for each in chat.participants],
        is_group=chat.is_group,
        message=sent_message_schema(message),
        service=chat.service or chat.me.service,
        previous_chat_id=previous_chat_id,
    )
