"""The methods of ``client.phone_numbers``, and of the older ``client.phonenumbers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._async.resource import AsyncResource, raw, streamed
from linq._request import call_for
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes

if TYPE_CHECKING:
    from linq._async.client import AsyncLinqAPIV3
    from linq.types import PhoneNumberListResponse, PhonenumberListResponse


class AsyncPhoneNumbersResource(AsyncResource):
    """``client.phone_numbers``: your lines."""

    @property
    def with_raw_response(self) -> AsyncPhoneNumbersWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return AsyncPhoneNumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncPhoneNumbersWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return AsyncPhoneNumbersWithStreamingResponse(self._client)

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PhoneNumberListResponse:
        """All your lines, and how each is doing (``GET /v3/phone_numbers``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", "/v3/phone_numbers", *extras)
        return await self._answer(call, types.PhoneNumberListResponse)


class AsyncPhoneNumbersWithRawResponse:
    """``client.phone_numbers.with_raw_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncPhoneNumbersResource(client, "raw")
        self.list = raw(resource.list)


class AsyncPhoneNumbersWithStreamingResponse:
    """``client.phone_numbers.with_streaming_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncPhoneNumbersResource(client, "streamed")
        self.list = streamed(resource.list)


class AsyncPhonenumbersResource(AsyncResource):
    """``client.phonenumbers``: your lines, in an older form."""

    @property
    def with_raw_response(self) -> AsyncPhonenumbersWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return AsyncPhonenumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncPhonenumbersWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return AsyncPhonenumbersWithStreamingResponse(self._client)

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> PhonenumberListResponse:
        """All your lines; new programs use ``client.phone_numbers`` (``GET /v3/phonenumbers``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", "/v3/phonenumbers", *extras)
        return await self._answer(call, types.PhonenumberListResponse)


class AsyncPhonenumbersWithRawResponse:
    """``client.phonenumbers.with_raw_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncPhonenumbersResource(client, "raw")
        self.list = raw(resource.list)


class AsyncPhonenumbersWithStreamingResponse:
    """``client.phonenumbers.with_streaming_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncPhonenumbersResource(client, "streamed")
        self.list = streamed(resource.list)
