"""Blocked handles."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.domain import instant
from trunkline.domain.handle import E164, EMAIL, EMAIL_LIMIT, MAX_BLOCK_REASON, SENDER_NAME, SHORT_CODE, BlockedHandle
from trunkline.schemas.fields import Timestamp

Blockable: TypeAlias = Annotated[
    str,
    Meta(
        extra_json_schema={
            "pattern": f"^(?:{E164}|{EMAIL}|{SHORT_CODE}|{SENDER_NAME})$",
            "maxLength": EMAIL_LIMIT,
            "examples": ["+14155559876", "user@example.com", "262966"],
        }
    ),
]
_BLOCKABLE = "A phone number, an email address, a short code or a sender name."


class BlockedHandleSchema(msgspec.Struct):
    """A handle that you blocked."""

    handle: Annotated[str, Meta(description=_BLOCKABLE)]
    reason: Annotated[str | None, Meta(description="Your note.")]
    blocked_at: Annotated[Timestamp, Meta(description="When you blocked it.")]


class BlockedHandleResponse(msgspec.Struct):
    """The handle that is now blocked."""

    blocked_handle: Annotated[BlockedHandleSchema, Meta(description="The entry.")]


class BlockedHandles(msgspec.Struct):
    """The handles that you blocked, the latest first."""

    blocked_handles: Annotated[list[BlockedHandleSchema], Meta(description="The entries.")]


class BlockBody(msgspec.Struct):
    """A handle to block."""

    handle: Annotated[Blockable, Meta(description=_BLOCKABLE)]
    reason: Annotated[
        str | None,
        Meta(
            description=f"Your own note, at most {MAX_BLOCK_REASON} characters.",
            extra_json_schema={"maxLength": MAX_BLOCK_REASON},
        ),
    ] = None


class UnblockBody(msgspec.Struct):
    """A handle to unblock."""

    handle: Annotated[Blockable, Meta(description="The handle as it was blocked.")]


def blocked_handle_schema(entry: BlockedHandle) -> BlockedHandleSchema:
    """A blocked handle as JSON."""
    return BlockedHandleSchema(entry.handle, entry.reason, instant.to_datetime(entry.blocked_at))
