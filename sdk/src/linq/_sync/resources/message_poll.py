# Generated from _async/resources/message_poll.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.messages.poll``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import message_poll as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types.chats import PollEnvelope
    from linq.types.params import PollOptionParam


class MessagePollResource(Resource):
    """``client.messages.poll``: a poll by the id of its message."""

    @property
    def with_raw_response(self) -> MessagePollWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return MessagePollWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> MessagePollWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return MessagePollWithStreamingResponse(self._client)

    def retrieve(
        self,
        message_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PollEnvelope:
        """Get a poll with its votes (``GET /v3/messages/{id}/poll``)."""
        return self._client.transport.send(
            requests.retrieve(
                message_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    def add_options(
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
        return self._client.transport.send(
            requests.add_options(
                message_id,
                options=options,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def vote(
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
        return self._client.transport.send(
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


class MessagePollWithRawResponse:
    """``client.messages.poll.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.retrieve = raw(client, requests.retrieve)
        self.add_options = raw(client, requests.add_options)
        self.vote = raw(client, requests.vote)


class MessagePollWithStreamingResponse:
    """``client.messages.poll.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.retrieve = streaming(client, requests.retrieve)
        self.add_options = streaming(client, requests.add_options)
        self.vote = streaming(client, requests.vote)
