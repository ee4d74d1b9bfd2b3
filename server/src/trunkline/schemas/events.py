"""Webhook events: their payloads, and how each is made (the API's public documentation, version 2026-02-03).

An event is rendered in the transaction of the change that causes it, so it describes the state at that time; once for
each version that a subscriber has. The older payload of messages is in ``events_2025_01_01``. Like every document, an
event lacks the base of ``doc_url`` and the URLs of attachments (``schemas/documents``).
"""

from datetime import datetime
from typing import Any

import msgspec

from trunkline.domain import instant
from trunkline.domain.chat import Chat, HealthStatus, Participant, Service
from trunkline.domain.contact_card import ReceivedContactCard
from trunkline.domain.events import Event, EventType, WebhookVersion
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message, Reaction, ReactionType
from trunkline.schemas.chat import HandleSchema, HealthSchema, handle_schema, health_schema, mark_doc_base
from trunkline.schemas.documents import mark_files
from trunkline.schemas.events_2025_01_01 import message_data_2025_01_01
from trunkline.schemas.message import EffectSchema, ReplyToSchema, effect_schema, part_in_event, reply_to_schema

API_VERSION = "v3"
FAILED_CODE = 4001
"""The error code in ``message.failed``."""


class _ChatOfMessage(msgspec.Struct):
    id: str
    is_group: bool
    owner_handle: HandleSchema
    health_status: HealthSchema


class _MessageData(msgspec.Struct):
    id: str
    chat: _ChatOfMessage
    direction: str
    sender_handle: HandleSchema
    parts: list[dict[str, Any]]
    effect: EffectSchema | None
    reply_to: ReplyToSchema | None
    service: Service
    preferred_service: Service | None
    idempotency_key: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


class _ChatData(msgspec.Struct):
    id: str
    created_at: datetime
    display_name: str
    handles: list[HandleSchema]
    health_status: HealthSchema
    is_group: bool
    updated_at: datetime
    service: Service | None


class _FailedData(msgspec.Struct):
    code: int
    reason: str
    failed_at: datetime
    chat_id: str
    message_id: str
    service: Service | None
    preferred_service: Service | None


class _EditedPart(msgspec.Struct):
    index: int
    text: str


class _EditedData(msgspec.Struct):
    id: str
    chat: _ChatOfMessage
    direction: str
    sender_handle: HandleSchema
    edited_at: datetime
    part: _EditedPart


class _ReactionData(msgspec.Struct):
    reaction_id: str
    is_from_me: bool
    reaction_type: ReactionType
    custom_emoji: str | None
    chat_id: str
    message_id: str
    part_index: int
    sender: str = msgspec.field(name="from")
    from_handle: HandleSchema
    reacted_at: datetime
    service: Service | None
    sticker: None = None


class _ContactCardData(msgspec.Struct):
    first_name: str
    last_name: str
    owner_handle: str
    sender_handle: str
    media_url: str | None


class _LineData(msgspec.Struct):
    phone_number: str
    previous_status: str
    new_status: str
    previous_reputation: HealthStatus
    new_reputation: HealthStatus
    changed_at: datetime


_encode = msgspec.json.Encoder().encode


def message_event(kind: EventType, message: Message, chat: Chat) -> Event:
    """``message.sent``, ``message.received``, ``message.delivered`` or ``message.read``."""

    def render(version: WebhookVersion) -> bytes:
        if version is WebhookVersion.V_2025_01_01:
            return mark_files(_encode(message_data_2025_01_01(kind, message, chat)))
        return mark_files(mark_doc_base(_encode(_message_data(kind, message, chat))))

    return Event(kind, chat.id, chat.line, render, message.id)


def message_failed(message: Message, chat: Chat, reason: str, at: Instant) -> Event:
    """A message could not be delivered. ``reason`` is for a person to read."""
    data = _FailedData(
        code=FAILED_CODE,
        reason=reason,
        failed_at=instant.to_datetime(at),
        chat_id=chat.id,
        message_id=message.id,
        service=message.service,
        preferred_service=message.content.preferred_service,
    )
    return _event(EventType.MESSAGE_FAILED, chat, data, message.id)


def message_edited(message: Message, chat: Chat, part_index: int, text: str, at: Instant) -> Event:
    """The sender of a message changed the text of a part."""
    data = _EditedData(
        id=message.id,
        chat=_chat(chat),
        direction=_direction(message),
        sender_handle=handle_schema(message.sender),
        edited_at=instant.to_datetime(at),
        part=_EditedPart(part_index, text),
    )
    return _event(EventType.MESSAGE_EDITED, chat, data, message.id)


def reaction_event(
    kind: EventType, message: Message, chat: Chat, reaction: Reaction, part_index: int, at: Instant
) -> Event:
    """``reaction.added`` or ``reaction.removed``."""
    data = _ReactionData(
        reaction_id=reaction.id,
        is_from_me=reaction.by.is_me,
        reaction_type=reaction.type,
        custom_emoji=reaction.custom_emoji,
        chat_id=chat.id,
        message_id=message.id,
        part_index=part_index,
        sender=reaction.by.handle,
        from_handle=handle_schema(reaction.by),
        reacted_at=instant.to_datetime(at),
        service=message.service,
    )
    return _event(kind, chat, data, message.id)


