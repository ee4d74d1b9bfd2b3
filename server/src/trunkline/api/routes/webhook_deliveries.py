"""``/admin/webhook-deliveries``: what was sent to your webhooks, and what they answered. Only this service has it."""

from trunkline.actions.webhooks.deliveries import resend_event
from trunkline.actions.webhooks.show_deliveries import DeliveryQuery, show_delivery, show_logs, show_page
from trunkline.api.disconnection import while_connected
from trunkline.api.operation import GET, POST, Operation, Request
from trunkline.api.parameters import choice_parameter, cursor_parameter, number_parameter, read_query, text_parameter
from trunkline.api.responses import Response
from trunkline.domain.delivery import AttemptStatus, EntryState
from trunkline.domain.errors import InvalidParameter, NoSuchEvent, NotFound, NotSubscribed
from trunkline.domain.ids import MAX_ID
from trunkline.domain.paging import MAX_LIMIT
from trunkline.schemas.webhook_deliveries import (
    ResendBody,
    ResentEvent,
    WebhookDeliveries,
    WebhookDeliveryDetails,
    WebhookLogs,
)

_TAG = "Webhook deliveries"
_DEFAULT_LIMIT = 20
_MAX_PER_PAGE = 50
_ALL = "all"

_PARAMETERS = {
    each.name: each
    for each in (
        number_parameter("limit", "Maximum number of deliveries on the page.", 1, MAX_LIMIT, _DEFAULT_LIMIT),
        cursor_parameter(),
        text_parameter("subscription_id", "Only deliveries to this subscription.", MAX_ID),
        choice_parameter("state", "Only deliveries in this state.", [*EntryState]),
        text_parameter("event_id", "Only deliveries of this event.", MAX_ID),
    )
}
_LOG_PARAMETERS = {
    each.name: each
    for each in (
        text_parameter("subscription_id", "Only attempts of this subscription.", MAX_ID),
        number_parameter("per_page", "Maximum number of attempts.", 1, _MAX_PER_PAGE, _DEFAULT_LIMIT),
        choice_parameter("status", "Only attempts with this result.", [*AttemptStatus, _ALL], _ALL),
        text_parameter("event_type", "Only attempts to deliver an event of this type.", MAX_ID),
    )
}


@Operation(
    GET,
    "/admin/webhook-deliveries",
    id="listWebhookDeliveries",
    tag=_TAG,
    summary="List webhook deliveries",
    description="""\
The latest first: an event that is sent again is a new delivery. A page looks at 1,000 deliveries, so with a filter it
may be short, or empty, although `next_cursor` is not `null`.
""",
    response_description="A page of deliveries.",
    response=WebhookDeliveries,
    errors=(InvalidParameter,),
    parameters=tuple(_PARAMETERS.values()),
)
async def list_all(request: Request) -> Response:
    values = read_query(request.query, _PARAMETERS)
    state = values.get("state")
    query = DeliveryQuery(
        values.get("limit", _DEFAULT_LIMIT),
        values.get("cursor"),
        values.get("subscription_id"),
        None if state is None else EntryState(state),
        values.get("event_id"),
    )
    return request.json(await show_page(request.store, request.ctx.partner_id, query, request.ctx.now))


@Operation(
    GET,
    "/admin/webhook-deliveries/{delivery_id}",
    id="retrieveWebhookDelivery",
    tag=_TAG,
    summary="Read a webhook delivery",
    description="""\
With its attempts: what was sent, with the signature, and the beginning of what the receiver answered. If you delete a
message, the answers to its events are deleted, too.
""",
    response_description="The delivery.",
    response=WebhookDeliveryDetails,
    errors=(NotFound,),
)
async def read(request: Request) -> Response:
    delivery_id = request.path["delivery_id"]
    completion = request.state.completion
    return request.json(await show_delivery(request.store, request.ctx.partner_id, delivery_id, completion))


@Operation(
    POST,
    "/admin/webhook-deliveries/resend",
    id="resendWebhookEvent",
    tag=_TAG,
    summary="Send an event again",
    adds_deliveries=True,
    description="""\
Sends a stored event to the active subscriptions that got it, or to the one that you name, after the pending events of
its chat.
""",
    status=202,
    response_description="The event is sent again.",
    body=ResendBody,
    body_example={"event_id": "0197c3f1-5d3c-7b7e-9a44-5f0f3f0a9b11"},
    response=ResentEvent,
    errors=(NotFound, InvalidParameter),
)
async def resend(request: Request) -> Response:
    body = request.body(ResendBody)
    try:
        chosen = await resend_event(request.store, request.ctx, body.event_id, body.subscription_id)
    except NoSuchEvent as error:
        raise NotFound(str(error)) from None
    except NotSubscribed as error:
        raise InvalidParameter(f"{error}; see GET /v3/webhook-subscriptions") from None
    return request.json(ResentEvent(body.event_id, list(chosen)), 202)


@Operation(
    GET,
    "/admin/v1/webhook-logs",
    id="listWebhookLogs",
    tag=_TAG,
    summary="List the latest attempts",
    description="""\
What `webhooks logs` of the public command line reads, if its variable `LINQ_LOGS_URL` is the URL of this service with
`/admin`. Attempts at the 1,000 latest deliveries are listed. Other parameters, such as `org_id`, are ignored.
""",
    response_description="The attempts.",
    response=WebhookLogs,
    errors=(InvalidParameter,),
    parameters=tuple(_LOG_PARAMETERS.values()),
)
async def list_logs(request: Request) -> Response:
    values = read_query(request.query, _LOG_PARAMETERS)
    status = values.get("status", _ALL)
    async with while_connected(request.receive):
        logs = await show_logs(
            request.store,
            request.ctx.partner_id,
            values.get("per_page", _DEFAULT_LIMIT),
            values.get("subscription_id"),
            None if status == _ALL else AttemptStatus(status),
            values.get("event_type", ""),
        )
    return request.json(logs)


ROUTES = (list_all, resend, read, list_logs)
