"""Blocked handles: ``/v3/blocked_handles`` (docs/wire.md §4)."""

from trunkline.actions.lines import blocked_handles
from trunkline.api.operation import DELETE, GET, POST, Operation, Request
from trunkline.api.responses import Response, no_content
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber
from trunkline.domain.handle import parse_blockable
from trunkline.schemas.blocked_handles import (
    BlockBody,
    BlockedHandleResponse,
    BlockedHandles,
    UnblockBody,
    blocked_handle_schema,
)


@Operation(
    GET,
    "/v3/blocked_handles",
    id="listBlockedHandles",
    tag="Blocked handles",
    summary="List the handles that you blocked",
    description="Newest first.",
    response_description="The blocked handles.",
    response=BlockedHandles,
)
async def list_all(request: Request) -> Response:
    entries = await blocked_handles.list_blocked(request.store, request.ctx.partner_id)
    return request.json(BlockedHandles([blocked_handle_schema(each) for each in entries]))


@Operation(
    POST,
    "/v3/blocked_handles",
    id="blockHandle",
    tag="Blocked handles",
    summary="Block a handle",
    description="""\
Messages from a blocked handle are dropped, and a message to it alone fails with [2026](/docs/errors#2026). Groups are
not affected. Blocking is idempotent.
""",
    response_description="The handle is blocked.",
    body=BlockBody,
    body_example={"handle": "+14155559876", "reason": "spam"},
    response=BlockedHandleResponse,
    errors=(InvalidPhoneNumber, InvalidParameter),
)
async def block(request: Request) -> Response:
    body = request.body(BlockBody)
    handle = parse_blockable(body.handle, "handle")
    entry = await blocked_handles.block(request.store, request.ctx, handle, body.reason)
    return request.json(BlockedHandleResponse(blocked_handle_schema(entry)))


@Operation(
    DELETE,
    "/v3/blocked_handles",
    id="unblockHandle",
    tag="Blocked handles",
    summary="Unblock a handle",
    description="Unblocking is idempotent.",
    status=204,
    response_description="Handle unblocked.",
    body=UnblockBody,
    body_example={"handle": "+14155559876"},
    errors=(InvalidPhoneNumber,),
)
async def unblock(request: Request) -> Response:
    handle = parse_blockable(request.body(UnblockBody).handle, "handle")
    await blocked_handles.unblock(request.store, request.ctx, handle)
    return no_content()


ROUTES = (list_all, block, unblock)
