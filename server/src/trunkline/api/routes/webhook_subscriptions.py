"""``/v3/webhook-subscriptions`` and ``/v3/webhook-events`` (CONTRACT §4)."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.actions.subscriptions import (
    Wish,
    create_subscription,
    delete_subscription,
    list_subscriptions,
    retrieve_subscription,
    update_subscription,
)
from trunkline.api.operation import DELETE, GET, NO_CONTENT, POST, PUT, Call, Operation, operation
from trunkline.api.pages.frame import WEBHOOKS_PATH
from trunkline.api.responses import Response
from trunkline.api.shapes import Number
from trunkline.domain import instant
from trunkline.domain.errors import (
    InvalidBody,
    InvalidParameter,
    InvalidPhoneNumber,
    MissingField,
    NotFound,
    NotYourLine,
)
from trunkline.domain.events import EventType
from trunkline.domain.subscription import DEFAULT_ROUTING_ID_HEADER, MAX_SUBSCRIPTIONS, Subscription
from trunkline.domain.target import MAX_LENGTH

_TAG = "Webhooks"
_CHECKED = (MissingField, InvalidBody, InvalidParameter, InvalidPhoneNumber, NotYourLine)
_EVENTS = {"minItems": 1, "examples": [[EventType.MESSAGE_RECEIVED, EventType.MESSAGE_DELIVERED]]}
_LINES = {"examples": [["+13343284472"]]}
_URL = {"format": "uri", "maxLength": MAX_LENGTH, "pattern": "^https?://", "examples": ["https://example.com/webhooks"]}

_TARGET = "Where events are sent: an `https://` URL on the internet, which none of your other subscriptions has."
_WANTED = "The events to send; `GET /v3/webhook-events` lists them."
_NUMBERS = "Only events of these lines of yours; empty or `null` for all of them."
_KEY_HEADER = "The header that carries a token of yours from answer to event, chat by chat; without it, none does."
_ID_HEADER = f"The header that carries the chat's id beside it; `{DEFAULT_ROUTING_ID_HEADER}` where it is left out."


class SubscriptionBody(msgspec.Struct):
    """A subscription to make."""

    target_url: Annotated[str, Meta(description=_TARGET, extra_json_schema=_URL)]
    subscribed_events: Annotated[list[str], Meta(description=_WANTED, extra_json_schema=_EVENTS)]
    phone_numbers: Annotated[list[Number] | None, Meta(description=_NUMBERS, extra_json_schema=_LINES)] = None
    routing_key_header: Annotated[str | None, Meta(description=_KEY_HEADER)] = None
    routing_id_header: Annotated[str | None, Meta(description=_ID_HEADER)] = None


class SubscriptionChangeBody(msgspec.Struct):
    """What to change of a subscription; what is left out stays."""

    target_url: Annotated[str | UnsetType, Meta(description=_TARGET, extra_json_schema=_URL)] = UNSET
    subscribed_events: Annotated[list[str] | UnsetType, Meta(description=_WANTED, extra_json_schema=_EVENTS)] = UNSET
    phone_numbers: Annotated[list[Number] | UnsetType | None, Meta(description=_NUMBERS, extra_json_schema=_LINES)] = (
        UNSET
    )
    is_active: Annotated[
        bool | UnsetType, Meta(description="Whether events are sent. While they are not, they are not kept either.")
    ] = UNSET
    routing_key_header: Annotated[str | UnsetType | None, Meta(description=_KEY_HEADER)] = UNSET
    routing_id_header: Annotated[str | UnsetType | None, Meta(description=_ID_HEADER)] = UNSET


class WebhookSubscription(msgspec.Struct):
    """A URL of yours that is told of events."""

    id: Annotated[str, Meta(description="Identifies the subscription.", extra_json_schema={"format": "uuid"})]
    target_url: Annotated[str, Meta(description="Where events are sent.", extra_json_schema={"format": "uri"})]
    subscribed_events: Annotated[list[str], Meta(description="Which events.")]
    phone_numbers: Annotated[list[str] | None, Meta(description="Of which lines; `null` for all of them.")]
    is_active: Annotated[bool, Meta(description="Whether they are sent.")]
    routing_key_header: Annotated[str | None, Meta(description="The header that carries your token, if one does.")]
    routing_id_header: Annotated[str | None, Meta(description="The header that carries the chat's id beside it.")]
    created_at: Annotated[datetime, Meta(tz=True, description="When it was made.")]
    updated_at: Annotated[datetime, Meta(tz=True, description="When it was last changed.")]


class NewWebhookSubscription(WebhookSubscription):
    """A subscription that has just been made, with its secret."""

    signing_secret: Annotated[
        str,
        Meta(
            description="What signatures are checked with. It is shown this once: keep it.",
            extra_json_schema={"examples": ["whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]},
        ),
    ]


class WebhookSubscriptions(msgspec.Struct):
    """Your subscriptions."""

    subscriptions: Annotated[list[WebhookSubscription], Meta(description="The oldest first.")]


class WebhookEvents(msgspec.Struct):
    """The events that there are."""

    events: Annotated[list[str], Meta(description="Their names.")]
    doc_url: Annotated[str, Meta(description="What each of them tells.", extra_json_schema={"format": "uri"})]


@operation(
    POST,
    "/v3/webhook-subscriptions",
    Operation(
        id="createWebhookSubscription",
        tag=_TAG,
        summary="Subscribe to events",
        description=f"""\
