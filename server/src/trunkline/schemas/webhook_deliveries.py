"""The responses of ``/admin/webhook-deliveries`` and ``/admin/v1/webhook-logs``, and the body of a resend."""

from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.domain.delivery import AttemptStatus, EntryState
from trunkline.domain.events import WebhookVersion
from trunkline.schemas.bodies import BodyText
from trunkline.schemas.fields import Count, GivenId, Id, NextCursor, Timestamp, Url


class Attempt(msgspec.Struct):
    """An attempt to deliver an event."""

    attempt: Annotated[int, Meta(ge=1, description="The number of the attempt, from 1.")]
    timestamp: Annotated[Timestamp, Meta(description="When it began.")]
    duration_ms: Annotated[Count, Meta(description="How long it took, in milliseconds.")]
    status: Annotated[
        AttemptStatus, Meta(description="`success`; `retrying` if another one follows; otherwise `failed`.")
    ]
    http_status_code: Annotated[
        int | None, Meta(description="The status of the response; `null` if there was no response.")
    ]
    error_message: Annotated[str | None, Meta(description="What went wrong; `null` for a success.")]


class AttemptDetails(Attempt):
    """An attempt to deliver an event, with its request and its response."""

    request_headers: Annotated[dict[str, str], Meta(description="The headers of the request, with the signatures.")]
    response_headers: Annotated[
        dict[str, str],
        Meta(description="The headers of the response, at most 20, cut at 200 characters each, 2,000 in all."),
    ]
    response_body: Annotated[
        BodyText | None, Meta(description="The beginning of the response, at most 1 kB; `null` if there is none.")
    ]


class _Delivery(msgspec.Struct):
    id: Annotated[str, Meta(description="The id of the delivery.")]
    event_id: Annotated[Id | None, Meta(description="The id of the event; `null` if it is no longer stored.")]
    event_type: Annotated[str, Meta(description="The type of the event.")]
    webhook_version: Annotated[WebhookVersion | None, Meta(description="The version of the payload.")]
    chat_id: Annotated[Id | None, Meta(description="The chat of the event; `null` if it belongs to none.")]
    trace_id: Annotated[str | None, Meta(description="The trace id of what caused the event.")]
    subscription_id: Annotated[Id, Meta(description="The id of the subscription.")]
    target_url: Annotated[
        Url | None, Meta(description="Where the subscription sends events now; `null` if it was deleted.")
    ]
    state: Annotated[EntryState, Meta(description="`waiting` for an attempt, `done` or `failed`.")]
    attempt_count: Annotated[Count, Meta(description="The number of attempts so far.")]
    max_attempts: Annotated[int, Meta(description="The number of attempts after which it fails.")]
    outcome: Annotated[
        str | None, Meta(description="The outcome of the last attempt, or why there was none; `null` before the first.")
    ]
    created_at: Annotated[Timestamp | None, Meta(description="When the event happened.")]
    updated_at: Annotated[Timestamp, Meta(description="When the state last changed.")]
    next_attempt_at: Annotated[
        Timestamp | None,
        Meta(description="When the next attempt is due; `null` if there is none, or an event of the chat comes first."),
    ]


class WebhookDelivery(_Delivery):
    """An event on its way to one subscription."""

    last_attempt: Annotated[Attempt | None, Meta(description="The last attempt; `null` before the first.")]


class WebhookDeliveryDetails(_Delivery):
    """An event on its way to one subscription, with everything that was sent and received."""

    request_body: Annotated[
        BodyText | None,
        Meta(description="The body of the requests, cut at 16 kB; `null` if the event is no longer stored."),
    ]
    attempts: Annotated[list[AttemptDetails], Meta(description="The attempts, the oldest first.")]


class WebhookDeliveries(msgspec.Struct):
    """A page of deliveries."""

    deliveries: Annotated[list[WebhookDelivery], Meta(description="The deliveries, the latest first.")]
    next_cursor: NextCursor


class ResendBody(msgspec.Struct):
    """An event to send again."""

    event_id: Annotated[GivenId, Meta(description="The id of the event.", extra_json_schema={"examples": ["e-1"]})]
    subscription_id: Annotated[
        GivenId | None, Meta(description="The subscription; by default, every active one that got the event.")
    ] = None


class ResentEvent(msgspec.Struct):
    """An event that is sent again."""

    event_id: Annotated[Id, Meta(description="The id of the event.")]
    subscription_ids: Annotated[list[Id], Meta(description="The subscriptions that it is sent to.")]


class WebhookLog(msgspec.Struct):
    """An attempt, in the form that the public command line reads."""

    event_id: Annotated[str, Meta(description="The id of the event; empty if it is no longer stored.")]
    webhook_event_type: Annotated[str, Meta(description="The type of the event.")]
    target_url: Annotated[str, Meta(description="Where the subscription sends events now; empty if it was deleted.")]
    http_status_code: Annotated[Count, Meta(description="The status of the response; 0 if there was no response.")]
    duration_ms: Annotated[Count, Meta(description="How long the attempt took, in milliseconds.")]
    timestamp: Annotated[Timestamp, Meta(description="When the attempt began.")]
    status: Annotated[AttemptStatus, Meta(description="The result of the attempt.")]
    attempt: Annotated[int, Meta(ge=1, description="The number of the attempt, from 1.")]
    max_attempts: Annotated[int, Meta(description="The number of attempts after which the delivery fails.")]
    error_type: Annotated[str, Meta(description="`http`, `network`, or empty for a success.")]
    error_message: Annotated[str, Meta(description="What went wrong; empty for a success.")]
    trace_id: Annotated[str, Meta(description="The trace id of what caused the event.")]
    subscription_id: Annotated[str, Meta(description="The id of the subscription.")]


class LogPagination(msgspec.Struct):
    """Where a list of attempts ends."""

    has_more: Annotated[bool, Meta(description="Whether there are older attempts.")]
    next_cursor: Annotated[None, Meta(description="Always `null`: only the latest attempts are listed.")]
    per_page: Annotated[int, Meta(description="The most attempts that are listed.")]


class WebhookLogs(msgspec.Struct):
    """The latest attempts, in the form that the public command line reads."""

    webhook_logs: Annotated[list[WebhookLog], Meta(description="The attempts, the latest first.")]
    pagination: Annotated[LogPagination, Meta(description="Whether there are more.")]
