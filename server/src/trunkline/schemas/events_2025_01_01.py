"""The payload of ``message.sent``, ``.received``, ``.delivered`` and ``.read`` in version 2025-01-01.

The API's public documentation names its fields; the public clients have types of later versions only.
"""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from trunkline.domain import instant
from trunkline.domain.chat import Chat, Service
from trunkline.domain.events import EventType
from trunkline.domain.message import Message
from trunkline.schemas.chat import HandleSchema, handle_schema
from trunkline.schemas.message import EffectSchema, ReplyToSchema, effect_schema, part_in_event, reply_to_schema


class _Message(msgspec.Struct):
    id: str
    parts: list[dict[str, Any]]
    effect: EffectSchema | None
    reply_to: ReplyToSchema | None
    is_delivered: bool
    is_read: bool
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    created_at: datetime
    updated_at: datetime


class MessageData20250101(msgspec.Struct):
    """``data``. The recipient is the line of a received message, and None for a sent one."""

    chat_id: str
    is_group: bool
    is_from_me: bool
    sender: str = msgspec.field(name="from")
    from_handle: HandleSchema
    recipient_phone: str | None
    recipient_handle: HandleSchema | None
    message: _Message
    idempotency_key: str | None
    preferred_service: Service | None
    service: Service
    received_at: datetime | UnsetType = UNSET
    message_id: str | UnsetType = UNSET
    delivered_at: datetime | UnsetType | None = UNSET
    read_at: datetime | UnsetType | None = UNSET


def message_data_2025_01_01(kind: EventType, message: Message, chat: Chat) -> MessageData20250101:
    """The data of an event of this kind, with the state of the message at that event."""
    content = message.content
    is_read = kind is EventType.MESSAGE_READ
    is_delivered = is_read or kind is EventType.MESSAGE_DELIVERED
    delivered_at = instant.to_datetime_or_none(message.delivered_at) if is_delivered else None
    read_at = instant.to_datetime_or_none(message.read_at) if is_read else None
    received = not message.is_from_me
    data = MessageData20250101(
        chat_id=chat.id,
        is_group=chat.is_group,
        is_from_me=message.is_from_me,
        sender=message.sender.handle,
        from_handle=handle_schema(message.sender),
        recipient_phone=chat.line if received else None,
        recipient_handle=handle_schema(chat.me) if received else None,
        message=_Message(
            id=message.id,
            parts=[part_in_event(part) for part in content.shown_parts],
            effect=effect_schema(content.effect),
            reply_to=reply_to_schema(content.reply_to),
            is_delivered=is_delivered,
            is_read=is_read,
            sent_at=instant.to_datetime_or_none(message.sent_at),
            delivered_at=delivered_at,
            read_at=read_at,
            created_at=instant.to_datetime(message.created_at),
            updated_at=instant.to_datetime(message.updated_at),
        ),
        idempotency_key=message.idempotency_key,
        preferred_service=content.preferred_service,
        service=message.service or chat.me.service,
    )
    if received:
        data.received_at = instant.to_datetime(message.created_at)
    if is_delivered:
        data.message_id = message.id
    if kind is EventType.MESSAGE_DELIVERED:
        data.delivered_at = delivered_at
    if is_read:
        data.read_at = read_at
    return data
