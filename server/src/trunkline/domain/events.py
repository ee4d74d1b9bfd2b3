"""Events: what happened, as subscribers see it (the API's public documentation)."""

from collections.abc import Callable
from enum import StrEnum

import msgspec


class EventType(StrEnum):
    """Every event that this service sends."""

    MESSAGE_SENT = "message.sent"
    MESSAGE_RECEIVED = "message.received"
    MESSAGE_READ = "message.read"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_EDITED = "message.edited"
    REACTION_ADDED = "reaction.added"
    REACTION_REMOVED = "reaction.removed"
    POLL_SENT = "poll.sent"
    POLL_RECEIVED = "poll.received"
    POLL_DELIVERED = "poll.delivered"
    POLL_READ = "poll.read"
    POLL_FAILED = "poll.failed"
    POLL_UPDATED = "poll.updated"
    POLL_VOTE_ADDED = "poll.vote.added"
    POLL_VOTE_REMOVED = "poll.vote.removed"
    POLL_REACTION_ADDED = "poll.reaction.added"
    PARTICIPANT_ADDED = "participant.added"
    PARTICIPANT_REMOVED = "participant.removed"
    CHAT_CREATED = "chat.created"
    GROUP_NAME_UPDATED = "chat.group_name_updated"
    GROUP_ICON_UPDATED = "chat.group_icon_updated"
    TYPING_STARTED = "chat.typing_indicator.started"
    TYPING_STOPPED = "chat.typing_indicator.stopped"
    CONTACT_CARD_RECEIVED = "contact_card.received"
    LINE_STATUS_UPDATED = "phone_number.status_updated"


class WebhookVersion(StrEnum):
    """A version of the payload of events. Only the events of messages differ."""

    V_2025_01_01 = "2025-01-01"
    V_2026_02_03 = "2026-02-03"


LATEST_VERSION = WebhookVersion.V_2026_02_03

FIRST_VERSION = {EventType.MESSAGE_EDITED: WebhookVersion.V_2026_02_03}
"""The first version of each event that is not in every version."""


class Event(msgspec.Struct, frozen=True):
    """One event. Events of one chat are delivered in order."""

    type: EventType
    chat_id: str | None
    """None for an event that belongs to no chat."""
    line: str
    render: Callable[[WebhookVersion], bytes]
    """Its ``data`` as JSON, in a version."""
    message_id: str | None = None
    """The message that it is about, if any. When that is deleted, the event loses its content."""
