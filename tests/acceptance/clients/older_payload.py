"""The payload of messages in version 2025-01-01, as a program declares it that reads nothing else.

No public client has types of it. Handles are the public client's; a field that is not declared here is an error.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from linq.types.shared import ChatHandle


class Strict(BaseModel):
    """A JSON object without other fields."""

    model_config = ConfigDict(extra="forbid")


class ReplyTo(Strict):
    message_id: UUID
    part_index: int


class Effect(Strict):
    type: Literal["screen", "bubble"]
    name: str


class Message(Strict):
    id: UUID
    parts: list[dict[str, Any]]
    effect: Effect | None
    reply_to: ReplyTo | None
    is_delivered: bool
    is_read: bool
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def text(self) -> str:
        """The text of the only part."""
        [part] = self.parts
        return part["value"]


class MessageData(Strict):
    chat_id: UUID
    is_group: bool
    is_from_me: bool
    from_: str = Field(alias="from")
    from_handle: ChatHandle
    recipient_phone: str | None
    recipient_handle: ChatHandle | None
    message: Message
    idempotency_key: str | None
    preferred_service: Literal["iMessage", "SMS", "RCS", "auto"] | None
    service: Literal["iMessage", "SMS", "RCS"]


class Received(MessageData):
    received_at: datetime


class Delivered(MessageData):
    message_id: UUID
    delivered_at: datetime


class Read(MessageData):
    message_id: UUID
    read_at: datetime


DATA: dict[str, type[MessageData]] = {
    "message.sent": MessageData,
    "message.received": Received,
    "message.delivered": Delivered,
    "message.read": Read,
}


class Webhook(Strict):
    """An event of a message. Raises ``pydantic.ValidationError`` for any other payload."""

    api_version: Literal["v3"]
    webhook_version: Literal["2025-01-01"]
    event_type: Literal["message.sent", "message.received", "message.delivered", "message.read"]
    event_id: UUID
    created_at: datetime
    trace_id: str
    partner_id: str
    data: dict[str, Any]


def read(body: bytes | str) -> tuple[str, Any]:
    """The type of the event and its data."""
    webhook = Webhook.model_validate_json(body)
    return webhook.event_type, DATA[webhook.event_type].model_validate(webhook.data)
