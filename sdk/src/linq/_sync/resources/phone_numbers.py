# Generated from _async/resources/phone_numbers.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.phone_numbers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import phone_numbers as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import PhoneNumberListResponse


class PhoneNumbersResource(Resource):
    """``client.phone_numbers``: your lines."""

    @property
    def with_raw_response(self) -> PhoneNumbersWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return PhoneNumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> PhoneNumbersWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return PhoneNumbersWithStreamingResponse(self._client)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PhoneNumberListResponse:
        """List your lines and their reputation (``GET /v3/phone_numbers``)."""
        return self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )


class PhoneNumbersWithRawResponse:
    """``client.phone_numbers.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = raw(client, requests.list)


class PhoneNumbersWithStreamingResponse:
    """``client.phone_numbers.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = streaming(client, requests.list)
