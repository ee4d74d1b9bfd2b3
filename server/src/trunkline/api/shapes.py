"""The bodies that callers send, as they are declared to them, and what they mean to us."""

import uuid
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.actions.create_chat import MAX_RECIPIENTS
from trunkline.actions.sending import MAX_KEY
from trunkline.domain.chat import Service
from trunkline.domain.content import EFFECTS, MAX_PARTS, MAX_URL, media_part
from trunkline.domain.errors import InvalidContent, MissingField
from trunkline.domain.handle import E164, EMAIL, EMAIL_LIMIT, parse_handle
from trunkline.domain.message import (
    Animation,
    Content,
    Decoration,
    Effect,
    EffectKind,
    LinkPart,
    Part,
    ReplyTo,
    Style,
    TextPart,
)

Range: TypeAlias = Annotated[
    list[int], Meta(min_length=2, max_length=2, description="`[start, end)`, in UTF-16 code units.")
]
# What breaks these is refused with a code of its own, in the words of the domain: the decoder is not told of them.
Number: TypeAlias = Annotated[str, Meta(extra_json_schema={"pattern": f"^{E164}$", "examples": ["+13343284472"]})]
Handle: TypeAlias = Annotated[
    str,
    Meta(
        extra_json_schema={
            "pattern": f"^(?:{E164}|{EMAIL})$",
            "maxLength": EMAIL_LIMIT,
            "examples": ["+14155559876", "user@example.com"],
        }
    ),
]
Text: TypeAlias = Annotated[str, Meta(extra_json_schema={"pattern": r"\S"})]
Recipients: TypeAlias = Annotated[
    list[Handle], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_RECIPIENTS, "examples": [["+14155559876"]]})
]


class DecorationBody(msgspec.Struct):
    """The look of a range of a text: either a style or an animation."""

    range: Annotated[Range, Meta(description="Which part of the text.")]
    style: Annotated[Style | None, Meta(description="How it looks.")] = None
    animation: Annotated[Animation | None, Meta(description="How it moves.")] = None


class TextBody(msgspec.Struct, tag_field="type", tag="text"):
    """A part that is text, sent as it is."""

    value: Annotated[Text, Meta(description="The text.")]
    text_decorations: Annotated[list[DecorationBody] | None, Meta(description="The look of its ranges.")] = None
    mention: Annotated[Handle | None, Meta(description="A participant of the group whom the text names.")] = None
    mention_range: Annotated[Range | None, Meta(description="The range of the name, where not all of it is.")] = None


class MediaBody(msgspec.Struct, tag_field="type", tag="media"):
    """A part that is a file, by its URL."""

    url: Annotated[
        str | None,
        Meta(
            description="Where the file is; it begins with `https://`.",
            extra_json_schema={
                "pattern": r"^https://\S+$",
                "maxLength": MAX_URL,
                "examples": ["https://example.com/cat.jpg"],
            },
        ),
    ] = None
    attachment_id: Annotated[str | None, Meta(description="Not kept here: give a `url`.")] = None


class LinkBody(msgspec.Struct, tag_field="type", tag="link"):
    """A part that is a URL with a preview; the only part of its message."""

    value: Annotated[
        str,
        Meta(
            description="The URL.",
            extra_json_schema={
                "pattern": r"^https?://\S+$",
                "maxLength": MAX_URL,
                "examples": ["https://example.com"],
            },
        ),
    ]


class EffectBody(msgspec.Struct):
    """An animation that comes with a message."""

    type: Annotated[EffectKind, Meta(description="Where it plays.")]
    name: Annotated[
        str,
        Meta(
            description="Which one.",
            extra_json_schema={"enum": sorted([name for names in EFFECTS.values() for name in names])},
        ),
    ]


class ReplyToBody(msgspec.Struct):
    """The message that this one answers."""

    message_id: Annotated[str, Meta(description="A message of the same chat.")]
    part_index: Annotated[int, Meta(ge=0, description="The part of it, from 0.")] = 0


class MessageBody(msgspec.Struct):
    """What a message says."""

    parts: Annotated[
        list[TextBody | MediaBody | LinkBody],
        Meta(
            description=f"In order; {MAX_PARTS} at most. Text does not follow text, and a link stands alone.",
            extra_json_schema={"minItems": 1, "maxItems": MAX_PARTS},
        ),
    ]
    effect: Annotated[EffectBody | None, Meta(description="An animation that comes with it.")] = None
    reply_to: Annotated[ReplyToBody | None, Meta(description="The message that it answers.")] = None
    preferred_service: Annotated[Service | None, Meta(description="The network to try first.")] = None
    idempotency_key: Annotated[
        str | None,
        Meta(
            description="The same key again sends nothing and gets the first answer.",
            extra_json_schema={"minLength": 1, "maxLength": MAX_KEY, "pattern": r"^[^\x00]*$"},
        ),
    ] = None


class CreateChatBody(msgspec.Struct):
    """A message to somebody, or to a group, from a line of yours."""

    line: Annotated[Number, Meta(description="The line that sends.")] = msgspec.field(name="from")
    to: Annotated[Recipients, Meta(description="Who gets it: one handle, or 2 to 31 for a group.")]
    message: Annotated[MessageBody, Meta(description="What it says.")]
    override_optout: Annotated[bool, Meta(description="Send although the recipient has opted out, this once.")] = False


class SendMessageBody(msgspec.Struct):
    """A message into a chat."""

    message: Annotated[MessageBody, Meta(description="What it says.")]
    override_optout: Annotated[bool, Meta(description="Send although the recipient has opted out, this once.")] = False


class ContinuationBody(msgspec.Struct):
    """What is sent instead where the chat has to go on on another line."""

    text: Annotated[Text, Meta(description="The text.")]


class SendAnywhereBody(msgspec.Struct):
    """A message to somebody, or to a group, from the best of your lines."""

    to: Annotated[Recipients, Meta(description="Who gets it: one handle, or 2 to 31 for a group.")]
    message: Annotated[MessageBody, Meta(description="What it says.")]
    continuation_message: Annotated[
        ContinuationBody | None, Meta(description="Sent instead, where the chat has to go on on another line.")
    ] = None
    exclude_from: Annotated[
        list[Number] | None, Meta(description="Lines that are not to be chosen for a new chat.")
    ] = None
    override_optout: Annotated[bool, Meta(description="Send although the recipient has opted out, this once.")] = False


def content_of(body: MessageBody) -> Content:
    """The content that a body means. Raises ``InvalidContent`` or ``MissingField``."""
    return Content(
        parts=tuple([_part(part, f"message.parts[{index}]") for index, part in enumerate(body.parts)]),
        effect=None if body.effect is None else Effect(body.effect.type, body.effect.name),
        reply_to=None if body.reply_to is None else ReplyTo(body.reply_to.message_id, body.reply_to.part_index),
        preferred_service=body.preferred_service,
    )


def handles_of(handles: list[str], name: str) -> list[str]:
    """Handles in their normal form. Raises ``InvalidPhoneNumber``."""
    return [parse_handle(handle, f"{name}[{index}]") for index, handle in enumerate(handles)]


def _part(body: TextBody | MediaBody | LinkBody, name: str) -> Part:
    match body:
        case TextBody():
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
            if body.attachment_id is not None:
                raise InvalidContent(f"'{name}.attachment_id' is given, but this service keeps no files; give a 'url'")
            if body.url is None:
                raise MissingField(f"'{name}.url' is missing")
            return media_part(str(uuid.uuid4()), body.url)
        case LinkBody():
            return LinkPart(body.value)
