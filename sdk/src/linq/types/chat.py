"""A chat, as the list shows it."""

from datetime import datetime
from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum
from linq.types.shared.chat_handle import ChatHandle
from linq.types.shared.service_type import ServiceType

__all__ = ["Chat", "HealthStatus"]


class HealthStatus(BaseModel):
    """How a chat is doing: gate sends on ``status`` (seed, CONTRACT §3)."""

    doc_url: str
    """The section of the Chat Health guide for this status."""

    status: Annotated[Literal["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"], OpenEnum]

    updated_at: datetime
    """When the status last changed, with its time zone."""


class Chat(BaseModel):
    """A conversation of one of your lines with one person, or with a group (seed)."""

    id: str
    """A UUID."""

    created_at: datetime
    """With its time zone, as every time here."""

    display_name: str | None = None
    """A group's name; otherwise the recipients' handles, joined by commas."""

    handles: list[ChatHandle]
    """Everybody in it, at least two: your own line and the other side."""

    health_status: HealthStatus

    is_archived: bool
    """Deprecated: a later version of the API goes without it."""

    is_group: bool

    updated_at: datetime

    group_chat_icon: str | None = None
    """The URL of a group's picture."""

    service: ServiceType | None = None
    """None where no service is settled yet."""
