# Generated from _requests/available_number.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.available_number``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import available_number as requests
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from typing import Literal

    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes
    from linq.types import AvailableNumberRetrieveResponse


class AsyncAvailableNumberResource(AsyncResource):
    """``client.available_number``: a line for a new person."""

    @property
    def with_raw_response(self) -> AsyncAvailableNumberWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncAvailableNumberWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncAvailableNumberWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncAvailableNumberWithStreamingResponse(self._client)

    async def retrieve(
        self,
        *,
        exclude_from: SequenceNotStr[str] | Omit = omit,
        to: SequenceNotStr[str] | Omit = omit,
        type: Literal["RCS", "iMessage"] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> AvailableNumberRetrieveResponse:
        """Select a line to send from, and get a link to its vCard (``GET /v3/available_number``).

        :param exclude_from: lines that you do not want, in E.164
        :param to: the recipients of the message to come: the line of your chat with them, if there is one
        :param type: the type of the line
        """
        return await self._client.transport.send(
            requests.retrieve(
                exclude_from=exclude_from,
                to=to,
                type=type,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class AsyncAvailableNumberWithRawResponse:
    """``client.available_number.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.retrieve = raw(client, requests.retrieve)


class AsyncAvailableNumberWithStreamingResponse:
    """``client.available_number.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.retrieve = streaming(client, requests.retrieve)
