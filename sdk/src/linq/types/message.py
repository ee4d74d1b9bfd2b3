"""A message of a chat."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from linq._models import BaseModel, OpenEnum
from linq.types.shared.chat_handle import ChatHandle
from linq.types.shared.parts import Part
from linq.types.shared.service_type import ServiceType

DeliveryStatus: TypeAlias = Annotated[
    Literal["pending", "queued", "sent", "delivered", "received", "read", "failed"], OpenEnum
]

MessageInclude: TypeAlias = Literal["edit_count", "failure_reason"]
"""The fields that ``include`` adds to a message."""


class MessageEffect(BaseModel):
    """The effect that iMessage plays when the message is opened."""

    name: str | None = None
    """``confetti``, ``slam``, …"""

    type: Annotated[Literal["screen", "bubble"], OpenEnum] | None = None


class ReplyTo(BaseModel):
    """The message that this one replies to."""

    message_id: str

    part_index: int | None = None
    """The index of the part, from 0."""


class Message(BaseModel):
    """A message of a chat, sent or received."""

    id: str
    """A UUID."""

    chat_id: str

    created_at: datetime

    delivery_status: DeliveryStatus

    is_delivered: bool
    """Deprecated: whether ``delivery_status`` is ``delivered`` or ``read``."""

    is_from_me: bool
    """Whether your line sent it."""

    is_read: bool
    """Deprecated: whether ``delivery_status`` is ``read``."""

    updated_at: datetime

    delivered_at: datetime | None = None

    edit_count: int | None = None
    """How often the message was edited, if you include it."""

    effect: MessageEffect | None = None

    failure_reason: str | None = None
    """Why the message failed, if it has, that is known, and you include it."""

    from_: str | None = Field(alias="from", default=None)
    """Deprecated: the handle of ``from_handle``."""

    from_handle: ChatHandle | None = None
    """The sender."""

    parts: list[Part] | None = None
    """The content, in order."""

    preferred_service: ServiceType | None = None

    read_at: datetime | None = None

    reconciled_at: datetime | None = None
    """When a message that did not arrive live was found. It may have been sent long before."""

    reply_to: ReplyTo | None = None

    sent_at: datetime | None = None

    service: ServiceType | None = None
    """The service that carried it, which may differ from the chat's."""
