"""The method of ``client.webhook_events``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq import types
from linq._async.resource import AsyncResource, raw, streamed
from linq._request import call_for
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Query, TimeoutTypes

if TYPE_CHECKING:
    from linq._async.client import AsyncLinqAPIV3
    from linq.types import WebhookEventListResponse


class AsyncWebhookEventsResource(AsyncResource):
    """``client.webhook_events``: which events there are."""

    @property
    def with_raw_response(self) -> AsyncWebhookEventsWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return AsyncWebhookEventsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncWebhookEventsWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return AsyncWebhookEventsWithStreamingResponse(self._client)

    async def list(
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
        return await self._answer(call, types.WebhookEventListResponse)


class AsyncWebhookEventsWithRawResponse:
    """``client.webhook_events.with_raw_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncWebhookEventsResource(client, "raw")
        self.list = raw(resource.list)


class AsyncWebhookEventsWithStreamingResponse:
    """``client.webhook_events.with_streaming_response``."""

    def __init__(self, client: AsyncLinqAPIV3) -> None:
        resource = AsyncWebhookEventsResource(client, "streamed")
        self.list = streamed(resource.list)
