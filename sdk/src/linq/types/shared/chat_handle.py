"""A participant of a chat."""

from datetime import datetime
from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum
from linq.types.shared.service_type import ServiceType


class ChatHandle(BaseModel):
    """A handle as a participant of one chat (docs/wire.md §1)."""

    id: str
    """A UUID."""

    handle: str
    """A phone number in E.164, or an email address."""

    joined_at: datetime
    """When they joined, with its time zone."""

    service: ServiceType

    is_me: bool | None = None
    """Whether this is your line."""

    left_at: datetime | None = None
    """When they left; None while they are in the chat."""

    line_type: Annotated[Literal["iMessage", "RCS"], OpenEnum] | None = None
    """The type of the line, if the handle is one: an ``RCS`` line never sends over iMessage."""

    status: Annotated[Literal["active", "left", "removed"], OpenEnum] | None = None
