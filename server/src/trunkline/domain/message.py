"""A message of a chat, as frozen values (the API's public documentation: ``Message``, ``MessageContent``).

outbound:  pending ──▶ queued ──▶ sent ──▶ delivered ──▶ read          inbound:  received ──▶ read
              └──────────┴─────────┴──▶ failed (a late delivery mends it)
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import Participant, Service
from trunkline.domain.instant import MINUTE, Instant

MAX_EDITS = 5
EDIT_WINDOW: int = 15 * MINUTE
"""How long after it was sent a message can be edited, in microseconds."""


class DeliveryStatus(StrEnum):
    """How far a message has come."""

    PENDING = "pending"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    RECEIVED = "received"
    READ = "read"
    FAILED = "failed"


PROGRESS = (
    DeliveryStatus.PENDING,
    DeliveryStatus.QUEUED,
    DeliveryStatus.SENT,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
)
"""The way of an outbound message; it never goes back."""


def stations(now: DeliveryStatus, then: DeliveryStatus) -> tuple[DeliveryStatus, ...]:
    """The statuses that an outbound message passes from one to another, the latter included; none where it does not go
    that way.
    """
    if then is DeliveryStatus.FAILED:
        on_the_way = {DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT}
        return (then,) if now in on_the_way else ()
    if then not in PROGRESS or now is DeliveryStatus.RECEIVED:
        return ()
    # A message that was given up and arrives after all had not arrived before.
    reached = PROGRESS.index(DeliveryStatus.QUEUED if now is DeliveryStatus.FAILED else now)
    return PROGRESS[reached + 1 : PROGRESS.index(then) + 1]


class ReactionType(StrEnum):
    """The tapbacks, and any other emoji as ``custom``."""

    LOVE = "love"
    LIKE = "like"
    DISLIKE = "dislike"
    LAUGH = "laugh"
    EMPHASIZE = "emphasize"
    QUESTION = "question"
    CUSTOM = "custom"


class Reaction(msgspec.Struct, frozen=True):
    """Somebody's reaction to a part of a message."""

    id: str
    by: Participant
    type: ReactionType
    custom_emoji: str | None = None


class Style(StrEnum):
    """How a range of text may look."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKETHROUGH = "strikethrough"
    UNDERLINE = "underline"


class Animation(StrEnum):
    """How a range of text may move."""

    BIG = "big"
    SMALL = "small"
    SHAKE = "shake"
    NOD = "nod"
    EXPLODE = "explode"
    RIPPLE = "ripple"
    BLOOM = "bloom"
    JITTER = "jitter"


class Decoration(msgspec.Struct, frozen=True):
    """The look of a range ``[start, end)`` of a text, in UTF-16 code units: a style or an animation."""

    range: tuple[int, int]
    style: Style | None = None
    animation: Animation | None = None


class TextPart(msgspec.Struct, frozen=True):
    """Text, as it was written. ``mention`` is the handle of a participant that the text, or a range of it, names."""

    value: str
    decorations: tuple[Decoration, ...] = ()
    mention: str | None = None
    mention_range: tuple[int, int] | None = None
    reactions: tuple[Reaction, ...] = ()


class MediaPart(msgspec.Struct, frozen=True):
    """A file, by its URL. ``size_bytes`` is 0 where nobody said."""

    id: str
    url: str
    filename: str
    mime_type: str
    size_bytes: int = 0
    reactions: tuple[Reaction, ...] = ()


class LinkPart(msgspec.Struct, frozen=True):
    """A URL that is shown with a preview."""

    value: str
    reactions: tuple[Reaction, ...] = ()


Part: TypeAlias = TextPart | MediaPart | LinkPart


class EffectKind(StrEnum):
    """Where an effect plays."""

    SCREEN = "screen"
    BUBBLE = "bubble"


class Effect(msgspec.Struct, frozen=True):
    """An animation that comes with a message."""

    type: EffectKind
    name: str


class ReplyTo(msgspec.Struct, frozen=True):
    """The message, and the part of it, that a message answers."""

    message_id: str
    part_index: int = 0


class Content(msgspec.Struct, frozen=True):
    """What is sent, apart from who sends it where."""

    parts: tuple[Part, ...]
    effect: Effect | None = None
    reply_to: ReplyTo | None = None
    preferred_service: Service | None = None

    @property
    def text(self) -> str:
        """What there is to read."""
        return "\n".join([part.value for part in self.parts if isinstance(part, TextPart)])


class Message(msgspec.Struct, frozen=True):
    """One message. ``sender`` is the participant as they were then; ``thread`` is the message that began the thread."""

    id: str
    chat_id: str
    sender: Participant
    content: Content
    thread: str
    created_at: Instant
    updated_at: Instant
    delivery_status: DeliveryStatus
    service: Service | None = None
    sent_at: Instant | None = None
    delivered_at: Instant | None = None
    read_at: Instant | None = None
    idempotency_key: str | None = None
    edits: int = 0

    @property
    def is_from_me(self) -> bool:
        """Whether the partner's own line wrote it."""
        return self.sender.is_me
