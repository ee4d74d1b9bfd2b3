"""Maps the messages of an upstream to the domain, with their ids and times.

The public documentation describes ``Message``. Parsing is lenient, because an upstream may be newer than this version:
unknown pieces are skipped one by one, and a part of an unknown type becomes text if it contains any.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from trunkline.domain import instant
from trunkline.domain.chat import Chat, Participant, ParticipantStatus, Service
from trunkline.domain.errors import InvalidPhoneNumber
from trunkline.domain.handle import parse_handle
from trunkline.domain.message import (
    Animation,
    Content,
    Decoration,
    DeliveryStatus,
    Effect,
    LinkPart,
    MediaPart,
    Message,
    Part,
    Reaction,
    ReactionType,
    ReplyTo,
    Style,
    TextPart,
)
from trunkline.sources.base import SkippedMessage, SkippedPiece

T = TypeVar("T")

UNKNOWN_MESSAGE = "a message with a field that this version does not know"
UNKNOWN_PART = "a part of a message that is neither text nor file nor link; its text, if any, was kept"
UNKNOWN_REACTION = "a reaction that this version does not know"


class MappedMessage(msgspec.Struct, frozen=True):
    """A message, and the reasons for which pieces of it were skipped; None if it cannot be mirrored."""

    message: Message | None
    skipped: tuple[str, ...] = ()

    def records(self) -> list[Message | SkippedMessage | SkippedPiece]:
        """The message and its skipped pieces, or the skipped message."""
        if self.message is None:
            return [SkippedMessage(UNKNOWN_MESSAGE)]
        return [self.message, *[SkippedPiece(reason) for reason in self.skipped]]


class _Person(msgspec.Struct):
    id: uuid.UUID
    handle: str
    joined_at: datetime
    service: Service
    is_me: bool | None = None
    left_at: datetime | None = None
    status: ParticipantStatus | None = None


class _Reaction(msgspec.Struct):
    type: ReactionType
    handle: _Person
    id: uuid.UUID | None = None
    custom_emoji: str | None = None


class _Decoration(msgspec.Struct):
    range: tuple[int, int]
    style: Style | None = None
    animation: Animation | None = None


class _Text(msgspec.Struct):
    value: str
    text_decorations: list[Any] | None = None
    mention: str | None = None
    mention_range: tuple[int, int] | None = None


class _Media(msgspec.Struct):
    url: str
    filename: str
    mime_type: str
    id: str | None = None
    size_bytes: int | None = None


class _Link(msgspec.Struct):
    value: str


class _ReplyTo(msgspec.Struct):
    message_id: uuid.UUID
    part_index: int | None = None


class _Message(msgspec.Struct):
    """The required and the optional fields of a message."""

    id: uuid.UUID
    created_at: datetime
    delivery_status: DeliveryStatus
    is_from_me: bool
    updated_at: datetime | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    from_handle: Any = None
    parts: list[Any] | None = None
    effect: Any = None
    reply_to: Any = None
    preferred_service: Any = None
    service: Any = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None


def message_of(decoded: object, chat: Chat) -> MappedMessage:
    """Maps a decoded message of a mirrored chat. Its thread is the message to which it replies."""
    read = _as(decoded, _Message)
    sender = None if read is None else _sender(read, chat)
    if read is None or sender is None:
        return MappedMessage(None)
    skipped: list[str] = []
    reply_to = _as(read.reply_to, _ReplyTo)
    message_id = str(read.id)
    try:
        message = Message(
            id=message_id,
            chat_id=chat.id,
            sender=sender,
            content=Content(
                parts=_parts(read, skipped),
                effect=_as(read.effect, Effect),
                reply_to=None
                if reply_to is None
                else ReplyTo(str(reply_to.message_id), max(reply_to.part_index or 0, 0)),
                preferred_service=_as(read.preferred_service, Service),
            ),
            thread=message_id if reply_to is None else str(reply_to.message_id),
            created_at=instant.from_datetime(read.created_at),
            updated_at=instant.from_datetime(read.updated_at or read.created_at),
            delivery_status=read.delivery_status,
            service=_as(read.service, Service),
            sent_at=instant.from_datetime_or_none(read.sent_at),
            delivered_at=instant.from_datetime_or_none(read.delivered_at),
            read_at=instant.from_datetime_or_none(read.read_at),
        )
    except ValueError:  # a time without a time zone
        return MappedMessage(None)
    return MappedMessage(message, tuple(skipped))


def _as(value: object, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _sender(read: _Message, chat: Chat) -> Participant | None:
    """The sender: the handle in the message, else the participant with that handle."""
    person = _as(read.from_handle, _Person)
    participant = None if person is None else _participant(person)
    if participant is not None:
        return msgspec.structs.replace(participant, is_me=read.is_from_me)
    if read.is_from_me:
        return chat.me
    return next((each for each in chat.participants if not each.is_me and each.handle == read.sender), None)


def _participant(person: _Person) -> Participant | None:
    try:
        return Participant(
            id=str(person.id),
            handle=parse_handle(person.handle, "handle"),
            service=person.service,
            joined_at=instant.from_datetime(person.joined_at),
            is_me=bool(person.is_me),
            left_at=instant.from_datetime_or_none(person.left_at),
            status=person.status or ParticipantStatus.ACTIVE,
        )
    except (ValueError, InvalidPhoneNumber):
        return None


def _parts(read: _Message, skipped: list[str]) -> tuple[Part, ...]:
    parts: list[Part] = []
    for index, decoded in enumerate(read.parts or ()):
        fields = _as(decoded, dict[str, Any]) or {}
        reactions = _reactions(read, index, fields.get("reactions"), skipped)
        part = _part(fields, f"{read.id} {index}", reactions)
        if part is None:
            skipped.append(UNKNOWN_PART)
            text = next((each for name in ("value", "fallback_text", "url") if (each := fields.get(name))), None)
            part = TextPart(text, reactions=reactions) if isinstance(text, str) else None
        if part is not None:
            parts.append(part)
    return tuple(parts)


def _part(fields: dict[str, Any], name: str, reactions: tuple[Reaction, ...]) -> Part | None:
    match fields.get("type"):
        case "text" if text := _as(fields, _Text):
            decorations = [_as(each, _Decoration) for each in text.text_decorations or ()]
            return TextPart(
                value=text.value,
                decorations=tuple([Decoration(each.range, each.style, each.animation) for each in decorations if each]),
                mention=text.mention,
                mention_range=None if text.mention is None else text.mention_range,
                reactions=reactions,
            )
        case "media" if media := _as(fields, _Media):
            return MediaPart(
                id=media.id or str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
                url=media.url,
                filename=media.filename,
                mime_type=media.mime_type,
                size_bytes=max(media.size_bytes or 0, 0),
                reactions=reactions,
            )
        case "link" if link := _as(fields, _Link):
            return LinkPart(link.value, reactions)
        case _:
            return None


def _reactions(read: _Message, index: int, decoded: object, skipped: list[str]) -> tuple[Reaction, ...]:
    """The reactions to a part. One without an id gets the same id every time."""
    found: list[Reaction] = []
    for each in _as(decoded, list[Any]) or ():
        reaction = _as(each, _Reaction)
        by = None if reaction is None else _participant(reaction.handle)
        if reaction is None or by is None:
            skipped.append(UNKNOWN_REACTION)
            continue
        reaction_id = reaction.id or uuid.uuid5(read.id, f"{index} {by.handle} {reaction.type}")
        found.append(Reaction(str(reaction_id), by, reaction.type, reaction.custom_emoji))
    return tuple(found)


def in_threads(messages: Sequence[Message], threads: dict[str, str]) -> list[Message]:
    """The messages, oldest first, with their threads; ``threads`` has the threads of stored messages."""
    found: list[Message] = []
    for message in messages:
        reply_to = message.content.reply_to
        thread = message.id if reply_to is None else threads.get(reply_to.message_id, reply_to.message_id)
        threads[message.id] = thread
        found.append(msgspec.structs.replace(message, thread=thread))
    return found
