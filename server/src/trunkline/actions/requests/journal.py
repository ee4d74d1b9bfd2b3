"""Store requests in the journal, and show them to the partner (``GET /admin/requests``)."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from trunkline.actions.steps.batches import paused_after
from trunkline.actions.steps.cursors import require_cursor
from trunkline.domain.context import Origin, RequestContext
from trunkline.domain.errors import InvalidParameter, NotFound, PartnerRemoved, TrunklineError
from trunkline.domain.handle import quoted
from trunkline.domain.instant import Instant, to_datetime
from trunkline.domain.journal import FIRST_ERROR, JournalEntry
from trunkline.schemas.request_journal import (
    JournaledRequest,
    JournaledRequestDetails,
    JournaledRequests,
    parse_exchange,
)
from trunkline.storage import cursor as cursors
from trunkline.storage import requests
from trunkline.storage.cursor import MAX_SORT_KEY, Cursor
from trunkline.storage.requests import RequestFilters, StoredRequest
from trunkline.storage.store import Store

_BATCH = 50  # requests, which take some 5 ms to store
_STATUS = re.compile("[1-5]([0-9]{2}|xx)")
_MILLISECOND = 1_000  # microseconds


class RequestQuery(msgspec.Struct, frozen=True):
    """A page of the journal."""

    limit: int
    cursor: str | None = None
    filters: RequestFilters = RequestFilters()


def request_filters(status: str | None, method: str, path: str, *, errors: bool) -> RequestFilters:
    """The filters of a list. ``status`` is one, or a class such as ``4xx``. Raises ``InvalidParameter``."""
    least, greatest = 0, 999
    if status is not None:
        if _STATUS.fullmatch(status) is None:
            raise InvalidParameter(f"'status' is {quoted(status)}; it must be a status such as 404, or 4xx")
        least, greatest = int(status.replace("x", "0")), int(status.replace("x", "9"))
    return RequestFilters(max(least, FIRST_ERROR) if errors else least, greatest, method, path)


async def record(store: Store, partner_id: int, entries: Sequence[JournalEntry]) -> None:
    """Stores requests of a partner, in batches. If that fails, the journal does not have the rest of them."""
    for start in range(0, len(entries), _BATCH):
        batch = entries[start : start + _BATCH]
        ctx = RequestContext(partner_id, batch[-1].answered_at, origin=Origin.INTERNAL)
        try:
            async with paused_after(), store.change(ctx) as change:
                await requests.record(change, batch)
        except PartnerRemoved:
            return
        except TrunklineError:
            requests.count_dropped(len(entries) - start)
            return


def drop(number: int) -> None:
    """Counts requests that are not stored."""
    requests.count_dropped(number)


async def list_requests(
    store: Store, partner_id: int, query: RequestQuery, now: Instant, *, is_recording: bool
) -> JournaledRequests:
    """A page of requests, the last answered first. Raises ``InvalidParameter``."""
    filters = "\n".join(map(str, msgspec.structs.astuple(query.filters)))
    scope = f"{partner_id}\nrequests\n{filters}".encode()
    after, started_at = MAX_SORT_KEY, now
    if query.cursor is not None:
        valid = "the next_cursor of a page of requests with the same filters, unchanged"
        cursor = require_cursor(query.cursor, store.cursor_key, scope, now, valid)
        after, started_at = cursor.after, cursor.started_at
    found = await requests.page(store.reader(partner_id), query.filters, query.limit + 1, after)
    shown = [JournaledRequest(**_fields(each)) for each in found[: query.limit]]
    if len(found) <= query.limit:
        return JournaledRequests(is_recording, shown, None)
    last = found[query.limit - 1].sort_key
    return JournaledRequests(is_recording, shown, cursors.encode(Cursor(last, 0, started_at), store.cursor_key, scope))


async def show_request(store: Store, partner_id: int, trace_id: str) -> JournaledRequestDetails:
    """The latest request with a trace id, with its headers and bodies. Raises ``NotFound``."""
    found = await requests.find(store.reader(partner_id), trace_id)
    if found is None:
        raise NotFound(f"the journal has no request of yours with the trace id {quoted(trace_id)}")
    request, response = parse_exchange(found[1])
    return JournaledRequestDetails(**_fields(found[0]), request=request, response=response)


def _fields(request: StoredRequest) -> dict[str, Any]:
    return {
        "id": f"{request.answered_at}-{request.serial}",
        "trace_id": request.trace_id,
        "received_at": to_datetime(request.answered_at - request.duration),
        "duration_ms": request.duration / _MILLISECOND,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "error_code": request.error_code,
        "user_agent": request.user_agent,
        "idempotency_key": request.idempotency_key,
    }
