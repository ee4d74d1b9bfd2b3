# Generated from _async/resources/typing.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.chats.typing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._request import call_for, path_to
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3


class TypingResource(Resource):
    """``client.chats.typing``: the dots that say that somebody is writing."""

    @property
    def with_raw_response(self) -> TypingWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return TypingWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> TypingWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
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
        """Show the other side that you are writing (``POST /v3/chats/{id}/typing``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("POST", path_to("/v3/chats/{chat_id}/typing", chat_id=chat_id), *extras)
        return self._answer(call, type(None))

    def stop(
        self,
        chat_id: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> None:
        """Show it no longer (``DELETE /v3/chats/{id}/typing``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("DELETE", path_to("/v3/chats/{chat_id}/typing", chat_id=chat_id), *extras)
        return self._answer(call, type(None))


class TypingWithRawResponse:
    """``client.chats.typing.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = TypingResource(client, "raw")
        self.start = raw(resource.start)
        self.stop = raw(resource.stop)


class TypingWithStreamingResponse:
    """``client.chats.typing.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = TypingResource(client, "streamed")
        self.start = streamed(resource.start)
        self.stop = streamed(resource.stop)
