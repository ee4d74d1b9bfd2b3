"""The results of the methods that send a message: the message, and its chat."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from linq._models import BaseModel, OpenEnum
from linq.types.chat import HealthStatus
from linq.types.message import DeliveryStatus, MessageEffect, ReplyTo
from linq.types.shared.chat_handle import ChatHandle
from linq.types.shared.parts import Part
from linq.types.shared.service_type import ServiceType


class SentMessage(BaseModel):
    """A message that was accepted for sending."""

    id: str
    """A UUID."""

    created_at: datetime

    delivery_status: DeliveryStatus

    is_read: bool
    """Deprecated: whether ``delivery_status`` is ``read``."""

    parts: list[Part]

    sent_at: datetime | None = None
    """None until it is sent."""

    delivered_at: datetime | None = None

    effect: MessageEffect | None = None

    from_handle: ChatHandle | None = None

    preferred_service: ServiceType | None = None

    reply_to: ReplyTo | None = None

    service: ServiceType | None = None
    """The service that carries it."""


class MessageSendResponse(BaseModel):
    """The result of ``chats.messages.send``."""

    chat_id: str

    message: SentMessage


class CreatedChat(BaseModel):
    """The chat of these recipients, new or existing, and the message sent to it."""

    id: str
    """A UUID."""

    display_name: str | None = None

    handles: list[ChatHandle]

    health_status: HealthStatus

    is_group: bool

    message: SentMessage

    service: ServiceType


class ChatCreateResponse(BaseModel):
    """The result of ``chats.create``."""

    chat: CreatedChat


class FromSelection(BaseModel):
    """Why this line was chosen."""

    reason: Annotated[Literal["reused_active_chat", "new_best_number", "failover_flagged"], OpenEnum]
    """An existing chat; a new one on the best line; or a new one because the line of the old one is flagged."""

    reused_existing_chat: bool


class MessageCreateResponse(BaseModel):
    """The result of ``messages.create``."""

    chat_id: str
    """The chat that the message was sent to."""

    created_new_chat: bool

    from_: str = Field(alias="from")
    """The line that sends it."""

    from_selection: FromSelection

    handles: list[ChatHandle]

    is_group: bool

    message: SentMessage

    service: ServiceType

    previous_chat_id: str | None = None
    """After ``failover_flagged``: the chat that the new one replaces."""


class VoiceMemoFile(BaseModel):
    """The file of a voice memo."""

    id: str
    """The id of the file, for ``attachments.retrieve``."""

    filename: str

    mime_type: str

    size_bytes: int
    """0 if it is unknown."""

    url: str
    """Where to download it."""

    duration_ms: int | None = None
    """In milliseconds; None if it is unknown."""


class VoiceMemoChat(BaseModel):
    """The chat of a voice memo."""

    id: str
    """A UUID."""

    handles: list[ChatHandle]
    """The participants, the line first."""

    is_active: bool
    """Whether the line is a member of the chat."""

    is_group: bool

    service: ServiceType


class VoiceMemo(BaseModel):
    """A voice memo that was accepted for sending."""

    id: str
    """The id of the message."""

    chat: VoiceMemoChat

    created_at: datetime

    from_: str = Field(alias="from")
    """The line, in E.164."""

    status: str
    """The delivery status."""

    to: list[str]
    """The handles of the recipients."""

    voice_memo: VoiceMemoFile

    service: ServiceType | None = None
    """The service that carries it."""


class ChatSendVoicememoResponse(BaseModel):
    """The result of ``chats.send_voicememo``."""

    voice_memo: VoiceMemo