From now on, what happens is sent to the URL, as a signed POST request: the [guide](/guides/webhooks) says how to check
one, and what happens when it is not answered. The answer has the secret for that, this once.

Names of the API's events that this service never sends are taken, too. You may have {MAX_SUBSCRIPTIONS} subscriptions.
""",
        status=201,
        says="The subscription, with its secret.",
        body=SubscriptionBody,
        answer=NewWebhookSubscription,
        refusals=_CHECKED,
    ),
)
async def create(call: Call) -> Response:
    site = call.site
    wish = Wish(**msgspec.structs.asdict(call.body(SubscriptionBody)))
    made, secret = await create_subscription(site.store, call.cause, wish, allow_private=site.allow_private_webhooks)
    return call.answer(NewWebhookSubscription(**msgspec.structs.asdict(_shown(made)), signing_secret=secret), 201)


@operation(
    GET,
    "/v3/webhook-subscriptions",
    Operation(
        id="listWebhookSubscriptions",
        tag=_TAG,
        summary="List your subscriptions",
        description="All of them, the oldest first, without their secrets.",
        says="Your subscriptions.",
        answer=WebhookSubscriptions,
    ),
)
async def list_all(call: Call) -> Response:
    found = await list_subscriptions(call.site.store, call.cause.partner_id)
    return call.answer(WebhookSubscriptions([_shown(each) for each in found]))


@operation(
    GET,
    "/v3/webhook-subscriptions/{subscription_id}",
    Operation(
        id="retrieveWebhookSubscription",
        tag=_TAG,
        summary="Get a subscription",
        description="As it is now, without its secret.",
        says="The subscription.",
        answer=WebhookSubscription,
        refusals=(NotFound,),
    ),
)
async def retrieve(call: Call) -> Response:
    found = await retrieve_subscription(call.site.store, call.cause.partner_id, call.path["subscription_id"])
    return call.answer(_shown(found))


@operation(
    PUT,
    "/v3/webhook-subscriptions/{subscription_id}",
    Operation(
        id="updateWebhookSubscription",
        tag=_TAG,
        summary="Change a subscription",
        description="""\
What the body leaves out stays as it is; the secret always does. A subscription that is made inactive gets nothing more,
what waits for it neither; made active again, it gets what happens from then on.
""",
        says="The subscription as it is now.",
        body=SubscriptionChangeBody,
        answer=WebhookSubscription,
        refusals=(*_CHECKED, NotFound),
    ),
)
async def update(call: Call) -> Response:
    site = call.site
    wish = Wish(**msgspec.structs.asdict(call.body(SubscriptionChangeBody)))
    changed = await update_subscription(
        site.store, call.cause, call.path["subscription_id"], wish, allow_private=site.allow_private_webhooks
    )
    return call.answer(_shown(changed))


@operation(
    DELETE,
    "/v3/webhook-subscriptions/{subscription_id}",
    Operation(
        id="deleteWebhookSubscription",
        tag=_TAG,
        summary="Delete a subscription",
        description="It gets nothing more, what waits for it neither.",
        status=204,
        says="It is deleted.",
        refusals=(NotFound,),
    ),
)
async def delete(call: Call) -> Response:
    await delete_subscription(call.site.store, call.cause, call.path["subscription_id"])
    return NO_CONTENT


@operation(
    GET,
    "/v3/webhook-events",
    Operation(
        id="listWebhookEvents",
        tag=_TAG,
        summary="List the events",
        description="Those that this service sends.",
        says="The events.",
        answer=WebhookEvents,
    ),
)
async def list_events(call: Call) -> Response:
    return call.answer(WebhookEvents([*EventType], f"{call.site.doc_base}{WEBHOOKS_PATH}#events"))


def _shown(subscription: Subscription) -> WebhookSubscription:
    routed = subscription.routing_key_header is not None
    numbers = subscription.phone_numbers
    return WebhookSubscription(
        id=subscription.id,
        target_url=subscription.target_url,
        subscribed_events=list(subscription.events),
        phone_numbers=None if numbers is None else list(numbers),
        is_active=subscription.is_active,
        routing_key_header=subscription.routing_key_header,
        routing_id_header=subscription.routing_id_header or (DEFAULT_ROUTING_ID_HEADER if routed else None),
        created_at=instant.to_datetime(subscription.created_at),
        updated_at=instant.to_datetime(subscription.updated_at),
    )


ROUTES = (create, list_all, retrieve, update, delete, list_events)
