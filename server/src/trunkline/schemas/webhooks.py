"""Webhook subscriptions."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain import instant
from trunkline.domain.events import EventType, WebhookVersion
from trunkline.domain.handle import MAX_LINES
from trunkline.domain.subscription import (
    DEFAULT_ROUTING_ID_HEADER,
    MAX_EVENT_NAME,
    MAX_EVENTS,
    MAX_HEADER,
    Subscription,
)
from trunkline.schemas.fields import Id, PhoneNumber, TargetUrl, Timestamp, Url

_EventNames: TypeAlias = Annotated[
    list[Annotated[str, Meta(max_length=MAX_EVENT_NAME)]],
    Meta(
        max_length=MAX_EVENTS,
        extra_json_schema={
            "minItems": 1,
            "examples": [[EventType.MESSAGE_RECEIVED, EventType.MESSAGE_DELIVERED]],
        },
    ),
]
_Lines: TypeAlias = Annotated[
    list[PhoneNumber], Meta(max_length=MAX_LINES, extra_json_schema={"examples": [["+13343284472"]]})
]
_HEADER: dict[str, object] = {"maxLength": MAX_HEADER}
_EXAMPLE: dict[str, object] = {"format": "uri", "examples": ["https://example.com/webhooks"]}

_TARGET = (
    "Where events are sent: an `https://` URL on the internet that none of your other subscriptions uses. `version` in "
    f"its query names the version of the payload: {' or '.join([f'`{each}`' for each in WebhookVersion])}. Without it, "
    "the version is the latest at that time."
)
_SUBSCRIBED = "The events to send. `GET /v3/webhook-events` lists them."
_NUMBERS = f"The lines whose events are sent, at most {MAX_LINES:,}; empty or `null` for all of them."
_KEY_HEADER = "The header that carries your routing token from a response to the next event of the chat."
_ID_HEADER = f"The header that carries the chat's id with the routing token; `{DEFAULT_ROUTING_ID_HEADER}` by default."


class SubscriptionBody(msgspec.Struct):
    """A subscription to create."""

    target_url: Annotated[TargetUrl, Meta(description=_TARGET, extra_json_schema=_EXAMPLE)]
    subscribed_events: Annotated[_EventNames, Meta(description=_SUBSCRIBED)]
    phone_numbers: Annotated[_Lines | None, Meta(description=_NUMBERS)] = None
    routing_key_header: Annotated[str | None, Meta(description=_KEY_HEADER, extra_json_schema=_HEADER)] = None
    routing_id_header: Annotated[str | None, Meta(description=_ID_HEADER, extra_json_schema=_HEADER)] = None


class SubscriptionChangeBody(msgspec.Struct):
    """The properties of a subscription to change; omitted ones keep their values."""

    target_url: Annotated[TargetUrl | UnsetType, Meta(description=_TARGET, extra_json_schema=_EXAMPLE)] = UNSET
    subscribed_events: Annotated[_EventNames | UnsetType, Meta(description=_SUBSCRIBED)] = UNSET
    phone_numbers: Annotated[_Lines | UnsetType | None, Meta(description=_NUMBERS)] = UNSET
    is_active: Annotated[
        bool | UnsetType, Meta(description="Whether events are sent. Events that happen while inactive are never sent.")
    ] = UNSET
    routing_key_header: Annotated[str | UnsetType | None, Meta(description=_KEY_HEADER, extra_json_schema=_HEADER)] = (
        UNSET
    )
    routing_id_header: Annotated[str | UnsetType | None, Meta(description=_ID_HEADER, extra_json_schema=_HEADER)] = (
        UNSET
    )


class WebhookSubscription(msgspec.Struct):
    """A subscription to events."""

    id: Annotated[Id, Meta(description="The id of the subscription.")]
    target_url: Annotated[Url, Meta(description="Where events are sent.")]
    webhook_version: Annotated[
        WebhookVersion, Meta(description="The version of the payload. Not a field of the public API.")
    ]
    subscribed_events: Annotated[list[str], Meta(description="The events that are sent.")]
    phone_numbers: Annotated[list[str] | None, Meta(description="The lines; `null` for all of them.")]
    is_active: Annotated[bool, Meta(description="Whether events are sent.")]
    routing_key_header: Annotated[str | None, Meta(description="The header that carries your routing token.")]
    routing_id_header: Annotated[str | None, Meta(description="The header that carries the chat's id.")]
    created_at: Annotated[Timestamp, Meta(description="When the subscription was created.")]
    updated_at: Annotated[Timestamp, Meta(description="When the subscription last changed.")]


class NewWebhookSubscription(WebhookSubscription):
    """A new subscription with its signing secret."""

    signing_secret: Annotated[
        str,
        Meta(
            description="The secret that verifies signatures. It is shown only once.",
            extra_json_schema={"examples": ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]},
        ),
    ]


class WebhookSubscriptions(msgspec.Struct):
    """Your subscriptions."""

    subscriptions: Annotated[list[WebhookSubscription], Meta(description="The subscriptions, the oldest first.")]


class WebhookEvents(msgspec.Struct):
    """The events of the service."""

    events: Annotated[list[str], Meta(description="The types of the events.")]
    doc_url: Annotated[
        Url,
        Meta(
            description="The public page that explains them, because clients accept no other value. The page of this "
            "service is the [guide](/guides/webhooks)."
        ),
    ]


def subscription_schema(subscription: Subscription) -> WebhookSubscription:
    """A subscription as JSON."""
    routed = subscription.routing_key_header is not None
    numbers = subscription.phone_numbers
    return WebhookSubscription(
        id=subscription.id,
        target_url=subscription.target_url,
        webhook_version=subscription.version,
        subscribed_events=list(subscription.events),
        phone_numbers=None if numbers is None else list(numbers),
        is_active=subscription.is_active,
        routing_key_header=subscription.routing_key_header,
        routing_id_header=subscription.routing_id_header or (DEFAULT_ROUTING_ID_HEADER if routed else None),
        created_at=instant.to_datetime(subscription.created_at),
        updated_at=instant.to_datetime(subscription.updated_at),
    )


def new_subscription_schema(subscription: Subscription, secret: str) -> NewWebhookSubscription:
    """A new subscription as JSON, with its signing secret."""
    fields = msgspec.structs.asdict(subscription_schema(subscription))
    return NewWebhookSubscription(**fields, signing_secret=secret)
