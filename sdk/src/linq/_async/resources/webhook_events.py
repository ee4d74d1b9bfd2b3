# Generated from _requests/webhook_events.py by sdk/tools/generate_resources.py; run make generate.
"""The methods of ``client.webhook_events``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._async.resource import AsyncResource, raw, streaming
from linq._requests import webhook_events as requests
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import WebhookEventListResponse


class AsyncWebhookEventsResource(AsyncResource):
    """``client.webhook_events``: the types of events."""

    @property
    def with_raw_response(self) -> AsyncWebhookEventsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return AsyncWebhookEventsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> AsyncWebhookEventsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return AsyncWebhookEventsWithStreamingResponse(self._client)

    async def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookEventListResponse:
        """List the types of events that you can subscribe to (``GET /v3/webhook-events``)."""
        return await self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )


class AsyncWebhookEventsWithRawResponse:
    """``client.webhook_events.with_raw_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.list = raw(client, requests.list)


class AsyncWebhookEventsWithStreamingResponse:
    """``client.webhook_events.with_streaming_response``."""

    def __init__(self, client: AsyncBaseClient) -> None:
        self.list = streaming(client, requests.list)
