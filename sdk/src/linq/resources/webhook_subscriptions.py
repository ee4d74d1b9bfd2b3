# Generated from _requests by sdk/tools/generate_paths.py; run make generate.
"""At the path that ``linq-python`` has."""

from linq._async.resources.webhook_subscriptions import AsyncWebhookSubscriptionsResource
from linq._async.resources.webhook_subscriptions import (
    AsyncWebhookSubscriptionsWithRawResponse as AsyncWebhookSubscriptionsResourceWithRawResponse,
)
from linq._async.resources.webhook_subscriptions import (
    AsyncWebhookSubscriptionsWithStreamingResponse as AsyncWebhookSubscriptionsResourceWithStreamingResponse,
)
from linq._sync.resources.webhook_subscriptions import WebhookSubscriptionsResource
from linq._sync.resources.webhook_subscriptions import (
    WebhookSubscriptionsWithRawResponse as WebhookSubscriptionsResourceWithRawResponse,
)
from linq._sync.resources.webhook_subscriptions import (
    WebhookSubscriptionsWithStreamingResponse as WebhookSubscriptionsResourceWithStreamingResponse,
)

__all__ = [
    "AsyncWebhookSubscriptionsResource",
    "AsyncWebhookSubscriptionsResourceWithRawResponse",
    "AsyncWebhookSubscriptionsResourceWithStreamingResponse",
    "WebhookSubscriptionsResource",
    "WebhookSubscriptionsResourceWithRawResponse",
    "WebhookSubscriptionsResourceWithStreamingResponse",
]
