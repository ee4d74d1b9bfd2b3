"""The ``message`` parameter of ``chats.create``, ``chats.messages.send`` and ``messages.create``."""

from collections.abc import Iterable, Mapping
from typing import Literal, Required, TypeAlias, TypedDict

from linq.types.shared.service_type import ServiceType
from linq.types.shared_params.text_decoration import TextDecoration


class InlineStickerParam(TypedDict, total=False):
    """A sticker that replaces a range of a text; takes a ``url`` or an ``attachment_id``."""

    range: Required[Iterable[int]]
    """The first character and the one after the last, in UTF-16 code units."""

    attachment_id: str

    url: str


class TextPartParam(TypedDict, total=False):
    """A text."""

    type: Required[Literal["text"]]

    value: Required[str]

    inline_stickers: Iterable[InlineStickerParam]

    mention: str
    """The handle of the group member to mention."""

    mention_range: Iterable[int]
    """The range of the text that mentions them; the whole text by default."""

    text_decorations: Iterable[TextDecoration]


class MediaPartParam(TypedDict, total=False):
    """A file; takes a ``url`` or an ``attachment_id``."""

    type: Required[Literal["media"]]

    attachment_id: str

    sticker: bool
    """Whether to send the image as a sticker."""

    url: str
    """A public https URL, which the server downloads."""


class LinkPartParam(TypedDict, total=False):
    """A URL with a preview. It must be the only part."""

    type: Required[Literal["link"]]

    value: Required[str]


class IMessageAppParam(TypedDict, total=False):
    """The iMessage app that a card belongs to."""

    bundle_id: Required[str]

    name: Required[str]

    team_id: Required[str]

    app_store_id: int


class IMessageAppLayoutParam(TypedDict, total=False):
    """The texts and the image of an app's card."""

    caption: str

    image_subtitle: str

    image_title: str

    image_url: str

    subcaption: str

    trailing_caption: str

    trailing_subcaption: str


class IMessageAppPartParam(TypedDict, total=False):
    """A card of an iMessage app."""

    app: Required[IMessageAppParam]

    layout: Required[IMessageAppLayoutParam]

    type: Required[Literal["imessage_app"]]

    fallback_text: str
    """The text to show where the card cannot be shown."""

    interactive: bool

    url: str


class AppClipPartParam(TypedDict, total=False):
    """An invitation to an App Clip. It must be the only part."""

    type: Required[Literal["app_clip"]]

    value: Required[str]
    """Its URL."""

    caption: str


PartParam: TypeAlias = TextPartParam | MediaPartParam | LinkPartParam | IMessageAppPartParam | AppClipPartParam


class MessageEffectParam(TypedDict, total=False):
    """The effect that iMessage plays when the message is opened."""

    name: str
    """``confetti``, ``slam``, …"""

    type: Literal["screen", "bubble"]


class ReplyToParam(TypedDict, total=False):
    """The message that this one replies to."""

    message_id: Required[str]

    part_index: int
    """The index of the part, from 0."""


class ExperienceParam(TypedDict, total=False):
    """An action of an experience, instead of parts."""

    action: Required[str]

    name: Required[str]

    params: Mapping[str, object]


class MessageContentParam(TypedDict, total=False):
    """A message: its ``parts``, or an ``experience``, and how to send it."""

    effect: MessageEffectParam

    experience: ExperienceParam

    idempotency_key: str
    """A second request with the same key sends nothing, and returns the first result."""

    parts: Iterable[PartParam]

    preferred_service: ServiceType

    reply_to: ReplyToParam
