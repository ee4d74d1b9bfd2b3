"""What is to be sent: the ``message`` of ``chats.create``, ``chats.messages.send`` and ``messages.create``."""

from collections.abc import Iterable, Mapping
from typing import Literal, Required, TypeAlias, TypedDict

from linq.types.shared.service_type import ServiceType
from linq.types.shared_params import TextDecoration


class InlineStickerParam(TypedDict, total=False):
    """A sticker in the place of some letters of a text: of a ``url``, or of an ``attachment_id``."""

    range: Required[Iterable[int]]
    """First letter and the one after the last, in UTF-16 units."""

    attachment_id: str

    url: str


class TextPartParam(TypedDict, total=False):
    """A text, sent as it is."""

    type: Required[Literal["text"]]

    value: Required[str]

    inline_stickers: Iterable[InlineStickerParam]

    mention: str
    """The handle of somebody in the group who is meant."""

    mention_range: Iterable[int]
    """The letters that name them; all of them where this is left out."""

    text_decorations: Iterable[TextDecoration]


class MediaPartParam(TypedDict, total=False):
    """A file: of a ``url``, or of an ``attachment_id``."""

    type: Required[Literal["media"]]

    attachment_id: str

    sticker: bool
    """Send the picture as a sticker."""

    url: str
    """https, and open to everybody: the server fetches it."""


class LinkPartParam(TypedDict, total=False):
    """A URL with a preview. It has to be the only part."""

    type: Required[Literal["link"]]

    value: Required[str]


class IMessageAppParam(TypedDict, total=False):
    """The iMessage app that a card belongs to."""

    bundle_id: Required[str]

    name: Required[str]

    team_id: Required[str]

    app_store_id: int


class IMessageAppLayoutParam(TypedDict, total=False):
    """The words and the picture of an app's card."""

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
    """What is shown where the card cannot be."""

    interactive: bool

    url: str


class AppClipPartParam(TypedDict, total=False):
    """An invitation to an App Clip. It has to be the only part."""

    type: Required[Literal["app_clip"]]

    value: Required[str]
    """Its URL."""

    caption: str


PartParam: TypeAlias = TextPartParam | MediaPartParam | LinkPartParam | IMessageAppPartParam | AppClipPartParam


class MessageEffectParam(TypedDict, total=False):
    """What iMessage plays when the message is opened."""

    name: str
    """``confetti``, ``slam``, …"""

    type: Literal["screen", "bubble"]


class ReplyToParam(TypedDict, total=False):
    """The message that this one answers."""

    message_id: Required[str]

    part_index: int
    """Which of its parts, from 0."""


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
    """The same key again does not send again, it gives the first answer; also after the program was restarted."""

    parts: Iterable[PartParam]

    preferred_service: ServiceType

    reply_to: ReplyToParam
