# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.webhook_events import AsyncWebhookEventsResource
from linq._async.resources.webhook_events import (
    AsyncWebhookEventsWithRawResponse as AsyncWebhookEventsResourceWithRawResponse,
)
from linq._async.resources.webhook_events import (
    AsyncWebhookEventsWithStreamingResponse as AsyncWebhookEventsResourceWithStreamingResponse,
)
from linq._sync.resources.webhook_events import WebhookEventsResource
from linq._sync.resources.webhook_events import WebhookEventsWithRawResponse as WebhookEventsResourceWithRawResponse
from linq._sync.resources.webhook_events import (
    WebhookEventsWithStreamingResponse as WebhookEventsResourceWithStreamingResponse,
)

__all__ = [
    "AsyncWebhookEventsResource",
    "AsyncWebhookEventsResourceWithRawResponse",
    "AsyncWebhookEventsResourceWithStreamingResponse",
    "WebhookEventsResource",
    "WebhookEventsResourceWithRawResponse",
    "WebhookEventsResourceWithStreamingResponse",
]
