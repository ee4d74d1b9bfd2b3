"""A chat, as the list shows it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from linq._models import BaseModel, Deferred, OpenEnum
from linq.types.shared.chat_handle import ChatHandle
from linq.types.shared.service_type import ServiceType

if TYPE_CHECKING:
    from linq.types.message import Message as LastMessage
else:
    # Most lists do not include it, so they do not pay for its many models (decision 0011).
    LastMessage = Annotated[object, Deferred("linq.types.message", "Message")]

ChatInclude: TypeAlias = Literal["last_message", "unread_count", "message_count"]
"""The fields that ``include`` adds to a chat."""

ChatHealth: TypeAlias = Literal["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"]
"""The health statuses of a chat."""


class HealthStatus(BaseModel):
    """The rating of a chat. Check ``status`` before you send (docs/wire.md §3)."""

    doc_url: str
    """The section of the Chat Health guide for this status."""

    status: Annotated[ChatHealth, OpenEnum]

    updated_at: datetime
    """When the status last changed, with its time zone."""


class Chat(BaseModel):
    """A conversation of one of your lines with one person, or with a group (docs/wire.md §1)."""

    id: str
    """A UUID."""

    created_at: datetime
    """With its time zone, as every time here."""

    display_name: str | None = None
    """The name of a group; otherwise the recipients' handles, joined by commas."""

    handles: list[ChatHandle]
    """The participants, your own line included: at least two."""

    health_status: HealthStatus

    is_archived: bool
    """Deprecated: a later version of the API removes it."""

    is_group: bool

    updated_at: datetime

    group_chat_icon: str | None = None
    """The URL of a group's icon."""

    service: ServiceType | None = None
    """None while the service is not determined yet."""

    last_message: LastMessage | None = None
    """The newest message, if you include it and there is one."""

    unread_count: int | None = None
    """The number of unread messages, if you include it."""

    message_count: int | None = None
    """The number of messages, if you include it."""
