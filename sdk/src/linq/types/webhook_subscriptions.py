"""Subscriptions to events, and the types of events."""

from datetime import datetime

from linq._models import BaseModel
from linq.types.webhook_event_type import WebhookEventType


class WebhookSubscription(BaseModel):
    """One of your URLs, and the events that are posted to it."""

    id: str
    """A UUID."""

    created_at: datetime

    is_active: bool

    subscribed_events: list[WebhookEventType]

    target_url: str

    updated_at: datetime

    phone_numbers: list[str] | None = None
    """Only events of these lines; None or empty means all lines."""

    routing_id_header: str | None = None
    """The name of the header that carries the id of the event's chat."""

    routing_key_header: str | None = None
    """The name of the header that carries the routing token."""

    webhook_version: str | None = None
    """The version of the payload, such as ``2026-02-03``. Only Trunkline sends it."""


class WebhookSubscriptionCreateResponse(WebhookSubscription):
    """What ``webhook_subscriptions.create`` returns: the subscription, and its secret."""

    signing_secret: str
    """``whsec_…``: store it for ``client.webhooks.unwrap``; no other response has it."""


class WebhookSubscriptionListResponse(BaseModel):
    """The result of ``webhook_subscriptions.list``."""

    subscriptions: list[WebhookSubscription]


class WebhookEventListResponse(BaseModel):
    """The result of ``webhook_events.list``."""

    doc_url: str
    """The page that explains the events."""

    events: list[WebhookEventType]
