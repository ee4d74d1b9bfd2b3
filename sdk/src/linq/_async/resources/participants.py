# Generated from _requests/participants.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.chats.participants``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import participants as requests
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types.chats import ParticipantAddResponse, ParticipantRemoveResponse


class AsyncParticipantsResource(AsyncResource):
    """``client.chats.participants``: the members of a group."""

    @property
    def with_raw_response(self) -> AsyncParticipantsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncParticipantsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncParticipantsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncParticipantsWithStreamingResponse(self._client)

    async def add(
        self,
        chat_id: str,
        *,
        handle: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ParticipantAddResponse:
        """Add a participant to a group (``POST /v3/chats/{id}/participants``).

        :param handle: E.164, or an email address
        """
        return await self._client.transport.send(
            requests.add(
                chat_id,
                handle=handle,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def remove(
        self,
        chat_id: str,
        *,
        handle: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> ParticipantRemoveResponse:
        """Remove a participant from a group (``DELETE /v3/chats/{id}/participants``).

        :param handle: E.164, or an email address
        """
        return await self._client.transport.send(
            requests.remove(
                chat_id,
                handle=handle,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AsyncParticipantsWithRawResponse:
    """``client.chats.participants.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.add = raw(client, requests.add)
        self.remove = raw(client, requests.remove)


class AsyncParticipantsWithStreamingResponse:
    """``client.chats.participants.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.add = streaming(client, requests.add)
        self.remove = streaming(client, requests.remove)
