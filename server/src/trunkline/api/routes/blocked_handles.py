"""``/v3/blocked_handles`` (CONTRACT §4)."""

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from trunkline.actions import blocked_handles
from trunkline.actions.blocked_handles import MAX_REASON, SENDER, SHORT_CODE, parse_blockable
from trunkline.api.operation import DELETE, GET, NO_CONTENT, POST, Call, Operation, operation
from trunkline.api.responses import Response
from trunkline.domain import instant
from trunkline.domain.errors import InvalidBody, InvalidParameter, InvalidPhoneNumber, MissingField
from trunkline.domain.handle import E164, EMAIL, EMAIL_LIMIT, Blocked


class BlockedHandle(msgspec.Struct):
    """A handle that you blocked."""

    handle: Annotated[str, Meta(description="A phone number, an e-mail address, a short code or a sender name.")]
    reason: Annotated[str | None, Meta(description="Your note.")]
    blocked_at: Annotated[datetime, Meta(tz=True, description="Since when.")]


class BlockedHandleAnswer(msgspec.Struct):
    """The handle that is blocked now."""

    blocked_handle: Annotated[BlockedHandle, Meta(description="Its entry.")]


class BlockedHandles(msgspec.Struct):
    """Every handle that you blocked, the latest first."""

    blocked_handles: Annotated[list[BlockedHandle], Meta(description="The entries.")]


Blockable: TypeAlias = Annotated[
    str,
    Meta(
        extra_json_schema={
            "pattern": f"^(?:{E164}|{EMAIL}|{SHORT_CODE}|{SENDER})$",
            "maxLength": EMAIL_LIMIT,
            "examples": ["+14155559876", "user@example.com", "262966"],
        }
    ),
]


class BlockBody(msgspec.Struct):
    """A handle to block."""

    handle: Annotated[Blockable, Meta(description="A phone number, an e-mail address, a short code or a sender name.")]
    reason: Annotated[
        str | None,
        Meta(
            description=f"A note of your own, {MAX_REASON} characters at most.",
            extra_json_schema={"maxLength": MAX_REASON},
        ),
    ] = None


class UnblockBody(msgspec.Struct):
    """A handle to unblock."""

    handle: Annotated[Blockable, Meta(description="As it was blocked.")]


@operation(
    GET,
    "/v3/blocked_handles",
    Operation(
        id="listBlockedHandles",
        tag="Blocked handles",
        summary="List whom you blocked",
        description="The latest first.",
        says="Whom you blocked.",
        answer=BlockedHandles,
    ),
)
async def list_all(call: Call) -> Response:
    found = await blocked_handles.list_blocked(call.site.store, call.cause.partner_id)
    return call.answer(BlockedHandles([_shown(each) for each in found]))


@operation(
    POST,
    "/v3/blocked_handles",
    Operation(
        id="blockHandle",
        tag="Blocked handles",
        summary="Block a handle",
        description="""\
What it writes is dropped, and a message to it alone is refused with [2026](/docs/errors#2026). In groups nothing
changes. Blocking it again changes nothing.
""",
        says="It is blocked.",
        body=BlockBody,
        answer=BlockedHandleAnswer,
        refusals=(MissingField, InvalidPhoneNumber, InvalidBody, InvalidParameter),
    ),
)
async def block(call: Call) -> Response:
    body = call.body(BlockBody)
    entry = await blocked_handles.block(call.site.store, call.cause, parse_blockable(body.handle), body.reason)
    return call.answer(BlockedHandleAnswer(_shown(entry)))


@operation(
    DELETE,
    "/v3/blocked_handles",
    Operation(
        id="unblockHandle",
        tag="Blocked handles",
        summary="Unblock a handle",
        description="One that is not blocked stays as it is.",
        status=204,
        says="It is not blocked.",
        body=UnblockBody,
        refusals=(MissingField, InvalidPhoneNumber, InvalidBody),
    ),
)
async def unblock(call: Call) -> Response:
    await blocked_handles.unblock(call.site.store, call.cause, parse_blockable(call.body(UnblockBody).handle))
    return NO_CONTENT


def _shown(entry: Blocked) -> BlockedHandle:
    return BlockedHandle(entry.handle, entry.reason, instant.to_datetime(entry.blocked_at))


ROUTES = (list_all, block, unblock)
