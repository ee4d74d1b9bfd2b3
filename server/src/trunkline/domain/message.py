"""Messages (the API's public documentation: ``Message``, ``MessageContent``).

outbound:  pending ──▶ queued ──▶ sent ──▶ delivered ──▶ read          inbound:  received ──▶ read
              └──────────┴─────────┴──▶ failed (a late delivery supersedes it)
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import Participant, Service
from trunkline.domain.errors import InvalidParameter, MissingField
from trunkline.domain.instant import MINUTE, Instant

MAX_EDITS = 5
EDIT_WINDOW: int = 15 * MINUTE
"""How long after sending a message can be edited, in microseconds."""
MAX_EMOJI = 50  # characters; a family of four with skin tones has eleven
MAX_REACTIONS = 1000
"""Reactions to all parts of a message."""
MAX_IDEMPOTENCY_KEY = 255  # characters


class DeliveryStatus(StrEnum):
    """The delivery status of a message."""

    PENDING = "pending"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    RECEIVED = "received"
    READ = "read"
    FAILED = "failed"


OUTBOUND_ORDER = (
    DeliveryStatus.PENDING,
    DeliveryStatus.QUEUED,
    DeliveryStatus.SENT,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
)
"""The statuses of an outbound message in order; it never goes back."""


def transitions(current: DeliveryStatus, reported: DeliveryStatus) -> tuple[DeliveryStatus, ...]:
    """The statuses that an outbound message passes through to the reported one, which is the last of them.

    Empty if the report repeats a status, comes too late, or is impossible.
    """
    if reported is DeliveryStatus.FAILED:
        in_transit = {DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT}
        return (reported,) if current in in_transit else ()
    if reported not in OUTBOUND_ORDER or current is DeliveryStatus.RECEIVED:
        return ()
    # A message that failed and is delivered late was not delivered before.
    reached = OUTBOUND_ORDER.index(DeliveryStatus.QUEUED if current is DeliveryStatus.FAILED else current)
    return OUTBOUND_ORDER[reached + 1 : OUTBOUND_ORDER.index(reported) + 1]


class ReactionType(StrEnum):
    """A tapback, or any other emoji as ``custom``."""

    LOVE = "love"
    LIKE = "like"
    DISLIKE = "dislike"
    LAUGH = "laugh"
    EMPHASIZE = "emphasize"
    QUESTION = "question"
    CUSTOM = "custom"


class Reaction(msgspec.Struct, frozen=True):
    """A participant's reaction to a part of a message."""

    id: str
    by: Participant
    type: ReactionType
    custom_emoji: str | None = None


class ReactionChange(msgspec.Struct, frozen=True):
    """A reaction to add to a part of a message, or to remove from it."""

    type: ReactionType
    added: bool
    part_index: int = 0
    custom_emoji: str | None = None

    def check(self) -> None:
        """Raises ``MissingField`` or ``InvalidParameter`` if a custom reaction has no emoji, or another has one."""
        if self.type is ReactionType.CUSTOM and self.custom_emoji is None:
            raise MissingField("'custom_emoji' is missing; a reaction of the type custom needs one")
        if self.type is not ReactionType.CUSTOM and self.custom_emoji is not None:
            raise InvalidParameter(f"'custom_emoji' is given, but the type is {self.type}; only custom has one")
        if self.custom_emoji is not None and not 1 <= len(self.custom_emoji) <= MAX_EMOJI:
            raise InvalidParameter(
                f"'custom_emoji' has {len(self.custom_emoji)} characters; it must be an emoji of at most {MAX_EMOJI}"
            )


class Style(StrEnum):
    """The style of a range of text."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKETHROUGH = "strikethrough"
    UNDERLINE = "underline"


class Animation(StrEnum):
    """The animation of a range of text."""

    BIG = "big"
    SMALL = "small"
    SHAKE = "shake"
    NOD = "nod"
    EXPLODE = "explode"
    RIPPLE = "ripple"
    BLOOM = "bloom"
    JITTER = "jitter"


class Decoration(msgspec.Struct, frozen=True):
    """The style or animation of a range ``[start, end)`` of text, in UTF-16 code units."""

    range: tuple[int, int]
    style: Style | None = None
    animation: Animation | None = None


class TextPart(msgspec.Struct, frozen=True):
    """Text. ``mention`` is the handle of a participant whom the text, or a range of it, mentions."""

    value: str
    decorations: tuple[Decoration, ...] = ()
    mention: str | None = None
    mention_range: tuple[int, int] | None = None
    reactions: tuple[Reaction, ...] = ()


class MediaPart(msgspec.Struct, frozen=True):
    """A file. ``size_bytes`` is 0 if it is unknown.

    ``url`` is None if the file is an attachment of this service: the one with the id of the part. In the content of a
    request, nothing else is known of it yet.
    """

    id: str
    url: str | None
    filename: str
    mime_type: str
    size_bytes: int = 0
    reactions: tuple[Reaction, ...] = ()


class LinkPart(msgspec.Struct, frozen=True):
    """A URL with a preview."""

    value: str
    reactions: tuple[Reaction, ...] = ()


class Vote(msgspec.Struct, frozen=True):
    """A participant's vote for an option of a poll."""

    handle: str
    voted_at: Instant


class PollOption(msgspec.Struct, frozen=True):
    """An option of a poll, and who added it."""

    id: str
    text: str
    creator: Participant
    votes: tuple[Vote, ...] = ()


class PollPart(msgspec.Struct, frozen=True):
    """A poll: the only part of its message. The rules are in ``domain/poll``."""

    options: tuple[PollOption, ...]
    reactions: tuple[Reaction, ...] = ()

    @property
    def total_voters(self) -> int:
        """The number of participants who voted, however many options each one chose."""
        return len({vote.handle for option in self.options for vote in option.votes})


ShownPart: TypeAlias = TextPart | MediaPart | LinkPart
"""A part that the API shows in a message."""

Part: TypeAlias = ShownPart | PollPart


class EffectKind(StrEnum):
    """Where an effect plays."""

    SCREEN = "screen"
    BUBBLE = "bubble"


class Effect(msgspec.Struct, frozen=True):
    """An animation of the whole message."""

    type: EffectKind
    name: str


class ReplyTo(msgspec.Struct, frozen=True):
    """The message, and the part of it, that a message replies to."""

    message_id: str
    part_index: int = 0


class Content(msgspec.Struct, frozen=True):
    """The content of a message, without its sender and chat."""

    parts: tuple[Part, ...]
    effect: Effect | None = None
    reply_to: ReplyTo | None = None
    preferred_service: Service | None = None
    is_voice_memo: bool = False
    """Whether recipients play the message, a single audio file, in the chat."""

    @property
    def attachment_ids(self) -> list[str]:
        """The ids of the attachments among the parts."""
        return [part.id for part in self.parts if isinstance(part, MediaPart) and part.url is None]

    @property
    def text(self) -> str:
        """The text of all parts."""
        return "\n".join([part.value for part in self.parts if isinstance(part, TextPart)])

    @property
    def shown_parts(self) -> tuple[ShownPart, ...]:
        """The parts that the API shows in a message; none if it is a poll."""
        return tuple([part for part in self.parts if not isinstance(part, PollPart)])

    @property
    def poll(self) -> PollPart | None:
        """The poll, if the message is one."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], PollPart) else None


class Message(msgspec.Struct, frozen=True):
    """One message. ``sender`` is the participant as it was then; ``thread`` is the first message of the thread."""

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
        """Whether the partner's own line sent it."""
        return self.sender.is_me
