"""A message as JSON, rendered when the message is written (the API's public documentation: ``Message``).

``parse_message(render_message(message), …) == message``: what the document lacks (the thread, the idempotency key, the
number of edits, a poll, and whether it is a voice memo) is stored in columns. The URL of an attachment is signed
whenever the document is served (``schemas/documents``).
"""

from collections.abc import Set as AbstractSet
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain import instant
from trunkline.domain.chat import Service
from trunkline.domain.message import (
    Animation,
    Content,
    Decoration,
    DeliveryStatus,
    Effect,
    EffectKind,
    LinkPart,
    MediaPart,
    Message,
    Part,
    ReplyTo,
    ShownPart,
    Style,
    TextPart,
)
from trunkline.domain.paging import MessageInclude
from trunkline.schemas.chat import HandleSchema, handle_schema, to_participant
from trunkline.schemas.documents import file_mark, mark_files, marked_file, unmark_files
from trunkline.schemas.fields import (
    DEPRECATED,
    ChatId,
    Count,
    Id,
    MessageId,
    NextCursor,
    PartIndex,
    TextRange,
    Timestamp,
    Url,
)
from trunkline.schemas.polls import parse_poll
from trunkline.schemas.reactions import ReactionSchema, reaction_schema, to_reaction

Reactions: TypeAlias = Annotated[list[ReactionSchema] | None, Meta(description="The reactions to the part.")]


class DecorationSchema(msgspec.Struct, omit_defaults=True):
    """The style or animation of a range of text."""

    range: Annotated[TextRange, Meta(description="`[start, end)`, in UTF-16 code units.")]
    style: Annotated[Style | None, Meta(description="The style.")] = None
    animation: Annotated[Animation | None, Meta(description="The animation.")] = None


class MentionSchema(msgspec.Struct):
    """A participant whom a text mentions."""

    handle: Annotated[str, Meta(description="The handle of the participant.")]
    is_me: Annotated[bool, Meta(description="Whether this is your own line.")]
    range: Annotated[TextRange, Meta(description="`[start, end)` of the name, in UTF-16 code units.")]


class TextSchema(msgspec.Struct, tag_field="type", tag="text"):
    """A text part."""

    value: Annotated[str, Meta(description="The text.")]
    text_decorations: Annotated[
        list[DecorationSchema] | None, Meta(description="The styles and animations of the text.")
    ]
    mention: Annotated[str | None, Meta(description="The handle that the text mentions.")]
    mention_range: Annotated[
        TextRange | None, Meta(description="The range of the name; `null` if it is the whole text.")
    ]
    mentions: Annotated[list[MentionSchema] | None, Meta(description="The participants whom the text mentions.")]
    reactions: Reactions


class MediaSchema(msgspec.Struct, tag_field="type", tag="media"):
    """A file part."""

    id: Annotated[Id, Meta(description="The id of the file.")]
    url: Annotated[Url, Meta(description="The URL of the file.")]
    filename: Annotated[str, Meta(description="The name of the file.")]
    mime_type: Annotated[str, Meta(description="The media type.")]
    size_bytes: Annotated[int, Meta(ge=0, description="The size in bytes; 0 if it is unknown.")]
    reactions: Reactions


class LinkSchema(msgspec.Struct, tag_field="type", tag="link"):
    """A URL with a preview."""

    value: Annotated[str, Meta(description="The URL.")]
    reactions: Reactions


PartSchema: TypeAlias = TextSchema | MediaSchema | LinkSchema


class EffectSchema(msgspec.Struct):
    """An animation of the whole message."""

    type: Annotated[EffectKind, Meta(description="Where the animation plays.")]
    name: Annotated[str, Meta(description="The name of the animation.")]


class ReplyToSchema(msgspec.Struct):
    """The message to which another message replies."""

    message_id: MessageId
    part_index: PartIndex


