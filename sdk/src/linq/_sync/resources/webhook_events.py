# Generated from _async/resources/webhook_events.py by sdk/tools/generate_sync.py: change that, then run this.
"""The method of ``client.webhook_events``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._request import call_for
from linq._sync.resource import Resource, raw, streamed
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes

if TYPE_CHECKING:
    from linq._sync.client import LinqAPIV3
    from linq.types import WebhookEventListResponse


class WebhookEventsResource(Resource):
    """``client.webhook_events``: which events there are."""

    @property
    def with_raw_response(self) -> WebhookEventsWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return WebhookEventsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> WebhookEventsWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return WebhookEventsWithStreamingResponse(self._client)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookEventListResponse:
        """The types of events that a subscription can ask for (``GET /v3/webhook-events``)."""
        extras = (extra_headers, extra_query, extra_body, timeout)
        call = call_for("GET", "/v3/webhook-events", *extras)
        return self._answer(call, types.WebhookEventListResponse)


class WebhookEventsWithRawResponse:
    """``client.webhook_events.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = WebhookEventsResource(client, "raw")
        self.list = raw(resource.list)


class WebhookEventsWithStreamingResponse:
    """``client.webhook_events.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        resource = WebhookEventsResource(client, "streamed")
        self.list = streamed(resource.list)
