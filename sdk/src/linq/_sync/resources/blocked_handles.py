# Generated from _async/resources/blocked_handles.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.blocked_handles``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import blocked_handles as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Omit, Query, TimeoutTypes
    from linq.types import BlockedHandleBlockResponse, BlockedHandleListResponse


class BlockedHandlesResource(Resource):
    """``client.blocked_handles``: the handles whose messages you reject."""

    @property
    def with_raw_response(self) -> BlockedHandlesWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return BlockedHandlesWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> BlockedHandlesWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return BlockedHandlesWithStreamingResponse(self._client)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> BlockedHandleListResponse:
        """List the handles that you block (``GET /v3/blocked_handles``)."""
        return self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )

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
        """Block a handle: its messages are dropped, and messages to it are rejected (``POST /v3/blocked_handles``).

        :param handle: E.164, or an email address
        :param reason: your own note
        """
        return self._client.transport.send(
            requests.block(
                handle=handle,
                reason=reason,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def unblock(
        self,
        *,
        handle: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Unblock a handle (``DELETE /v3/blocked_handles``)."""
        return self._client.transport.send(
            requests.unblock(
                handle=handle,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class BlockedHandlesWithRawResponse:
    """``client.blocked_handles.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = raw(client, requests.list)
        self.block = raw(client, requests.block)
        self.unblock = raw(client, requests.unblock)


class BlockedHandlesWithStreamingResponse:
    """``client.blocked_handles.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = streaming(client, requests.list)
        self.block = streaming(client, requests.block)
        self.unblock = streaming(client, requests.unblock)
