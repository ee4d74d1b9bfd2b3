# Generated from _requests/message_poll.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.messages.poll``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import message_poll as requests
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types.chats import PollEnvelope
    from linq.types.params import PollOptionParam


class AsyncMessagePollResource(AsyncResource):
    """``client.messages.poll``: a poll by the id of its message."""

    @property
    def with_raw_response(self) -> AsyncMessagePollWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncMessagePollWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncMessagePollWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncMessagePollWithStreamingResponse(self._client)

    async def retrieve(
        self,
        message_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PollEnvelope:
        """Get a poll with its votes (``GET /v3/messages/{id}/poll``)."""
        return await self._client.transport.send(
            requests.retrieve(
                message_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    async def add_options(
        self,
        message_id: str,
        *,
        options: Iterable[PollOptionParam],
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PollEnvelope:
        """Add options to a poll (``POST /v3/messages/{id}/poll/options``). They never change afterwards.

        :param options: the new options only: ``[{"text": "Maybe"}]``
        """
        return await self._client.transport.send(
            requests.add_options(
                message_id,
                options=options,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    async def vote(
        self,
        message_id: str,
        *,
        operation: Literal["add", "remove"],
        option_id: str,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PollEnvelope:
        """Add the vote of your line for an option, or remove it (``POST /v3/messages/{id}/poll/votes``)."""
        return await self._client.transport.send(
            requests.vote(
                message_id,
                operation=operation,
                option_id=option_id,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AsyncMessagePollWithRawResponse:
    """``client.messages.poll.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.retrieve = raw(client, requests.retrieve)
        self.add_options = raw(client, requests.add_options)
        self.vote = raw(client, requests.vote)


class AsyncMessagePollWithStreamingResponse:
    """``client.messages.poll.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.retrieve = streaming(client, requests.retrieve)
        self.add_options = streaming(client, requests.add_options)
        self.vote = streaming(client, requests.vote)
