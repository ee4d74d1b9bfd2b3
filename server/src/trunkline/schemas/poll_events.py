"""The events of polls: their payloads, and how each is made (the API's public documentation)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from trunkline.domain import instant
from trunkline.domain.chat import Chat, Participant, Service
from trunkline.domain.events import Event, EventType
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message, PollOption, PollPart
from trunkline.schemas.chat import HandleSchema, handle_schema
from trunkline.schemas.events import FAILED_CODE
from trunkline.schemas.polls import OptionSchema, PollSchema, option_schema, poll_schema


class _ChatOfPoll(msgspec.Struct):
    id: str
    is_group: bool
    owner_handle: HandleSchema


class _InChat(msgspec.Struct, kw_only=True):
    """What every event of a poll has."""

    chat: _ChatOfPoll
    message_id: str
    direction: str
    sender_handle: HandleSchema | None
    service: Service


class _ReceivedData(_InChat, kw_only=True):
    poll: PollSchema
    created_at: datetime
    updated_at: datetime
    received_at: datetime


class _SentData(_InChat, kw_only=True):
    poll: PollSchema
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


class _Error(msgspec.Struct):
    code: int
    message: str


class _FailedData(_InChat, kw_only=True):
    poll: PollSchema
    error: _Error
    failed_at: datetime


class _UpdatedData(_InChat, kw_only=True):
    added_options: list[OptionSchema]


class _VoteData(_InChat, kw_only=True):
    option_id: str


_encode = msgspec.json.Encoder().encode


def poll_received(message: Message, poll: PollPart, chat: Chat) -> Event:
    """A counterparty sent a poll."""
    data = _ReceivedData(
        **_in_chat(message, chat, message.sender, message.sender),
        poll=poll_schema(poll),
        created_at=instant.to_datetime(message.created_at),
        updated_at=instant.to_datetime(message.updated_at),
        received_at=instant.to_datetime(message.created_at),
    )
    return _event(EventType.POLL_RECEIVED, chat, data)


def poll_event(kind: EventType, message: Message, poll: PollPart, chat: Chat) -> Event:
    """``poll.sent``, ``poll.delivered`` or ``poll.read``."""
    was_read, was_delivered = kind is EventType.POLL_READ, kind is not EventType.POLL_SENT
    data = _SentData(
        **_in_chat(message, chat, message.sender, message.sender),
        poll=poll_schema(poll),
        created_at=instant.to_datetime(message.created_at),
        updated_at=instant.to_datetime(message.updated_at),
        sent_at=instant.to_datetime_or_none(message.sent_at),
        delivered_at=instant.to_datetime_or_none(message.delivered_at) if was_delivered else None,
        read_at=instant.to_datetime_or_none(message.read_at) if was_read else None,
    )
    return _event(kind, chat, data)


def poll_failed(message: Message, poll: PollPart, chat: Chat, reason: str, at: Instant) -> Event:
    """A poll could not be delivered. ``reason`` is for a person to read."""
    data = _FailedData(
        **_in_chat(message, chat, message.sender, None),
        poll=poll_schema(poll),
        error=_Error(FAILED_CODE, reason),
        failed_at=instant.to_datetime(at),
    )
    return _event(EventType.POLL_FAILED, chat, data)


def poll_updated(message: Message, chat: Chat, added: Sequence[PollOption], by: Participant) -> Event:
    """A participant added options. The sender is always the line (public documentation)."""
    data = _UpdatedData(**_in_chat(message, chat, by, chat.me), added_options=[option_schema(each) for each in added])
    return _event(EventType.POLL_UPDATED, chat, data)


def vote_event(kind: EventType, message: Message, chat: Chat, option_id: str, by: Participant) -> Event:
    """``poll.vote.added`` or ``poll.vote.removed``."""
    return _event(kind, chat, _VoteData(**_in_chat(message, chat, by, by), option_id=option_id))


def _in_chat(message: Message, chat: Chat, by: Participant, sender: Participant | None) -> dict[str, Any]:
    """The fields of every event; ``by`` is who acted, ``sender`` is who the API says is the sender."""
    return {
        "chat": _ChatOfPoll(chat.id, chat.is_group, handle_schema(chat.me)),
        "message_id": message.id,
        "direction": "outbound" if by.is_me else "inbound",
        "sender_handle": None if sender is None else handle_schema(sender),
        "service": message.service or chat.me.service,
    }


def _event(kind: EventType, chat: Chat, data: _InChat) -> Event:
    return Event(kind, chat.id, chat.line, lambda _: _encode(data), data.message_id)
