"""What is known of single handles: those you block, and what they can receive."""

from datetime import datetime
from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum


class BlockedHandleEntry(BaseModel):
    """Somebody whose messages you do not want."""

    blocked_at: datetime

    handle: str

    reason: str | None = None
    """Your own note."""


class BlockedHandleListResponse(BaseModel):
    """What ``blocked_handles.list`` gives."""

    blocked_handles: list[BlockedHandleEntry]


class BlockedHandleBlockResponse(BaseModel):
    """What ``blocked_handles.block`` gives."""

    blocked_handle: BlockedHandleEntry


class HandleCheckResponse(BaseModel):
    """What ``capability.check_i_message`` and ``capability.check_RCS`` give."""

    address: str
    """The handle that was asked about."""

    available: bool

    reason: Annotated[Literal["not_supported"], OpenEnum] | None = None
    """Why it is not available."""

    selected_service: str | None = None
