# Generated from _async/resources/phonenumbers.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.phonenumbers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import phonenumbers as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import PhonenumberListResponse


class PhonenumbersResource(Resource):
    """``client.phonenumbers``: your lines, in the older format."""

    @property
    def with_raw_response(self) -> PhonenumbersWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return PhonenumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> PhonenumbersWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return PhonenumbersWithStreamingResponse(self._client)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PhonenumberListResponse:
        """List your lines. New programs should use ``client.phone_numbers`` (``GET /v3/phonenumbers``)."""
        return self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )


class PhonenumbersWithRawResponse:
    """``client.phonenumbers.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = raw(client, requests.list)


class PhonenumbersWithStreamingResponse:
    """``client.phonenumbers.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = streaming(client, requests.list)
