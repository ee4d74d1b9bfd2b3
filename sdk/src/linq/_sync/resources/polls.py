# Generated from _async/resources/polls.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.chats.polls``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import polls as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types.chats import PollEnvelope
    from linq.types.params import PollParam


class PollsResource(Resource):
    """``client.chats.polls``: polls, which are messages of a chat."""

    @property
    def with_raw_response(self) -> PollsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return PollsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> PollsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return PollsWithStreamingResponse(self._client)

    def create(
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
        return self._client.transport.send(
            requests.create(
                chat_id,
                poll=poll,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class PollsWithRawResponse:
    """``client.chats.polls.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.create = raw(client, requests.create)


class PollsWithStreamingResponse:
    """``client.chats.polls.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.create = streaming(client, requests.create)
