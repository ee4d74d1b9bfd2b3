"""Handles: those that you block, and the services that they can receive."""

from datetime import datetime
from typing import Annotated, Literal

from linq._models import BaseModel, OpenEnum


class BlockedHandleEntry(BaseModel):
    """A handle that you block."""

    blocked_at: datetime

    handle: str

    reason: str | None = None
    """Your own note."""


class BlockedHandleListResponse(BaseModel):
    """The result of ``blocked_handles.list``."""

    blocked_handles: list[BlockedHandleEntry]


class BlockedHandleBlockResponse(BaseModel):
    """The result of ``blocked_handles.block``."""

    blocked_handle: BlockedHandleEntry


class HandleCheckResponse(BaseModel):
    """The result of ``capability.check_i_message`` and ``capability.check_RCS``."""

    address: str
    """The handle that was checked."""

    available: bool

    reason: Annotated[Literal["not_supported"], OpenEnum] | None = None
    """Why the service is not available."""

    selected_service: str | None = None