def participant_added(chat: Chat, participant: Participant, at: Instant) -> Event:
    """A participant joined a group."""
    data = _membership(chat, participant) | {"added_at": instant.to_datetime(at)}
    return _event(EventType.PARTICIPANT_ADDED, chat, data)


def participant_removed(chat: Chat, participant: Participant, at: Instant) -> Event:
    """A participant, or the line itself, left a group or was removed."""
    data = _membership(chat, participant) | {"removed_at": instant.to_datetime(at)}
    return _event(EventType.PARTICIPANT_REMOVED, chat, data)


def chat_created(chat: Chat) -> Event:
    """A chat was created."""
    data = _ChatData(
        id=chat.id,
        created_at=instant.to_datetime(chat.created_at),
        display_name=chat.display_name,
        handles=[handle_schema(participant) for participant in chat.participants],
        health_status=health_schema(chat.health),
        is_group=chat.is_group,
        updated_at=instant.to_datetime(chat.updated_at),
        service=chat.service,
    )
    return _event(EventType.CHAT_CREATED, chat, data)


def group_updated(kind: EventType, chat: Chat, old: str | None, new: str | None, by: Participant, at: Instant) -> Event:
    """``chat.group_name_updated`` or ``chat.group_icon_updated``."""
    data = {
        "chat_id": chat.id,
        "updated_at": instant.to_datetime(at),
        "changed_by_handle": handle_schema(by),
        "old_value": old,
        "new_value": new,
    }
    return _event(kind, chat, data)


def typing(kind: EventType, chat: Chat, participant: Participant) -> Event:
    """``chat.typing_indicator.started`` or ``chat.typing_indicator.stopped``."""
    return _event(kind, chat, {"chat_id": chat.id, "actor_handle": handle_schema(participant)})


def contact_card_received(card: ReceivedContactCard) -> Event:
    """A counterparty shared a contact card with a line."""
    data = _ContactCardData(card.first_name, card.last_name or "", card.line, card.sender, card.image_url)
    return Event(EventType.CONTACT_CARD_RECEIVED, None, card.line, lambda _: _encode(data))


def line_status_updated(line: str, previous: HealthStatus, new: HealthStatus, at: Instant) -> Event:
    """The reputation of a line changed. A line whose reputation is ``CRITICAL`` is flagged."""
    data = _LineData(
        phone_number=line,
        previous_status=_line_status(previous),
        new_status=_line_status(new),
        previous_reputation=previous,
        new_reputation=new,
        changed_at=instant.to_datetime(at),
    )
    return Event(EventType.LINE_STATUS_UPDATED, None, line, lambda _: _encode(data))


def webhook_body(
    event: Event, version: WebhookVersion, event_id: str, partner_id: int, trace_id: str, at: Instant
) -> bytes:
    """The body of a webhook: the event in its envelope, in a version, to be completed (``schemas/documents``)."""
    return _encode(
        {
            "api_version": API_VERSION,
            "webhook_version": version,
            "event_type": event.type,
            "event_id": event_id,
            "created_at": instant.to_datetime(at),
            "trace_id": trace_id,
            "partner_id": str(partner_id),
            "data": msgspec.Raw(event.render(version)),
        }
    )


def _message_data(kind: EventType, message: Message, chat: Chat) -> _MessageData:
    content = message.content
    was_read, was_delivered = kind is EventType.MESSAGE_READ, kind is not EventType.MESSAGE_SENT
    return _MessageData(
        id=message.id,
        chat=_chat(chat),
        direction=_direction(message),
        sender_handle=handle_schema(message.sender),
        parts=[part_in_event(part) for part in content.shown_parts],
        effect=effect_schema(content.effect),
        reply_to=reply_to_schema(content.reply_to),
        service=message.service or chat.me.service,
        preferred_service=content.preferred_service,
        idempotency_key=message.idempotency_key,
        sent_at=instant.to_datetime_or_none(message.sent_at),
        delivered_at=instant.to_datetime_or_none(message.delivered_at) if was_delivered else None,
        read_at=instant.to_datetime_or_none(message.read_at) if was_read else None,
    )


def _event(kind: EventType, chat: Chat, data: Any, message_id: str | None = None) -> Event:
    """An event that is the same in every version."""
    return Event(kind, chat.id, chat.line, lambda _: mark_doc_base(_encode(data)), message_id)


def _chat(chat: Chat) -> _ChatOfMessage:
    return _ChatOfMessage(chat.id, chat.is_group, handle_schema(chat.me), health_schema(chat.health))


def _direction(message: Message) -> str:
    return "outbound" if message.is_from_me else "inbound"


def _membership(chat: Chat, participant: Participant) -> dict[str, Any]:
    return {"chat_id": chat.id, "handle": participant.handle, "participant": handle_schema(participant)}


def _line_status(reputation: HealthStatus) -> str:
    return "FLAGGED" if reputation is HealthStatus.CRITICAL else "ACTIVE"
