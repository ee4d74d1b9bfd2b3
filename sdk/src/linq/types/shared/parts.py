"""What a message is made of, as answers and events show it."""

from typing import Annotated, Literal, TypeAlias

from linq._models import BaseModel, OpenEnum, OpenUnion
from linq.types.shared.reaction import Reaction


class TextDecoration(BaseModel):
    """A style or an animation over some letters of a text."""

    range: list[int]
    """First letter and the one after the last, in UTF-16 units."""

    animation: (
        Annotated[Literal["big", "small", "shake", "nod", "explode", "ripple", "bloom", "jitter"], OpenEnum] | None
    ) = None

    style: Annotated[Literal["bold", "italic", "strikethrough", "underline"], OpenEnum] | None = None


class InlineStickerResponse(BaseModel):
    """A sticker between the letters of a text."""

    range: list[int]
    """First letter and the one after the last, in UTF-16 units."""

    id: str | None = None

    file_name: str | None = None

    mime_type: str | None = None

    url: str | None = None
    """Where to fetch it."""


class Mention(BaseModel):
    """Somebody who is named in a text."""

    handle: str

    is_me: bool
    """Whether your own line is meant."""

    range: list[int]
    """First letter and the one after the last, in UTF-16 units."""


class TextPartResponse(BaseModel):
    """A text."""

    type: Literal["text"]

    value: str

    reactions: list[Reaction] | None = None
    """None in events, which are about the message alone."""

    inline_stickers: list[InlineStickerResponse] | None = None

    mention: str | None = None
    """Deprecated, with ``mention_range``: the first of ``mentions`` alone."""

    mention_range: list[int] | None = None

    mentions: list[Mention] | None = None

    text_decorations: list[TextDecoration] | None = None


class MediaPartResponse(BaseModel):
    """A picture, a film, a sound or a document."""

    type: Literal["media"]

    id: str

    filename: str

    mime_type: str

    size_bytes: int

    url: str
    """Where to fetch it."""

    reactions: list[Reaction] | None = None


class LinkPartResponse(BaseModel):
    """A URL that is shown with a preview."""

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
    """The words and the picture of an app's card."""

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
    """A part of a type that this version of the SDK does not know: its fields are attributes all the same."""

    type: str | None = None


Part: TypeAlias = Annotated[
    TextPartResponse | MediaPartResponse | LinkPartResponse | IMessageAppPartResponse | AppClipPartResponse,
    OpenUnion("type", UnknownPart),
]
"""Decide by ``type``. To editors these are all; a newer server may send others, which are an ``UnknownPart``."""