# Fields of a message, and of the response to its sending.
Parts: TypeAlias = Annotated[
    list[PartSchema], Meta(description="The parts of the message, in order; empty if it is a poll.")
]
EffectField: TypeAlias = Annotated[EffectSchema | None, Meta(description="The animation of the message.")]
ReplyToField: TypeAlias = Annotated[
    ReplyToSchema | None, Meta(description="The message to which this message replies.")
]
PreferredService: TypeAlias = Annotated[Service | None, Meta(description="The service that the sender requested.")]
CarriedBy: TypeAlias = Annotated[
    Service | None, Meta(description="The service that carried the message; `null` while it is unknown.")
]
SentAt: TypeAlias = Annotated[Timestamp | None, Meta(description="When the message was sent; `null` while it waits.")]
DeliveredAt: TypeAlias = Annotated[Timestamp | None, Meta(description="When the message was delivered.")]
IsRead: TypeAlias = Annotated[bool, Meta(description="Use `delivery_status` instead.", extra_json_schema=DEPRECATED)]


class MessageSchema(msgspec.Struct):
    """A message of a chat."""

    id: MessageId
    chat_id: ChatId
    created_at: Annotated[Timestamp, Meta(description="When the message was created.")]
    updated_at: Annotated[Timestamp, Meta(description="When the message last changed.")]
    delivery_status: Annotated[DeliveryStatus, Meta(description="The delivery status of the message.")]
    is_delivered: Annotated[bool, Meta(description="Use `delivery_status` instead.", extra_json_schema=DEPRECATED)]
    is_from_me: Annotated[bool, Meta(description="Whether your own line sent it.")]
    is_read: IsRead
    sender: Annotated[str, Meta(description="Use `from_handle` instead.", extra_json_schema=DEPRECATED)] = (
        msgspec.field(name="from")
    )
    from_handle: Annotated[HandleSchema, Meta(description="The sender.")]
    parts: Parts
    effect: EffectField
    reply_to: ReplyToField
    preferred_service: PreferredService
    service: CarriedBy
    sent_at: SentAt
    delivered_at: DeliveredAt
    read_at: Annotated[Timestamp | None, Meta(description="When the message was read.")]


class ListedMessageSchema(MessageSchema):
    """A message of a list, with its optional fields."""

    edit_count: Annotated[
        Count | UnsetType, Meta(description="How often the message was edited. Only with `include=edit_count`.")
    ] = UNSET
    failure_reason: Annotated[
        str | UnsetType | None,
        Meta(
            description="Why the message failed, for people to read; `null` if it has not failed, or failed before "
            "the service stored reasons. Only with `include=failure_reason`."
        ),
    ] = UNSET


class MessageList(msgspec.Struct):
    """A page of messages."""

    messages: Annotated[list[ListedMessageSchema], Meta(description="At most `limit` messages.")]
    next_cursor: NextCursor


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(MessageSchema)


def render_message(message: Message) -> bytes:
    """The document of a message: complete JSON."""
    return mark_files(_encoder.encode(message_schema(message)))


def extend_message(
    document: bytes, include: AbstractSet[MessageInclude], edit_count: int, failure_reason: str | None
) -> bytes:
    """The stored document of a message with the included fields."""
    if not include:
        return document
    values = {
        MessageInclude.EDIT_COUNT: b"%d" % edit_count,
        MessageInclude.FAILURE_REASON: _encoder.encode(failure_reason),
    }
    fields = [b',"%b":%b' % (name.encode(), value) for name, value in values.items() if name in include]
    return b"".join([document.removesuffix(b"}"), *fields, b"}"])


def render_message_list(documents: bytes, next_cursor: str | None) -> bytes:
    """The body of a page. ``documents`` are joined by commas."""
    cursor = b"null" if next_cursor is None else b'"%b"' % next_cursor.encode()
    return b'{"messages":[%b],"next_cursor":%b}' % (documents, cursor)


def message_schema(message: Message) -> MessageSchema:
    """A message as JSON."""
    content = message.content
    return MessageSchema(
        id=message.id,
        chat_id=message.chat_id,
        created_at=instant.to_datetime(message.created_at),
        updated_at=instant.to_datetime(message.updated_at),
        delivery_status=message.delivery_status,
        is_delivered=message.delivery_status in {DeliveryStatus.DELIVERED, DeliveryStatus.READ},
        is_from_me=message.is_from_me,
        is_read=message.delivery_status is DeliveryStatus.READ,
        sender=message.sender.handle,
        from_handle=handle_schema(message.sender),
        parts=[part_schema(part) for part in content.shown_parts],
        effect=effect_schema(content.effect),
        reply_to=reply_to_schema(content.reply_to),
        preferred_service=content.preferred_service,
        service=message.service,
        sent_at=instant.to_datetime_or_none(message.sent_at),
        delivered_at=instant.to_datetime_or_none(message.delivered_at),
        read_at=instant.to_datetime_or_none(message.read_at),
    )


