"""The result of ``client.webhooks.unwrap``: one model per type of event, discriminated by ``event_type``."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from linq._models import BaseModel, OpenEnum, OpenUnion
from linq.types.webhook_event_data import (
    GroupChange,
    Joining,
    Leaving,
    LineStatusChange,
    MessageEdit,
    MessageEventV2,
    MessageFailure,
    NewChat,
    PollFailure,
    PollReceived,
    PollStatus,
    PollUpdate,
    PollVote,
    ReactionEventBase,
    ReceivedContactCard,
    Typing,
)
from linq.types.webhook_event_type import OtherEventType


class WebhookEvent(BaseModel):
    """The fields of every event."""

    api_version: str

    created_at: datetime
    """When it happened, with its time zone."""

    event_id: str
    """The same for every delivery of the event; use it to process an event once."""

    partner_id: str

    trace_id: str
    """The id to quote to the service's operators."""

    webhook_version: str


class MessageSentWebhookEvent(WebhookEvent):
    event_type: Literal["message.sent"]
    data: MessageEventV2


class MessageReceivedWebhookEvent(WebhookEvent):
    event_type: Literal["message.received"]
    data: MessageEventV2


class MessageDeliveredWebhookEvent(WebhookEvent):
    event_type: Literal["message.delivered"]
    data: MessageEventV2


class MessageReadWebhookEvent(WebhookEvent):
    event_type: Literal["message.read"]
    data: MessageEventV2


class MessageFailedWebhookEvent(WebhookEvent):
    event_type: Literal["message.failed"]
    data: MessageFailure


class MessageEditedWebhookEvent(WebhookEvent):
    event_type: Literal["message.edited"]
    data: MessageEdit


class ReactionAddedWebhookEvent(WebhookEvent):
    event_type: Literal["reaction.added"]
    data: ReactionEventBase


class ReactionRemovedWebhookEvent(WebhookEvent):
    event_type: Literal["reaction.removed"]
    data: ReactionEventBase


class PollReceivedWebhookEvent(WebhookEvent):
    event_type: Literal["poll.received"]
    data: PollReceived


class PollSentWebhookEvent(WebhookEvent):
    event_type: Literal["poll.sent"]
    data: PollStatus


class PollDeliveredWebhookEvent(WebhookEvent):
    event_type: Literal["poll.delivered"]
    data: PollStatus


class PollReadWebhookEvent(WebhookEvent):
    event_type: Literal["poll.read"]
    data: PollStatus


class PollFailedWebhookEvent(WebhookEvent):
    event_type: Literal["poll.failed"]
    data: PollFailure


class PollUpdatedWebhookEvent(WebhookEvent):
    event_type: Literal["poll.updated"]
    data: PollUpdate


class PollVoteAddedWebhookEvent(WebhookEvent):
    event_type: Literal["poll.vote.added"]
    data: PollVote


class PollVoteRemovedWebhookEvent(WebhookEvent):
    event_type: Literal["poll.vote.removed"]
    data: PollVote


class PollReactionAddedWebhookEvent(WebhookEvent):
    event_type: Literal["poll.reaction.added"]
    data: ReactionEventBase


class ParticipantAddedWebhookEvent(WebhookEvent):
    event_type: Literal["participant.added"]
    data: Joining


class ParticipantRemovedWebhookEvent(WebhookEvent):
    event_type: Literal["participant.removed"]
    data: Leaving


class ChatCreatedWebhookEvent(WebhookEvent):
    event_type: Literal["chat.created"]
    data: NewChat


class ChatGroupNameUpdatedWebhookEvent(WebhookEvent):
    event_type: Literal["chat.group_name_updated"]
    data: GroupChange


class ChatGroupIconUpdatedWebhookEvent(WebhookEvent):
    event_type: Literal["chat.group_icon_updated"]
    data: GroupChange


class ChatTypingIndicatorStartedWebhookEvent(WebhookEvent):
    event_type: Literal["chat.typing_indicator.started"]
    data: Typing


class ChatTypingIndicatorStoppedWebhookEvent(WebhookEvent):
    event_type: Literal["chat.typing_indicator.stopped"]
    data: Typing


class ContactCardReceivedWebhookEvent(WebhookEvent):
    event_type: Literal["contact_card.received"]
    data: ReceivedContactCard


class PhoneNumberStatusUpdatedWebhookEvent(WebhookEvent):
    event_type: Literal["phone_number.status_updated"]
    data: LineStatusChange


class OtherWebhookEvent(WebhookEvent):
    """An event of any other type; its ``data`` is decoded JSON."""

    event_type: Annotated[OtherEventType, OpenEnum]
    data: object = None


UnwrapWebhookEvent: TypeAlias = Annotated[
    MessageSentWebhookEvent
    | MessageReceivedWebhookEvent
    | MessageDeliveredWebhookEvent
    | MessageReadWebhookEvent
    | MessageFailedWebhookEvent
    | MessageEditedWebhookEvent
    | ReactionAddedWebhookEvent
    | ReactionRemovedWebhookEvent
    | PollReceivedWebhookEvent
    | PollSentWebhookEvent
    | PollDeliveredWebhookEvent
    | PollReadWebhookEvent
    | PollFailedWebhookEvent
    | PollUpdatedWebhookEvent
    | PollVoteAddedWebhookEvent
    | PollVoteRemovedWebhookEvent
    | PollReactionAddedWebhookEvent
    | ParticipantAddedWebhookEvent
    | ParticipantRemovedWebhookEvent
    | ChatCreatedWebhookEvent
    | ChatGroupNameUpdatedWebhookEvent
    | ChatGroupIconUpdatedWebhookEvent
    | ChatTypingIndicatorStartedWebhookEvent
    | ChatTypingIndicatorStoppedWebhookEvent
    | ContactCardReceivedWebhookEvent
    | PhoneNumberStatusUpdatedWebhookEvent
    | OtherWebhookEvent,
    OpenUnion("event_type", OtherWebhookEvent),
]
"""Discriminated by ``event_type``, or by class."""
