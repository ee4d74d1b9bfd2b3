# Generated from _requests/phone_numbers.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.phone_numbers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import phone_numbers as requests
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import PhoneNumberListResponse


class AsyncPhoneNumbersResource(AsyncResource):
    """``client.phone_numbers``: your lines."""

    @property
    def with_raw_response(self) -> AsyncPhoneNumbersWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncPhoneNumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncPhoneNumbersWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncPhoneNumbersWithStreamingResponse(self._client)

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PhoneNumberListResponse:
        """List your lines and their reputation (``GET /v3/phone_numbers``)."""
        return await self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )


class AsyncPhoneNumbersWithRawResponse:
    """``client.phone_numbers.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.list = raw(client, requests.list)


class AsyncPhoneNumbersWithStreamingResponse:
    """``client.phone_numbers.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.list = streaming(client, requests.list)
