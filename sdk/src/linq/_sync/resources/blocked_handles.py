# Generated from _async/resources/blocked_handles.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.blocked_handles``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._request import call_for
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, TimeoutTypes, omit

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3
    from linq.types import BlockedHandleBlockResponse, BlockedHandleListResponse


class BlockedHandlesResource(Resource):
    """``client.blocked_handles``: whom you do not want to hear from."""

    @property
    def with_raw_response(self) -> BlockedHandlesWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return BlockedHandlesWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> BlockedHandlesWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return BlockedHandlesWithStreamingResponse(self._client)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> BlockedHandleListResponse:
        """All handles that you block (``GET /v3/blocked_handles``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", "/v3/blocked_handles", *extras)
        return self._answer(call, types.BlockedHandleListResponse)

    def block(
        self,
        *,
        handle: str,
        reason: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> BlockedHandleBlockResponse:
        """Block somebody: what they write is dropped, and nothing is sent to them (``POST /v3/blocked_handles``).

        :param handle: E.164, or an e-mail address
        :param reason: a note of your own
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"handle": handle, "reason": reason}
        call = call_for("POST", "/v3/blocked_handles", *extras, body=body)
        return self._answer(call, types.BlockedHandleBlockResponse)

    def unblock(
        self,
        *,
        handle: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Hear from somebody again (``DELETE /v3/blocked_handles``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"handle": handle}
        call = call_for("DELETE", "/v3/blocked_handles", *extras, body=body)
        return self._answer(call, type(None))


class BlockedHandlesWithRawResponse:
    """``client.blocked_handles.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = BlockedHandlesResource(client, "raw")
        self.list = raw(resource.list)
        self.block = raw(resource.block)
        self.unblock = raw(resource.unblock)


class BlockedHandlesWithStreamingResponse:
    """``client.blocked_handles.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = BlockedHandlesResource(client, "streamed")
        self.list = streamed(resource.list)
        self.block = streamed(resource.block)
        self.unblock = streamed(resource.unblock)
