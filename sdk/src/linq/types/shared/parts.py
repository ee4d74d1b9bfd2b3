"""The parts of a message, in responses and events."""

from typing import Annotated, Literal, TypeAlias

from linq._models import BaseModel, OpenEnum, OpenUnion
from linq.types.shared.reaction import Reaction


class TextDecoration(BaseModel):
    """A style or an animation of a range of a text."""

    range: list[int]
    """The first character and the one after the last, in UTF-16 code units."""

    animation: (
        Annotated[Literal["big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"], OpenEnum] | None
    ) = None

    style: Annotated[Literal["bold", "italic", "strikethrough", "underline"], OpenEnum] | None = None


class InlineStickerResponse(BaseModel):
    """A sticker within a text."""

    range: list[int]
    """The first character and the one after the last, in UTF-16 code units."""

    id: str | None = None

    file_name: str | None = None

    mime_type: str | None = None

    url: str | None = None
    """Where to download it."""


class Mention(BaseModel):
    """A handle that a text mentions."""

    handle: str

    is_me: bool
    """Whether this is your line."""

    range: list[int]
    """The first character and the one after the last, in UTF-16 code units."""


class TextPartResponse(BaseModel):
    """A text."""

    type: Literal["text"]

    value: str

    reactions: list[Reaction] | None = None
    """None in events, which do not include reactions."""

    inline_stickers: list[InlineStickerResponse] | None = None

    mention: str | None = None
    """Deprecated, like ``mention_range``: only the first of ``mentions``."""

    mention_range: list[int] | None = None

    mentions: list[Mention] | None = None

    text_decorations: list[TextDecoration] | None = None


class MediaPartResponse(BaseModel):
    """An image, a video, an audio file or a document."""

    type: Literal["media"]

    id: str

    filename: str

    mime_type: str

    size_bytes: int

    url: str
    """Where to download it."""

    reactions: list[Reaction] | None = None


class LinkPartResponse(BaseModel):
    """A URL with a preview."""

    type: Literal["link"]

    value: str

    reactions: list[Reaction] | None = None


class IMessageApp(BaseModel):
    """The iMessage app that a card belongs to."""

    bundle_id: str

    name: str

    team_id: str

    app_store_id: int | None = None


class IMessageAppLayout(BaseModel):
    """The texts and the image of an app's card."""

    caption: str | None = None

    image_subtitle: str | None = None

    image_title: str | None = None

    image_url: str | None = None

    subcaption: str | None = None

    trailing_caption: str | None = None

    trailing_subcaption: str | None = None


class IMessageAppPartResponse(BaseModel):
    """A card of an iMessage app."""

    type: Literal["imessage_app"]

    app: IMessageApp

    layout: IMessageAppLayout

    url: str

    fallback_text: str | None = None

    reactions: list[Reaction] | None = None


class AppClipPartResponse(BaseModel):
    """An invitation to an App Clip."""

    type: Literal["app_clip"]

    value: str
    """Its URL."""

    description: str | None = None

    image_url: str | None = None

    title: str | None = None

    reactions: list[Reaction] | None = None


class UnknownPart(BaseModel):
    """A part of a type that this version of the SDK does not know. Its fields are attributes too."""

    type: str | None = None


Part: TypeAlias = Annotated[
    TextPartResponse | MediaPartResponse | LinkPartResponse | IMessageAppPartResponse | AppClipPartResponse,
    OpenUnion("type", UnknownPart),
]
"""Discriminated by ``type``. A newer server may send other types; they become an ``UnknownPart``."""
