"""``client.webhook_subscriptions``: your URLs that receive events."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Unpack

from linq import types
from linq._request import Request, path_to, request
from linq._types import MethodOptions, Omit, SequenceNotStr, omit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linq.types import (
        WebhookEventType,
        WebhookSubscription,
        WebhookSubscriptionCreateResponse,
        WebhookSubscriptionListResponse,
    )


def create(
    *,
    subscribed_events: Sequence[WebhookEventType],
    target_url: str,
    phone_numbers: SequenceNotStr[str] | Omit = omit,
    routing_id_header: str | Omit = omit,
    routing_key_header: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[WebhookSubscriptionCreateResponse]:
    """Subscribe a URL to events (``POST /v3/webhook-subscriptions``). Only this response has the signing secret.

    :param target_url: the URL that the events are posted to; ``?version=2025-01-01`` selects the older payload
    :param phone_numbers: only events of these lines, in E.164; the default is all lines
    :param routing_id_header: the name of a header that carries the id of the event's chat
    :param routing_key_header: the name of a header that carries a routing token
    """
    body: dict[str, object] = {
        "subscribed_events": subscribed_events,
        "target_url": target_url,
        "phone_numbers": phone_numbers,
        "routing_id_header": routing_id_header,
        "routing_key_header": routing_key_header,
    }
    return request("POST", "/v3/webhook-subscriptions", types.WebhookSubscriptionCreateResponse, options, body=body)


def retrieve(subscription_id: str, **options: Unpack[MethodOptions]) -> Request[WebhookSubscription]:
    """Get a subscription by its id (``GET /v3/webhook-subscriptions/{id}``)."""
    return request(
        "GET",
        path_to("/v3/webhook-subscriptions/{subscription_id}", subscription_id=subscription_id),
        types.WebhookSubscription,
        options,
    )


def update(
    subscription_id: str,
    *,
    is_active: bool | Omit = omit,
    phone_numbers: SequenceNotStr[str] | Omit | None = omit,
    routing_id_header: str | Omit | None = omit,
    routing_key_header: str | Omit | None = omit,
    subscribed_events: Sequence[WebhookEventType] | Omit = omit,
    target_url: str | Omit = omit,
    **options: Unpack[MethodOptions],
) -> Request[WebhookSubscription]:
    """Change a subscription (``PUT /v3/webhook-subscriptions/{id}``).

    Parameters that you leave out stay as they are. None removes a value: ``phone_numbers=None`` means all lines.
    """
    body: dict[str, object] = {
        "is_active": is_active,
        "phone_numbers": phone_numbers,
        "routing_id_header": routing_id_header,
        "routing_key_header": routing_key_header,
        "subscribed_events": subscribed_events,
        "target_url": target_url,
    }
    return request(
        "PUT",
        path_to("/v3/webhook-subscriptions/{subscription_id}", subscription_id=subscription_id),
        types.WebhookSubscription,
        options,
        body=body,
    )


def list(**options: Unpack[MethodOptions]) -> Request[WebhookSubscriptionListResponse]:
    """List your subscriptions (``GET /v3/webhook-subscriptions``)."""
    return request("GET", "/v3/webhook-subscriptions", types.WebhookSubscriptionListResponse, options)


def delete(subscription_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Delete a subscription (``DELETE /v3/webhook-subscriptions/{id}``)."""
    return request(
        "DELETE",
        path_to("/v3/webhook-subscriptions/{subscription_id}", subscription_id=subscription_id),
        NoneType,
        options,
    )
