"""Show webhook deliveries with their attempts to the partner (``GET /admin/webhook-deliveries``)."""

import asyncio
from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.cursors import require_cursor
from trunkline.domain.delivery import MAX_ATTEMPTS, Attempt, AttemptStatus, AttemptSummary, EntryState
from trunkline.domain.errors import NotFound
from trunkline.domain.events import WebhookVersion
from trunkline.domain.handle import quoted
from trunkline.domain.instant import Instant, to_datetime, to_datetime_or_none
from trunkline.schemas import webhook_deliveries as schemas
from trunkline.schemas.attempts import parse_attempts, parse_last_summary, parse_summaries
from trunkline.schemas.bodies import BodyText, body_text
from trunkline.schemas.documents import Completion
from trunkline.storage import cursor as cursors
from trunkline.storage import deliveries, events, outbox, subscriptions
from trunkline.storage.cursor import Cursor, SortKey
from trunkline.storage.deliveries import DeliveryPage, DeliveryRecord, Place
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

_MILLISECOND = 1_000  # microseconds
_LOG_PAGE = 100  # deliveries of one read; with all their attempts, they can be a megabyte
_LOG_PAGES = 10


class DeliveryQuery(msgspec.Struct, frozen=True):
    """A page of deliveries: those to one subscription, in one state, or of one event."""

    limit: int
    cursor: str | None = None
    subscription_id: str | None = None
    state: EntryState | None = None
    event_id: str | None = None


async def show_page(store: Store, partner_id: int, query: DeliveryQuery, now: Instant) -> schemas.WebhookDeliveries:
    """A page of deliveries, the latest first. Raises ``InvalidParameter``."""
    reader = store.reader(partner_id)
    scope = "\n".join(
        [str(partner_id), "deliveries", query.subscription_id or "", query.state or "", query.event_id or ""]
    ).encode()
    place, started_at = Place(), now
    if query.cursor is not None:
        valid = "the next_cursor of a page of deliveries with the same filters, unchanged"
        cursor = require_cursor(query.cursor, store.cursor_key, scope, now, valid)
        place, started_at = Place(*cursor.after), cursor.started_at
    page = await _page(reader, query, place)
    shown = await _shown(reader, page.records)
    if page.next is None:
        return schemas.WebhookDeliveries(shown, None)
    after = SortKey(page.next.sequence, page.next.skip)
    return schemas.WebhookDeliveries(shown, cursors.encode(Cursor(after, 0, started_at), store.cursor_key, scope))


async def show_delivery(
    store: Store, partner_id: int, delivery_id: str, completion: Completion
) -> schemas.WebhookDeliveryDetails:
    """A delivery with everything that was sent and received. Raises ``NotFound``."""
    reader = store.reader(partner_id)
    sequence, _, destination = delivery_id.partition("-")
    found = None
    if sequence.isascii() and sequence.isdigit() and len(sequence) < len(str(deliveries.LATEST)) and destination:
        found = await deliveries.find(reader, int(sequence), destination)
    if found is None:
        raise NotFound(f"there is no delivery {quoted(delivery_id)}")
    record, body = found
    [shown] = await _shown(reader, [record])
    attempts, sent = parse_attempts(record.log), None
    if body is not None:
        began_at = attempts[-1].began_at if attempts else record.updated_at
        sent = body_text(completion.complete(body, partner_id, began_at))
    fields = msgspec.structs.asdict(shown)
    del fields["last_attempt"]
    return schemas.WebhookDeliveryDetails(**fields, request_body=sent, attempts=[_details(each) for each in attempts])


