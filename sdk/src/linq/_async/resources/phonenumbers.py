# Generated from _requests/phonenumbers.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.phonenumbers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import phonenumbers as requests
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import PhonenumberListResponse


class AsyncPhonenumbersResource(AsyncResource):
    """``client.phonenumbers``: your lines, in the older format."""

    @property
    def with_raw_response(self) -> AsyncPhonenumbersWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncPhonenumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncPhonenumbersWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncPhonenumbersWithStreamingResponse(self._client)

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PhonenumberListResponse:
        """List your lines. New programs should use ``client.phone_numbers`` (``GET /v3/phonenumbers``)."""
        return await self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )


class AsyncPhonenumbersWithRawResponse:
    """``client.phonenumbers.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.list = raw(client, requests.list)


class AsyncPhonenumbersWithStreamingResponse:
    """``client.phonenumbers.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.list = streaming(client, requests.list)
