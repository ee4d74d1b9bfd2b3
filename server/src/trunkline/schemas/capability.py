"""Capability checks: whether a service reaches a handle."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.chat import Service
from trunkline.schemas.fields import Handle, PhoneNumber


class CapabilityBody(msgspec.Struct):
    """The handle to check."""

    address: Annotated[Handle, Meta(description="The handle of the recipient.")]
    line: Annotated[
        PhoneNumber | None, Meta(description="The line that would send; by default, any of your lines.")
    ] = msgspec.field(name="from", default=None)


class NumberCapabilityBody(CapabilityBody):
    """The phone number to check."""

    address: Annotated[PhoneNumber, Meta(description="The phone number of the recipient.")]


class CapabilitySchema(msgspec.Struct):
    """Whether a service reaches a handle."""

    address: Annotated[str, Meta(description="The handle, normalised.")]
    available: Annotated[bool, Meta(description="Whether the service reaches the handle.")]
    reason: Annotated[
        Literal["not_supported"] | UnsetType,
        Meta(description="Present only if the service does not reach the handle."),
    ] = UNSET
    selected_service: Annotated[
        Service | UnsetType,
        Meta(description="The service that would carry a message that prefers this one; absent if none would."),
    ] = UNSET
