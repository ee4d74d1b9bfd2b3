"""Somebody in a chat."""

from datetime import datetime
from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum
from linq.types.shared.service_type import ServiceType


class ChatHandle(BaseModel):
    """A person's address as a participant of one chat (seed)."""

    id: str
    """A UUID."""

    handle: str
    """A phone number in E.164, or an e-mail address."""

    joined_at: datetime
    """When they joined, with its time zone."""

    service: ServiceType

    is_me: bool | None = None
    """Whether this is your own line."""

    left_at: datetime | None = None
    """When they left; None while they are in the chat."""

    line_type: Annotated[Literal["iMessage", "RCS"], OpenEnum] | None = None
    """What a line can do at all, where the handle is one: ``RCS`` never sends over iMessage."""

    status: Annotated[Literal["active", "left", "removed"], OpenEnum] | None = None
