"""The finished JSON of a message, rendered when it is written (the API's public documentation: ``Message``).

``parse(render(message), …) == message``: what a document does not show (the thread, the idempotency key, the number of
edits) is stored beside it.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.domain import instant
from trunkline.domain.chat import Service
from trunkline.domain.document import HandleDocument, Id, Time, handle_document, participant_of
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
    Reaction,
    ReactionType,
    ReplyTo,
    Style,
    TextPart,
)

_Range: TypeAlias = Annotated[list[int], Meta(min_length=2, max_length=2)]
_Url: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "uri"})]


# The service's OpenAPI document quotes these docstrings and descriptions: they are written for callers.
class ReactionDocument(msgspec.Struct):
    """Somebody's reaction to a part of a message."""

    id: Annotated[Id, Meta(description="Identifies the reaction.")]
    handle: Annotated[HandleDocument, Meta(description="Who reacted.")]
    is_me: Annotated[bool, Meta(description="Whether that was your own line.")]
    type: Annotated[ReactionType, Meta(description="Which reaction; any emoji but the tapbacks is `custom`.")]
    custom_emoji: Annotated[str | None, Meta(description="The emoji of a `custom` reaction.")]


class DecorationDocument(msgspec.Struct, omit_defaults=True):
    """The look of a range of a text: either a style or an animation."""

    range: Annotated[_Range, Meta(description="`[start, end)`, in UTF-16 code units.")]
    style: Annotated[Style | None, Meta(description="How it looks.")] = None
    animation: Annotated[Animation | None, Meta(description="How it moves.")] = None


class MentionDocument(msgspec.Struct):
    """A participant whom a text names."""

    handle: Annotated[str, Meta(description="Who is named.")]
    is_me: Annotated[bool, Meta(description="Whether that is your own line.")]
    range: Annotated[_Range, Meta(description="`[start, end)` of the name, in UTF-16 code units.")]


class TextDocument(msgspec.Struct, tag_field="type", tag="text"):
    """A part that is text."""

    value: Annotated[str, Meta(description="The text.")]
    text_decorations: Annotated[list[DecorationDocument] | None, Meta(description="The look of its ranges.")]
    mention: Annotated[str | None, Meta(description="The handle that it names, if any.")]
    mention_range: Annotated[_Range | None, Meta(description="The range of the name, where not all of it is.")]
    mentions: Annotated[list[MentionDocument] | None, Meta(description="Everybody whom it names.")]
    reactions: Annotated[list[ReactionDocument] | None, Meta(description="The reactions to it.")]


class MediaDocument(msgspec.Struct, tag_field="type", tag="media"):
    """A part that is a file."""

    id: Annotated[Id, Meta(description="Identifies the file.")]
    url: Annotated[_Url, Meta(description="Where it can be had.")]
    filename: Annotated[str, Meta(description="Its name.")]
    mime_type: Annotated[str, Meta(description="Its media type.")]
    size_bytes: Annotated[int, Meta(ge=0, description="Its size in bytes; 0 where that is not known.")]
    reactions: Annotated[list[ReactionDocument] | None, Meta(description="The reactions to it.")]


class LinkDocument(msgspec.Struct, tag_field="type", tag="link"):
    """A part that is a URL with a preview."""

    value: Annotated[str, Meta(description="The URL.")]
    reactions: Annotated[list[ReactionDocument] | None, Meta(description="The reactions to it.")]


PartDocument: TypeAlias = TextDocument | MediaDocument | LinkDocument


class EffectDocument(msgspec.Struct):
    """An animation that comes with a message."""

    type: Annotated[EffectKind, Meta(description="Where it plays.")]
    name: Annotated[str, Meta(description="Which one.")]


class ReplyToDocument(msgspec.Struct):
    """The message that another one answers."""

    message_id: Annotated[Id, Meta(description="The message that is answered.")]
    part_index: Annotated[int, Meta(ge=0, description="The part of it, from 0.")]


class MessageDocument(msgspec.Struct):
    """A message of a chat."""

    id: Annotated[Id, Meta(description="Identifies the message.")]
    chat_id: Annotated[Id, Meta(description="The chat that it is in.")]
    created_at: Annotated[Time, Meta(description="When it was written.")]
    updated_at: Annotated[Time, Meta(description="When anything of it last changed.")]
    delivery_status: Annotated[DeliveryStatus, Meta(description="How far it has come.")]
    is_delivered: Annotated[
        bool, Meta(description="Use `delivery_status` instead.", extra_json_schema={"deprecated": True})
    ]
    is_from_me: Annotated[bool, Meta(description="Whether your own line wrote it.")]
    is_read: Annotated[bool, Meta(description="Use `delivery_status` instead.", extra_json_schema={"deprecated": True})]
    sender: Annotated[str, Meta(description="Use `from_handle` instead.", extra_json_schema={"deprecated": True})] = (
        msgspec.field(name="from")
    )
    from_handle: Annotated[HandleDocument, Meta(description="Who wrote it.")]
    parts: Annotated[list[PartDocument], Meta(description="What it says, in order.")]
    effect: Annotated[EffectDocument | None, Meta(description="The animation that came with it.")]
    reply_to: Annotated[ReplyToDocument | None, Meta(description="The message that it answers.")]
    preferred_service: Annotated[Service | None, Meta(description="The network that was asked for.")]
    service: Annotated[Service | None, Meta(description="The network that carried it; `null` until that is known.")]
    sent_at: Annotated[Time | None, Meta(description="When it left; `null` while it waits.")]
    delivered_at: Annotated[Time | None, Meta(description="When it arrived.")]
    read_at: Annotated[Time | None, Meta(description="When it was read.")]


