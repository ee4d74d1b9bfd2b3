"""What a source yields, and how it reports a damaged file.

An archive is read twice, each time as a stream, and a reader holds at most one record for each chat in memory:

* ``chats`` yields each chat once, with what its messages say about it, and each chat that cannot be imported;
* ``messages`` yields the messages of those chats in the order of the archive. By then, the participants of each chat
  and their join dates are known.

A reader normalises every handle (``domain/handle.normalise``) and does not know the store. ``to_domain`` maps its
records to the domain, and ``actions/imports`` stores them.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import is_business
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus, ReactionType


class Member(msgspec.Struct, frozen=True):
    """A participant of an archived chat other than the line. ``joined_at`` is None if the archive does not say it."""

    handle: str
    service: Service
    joined_at: Instant | None = None
    left_at: Instant | None = None
    status: ParticipantStatus = ParticipantStatus.ACTIVE


class ArchivedChat(msgspec.Struct, frozen=True):
    """A chat of an archive. ``key`` is stable: a later copy of the archive has the same key for the same chat.

    A direct chat has exactly one member; the import merges it with the line's chat with that person. A group without an
    ``identity`` is identified by its members (as in MMS). ``first_at`` and ``last_at`` are the times of its first and
    last message, None if it has none.
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
    """A file of a message, without its content. Unknown properties are None, an unknown size is 0."""

    filename: str | None
    mime_type: str | None
    size_bytes: int = 0


class ArchivedReply(msgspec.Struct, frozen=True):
    """What a message replies to: the ``identity`` of the first message of the thread, and the part of it."""

    identity: str
    part_index: int


class ArchivedReaction(msgspec.Struct, frozen=True):
    """A reaction that exists at the time of the archive. ``sender`` is None for the line itself."""

    sender: str | None
    type: ReactionType
    part_index: int
    custom_emoji: str | None = None


class ArchivedMessage(msgspec.Struct, frozen=True):
    """One message. ``chat_key`` is the key of its chat; ``sender`` is None for the line itself.

    ``identity`` distinguishes it from every other message of the chat, in this archive and in later copies. Text is a
    ``str`` among the parts. ``changed_at`` is when it last changed, as far as the archive says.
    """

    chat_key: str
    identity: str
    sent_at: Instant
    sender: str | None
    service: Service
    status: DeliveryStatus
    parts: tuple[str | Attachment, ...] = ()
    changed_at: Instant | None = None
    delivered_at: Instant | None = None
    read_at: Instant | None = None
    reply_to: ArchivedReply | None = None
    reactions: tuple[ArchivedReaction, ...] = ()


class Reason(StrEnum):
    """Why a chat is skipped. There are few reasons, so that skipped chats can be counted by reason."""

    NOT_A_HANDLE = "short code or sender name"
    BUSINESS = "business account, such as an RCS agent"
    GROUP_NOT_A_HANDLE = "group with a short code or sender name"
    OTHER_NETWORK = "chat on another network"
    ALONE = "chat with nobody but the line"
    NO_ADDRESS = "chat without an address"


def reason_of(address: str) -> Reason:
    """Why the chat with an address that is not a handle is skipped."""
    return Reason.BUSINESS if is_business(address) else Reason.NOT_A_HANDLE


class Skipped(msgspec.Struct, frozen=True):
    """A skipped chat: one for each chat, however many messages it has."""

    reason: str


Record: TypeAlias = ArchivedChat | Skipped


class DamagedSource(CommandError):
    """The file is damaged, or not of the expected format. The message names the file, the position and the problem."""


class Source(Protocol):
    """Reads one archive. ``size`` and ``position`` have the same unit (bytes or rows), for a progress bar.

    ``size`` is known from the start, so creating a source raises ``DamagedSource`` if nothing can be read. ``position``
    goes from 0 to ``size`` in each of the two readings.
    """

    @property
    def size(self) -> int: ...

    @property
    def position(self) -> int: ...

    def chats(self) -> Iterator[Record]:
        """Every chat of the archive, and every skipped one. Raises ``DamagedSource``."""
        ...

    def messages(self) -> Iterator[ArchivedMessage]:
        """Every message. Raises ``DamagedSource``.

        If the archive is in use, it may by now contain messages of chats or people that ``chats`` did not yield.
        """
        ...
