"""Webhooks: ``/v3/webhook-subscriptions`` and ``/v3/webhook-events`` (docs/wire.md §4)."""

import msgspec

from trunkline.actions.webhooks.subscriptions import (
    SubscriptionUpdate,
    create_subscription,
    delete_subscription,
    list_subscriptions,
    read_subscription,
    update_subscription,
)
from trunkline.api.html.frame import WEBHOOKS_PATH
from trunkline.api.operation import DELETE, GET, POST, PUT, Operation, Request
from trunkline.api.responses import Response, no_content
from trunkline.domain.errors import (
    InvalidParameter,
    InvalidPhoneNumber,
    NotFound,
    NotYourLine,
)
from trunkline.domain.events import EventType
from trunkline.domain.subscription import MAX_SUBSCRIPTIONS
from trunkline.schemas.webhooks import (
    NewWebhookSubscription,
    SubscriptionBody,
    SubscriptionChangeBody,
    WebhookEvents,
    WebhookSubscription,
    WebhookSubscriptions,
    new_subscription_schema,
    subscription_schema,
)

_TAG = "Webhooks"
_ERRORS = (InvalidParameter, InvalidPhoneNumber, NotYourLine)


@Operation(
    POST,
    "/v3/webhook-subscriptions",
    id="createWebhookSubscription",
    tag=_TAG,
    summary="Subscribe to events",
    description=f"""\
From now on, events are sent to the URL as signed POST requests. The [guide](/guides/webhooks) says how to verify one,
and what happens if you do not acknowledge it. The response has the signing secret, which is not shown again.

You can also subscribe to events of the API that this service never sends. You can have {MAX_SUBSCRIPTIONS}
subscriptions.
""",
    status=201,
    response_description="The subscription, with its signing secret.",
    body=SubscriptionBody,
    response=NewWebhookSubscription,
    errors=_ERRORS,
)
async def create(request: Request) -> Response:
    update = SubscriptionUpdate(**msgspec.structs.asdict(request.body(SubscriptionBody)))
    subscription, secret = await create_subscription(
        request.store, request.ctx, update, allow_private=request.state.allow_private_webhooks
    )
    return request.json(new_subscription_schema(subscription, secret), 201)


@Operation(
    GET,
    "/v3/webhook-subscriptions",
    id="listWebhookSubscriptions",
    tag=_TAG,
    summary="List your subscriptions",
    description="Oldest first, without signing secrets.",
    response_description="Your subscriptions.",
    response=WebhookSubscriptions,
)
async def list_all(request: Request) -> Response:
    found = await list_subscriptions(request.store, request.ctx.partner_id)
    return request.json(WebhookSubscriptions([subscription_schema(each) for each in found]))


@Operation(
    GET,
    "/v3/webhook-subscriptions/{subscription_id}",
    id="retrieveWebhookSubscription",
    tag=_TAG,
    summary="Read a subscription",
    description="The subscription, without its signing secret.",
    response_description="The subscription.",
    response=WebhookSubscription,
    errors=(NotFound,),
)
async def read(request: Request) -> Response:
    found = await read_subscription(request.store, request.ctx.partner_id, request.path["subscription_id"])
    return request.json(subscription_schema(found))


@Operation(
    PUT,
    "/v3/webhook-subscriptions/{subscription_id}",
    id="updateWebhookSubscription",
    tag=_TAG,
    summary="Change a subscription",
    description="""\
Properties that the body omits keep their values, and so does the signing secret. If a subscription becomes inactive,
its pending deliveries are dropped; if it becomes active again, it gets the events from then on.
""",
    response_description="The changed subscription.",
    body=SubscriptionChangeBody,
    response=WebhookSubscription,
    errors=(*_ERRORS, NotFound),
)
async def update(request: Request) -> Response:
    changes = SubscriptionUpdate(**msgspec.structs.asdict(request.body(SubscriptionChangeBody)))
    changed = await update_subscription(
        request.store,
        request.ctx,
        request.path["subscription_id"],
        changes,
        allow_private=request.state.allow_private_webhooks,
    )
    return request.json(subscription_schema(changed))


@Operation(
    DELETE,
    "/v3/webhook-subscriptions/{subscription_id}",
    id="deleteWebhookSubscription",
    tag=_TAG,
    summary="Delete a subscription",
    description="Its pending deliveries are dropped.",
    status=204,
    response_description="Subscription deleted.",
    errors=(NotFound,),
)
async def delete(request: Request) -> Response:
    await delete_subscription(request.store, request.ctx, request.path["subscription_id"])
    return no_content()


@Operation(
    GET,
    "/v3/webhook-events",
    id="listWebhookEvents",
    tag=_TAG,
    summary="List the events",
    description="The events that this service sends.",
    response_description="The events.",
    response=WebhookEvents,
)
async def list_events(request: Request) -> Response:
    return request.json(WebhookEvents([*EventType], f"{request.doc_base}{WEBHOOKS_PATH}#events"))


ROUTES = (create, list_all, read, update, delete, list_events)
