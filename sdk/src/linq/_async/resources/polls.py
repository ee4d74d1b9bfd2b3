# Generated from _requests/polls.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.chats.polls``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import polls as requests
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types.chats import PollEnvelope
    from linq.types.params import PollParam


class AsyncPollsResource(AsyncResource):
    """``client.chats.polls``: polls, which are messages of a chat."""

    @property
    def with_raw_response(self) -> AsyncPollsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncPollsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncPollsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncPollsWithStreamingResponse(self._client)

    async def create(
        self,
        chat_id: str,
        *,
        poll: PollParam,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PollEnvelope:
        """Send a poll to a chat (``POST /v3/chats/{id}/polls``). Only iMessage carries polls.

        :param poll: the options, two at least: ``{"options": [{"text": "Yes"}, {"text": "No"}]}``
        """
        return await self._client.transport.send(
            requests.create(
                chat_id,
                poll=poll,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AsyncPollsWithRawResponse:
    """``client.chats.polls.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.create = raw(client, requests.create)


class AsyncPollsWithStreamingResponse:
    """``client.chats.polls.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.create = streaming(client, requests.create)
