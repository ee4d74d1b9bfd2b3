# Generated from _async/resources/typing.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.chats.typing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import typing as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes


class TypingResource(Resource):
    """``client.chats.typing``: the typing indicator."""

    @property
    def with_raw_response(self) -> TypingWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return TypingWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> TypingWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return TypingWithStreamingResponse(self._client)

    def start(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Show the recipients that you are typing (``POST /v3/chats/{id}/typing``)."""
        return self._client.transport.send(
            requests.start(
                chat_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )

    def stop(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Stop showing that you are typing (``DELETE /v3/chats/{id}/typing``)."""
        return self._client.transport.send(
            requests.stop(
                chat_id, extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout
            )
        )


class TypingWithRawResponse:
    """``client.chats.typing.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.start = raw(client, requests.start)
        self.stop = raw(client, requests.stop)


class TypingWithStreamingResponse:
    """``client.chats.typing.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.start = streaming(client, requests.start)
        self.stop = streaming(client, requests.stop)