class SentMessage(msgspec.Struct):
    """A message as the answer to its own sending shows it."""

    id: Annotated[Id, Meta(description="Identifies the message.")]
    created_at: Annotated[Time, Meta(description="When it was accepted.")]
    delivery_status: Annotated[DeliveryStatus, Meta(description="`pending`: the carrier gets it next.")]
    is_read: Annotated[bool, Meta(description="Use `delivery_status` instead.", extra_json_schema={"deprecated": True})]
    from_handle: Annotated[HandleDocument, Meta(description="The line that sends it.")]
    parts: Annotated[list[PartDocument], Meta(description="What it says, in order.")]
    effect: Annotated[EffectDocument | None, Meta(description="The animation that comes with it.")]
    reply_to: Annotated[ReplyToDocument | None, Meta(description="The message that it answers.")]
    preferred_service: Annotated[Service | None, Meta(description="The network that was asked for.")]
    service: Annotated[Service | None, Meta(description="The network that carried it; `null` until that is known.")]
    sent_at: Annotated[Time | None, Meta(description="When it left; `null` while it waits.")]
    delivered_at: Annotated[Time | None, Meta(description="When it arrived.")]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(MessageDocument)


def render(message: Message) -> bytes:
    """The document of a message: finished JSON."""
    return _encoder.encode(document(message))


def document(message: Message) -> MessageDocument:
    """A message as the wire shows it."""
    content = message.content
    return MessageDocument(
        id=message.id,
        chat_id=message.chat_id,
        created_at=instant.to_datetime(message.created_at),
        updated_at=instant.to_datetime(message.updated_at),
        delivery_status=message.delivery_status,
        is_delivered=message.delivery_status in {DeliveryStatus.DELIVERED, DeliveryStatus.READ},
        is_from_me=message.is_from_me,
        is_read=message.delivery_status is DeliveryStatus.READ,
        sender=message.sender.handle,
        from_handle=handle_document(message.sender),
        parts=[part_document(part) for part in content.parts],
        effect=None if content.effect is None else EffectDocument(content.effect.type, content.effect.name),
        reply_to=None
        if content.reply_to is None
        else ReplyToDocument(content.reply_to.message_id, content.reply_to.part_index),
        preferred_service=content.preferred_service,
        service=message.service,
        sent_at=instant.to_datetime_or_none(message.sent_at),
        delivered_at=instant.to_datetime_or_none(message.delivered_at),
        read_at=instant.to_datetime_or_none(message.read_at),
    )


def sent_message(message: Message) -> SentMessage:
    """A message as the answer to its sending shows it."""
    shown = document(message)
    return SentMessage(**{name: getattr(shown, name) for name in SentMessage.__struct_fields__})


def parse(stored: bytes, thread: str, idempotency_key: str | None, edits: int) -> Message:
    """The message of a stored document and of what is stored beside it."""
    wire = _decoder.decode(stored)
    return Message(
        id=wire.id,
        chat_id=wire.chat_id,
        sender=participant_of(wire.from_handle),
        content=Content(
            parts=tuple([_part(part) for part in wire.parts]),
            effect=None if wire.effect is None else Effect(wire.effect.type, wire.effect.name),
            reply_to=None if wire.reply_to is None else ReplyTo(wire.reply_to.message_id, wire.reply_to.part_index),
            preferred_service=wire.preferred_service,
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


def part_document(part: Part) -> PartDocument:
    """A part of a message as the wire shows it."""
    reactions = [_reaction_document(reaction) for reaction in part.reactions] or None
    match part:
        case TextPart():
            return TextDocument(
                value=part.value,
                text_decorations=[
                    DecorationDocument(list(each.range), each.style, each.animation) for each in part.decorations
                ]
                or None,
                mention=part.mention,
                mention_range=None if part.mention_range is None else list(part.mention_range),
                mentions=_mentions(part),
                reactions=reactions,
            )
        case MediaPart():
            return MediaDocument(part.id, part.url, part.filename, part.mime_type, part.size_bytes, reactions)
        case LinkPart():
            return LinkDocument(part.value, reactions)


def _mentions(part: TextPart) -> list[MentionDocument] | None:
    if part.mention is None:
        return None
    whole = (0, len(part.value.encode("utf-16-le")) // 2)
    # A line does not mention itself: only what others write can, and carriers do not tell of it.
    return [MentionDocument(part.mention, False, list(part.mention_range or whole))]


def _part(wire: PartDocument) -> Part:
    reactions = tuple([_reaction(each) for each in wire.reactions or ()])
    match wire:
        case TextDocument():
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
        case MediaDocument():
            return MediaPart(wire.id, wire.url, wire.filename, wire.mime_type, wire.size_bytes, reactions)
        case LinkDocument():
            return LinkPart(wire.value, reactions)


def _reaction_document(reaction: Reaction) -> ReactionDocument:
    return ReactionDocument(
        reaction.id, handle_document(reaction.by), reaction.by.is_me, reaction.type, reaction.custom_emoji
    )


def _reaction(wire: ReactionDocument) -> Reaction:
    return Reaction(wire.id, participant_of(wire.handle), wire.type, wire.custom_emoji)
