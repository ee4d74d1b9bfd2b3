"""``client.webhook_events``: the types of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, request
from linq._types import MethodOptions

if TYPE_CHECKING:
    from linq.types import WebhookEventListResponse


def list(**options: Unpack[MethodOptions]) -> Request[WebhookEventListResponse]:
    """List the types of events that you can subscribe to (``GET /v3/webhook-events``)."""
    return request("GET", "/v3/webhook-events", types.WebhookEventListResponse, options)