async def show_logs(
    store: Store, partner_id: int, per_page: int, subscription_id: str | None, status: AttemptStatus | None, kind: str
) -> schemas.WebhookLogs:
    """The last attempts at the latest deliveries, in the form that the public command line reads.

    ``kind`` is a type of event, or empty for all.
    """
    reader = store.reader(partner_id)
    place: Place | None = Place()
    logs: list[tuple[DeliveryRecord, AttemptSummary]] = []
    for _ in range(_LOG_PAGES):
        if place is None:
            break
        page = await deliveries.page(reader, _LOG_PAGE, place, destination=subscription_id)
        records = [each for each in page.records if kind in {"", each.kind}]
        logs += [
            (record, attempt)
            for record in records
            for attempt in parse_summaries(record.log)
            if status in {None, attempt.status}
        ]
        logs = sorted(logs, key=lambda each: each[1].began_at, reverse=True)[: per_page + 1]
        place = page.next
        await asyncio.sleep(0)
    targets = await _targets(reader)
    shown = [_log(record, attempt, targets.get(record.destination) or "") for record, attempt in logs[:per_page]]
    has_more = len(logs) > per_page or place is not None
    return schemas.WebhookLogs(shown, schemas.LogPagination(has_more, None, per_page))


async def _page(reader: Reader, query: DeliveryQuery, place: Place) -> DeliveryPage:
    if query.event_id is None:
        return await deliveries.page(reader, query.limit, place, destination=query.subscription_id, state=query.state)
    sequences = [each.sequence for each in await events.event_versions(reader, query.event_id)]
    return await deliveries.page_of_event(
        reader, sequences, query.limit, place, destination=query.subscription_id, state=query.state
    )


async def _shown(reader: Reader, records: Sequence[DeliveryRecord]) -> list[schemas.WebhookDelivery]:
    targets, queues = await _targets(reader), await outbox.queues(reader)
    shown: list[schemas.WebhookDelivery] = []
    for each in records:
        event, queue = each.event, queues.get(each.destination)
        last_attempt = parse_last_summary(each.log)
        due_at = each.due_at
        if due_at is not None and queue is not None:
            due_at = max(due_at, queue.paused_until)
        shown.append(
            schemas.WebhookDelivery(
                id=each.id,
                event_id=None if event is None else event.id,
                event_type=each.kind,
                webhook_version=None if event is None else WebhookVersion(event.version),
                chat_id=None if event is None else event.chat_id,
                trace_id=None if event is None else event.trace_id,
                subscription_id=each.destination,
                target_url=targets.get(each.destination),
                state=each.state,
                attempt_count=each.attempts,
                max_attempts=MAX_ATTEMPTS,
                outcome=each.outcome,
                created_at=None if event is None else to_datetime(event.created_at),
                updated_at=to_datetime(each.updated_at),
                next_attempt_at=to_datetime_or_none(due_at),
                last_attempt=None if last_attempt is None else _attempt(last_attempt),
            )
        )
    return shown


async def _targets(reader: Reader) -> dict[str, str]:
    """The target of each subscription. That of a program on another machine's terminal is none."""
    found = await subscriptions.find_all(reader)
    return {each.id: each.target_url for each in found if not each.is_listener}


def _attempt(attempt: AttemptSummary) -> schemas.Attempt:
    return schemas.Attempt(
        attempt.number,
        to_datetime(attempt.began_at),
        attempt.duration // _MILLISECOND,
        attempt.status,
        attempt.http_status,
        attempt.error,
    )


def _details(attempt: Attempt) -> schemas.AttemptDetails:
    body = None
    if attempt.response_body:
        size = None if attempt.is_cut else len(attempt.response_body.encode())
        body = BodyText(attempt.response_body, size, attempt.is_cut)
    return schemas.AttemptDetails(
        **msgspec.structs.asdict(_attempt(attempt)),
        request_headers=dict(attempt.request_headers),
        response_headers=dict(attempt.response_headers),
        response_body=body,
    )


def _log(record: DeliveryRecord, attempt: AttemptSummary, target_url: str) -> schemas.WebhookLog:
    event = record.event
    error = "" if attempt.error is None else "network" if attempt.http_status is None else "http"
    return schemas.WebhookLog(
        event_id="" if event is None else event.id,
        webhook_event_type=record.kind,
        target_url=target_url,
        http_status_code=attempt.http_status or 0,
        duration_ms=attempt.duration // _MILLISECOND,
        timestamp=to_datetime(attempt.began_at),
        status=attempt.status,
        attempt=attempt.number,
        max_attempts=MAX_ATTEMPTS,
        error_type=error,
        error_message=attempt.error or "",
        trace_id="" if event is None else event.trace_id or "",
        subscription_id=record.destination,
    )
