"""A chat and its participants (the API's public documentation: ``Chat``, ``ChatHandle``, ``HealthStatus``)."""

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.instant import Instant

MAX_RECIPIENTS = 31
MIN_GROUP_SIZE = 3
"""The minimum number of participants of a group, the line included."""
MAX_GROUP_NAME = 255  # characters
MAX_PRESENT = 250
"""Recipients of a group that counterparties have filled; your own requests stop at ``MAX_RECIPIENTS``."""
MAX_FORMER = 100
"""Participants who left that a chat keeps: the latest ones."""


class Service(StrEnum):
    """The network that carries messages."""

    IMESSAGE = "iMessage"
    SMS = "SMS"
    RCS = "RCS"


class ParticipantStatus(StrEnum):
    """Whether a participant is in the chat, left, or was removed."""

    ACTIVE = "active"
    LEFT = "left"
    REMOVED = "removed"


class HealthStatus(StrEnum):
    """The rating of a chat."""  # domain/chat_health has the rules

    HEALTHY = "HEALTHY"
    AT_RISK = "AT_RISK"
    CRITICAL = "CRITICAL"
    OPTED_OUT = "OPTED_OUT"


class Participant(msgspec.Struct, frozen=True):
    """The membership of a handle in a chat."""

    id: str
    handle: str
    service: Service
    joined_at: Instant
    is_me: bool = False
    left_at: Instant | None = None
    status: ParticipantStatus = ParticipantStatus.ACTIVE


class Health(msgspec.Struct, frozen=True):
    """The health status of a chat, and when it last changed."""

    status: HealthStatus
    updated_at: Instant


class Chat(msgspec.Struct, frozen=True):
    """A conversation of one line with one person or a group. The line is the first participant."""

    id: str
    participants: tuple[Participant, ...]
    is_group: bool
    health: Health
    created_at: Instant
    updated_at: Instant
    name: str | None = None
    """The name that a participant gave the chat; None if ``display_name`` is the default."""
    service: Service | None = None
    icon_url: str | None = None
    message_count: int = 0
    """The number of stored messages."""
    unread_count: int = 0
    """The number of received messages that are not marked as read."""

    @property
    def me(self) -> Participant:
        """The partner's own line."""
        return self.participants[0]

    @property
    def active(self) -> tuple[Participant, ...]:
        """Everyone who is in the chat now, the line first unless it left."""
        return tuple([each for each in self.participants if each.status is ParticipantStatus.ACTIVE])

    def participant(self, handle: str) -> Participant | None:
        """The participant with this handle."""
        return next((each for each in self.participants if each.handle == handle), None)

    @property
    def line(self) -> str:
        """The partner's own number in this chat."""
        return self.participants[0].handle

    @property
    def recipients(self) -> tuple[str, ...]:
        """The handles of everyone but the line, in the order in which they joined."""
        return tuple([participant.handle for participant in self.participants[1:]])

    @property
    def display_name(self) -> str:
        """The chat's name; by default, the handles of the recipients joined by a comma and a space."""
        return self.name if self.name is not None else ", ".join(self.recipients)

    @property
    def recipients_key(self) -> str:
        """Finds the chat of a line with the same people: the line with the recipient, or with a digest of a group.

        Empty if no message to these people continues the chat: a group with a name, or one that the line has left.
        """
        return recipients_key_of(self.participants, is_group=self.is_group, name=self.name)


class Member(Protocol):
    """A participant, also one of a document that was only decoded."""

    @property
    def handle(self) -> str: ...

    @property
    def status(self) -> ParticipantStatus: ...


def recipients_key_of(participants: Sequence[Member], *, is_group: bool, name: str | None) -> str:
    """The ``Chat.recipients_key`` of a chat with these participants, the line first."""
    me, *recipients = participants
    if not is_group:
        return recipients_key(me.handle, [recipients[0].handle], is_group=False)
    if name is not None or me.status is not ParticipantStatus.ACTIVE:
        return ""
    present = [each.handle for each in recipients if each.status is ParticipantStatus.ACTIVE]
    return recipients_key(me.handle, present, is_group=True)


def recipients_key(line: str, recipients: Iterable[str], *, is_group: bool) -> str:
    """The ``Chat.recipients_key`` of a line with these recipients; for a group, its present ones."""
    if is_group:
        digest = hashlib.sha256(" ".join(sorted(set(recipients))).encode()).hexdigest()
        return f"{line} {digest[:32]}"
    return f"{line} {next(iter(recipients))}"


def with_latest_former(chat: Chat) -> Chat:
    """The chat with those participants that it keeps: everyone present, and the latest of those who left."""
    if len(chat.participants) <= MAX_FORMER:
        return chat
    former = [each for each in chat.participants[1:] if each.status is not ParticipantStatus.ACTIVE]
    if len(former) <= MAX_FORMER:
        return chat
    former.sort(key=lambda each: each.joined_at if each.left_at is None else each.left_at)
    dropped = {each.id for each in former[:-MAX_FORMER]}
    return msgspec.structs.replace(
        chat, participants=tuple([each for each in chat.participants if each.id not in dropped])
    )


def check_number_of_recipients(number: int) -> None:
    """Raises ``InvalidParameter`` if a chat cannot have so many recipients."""
    if number == 0:
        raise InvalidParameter("'to' is empty; it must list at least one handle")
    if number > MAX_RECIPIENTS:
        raise InvalidParameter(f"'to' lists {number:,} handles; a chat has at most {MAX_RECIPIENTS} recipients")


def clean_name(name: str | None) -> str | None:
    """A name that every engine can store: without NULs and lone surrogates; None if nothing is left."""
    if name is None:
        return None
    return name.replace("\0", "").encode("utf-8", "replace").decode() or None