def parse_message(
    document: bytes,
    thread: str,
    idempotency_key: str | None,
    edits: int,
    poll: bytes | None = None,
    is_voice_memo: int = 0,
) -> Message:
    """The message of a stored document and of the columns that it lacks."""
    wire = decode_message(document)
    return Message(
        id=wire.id,
        chat_id=wire.chat_id,
        sender=to_participant(wire.from_handle),
        content=Content(
            parts=tuple([_part(part) for part in wire.parts]) if poll is None else (parse_poll(poll),),
            effect=None if wire.effect is None else Effect(wire.effect.type, wire.effect.name),
            reply_to=None if wire.reply_to is None else ReplyTo(wire.reply_to.message_id, wire.reply_to.part_index),
            preferred_service=wire.preferred_service,
            is_voice_memo=bool(is_voice_memo),
        ),
        thread=thread,
        created_at=instant.from_datetime(wire.created_at),
        updated_at=instant.from_datetime(wire.updated_at),
        delivery_status=wire.delivery_status,
        service=wire.service,
        sent_at=instant.from_datetime_or_none(wire.sent_at),
        delivered_at=instant.from_datetime_or_none(wire.delivered_at),
        read_at=instant.from_datetime_or_none(wire.read_at),
        idempotency_key=idempotency_key,
        edits=edits,
    )


def decode_message(document: bytes) -> MessageSchema:
    """Decodes a stored document. Marks take the place of the URLs of its files."""
    return _decoder.decode(unmark_files(document))


def effect_schema(effect: Effect | None) -> EffectSchema | None:
    """The effect of a message as JSON."""
    return None if effect is None else EffectSchema(effect.type, effect.name)


def reply_to_schema(reply_to: ReplyTo | None) -> ReplyToSchema | None:
    """The message that is replied to, as JSON."""
    return None if reply_to is None else ReplyToSchema(reply_to.message_id, reply_to.part_index)


def part_schema(part: ShownPart) -> PartSchema:
    """A part of a message as JSON; a poll is not one (``schemas/polls``)."""
    reactions = [reaction_schema(reaction) for reaction in part.reactions] or None
    match part:
        case TextPart():
            return TextSchema(
                value=part.value,
                text_decorations=[
                    DecorationSchema(list(each.range), each.style, each.animation) for each in part.decorations
                ]
                or None,
                mention=part.mention,
                mention_range=None if part.mention_range is None else list(part.mention_range),
                mentions=_mentions(part),
                reactions=reactions,
            )
        case MediaPart():
            url = file_mark(part.id) if part.url is None else part.url
            return MediaSchema(part.id, url, part.filename, part.mime_type, part.size_bytes, reactions)
        case LinkPart():
            return LinkSchema(part.value, reactions)


def part_in_event(part: ShownPart) -> dict[str, Any]:
    """A part in an event: without its reactions, which have events of their own."""
    fields = msgspec.to_builtins(part_schema(part))
    del fields["reactions"]
    return fields


def _mentions(part: TextPart) -> list[MentionSchema] | None:
    if part.mention is None:
        return None
    whole = (0, len(part.value.encode("utf-16-le")) // 2)
    # Only others could mention the line, and carriers do not report mentions.
    return [MentionSchema(part.mention, False, list(part.mention_range or whole))]


def _part(wire: PartSchema) -> Part:
    reactions = tuple([to_reaction(each) for each in wire.reactions or ()])
    match wire:
        case TextSchema():
            return TextPart(
                value=wire.value,
                decorations=tuple(
                    [
                        Decoration((each.range[0], each.range[1]), each.style, each.animation)
                        for each in wire.text_decorations or ()
                    ]
                ),
                mention=wire.mention,
                mention_range=None if wire.mention_range is None else (wire.mention_range[0], wire.mention_range[1]),
                reactions=reactions,
            )
        case MediaSchema():
            url = None if marked_file(wire.url) == wire.id else wire.url
            return MediaPart(wire.id, url, wire.filename, wire.mime_type, wire.size_bytes, reactions)
        case LinkSchema():
            return LinkPart(wire.value, reactions)
