"""``client.blocked_handles``: the handles whose messages you reject."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions, Omit, omit

if TYPE_CHECKING:
    from linq.types import BlockedHandleBlockResponse, BlockedHandleListResponse


def list(**options: Unpack[MethodOptions]) -> Request[BlockedHandleListResponse]:
    """List the handles that you block (``GET /v3/blocked_handles``)."""
    return request("GET", "/v3/blocked_handles", types.BlockedHandleListResponse, options)


def block(
    *,
    handle: str,
    reason: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[BlockedHandleBlockResponse]:
    """Block a handle: its messages are dropped, and messages to it are rejected (``POST /v3/blocked_handles``).

    :param handle: E.164, or an email address
    :param reason: your own note
    """
    body: dict[str, object] = {"handle": handle, "reason": reason}
    return request("POST", "/v3/blocked_handles", types.BlockedHandleBlockResponse, options, body=body)


def unblock(
    *,
    handle: str,
    **options: Unpack[MethodOptions],
) -> Request[None]:
    """Unblock a handle (``DELETE /v3/blocked_handles``)."""
    body: dict[str, object] = {"handle": handle}
    return request("DELETE", "/v3/blocked_handles", NoneType, options, body=body)
