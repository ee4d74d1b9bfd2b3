"""The methods of ``client.chats.typing``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streamed
from linq._request import call_for, path_to
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes

if TYPE_CHECKING:
    from linq._async.client import AsyncLinqAPIV3


class AsyncTypingResource(AsyncResource):
    """``client.chats.typing``: the dots that say that somebody is writing."""

    @property
    def with_raw_response(self) -> AsyncTypingWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return AsyncTypingWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncTypingWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return AsyncTypingWithStreamingResponse(self._client)

    async def start(
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
        return await self._answer(call, type(None))

    async def stop(
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
        return await self._answer(call, type(None))


class AsyncTypingWithRawResponse:
    """``client.chats.typing.with_raw_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncTypingResource(client, "raw")
        self.start = raw(resource.start)
        self.stop = raw(resource.stop)


class AsyncTypingWithStreamingResponse:
    """``client.chats.typing.with_streaming_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncTypingResource(client, "streamed")
        self.start = streamed(resource.start)
        self.stop = streamed(resource.stop)
