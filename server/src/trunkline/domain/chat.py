"""A chat and the people in it, as frozen values (seed: ``class Chat``, ``ChatHandle``, ``HealthStatus``)."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from trunkline.domain.instant import Instant


class Service(StrEnum):
    """The network a chat runs on."""

    IMESSAGE = "iMessage"
    SMS = "SMS"
    RCS = "RCS"


class ParticipantStatus(StrEnum):
    """Whether a participant is still in the chat, went, or was put out."""

    ACTIVE = "active"
    LEFT = "left"
    REMOVED = "removed"


class HealthStatus(StrEnum):
    """The health bucket of a chat."""  # domain/health says what moves a chat between them

    HEALTHY = "HEALTHY"
    AT_RISK = "AT_RISK"
    CRITICAL = "CRITICAL"
    OPTED_OUT = "OPTED_OUT"


class Participant(msgspec.Struct, frozen=True):
    """A handle's membership in a chat."""

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
    """A conversation of one line with one person or a group. ``participants`` has the line first."""

    id: str
    participants: tuple[Participant, ...]
    is_group: bool
    health: Health
    created_at: Instant
    updated_at: Instant
    name: str | None = None
    """What somebody named the chat; None where ``display_name`` is the default one."""
    service: Service | None = None
    icon_url: str | None = None
    message_count: int = 0
    """How many messages are kept of it."""
    unread_count: int = 0
    """How many of those it received are not marked as read."""

    @property
    def me(self) -> Participant:
        """The partner's own line."""
        return self.participants[0]

    @property
    def active(self) -> tuple[Participant, ...]:
        """Everyone who is still in it, the line first if it is."""
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
        """Everyone's handle but the line's, in the order they joined."""
        return tuple([participant.handle for participant in self.participants[1:]])

    @property
    def display_name(self) -> str:
        """The chat's name, by default the recipients' handles joined by a comma and a space (seed)."""
        return self.name if self.name is not None else ", ".join(self.recipients)

    @property
    def recipients_key(self) -> str:
        """What a chat is found by again: its line and recipient, or its line and a digest of a group's recipients."""
        if not self.is_group:
            return recipients_key(self.line, self.recipients, is_group=False)
        present = [each.handle for each in self.participants[1:] if each.status is ParticipantStatus.ACTIVE]
        return recipients_key(self.line, present, is_group=True)


def recipients_key(line: str, recipients: Iterable[str], *, is_group: bool) -> str:
    """The ``Chat.recipients_key`` of a line's chat with these people; of a group, those who are in it now."""
    if is_group:
        digest = hashlib.sha256(" ".join(sorted(set(recipients))).encode()).hexdigest()
        return f"{line} {digest[:32]}"
    return f"{line} {next(iter(recipients))}"


def clean_name(name: str | None) -> str | None:
    """A name from outside as every engine can store it: without NULs and halves of characters; None for nothing."""
    if name is None:
        return None
    return name.replace("\0", "").encode("utf-8", "replace").decode() or None
