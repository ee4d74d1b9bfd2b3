"""Subscriptions to events, and which events there are."""

from datetime import datetime

from linq._models import BaseModel
from linq.types.webhook_event_type import WebhookEventType


class WebhookSubscription(BaseModel):
    """A URL of yours, and the events that are posted to it."""

    id: str
    """A UUID."""

    created_at: datetime

    is_active: bool

    subscribed_events: list[WebhookEventType]

    target_url: str

    updated_at: datetime

    phone_numbers: list[str] | None = None
    """Only events of these lines; of all lines where there are none."""

    routing_id_header: str | None = None
    """The header that brings the id of the event's chat."""

    routing_key_header: str | None = None
    """The header that brings the routing token; None for none."""


class WebhookSubscriptionCreateResponse(WebhookSubscription):
    """What ``webhook_subscriptions.create`` gives: the subscription, and this once its secret."""

    signing_secret: str
    """``whsec_…``: keep it, for ``client.webhooks.unwrap``."""


class WebhookSubscriptionListResponse(BaseModel):
    """What ``webhook_subscriptions.list`` gives."""

    subscriptions: list[WebhookSubscription]


class WebhookEventListResponse(BaseModel):
    """What ``webhook_events.list`` gives."""

    doc_url: str
    """The page that explains the events."""

    events: list[WebhookEventType]
