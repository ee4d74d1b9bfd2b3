"""The bodies that callers send, and their mapping to the domain."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.chat import MAX_GROUP_NAME, Service, check_number_of_recipients
from trunkline.domain.content import (
    EFFECTS,
    MAX_DECORATIONS,
    MAX_PARTS,
    check_number_of_decorations,
    check_number_of_parts,
    media_part,
)
from trunkline.domain.errors import InvalidContent, MissingField
from trunkline.domain.handle import MAX_LINES, parse_handle
from trunkline.domain.ids import random_id
from trunkline.domain.message import (
    MAX_EMOJI,
    MAX_IDEMPOTENCY_KEY,
    Animation,
    Content,
    Decoration,
    Effect,
    EffectKind,
    LinkPart,
    MediaPart,
    Part,
    ReactionChange,
    ReactionType,
    ReplyTo,
    Style,
    TextPart,
)
from trunkline.schemas.fields import (
    GivenId,
    GivenUrl,
    Handle,
    HttpsUrl,
    HttpsUrlOrEmpty,
    OverrideOptOut,
    PartIndex,
    PhoneNumber,
    Recipients,
    Text,
    TextRange,
)

MAX_SPELLINGS = 1000
"""Handles in ``to``, including repeated ones."""

_NO_STICKERS = "Not supported: this service does not send stickers."
_OMIT_STICKERS = "is given, but this service does not send stickers; omit it"
_RANGE = "`[start, end)`, in UTF-16 code units."


class DecorationBody(msgspec.Struct):
    """The style or animation of a range of text."""

    range: Annotated[TextRange, Meta(description=_RANGE)]
    style: Annotated[Style | None, Meta(description="The style.")] = None
    animation: Annotated[Animation | None, Meta(description="The animation.")] = None


class TextBody(msgspec.Struct, tag_field="type", tag="text"):
    """A text part, sent as it is."""

    value: Annotated[Text, Meta(description="The text.")]
    text_decorations: Annotated[
        list[DecorationBody] | None,
        Meta(
            description=f"The styles and animations of the text, at most {MAX_DECORATIONS}.",
            extra_json_schema={"maxItems": MAX_DECORATIONS},
        ),
    ] = None
    mention: Annotated[Handle | None, Meta(description="A participant of the group whom the text mentions.")] = None
    mention_range: Annotated[
        TextRange | None, Meta(description=f"The range of the name; by default, the whole text. {_RANGE}")
    ] = None
    inline_stickers: Annotated[list[Any] | None, Meta(description=_NO_STICKERS, extra_json_schema={"maxItems": 0})] = (
        None
    )


class MediaBody(msgspec.Struct, tag_field="type", tag="media"):
    """A file part: a file by its URL, or one of your attachments. Exactly one of `url` and `attachment_id`."""

    url: Annotated[
        HttpsUrl | None,
        Meta(
            description="The URL of the file; it begins with `https://`.",
            extra_json_schema={"examples": ["https://example.com/cat.jpg"]},
        ),
    ] = None
    attachment_id: Annotated[
        GivenId | None, Meta(description="The id of one of your attachments, whose file is uploaded.")
    ] = None
    sticker: Annotated[bool | None, Meta(description=_NO_STICKERS)] = None


class LinkBody(msgspec.Struct, tag_field="type", tag="link"):
    """A URL with a preview; the only part of its message."""

    value: Annotated[
        GivenUrl,
        Meta(description="The URL.", extra_json_schema={"examples": ["https://example.com"]}),
    ]


class EffectBody(msgspec.Struct):
    """An animation of the whole message."""

    type: Annotated[EffectKind, Meta(description="Where the animation plays.")]
    name: Annotated[
        str,
        Meta(
            description="The name of the animation.",
            extra_json_schema={"enum": sorted([name for names in EFFECTS.values() for name in names])},
        ),
    ]


class ReplyToBody(msgspec.Struct):
    """The message to which this message replies."""

    message_id: Annotated[GivenId, Meta(description="A message of the same chat.")]
    part_index: PartIndex = 0


class MessageBody(msgspec.Struct):
    """The content of a message."""

    parts: Annotated[
        list[TextBody | MediaBody | LinkBody],
        Meta(
            description=f"The parts in order, at most {MAX_PARTS}. Text must not follow text; a link must stand alone.",
            extra_json_schema={"minItems": 1, "maxItems": MAX_PARTS},
        ),
    ]
    effect: Annotated[EffectBody | None, Meta(description="An animation of the whole message.")] = None
    reply_to: Annotated[ReplyToBody | None, Meta(description="The message to which this message replies.")] = None
    preferred_service: Annotated[Service | None, Meta(description="The service to try first.")] = None
    idempotency_key: Annotated[
        str | None,
        Meta(
            description="A request with the same key sends nothing and gets the first response.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY, "pattern": r"^[^\x00]*$"},
        ),
    ] = None
    experience: Annotated[dict[str, Any] | None, Meta(description="Not supported: send `parts`.")] = None


class CreateChatBody(msgspec.Struct):
    """A message from one of your lines to one person or a group."""

    line: Annotated[PhoneNumber, Meta(description="The line to send from.")] = msgspec.field(name="from")
    to: Recipients
    message: Annotated[MessageBody, Meta(description="The message.")]
    override_optout: OverrideOptOut = False


class SendMessageBody(msgspec.Struct):
    """A message to a chat."""

    message: Annotated[MessageBody, Meta(description="The message.")]
    override_optout: OverrideOptOut = False


class ContinuationBody(msgspec.Struct):
    """The text to send instead if the conversation continues on another line."""

    text: Annotated[Text, Meta(description="The text.")]


class SendAnywhereBody(msgspec.Struct):
    """A message from the best of your lines to one person or a group."""

    to: Recipients
    message: Annotated[MessageBody, Meta(description="The message.")]
    continuation_message: Annotated[
        ContinuationBody | None,
        Meta(description="The message to send instead if the conversation continues on another line."),
    ] = None
    exclude_from: Annotated[
        Annotated[list[PhoneNumber], Meta(max_length=MAX_LINES)] | None,
        Meta(description=f"Lines that are not chosen for a new chat, at most {MAX_LINES:,}."),
    ] = None
    override_optout: OverrideOptOut = False


class EditBody(msgspec.Struct):
    """The new text of a part."""

    text: Annotated[Text, Meta(description="The new text.")]
    part_index: PartIndex = 0


class ReactionBody(msgspec.Struct):
    """A reaction to add or remove."""

    operation: Annotated[Literal["add", "remove"], Meta(description="Whether to add or remove the reaction.")]
    type: Annotated[ReactionType, Meta(description="The reaction. Stickers are not supported.")]
    custom_emoji: Annotated[
        str | None,
        Meta(
            description="The emoji, if the type is `custom`.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_EMOJI},
        ),
    ] = None
    part_index: PartIndex = 0

    @property
    def change(self) -> ReactionChange:
        """The same for the domain."""
        return ReactionChange(self.type, self.operation == "add", self.part_index, self.custom_emoji)


class UpdateChatBody(msgspec.Struct):
    """The properties of a group to change; at least one of them."""

    display_name: Annotated[
        str | UnsetType | None,
        Meta(
            description=f"The name of the group, at most {MAX_GROUP_NAME} characters; an empty one removes the name.",
            extra_json_schema={"maxLength": MAX_GROUP_NAME},
        ),
    ] = UNSET
    group_chat_icon: Annotated[
        HttpsUrlOrEmpty | UnsetType | None,
        Meta(description="The URL of the group's picture, `https://…`; an empty one removes the picture."),
    ] = UNSET


class ParticipantBody(msgspec.Struct):
    """A participant to add to a group or to remove from it."""

    handle: Annotated[Handle, Meta(description="A phone number or an email address.")]


def to_content(body: MessageBody) -> Content:
    """The content of a message. Of an attachment, it has only the id.

    Raises ``InvalidContent``, ``InvalidPhoneNumber`` or ``MissingField``.
    """
    if body.experience is not None:
        raise unsupported_experience()
    check_number_of_parts(len(body.parts))
    return Content(
        parts=tuple([_part(part, f"message.parts[{index}]") for index, part in enumerate(body.parts)]),
        effect=None if body.effect is None else Effect(body.effect.type, body.effect.name),
        reply_to=None if body.reply_to is None else ReplyTo(body.reply_to.message_id, body.reply_to.part_index),
        preferred_service=body.preferred_service,
    )


def unsupported_experience() -> InvalidContent:
    """The error for a message that invokes an experience instead of having parts."""
    return InvalidContent(
        "'message.experience' is given, but this service does not support experiences; send 'message.parts', each of "
        "the type text, media or link"
    )


def parse_handles(handles: list[str], name: str) -> list[str]:
    """Normalised handles. The error names the field ``name`` and the index. Raises ``InvalidPhoneNumber``."""
    return [parse_handle(handle, f"{name}[{index}]") for index, handle in enumerate(handles)]


def parse_recipients(handles: list[str]) -> list[str]:
    """The normalised handles of ``to``. Raises ``InvalidPhoneNumber``, or ``InvalidParameter`` for their number."""
    if len(handles) > MAX_SPELLINGS:  # a handle may be repeated, so the limit is for what remains
        check_number_of_recipients(len(handles))
    return parse_handles(handles, "to")


def _part(body: TextBody | MediaBody | LinkBody, name: str) -> Part:
    match body:
        case TextBody():
            if body.inline_stickers:
                raise InvalidContent(f"'{name}.inline_stickers' {_OMIT_STICKERS}")
            check_number_of_decorations(len(body.text_decorations or ()), name)
            return TextPart(
                value=body.value,
                decorations=tuple(
                    [
                        Decoration((each.range[0], each.range[1]), each.style, each.animation)
                        for each in body.text_decorations or ()
                    ]
                ),
                mention=None if body.mention is None else parse_handle(body.mention, f"{name}.mention"),
                mention_range=None if body.mention_range is None else (body.mention_range[0], body.mention_range[1]),
            )
        case MediaBody():
            if body.sticker:
                raise InvalidContent(f"'{name}.sticker' {_OMIT_STICKERS}")
            if body.url is not None and body.attachment_id is not None:
                raise InvalidContent(f"'{name}.attachment_id' and its 'url' are both given; give exactly one of them")
            if body.attachment_id is not None:
                return MediaPart(body.attachment_id, None, "", "")
            if body.url is None:
                raise MissingField(f"'{name}.url' is missing; give it, or 'attachment_id'")
            return media_part(random_id(), body.url)
        case LinkBody():
            return LinkPart(body.value)
