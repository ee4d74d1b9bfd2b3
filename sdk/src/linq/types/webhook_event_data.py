"""The ``data`` of each event."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from linq._models import BaseModel, OpenEnum
from linq.types.chat import HealthStatus
from linq.types.message import MessageEffect
from linq.types.poll import Poll, PollOption
from linq.types.shared.chat_handle import ChatHandle
from linq.types.shared.parts import MediaPartResponse, Part, TextPartResponse
from linq.types.shared.reaction import ReactionType, Sticker
from linq.types.shared.service_type import ServiceType

Direction: TypeAlias = Annotated[Literal["inbound", "outbound"], OpenEnum]
PreferredService: TypeAlias = Annotated[Literal["iMessage", "SMS", "RCS", "auto"], OpenEnum]
Reputation: TypeAlias = Annotated[Literal["HEALTHY", "AT_RISK", "CRITICAL"], OpenEnum]
LineStatus: TypeAlias = Annotated[Literal["ACTIVE", "FLAGGED"], OpenEnum]

# The public client has separate classes for the parts of a message in an event.
SchemasMediaPartResponse: TypeAlias = MediaPartResponse
SchemasMessageEffect: TypeAlias = MessageEffect
SchemasTextPartResponse: TypeAlias = TextPartResponse


class ChatInEvent(BaseModel):
    """The chat that an event happened in."""

    id: str

    health_status: HealthStatus


class MessageChat(ChatInEvent):
    """The chat of a message."""

    is_group: bool | None = None

    owner_handle: ChatHandle | None = None
    """Your line."""


class EditedChat(ChatInEvent):
    """The chat of a message that was edited."""

    is_group: bool

    owner_handle: ChatHandle
    """Your line."""


class EventReplyTo(BaseModel):
    """The message that this one replies to."""

    message_id: str | None = None

    part_index: int | None = None
    """The index of the part, from 0."""


class MessageEventV2(BaseModel):
    """A message that was sent, received, delivered or read."""

    id: str

    chat: MessageChat

    direction: Direction

    parts: list[Part]

    sender_handle: ChatHandle

    service: ServiceType

    delivered_at: datetime | None = None
    """None before ``message.delivered``."""

    effect: MessageEffect | None = None

    idempotency_key: str | None = None
    """The idempotency key that it was sent with."""

    preferred_service: PreferredService | None = None

    read_at: datetime | None = None
    """None before ``message.read``."""

    reconciled_at: datetime | None = None
    """When a message that did not arrive live was found. Do not reply to it as if it were new."""

    reply_to: EventReplyTo | None = None

    sent_at: datetime | None = None

    zero_retention: bool | None = None
    """Whether the service does not store the content; ``parts`` is empty then."""


class MessageFailure(BaseModel):
    """A message that could not be delivered."""

    code: int
    """The API's error code: 3007, 4001, …"""

    failed_at: datetime

    chat_id: str | None = None

    detail_code: int | None = None
    """For logging only: its values may change."""

    message_id: str | None = None

    preferred_service: PreferredService | None = None

    reason: str | None = None
    """A message for people, not for programs."""

    service: ServiceType | None = None


class EditedPart(BaseModel):
    """The part that was edited."""

    index: int
    """From 0."""

    text: str


class MessageEdit(BaseModel):
    """A message whose text was changed."""

    id: str

    chat: EditedChat

    direction: Direction

    edited_at: datetime

    part: EditedPart

    sender_handle: ChatHandle

    zero_retention: bool | None = None


class ReactionEventBase(BaseModel):
    """A reaction that was added or removed."""

    is_from_me: bool
    """Whether it is from your line."""

    reaction_type: ReactionType

    chat_id: str | None = None

    custom_emoji: str | None = None

    from_: str | None = Field(alias="from", default=None)
    """Deprecated: the handle of ``from_handle``."""

    from_handle: ChatHandle | None = None

    message_id: str | None = None

    part_index: int | None = None
    """From 0."""

    reacted_at: datetime | None = None

    reaction_id: str | None = None

    service: ServiceType | None = None

    sticker: Sticker | None = None


class PollChat(BaseModel):
    """The chat of a poll."""

    id: str

    is_group: bool | None = None

    owner_handle: ChatHandle | None = None
    """Your line."""


class PollInEvent(BaseModel):
    """The fields of every event of a poll."""

    chat: PollChat

    direction: Direction

    message_id: str
    """The id of the poll, for ``client.messages.poll``."""

    service: str

    zero_retention: bool | None = None
    """Whether the service does not store the texts of the options; they are empty then."""


class PollReceived(PollInEvent):
    """A poll that your line received."""

    poll: Poll

    created_at: datetime

    updated_at: datetime

    received_at: datetime

    sender_handle: ChatHandle | None = None


class PollStatus(PollInEvent):
    """A poll that was sent, delivered or read."""

    poll: Poll

    created_at: datetime

    updated_at: datetime

    sender_handle: ChatHandle | None = None

    sent_at: datetime | None = None

    delivered_at: datetime | None = None
    """None before ``poll.delivered``."""

    read_at: datetime | None = None
    """None before ``poll.read``."""


class PollError(BaseModel):
    """Why a poll failed."""

    code: int
    """The API's error code: 3007, 4001, …"""

    message: str


class PollFailure(PollInEvent):
    """A poll that could not be delivered."""

    poll: Poll

    error: PollError

    failed_at: datetime

    sender_handle: ChatHandle | None = None


class PollUpdate(PollInEvent):
    """Options that were added to a poll."""

    added_options: list[PollOption]
    """The new options only. ``creator_handle`` of each is who added it."""

    sender_handle: ChatHandle
    """Always your line; ``creator_handle`` of an option is who added it."""


class PollVote(PollInEvent):
    """A vote that was added or removed."""

    option_id: str

    sender_handle: ChatHandle
    """The participant who voted."""


class Joining(BaseModel):
    """A participant who was added to a group."""

    handle: str
    """Deprecated: the handle of ``participant``."""

    added_at: datetime | None = None

    chat_id: str | None = None

    participant: ChatHandle | None = None


class Leaving(BaseModel):
    """A participant who left a group or was removed."""

    handle: str
    """Deprecated: the handle of ``participant``."""

    chat_id: str | None = None

    participant: ChatHandle | None = None

    removed_at: datetime | None = None


class NewChat(BaseModel):
    """A new chat."""

    id: str

    created_at: datetime

    display_name: str | None = None

    handles: list[ChatHandle]

    health_status: HealthStatus

    is_group: bool

    updated_at: datetime

    service: ServiceType | None = None


class GroupChange(BaseModel):
    """A group's new name or icon."""

    chat_id: str

    updated_at: datetime

    changed_by_handle: ChatHandle | None = None

    new_value: str | None = None
    """The name, or the URL of the icon; None if it was removed."""

    old_value: str | None = None


class Typing(BaseModel):
    """A participant who started or stopped typing."""

    chat_id: str

    actor_handle: ChatHandle | None = None


class ReceivedContactCard(BaseModel):
    """The contact card that a counterparty shared with a line."""

    first_name: str

    last_name: str
    """Empty if the card has none."""

    owner_handle: str
    """The line, in E.164."""

    sender_handle: str
    """The counterparty: a phone number in E.164, or an email address."""

    media_url: str | None = None
    """The URL of the picture; None if the card has none."""


class LineStatusChange(BaseModel):
    """A line's new status and reputation."""

    changed_at: datetime

    new_reputation: Reputation

    new_status: LineStatus

    phone_number: str

    previous_reputation: Reputation

    previous_status: LineStatus
