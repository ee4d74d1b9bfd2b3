"""What a source of existing conversations yields, and how it says that its file is damaged.

An archive is read twice, each time as one stream, and a reader keeps at most one entry a conversation in memory:

* ``conversations`` yields each chat once, with what its messages say of it, and each that cannot become one here;
* ``messages`` yields the messages of those chats, in the order of the archive: who took part, and since when, is known
  by then.

A reader normalises every handle (``domain/handle.normalise``), and it does not know the store: ``told`` says what its
records are in the terms of the domain, and ``actions/import_chats`` stores it.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus, ReactionType


class Member(msgspec.Struct, frozen=True):
    """Somebody in a conversation, other than the line. ``joined_at`` is None where the source does not say."""

    handle: str
    service: Service
    joined_at: Instant | None = None
    left_at: Instant | None = None
    status: ParticipantStatus = ParticipantStatus.ACTIVE


class Conversation(msgspec.Struct, frozen=True):
    """A chat of the source. ``key`` is stable: the same chat has the same key in a later copy of the same archive.

    A direct conversation is one with exactly one member; ``action`` merges it with what the line already has with that
    person. A group whose ``identity`` is None is known by its set of members (as MMS groups are); otherwise by it.
    ``first_at`` and ``last_at`` are when its first and its last message were sent, None where it has none.
    """

    key: str
    members: tuple[Member, ...]
    is_group: bool
    service: Service | None
    identity: str | None = None
    name: str | None = None
    first_at: Instant | None = None
    last_at: Instant | None = None


class Attachment(msgspec.Struct, frozen=True):
    """A file of a message, which itself is not read. What the source does not say is None, and 0 for its size."""

    filename: str | None
    mime_type: str | None
    size_bytes: int = 0


class Answered(msgspec.Struct, frozen=True):
    """What a message answers: the ``identity`` of the message that began the thread, and the part of it."""

    identity: str
    part_index: int


class Reacted(msgspec.Struct, frozen=True):
    """A reaction that stands at the time of the archive. ``sender`` None is the line itself."""

    sender: str | None
    type: ReactionType
    part_index: int
    custom_emoji: str | None = None


class Message(msgspec.Struct, frozen=True):
    """One message. ``key`` is its conversation's; ``sender`` None is the line itself.

    ``identity`` tells it from every other message of the conversation, in this archive and in later copies of it. Text
    is a ``str`` among the parts. ``changed_at`` is when anything last happened to it, as far as the archive says.
    """

    key: str
    identity: str
    sent_at: Instant
    sender: str | None
    service: Service
    status: DeliveryStatus
    parts: tuple[str | Attachment, ...] = ()
    changed_at: Instant | None = None
    delivered_at: Instant | None = None
    read_at: Instant | None = None
    answers: Answered | None = None
    reactions: tuple[Reacted, ...] = ()


class Reason(StrEnum):
    """Why the reader of an archive leaves a chat out: few phrases, so that they count together."""

    NOT_A_HANDLE = "short code or sender name"
    GROUP_NOT_A_HANDLE = "group with a short code or sender name"
    OTHER_NETWORK = "chat on another network"
    ALONE = "chat with nobody but the line"
    NO_ADDRESS = "chat without an address"


class Skipped(msgspec.Struct, frozen=True):
    """A chat left out, and why, in words that count together. One for each chat, however many messages it has."""

    reason: str


Record: TypeAlias = Conversation | Skipped


class DamagedSource(CommandError):
    """The file is not what it should be; the message says which file, where in it, and what was wrong."""


class Source(Protocol):
    """Reads one archive. ``size`` and ``position`` are in the same unit (bytes or rows), for a progress bar.

    ``size`` is known from the start, so making a source already raises ``DamagedSource`` where nothing can be read.
    ``position`` goes from 0 to ``size`` in each of the two readings.
    """

    @property
    def size(self) -> int: ...

    @property
    def position(self) -> int: ...

    def conversations(self) -> Iterator[Record]:
        """Every chat of the archive, and every one left out. Raises ``DamagedSource``."""
        ...

    def messages(self) -> Iterator[Message]:
        """Every message. Raises ``DamagedSource``.

        Where the archive is in use, there may be some by now of chats or people that ``conversations`` did not know.
        """
        ...
