# Generated from _async/resources/capability.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.capability``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._request import call_for
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, TimeoutTypes, omit

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3
    from linq.types import HandleCheckResponse


class CapabilityResource(Resource):
    """``client.capability``: what a handle can receive."""

    @property
    def with_raw_response(self) -> CapabilityWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return CapabilityWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> CapabilityWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
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
        """Whether a handle can receive iMessages (``POST /v3/capability/check_imessage``).

        :param from_: the line of yours to ask from, in E.164
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"address": address, "from": from_}
        call = call_for("POST", "/v3/capability/check_imessage", *extras, body=body)
        return self._answer(call, types.HandleCheckResponse)

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
        """Whether a handle can receive RCS messages (``POST /v3/capability/check_rcs``).

        :param from_: the line of yours to ask from, in E.164
        """
        extras = (extra_headers, extra_query, extra_body, timeout)
        body: dict[str, object] = {"address": address, "from": from_}
        call = call_for("POST", "/v3/capability/check_rcs", *extras, body=body)
        return self._answer(call, types.HandleCheckResponse)


class CapabilityWithRawResponse:
    """``client.capability.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = CapabilityResource(client, "raw")
        self.check_i_message = raw(resource.check_i_message)
        self.check_RCS = raw(resource.check_RCS)


class CapabilityWithStreamingResponse:
    """``client.capability.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = CapabilityResource(client, "streamed")
        self.check_i_message = streamed(resource.check_i_message)
        self.check_RCS = streamed(resource.check_RCS)
