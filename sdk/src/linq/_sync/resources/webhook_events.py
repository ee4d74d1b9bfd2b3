# Generated from _async/resources/webhook_events.py by sdk/tools/generate_sync.py; run make generate.
"""The methods of ``client.webhook_events``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linq._requests import webhook_events as requests
from linq._sync.resource import Resource, raw, streaming
from linq._types import NOT_GIVEN

if TYPE_CHECKING:
    from linq._sync.base_client import BaseClient
    from linq._types import Body, Headers, NotGiven, Query, TimeoutTypes
    from linq.types import WebhookEventListResponse


class WebhookEventsResource(Resource):
    """``client.webhook_events``: the types of events."""

    @property
    def with_raw_response(self) -> WebhookEventsWithRawResponse:
        """The same methods, giving the response before it is parsed."""
        return WebhookEventsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> WebhookEventsWithStreamingResponse:
        """The same methods as context managers, giving a response whose body is read on demand."""
        return WebhookEventsWithStreamingResponse(self._client)

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> WebhookEventListResponse:
        """List the types of events that you can subscribe to (``GET /v3/webhook-events``)."""
        return self._client.transport.send(
            requests.list(extra_headers=extra_headers, extra_query=extra_query, extra_body=extra_body, timeout=timeout)
        )


class WebhookEventsWithRawResponse:
    """``client.webhook_events.with_raw_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = raw(client, requests.list)


class WebhookEventsWithStreamingResponse:
    """``client.webhook_events.with_streaming_response``."""

    def __init__(self, client: BaseClient) -> None:
        self.list = streaming(client, requests.list)
