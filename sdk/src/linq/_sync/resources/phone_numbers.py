# Generated from _async/resources/phone_numbers.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.phone_numbers``, and of the older ``client.phonenumbers``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._request import call_for
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3
    from linq.types import PhoneNumberListResponse, PhonenumberListResponse


class PhoneNumbersResource(Resource):
    """``client.phone_numbers``: your lines."""

    @property
    def with_raw_response(self) -> PhoneNumbersWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return PhoneNumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> PhoneNumbersWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return PhoneNumbersWithStreamingResponse(self._client)

    def list(
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
        return self._answer(call, types.PhoneNumberListResponse)


class PhoneNumbersWithRawResponse:
    """``client.phone_numbers.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = PhoneNumbersResource(client, "raw")
        self.list = raw(resource.list)


class PhoneNumbersWithStreamingResponse:
    """``client.phone_numbers.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = PhoneNumbersResource(client, "streamed")
        self.list = streamed(resource.list)


class PhonenumbersResource(Resource):
    """``client.phonenumbers``: your lines, in an older form."""

    @property
    def with_raw_response(self) -> PhonenumbersWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return PhonenumbersWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> PhonenumbersWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return PhonenumbersWithStreamingResponse(self._client)

    def list(
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
        return self._answer(call, types.PhonenumberListResponse)


class PhonenumbersWithRawResponse:
    """``client.phonenumbers.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = PhonenumbersResource(client, "raw")
        self.list = raw(resource.list)


class PhonenumbersWithStreamingResponse:
    """``client.phonenumbers.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = PhonenumbersResource(client, "streamed")
        self.list = streamed(resource.list)
