# Generated from _async/resources/capability.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.capability``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import capability as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN, omit

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Omit, Query, TimeoutTypes
    from linq.types import HandleCheckResponse


class CapabilityResource(Resource):
    """``client.capability``: the services that a handle can receive."""

    @property
    def with_raw_response(self) -> CapabilityWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return CapabilityWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> CapabilityWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return CapabilityWithStreamingResponse(self._client)

    def check_i_message(
        self,
        *,
        address: str,
        from_: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> HandleCheckResponse:
        """Check whether a handle can receive iMessage (``POST /v3/capability/check_imessage``).

        :param address: the handle to check: E.164, or an email address
        :param from_: your line to check from, in E.164
        """
        return self._client.transport.send(
            requests.check_i_message(
                address=address,
                from_=from_,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )

    def check_RCS(  # noqa: N802 - the public client's name
        self,
        *,
        address: str,
        from_: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> HandleCheckResponse:
        """Check whether a handle can receive RCS (``POST /v3/capability/check_rcs``).

        :param address: the handle to check: E.164, or an email address
        :param from_: your line to check from, in E.164
        """
        return self._client.transport.send(
            requests.check_RCS(
                address=address,
                from_=from_,
                extra_headers=extra_headers,
                extra_query=extra_query,
                extra_body=extra_body,
                timeout=timeout,
            )
        )


class CapabilityWithRawResponse:
    """``client.capability.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.check_i_message = raw(client, requests.check_i_message)
        self.check_RCS = raw(client, requests.check_RCS)


class CapabilityWithStreamingResponse:
    """``client.capability.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.check_i_message = streaming(client, requests.check_i_message)
        self.check_RCS = streaming(client, requests.check_RCS)
