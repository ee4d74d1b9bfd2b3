"""What a source of existing conversations yields, and how it says that its file is damaged.

A reader is an iterator over one stream of records, in the order it finds them:

* ``Conversation``: a chat, before or after its messages, at most once for each ``key``;
* ``Message``: one message of the conversation with that ``key`` (times need not ascend);
* ``Skipped``: a chat that cannot become one here, with the reason a person would understand.

A reader holds at most one entry a conversation in memory, never the messages. It normalises every handle
(``domain/handle.normalise``), and it does not know the store: ``actions/import_chats`` folds the stream into chats.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import Instant


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
    ``created_at`` is None where only the messages can tell.
    """

    key: str
    members: tuple[Member, ...]
    is_group: bool
    service: Service | None
    identity: str | None = None
    name: str | None = None
    created_at: Instant | None = None


class Message(msgspec.Struct, frozen=True):
    """One message, as far as today's store and the health rules need it. ``sender`` None is the line itself."""

    key: str
    sent_at: Instant
    sender: str | None
    service: Service
    text: str | None = None
    failed: bool = False


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


Record: TypeAlias = Conversation | Message | Skipped


class DamagedSource(CommandError):
    """The file is not what it should be; the message says which file, where in it, and what was wrong."""


class Source(Protocol):
    """Reads one archive. ``size`` and ``position`` are in the same unit (bytes or rows), for a progress bar.

    ``size`` is known from the start, so making a source already raises ``DamagedSource`` where nothing can be read.
    """

    @property
    def size(self) -> int: ...

    @property
    def position(self) -> int: ...

    def records(self) -> Iterator[Record]:
        """Every record of the archive. Raises ``DamagedSource``."""
        ...
