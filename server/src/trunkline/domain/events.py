"""What subscribers are told: the events, with the payloads of the API's public documentation (version 2026-02-03).

An event is rendered when it happens, in the transaction of the change, so that it says how things stood then. The base
of ``doc_url`` is left out of it as of every document (``domain/document``).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from trunkline.domain import instant
from trunkline.domain.chat import Chat, HealthStatus, Participant, Service
from trunkline.domain.document import HandleDocument, HealthDocument, handle_document, health_document, leave_place
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message, Part, Reaction, ReactionType
from trunkline.domain.message_document import EffectDocument, ReplyToDocument, part_document

API_VERSION = "v3"
WEBHOOK_VERSION = "2026-02-03"
FAILED_CODE = 4001
"""The code of a message that could not be delivered, in ``message.failed``."""


class EventType(StrEnum):
    """Every event that this service sends."""

    MESSAGE_SENT = "message.sent"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_READ = "message.read"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_EDITED = "message.edited"
    REACTION_ADDED = "reaction.added"
    REACTION_REMOVED = "reaction.removed"
    PARTICIPANT_ADDED = "participant.added"
    PARTICIPANT_REMOVED = "participant.removed"
    CHAT_CREATED = "chat.created"
    GROUP_NAME_UPDATED = "chat.group_name_updated"
    GROUP_ICON_UPDATED = "chat.group_icon_updated"
    TYPING_STARTED = "chat.typing_indicator.started"
    TYPING_STOPPED = "chat.typing_indicator.stopped"
    LINE_STATUS_UPDATED = "phone_number.status_updated"


class Event(msgspec.Struct, frozen=True):
    """Something that happened. ``data`` is JSON; ``chat_id`` is what events stay in order by, where there is one."""

    type: EventType
    chat_id: str | None
    line: str
    data: bytes


class _ChatOfMessage(msgspec.Struct):
    id: str
    is_group: bool
    owner_handle: HandleDocument
    health_status: HealthDocument


class _MessageData(msgspec.Struct):
    id: str
    chat: _ChatOfMessage
    direction: str
    sender_handle: HandleDocument
    parts: list[dict[str, Any]]
    effect: EffectDocument | None
    reply_to: ReplyToDocument | None
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
    handles: list[HandleDocument]
    health_status: HealthDocument
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
    sender_handle: HandleDocument
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
    from_handle: HandleDocument
    reacted_at: datetime
    service: Service | None
    sticker: None = None


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
    content = message.content
    at = instant.to_datetime_or_none
    until_read, until_delivered = kind is EventType.MESSAGE_READ, kind is not EventType.MESSAGE_SENT
    data = _MessageData(
        id=message.id,
        chat=_chat(chat),
        direction=_direction(message),
        sender_handle=handle_document(message.sender),
        parts=[_part(part) for part in content.parts],
        effect=None if content.effect is None else EffectDocument(content.effect.type, content.effect.name),
        reply_to=None
        if content.reply_to is None
        else ReplyToDocument(content.reply_to.message_id, content.reply_to.part_index),
        service=message.service or chat.me.service,
        preferred_service=content.preferred_service,
        idempotency_key=message.idempotency_key,
        sent_at=at(message.sent_at),
        delivered_at=at(message.delivered_at) if until_delivered else None,
        read_at=at(message.read_at) if until_read else None,
    )
    return _event(kind, chat, data)


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
    return _event(EventType.MESSAGE_FAILED, chat, data)


def message_edited(message: Message, chat: Chat, part_index: int, text: str, at: Instant) -> Event:
    """The text of a part was changed by whoever wrote it."""
    data = _EditedData(
        id=message.id,
        chat=_chat(chat),
        direction=_direction(message),
        sender_handle=handle_document(message.sender),
        edited_at=instant.to_datetime(at),
        part=_EditedPart(part_index, text),
    )
    return _event(EventType.MESSAGE_EDITED, chat, data)


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
        from_handle=handle_document(reaction.by),
        reacted_at=instant.to_datetime(at),
        service=message.service,
    )
    return _event(kind, chat, data)


def participant_added(chat: Chat, participant: Participant, at: Instant) -> Event:
    """Somebody came into a group."""
    return _event(EventType.PARTICIPANT_ADDED, chat, _membership(chat, participant) | {"added_at": _time(at)})


def participant_removed(chat: Chat, participant: Participant, at: Instant) -> Event:
    """Somebody left a group, or was put out; the line itself, too."""
    return _event(EventType.PARTICIPANT_REMOVED, chat, _membership(chat, participant) | {"removed_at": _time(at)})


def chat_created(chat: Chat) -> Event:
    """A chat began."""
    data = _ChatData(
        id=chat.id,
        created_at=_time(chat.created_at),
        display_name=chat.display_name,
        handles=[handle_document(participant) for participant in chat.participants],
        health_status=health_document(chat.health),
        is_group=chat.is_group,
        updated_at=_time(chat.updated_at),
        service=chat.service,
    )
    return _event(EventType.CHAT_CREATED, chat, data)


def group_updated(kind: EventType, chat: Chat, old: str | None, new: str | None, by: Participant, at: Instant) -> Event:
    """``chat.group_name_updated`` or ``chat.group_icon_updated``."""
    data = {
        "chat_id": chat.id,
        "updated_at": _time(at),
        "changed_by_handle": handle_document(by),
        "old_value": old,
        "new_value": new,
    }
    return _event(kind, chat, data)


def typing(kind: EventType, chat: Chat, participant: Participant) -> Event:
    """``chat.typing_indicator.started`` or ``chat.typing_indicator.stopped``."""
    return _event(kind, chat, {"chat_id": chat.id, "actor_handle": handle_document(participant)})


def line_status_updated(line: str, previous: HealthStatus, new: HealthStatus, at: Instant) -> Event:
    """The reputation of a line changed. A line that is ``CRITICAL`` is flagged."""
    flagged = {True: "FLAGGED", False: "ACTIVE"}
    data = _LineData(
        phone_number=line,
        previous_status=flagged[previous is HealthStatus.CRITICAL],
        new_status=flagged[new is HealthStatus.CRITICAL],
        previous_reputation=previous,
        new_reputation=new,
        changed_at=instant.to_datetime(at),
    )
    return Event(EventType.LINE_STATUS_UPDATED, None, line, _encode(data))


def envelope(event: Event, event_id: str, partner_id: int, trace_id: str, at: Instant) -> bytes:
    """The body of the webhook: the event in its envelope, with the place of the base of ``doc_url`` left in it."""
    return _encode(
        {
            "api_version": API_VERSION,
            "webhook_version": WEBHOOK_VERSION,
            "event_type": event.type,
            "event_id": event_id,
            "created_at": _time(at),
            "trace_id": trace_id,
            "partner_id": str(partner_id),
            "data": msgspec.Raw(event.data),
        }
    )


def _event(kind: EventType, chat: Chat, data: Any) -> Event:
    return Event(kind, chat.id, chat.line, leave_place(_encode(data)))


def _chat(chat: Chat) -> _ChatOfMessage:
    return _ChatOfMessage(chat.id, chat.is_group, handle_document(chat.me), health_document(chat.health))


def _part(part: Part) -> dict[str, Any]:
    """A part of a message without the reactions to it, which events of their own tell of."""
    shown = msgspec.to_builtins(part_document(part))
    del shown["reactions"]
    return shown


def _direction(message: Message) -> str:
    return "outbound" if message.is_from_me else "inbound"


def _membership(chat: Chat, participant: Participant) -> dict[str, Any]:
    return {"chat_id": chat.id, "handle": participant.handle, "participant": handle_document(participant)}


def _time(at: Instant) -> datetime:
    return instant.to_datetime(at)
