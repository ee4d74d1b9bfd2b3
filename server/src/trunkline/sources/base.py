"""What a source yields, and how it reports a damaged file.

An archive is read twice, each time as a stream, and a reader holds at most one record for each chat in memory:

* ``chats`` yields each chat once, with what its messages say about it, and each chat that cannot be imported;
* ``messages`` yields the messages of those chats in the order of the archive, and each message and reaction that
  cannot be imported, so that every record of the archive is counted once. By then, the participants of each chat and
  their join dates are known.

A reader normalises every handle (``domain/handle.normalise``) and does not know the store. ``to_domain`` maps its
records to the domain, and ``actions/imports`` stores them.
"""

from collections.abc import Generator, Iterator, Sequence
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
    """A file of a message, without its content. Unknown properties are None, an unknown size is 0.

    ``location`` is what ``Source.read_file`` takes; None if the archive does not have the file.
    """

    filename: str | None
    mime_type: str | None
    size_bytes: int = 0
    location: str | None = None


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

    ``identity`` distinguishes it from every other message of the chat, in this archive and in later copies. Those under
    which an earlier copy, or an earlier version of the source, may have had it are ``former_identities``, the likeliest
    first. Text is a ``str`` among the parts. ``changed_at`` is when it last changed, as far as the archive says.
    """

    chat_key: str
    identity: str
    sent_at: Instant
    sender: str | None
    service: Service
    status: DeliveryStatus
    parts: tuple[str | Attachment, ...] = ()
    former_identities: tuple[str, ...] = ()
    changed_at: Instant | None = None
    delivered_at: Instant | None = None
    read_at: Instant | None = None
    reply_to: ArchivedReply | None = None
    reactions: tuple[ArchivedReaction, ...] = ()


def with_subject(subject: str | None, parts: Sequence[str | Attachment]) -> tuple[str | Attachment, ...]:
    """The parts of a message with its subject, which the API does not have: as the first line of the first text.

    Without a text, it is the last part, so the index of a file does not change.
    """
    if subject is None or not subject.strip():
        return tuple(parts)
    index = next((index for index, part in enumerate(parts) if isinstance(part, str)), None)
    if index is None:
        return (*parts, subject)
    return (*parts[:index], f"{subject}\n{parts[index]}", *parts[index + 1 :])


class Reason(StrEnum):
    """Why a chat, a message, a reaction or a file is skipped. There are few reasons, so that they can be counted.

    A message of a skipped chat is skipped for the reason of its chat.
    """

    NOT_A_HANDLE = "short code or sender name"
    BUSINESS = "business account, such as an RCS agent"
    GROUP_NOT_A_HANDLE = "group with a short code or sender name"
    OTHER_NETWORK = "chat on another network"
    ALONE = "chat with nobody but the line"
    NO_ADDRESS = "chat without an address"

    NO_CHAT = "message in no chat, such as a deleted one"
    NO_DATE = "message without a date"
    UNKNOWN_SENDER = "message of an unknown sender"
    UNSENT = "unsent message"
    EMPTY = "message without text or files"
    NOTICE = "notice in a chat, such as a join or a departure"
    POLL_VOTE = "vote in a poll"
    DRAFT = "draft"
    REPORT = "delivery report"
    NOT_A_MESSAGE = "record that is not a message"
    TOO_LATE = "message that arrived while the archive was read"

    NO_TARGET = "reaction to a message that was not imported"
    UNKNOWN_REACTION = "reaction of an unknown kind, such as a sticker"
    UNKNOWN_REACTOR = "reaction of an unknown sender"

    NO_FILE = "file that is missing"
    OUTSIDE = "file outside of the folder"
    NOT_A_FILE = "folder or device instead of a file"
    UNREADABLE = "file that cannot be read"
    NO_BYTES = "empty file"
    TOO_LARGE = "file of more than 104857600 bytes"
    TYPE = "file of a type that the API does not have"
    CHANGED = "file that its message no longer has"


def reason_of(address: str) -> Reason:
    """Why the chat with an address that is not a handle is skipped."""
    return Reason.BUSINESS if is_business(address) else Reason.NOT_A_HANDLE


class Skipped(msgspec.Struct, frozen=True):
    """A skipped chat: one for each chat, however many messages it has. ``key``: as of an ``ArchivedChat``."""

    reason: str
    key: str | None = None


class SkippedMessage(msgspec.Struct, frozen=True):
    """A skipped message, or another record where messages are stored."""

    reason: str


class SkippedPiece(msgspec.Struct, frozen=True):
    """A skipped reaction or another piece of a message."""

    reason: str


Record: TypeAlias = ArchivedChat | Skipped
MessageRecord: TypeAlias = ArchivedMessage | SkippedMessage | SkippedPiece


class NoFile(Exception):
    """A file of the archive cannot be read. ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


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

    def messages(self) -> Iterator[MessageRecord]:
        """Every message, and every skipped record. Raises ``DamagedSource``.

        If the archive is in use, it may by now contain messages of chats or people that ``chats`` did not yield.
        """
        ...

    def read_file(self, location: str) -> Generator[bytes]:
        """The content of a file, in pieces. Fastest in the order of ``messages``. Raises ``NoFile``."""
        ...
