"""The journal of requests: rows of the last requests of each partner (docs/decisions/0041)."""

import secrets
from collections.abc import Sequence

import msgspec

from trunkline.domain.forgetting import may_contain_deleted
from trunkline.domain.instant import Instant
from trunkline.domain.journal import MAX_REQUESTS, JournalEntry, without_secrets
from trunkline.metrics import JOURNAL
from trunkline.schemas.request_journal import error_code_of, exchange_of
from trunkline.storage.change import Change
from trunkline.storage.cursor import MAX_SORT_KEY, SortKey
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query, Value, load

_QUERIES = load("requests")

_MAX_PATH = 2_048  # characters
_MAX_QUERY = 8_192
_MAX_NAME = 500
_SERIAL_BITS = 62


class RequestFilters(msgspec.Struct, frozen=True):
    """Which requests a list contains."""

    least_status: int = 0
    greatest_status: int = 999
    method: str = ""
    path: str = ""
    """A part of the path, in which ``*`` stands for any text."""


class StoredRequest(msgspec.Struct, frozen=True):
    """A request of the journal, without its headers and bodies."""

    answered_at: Instant
    serial: int
    trace_id: str
    duration: Instant
    method: str
    path: str
    query: str
    status: int
    error_code: int | None
    user_agent: str | None
    idempotency_key: str | None

    @property
    def sort_key(self) -> SortKey:
        """What the journal is ordered by."""
        return SortKey(self.answered_at, self.serial)


async def record(change: Change, entries: Sequence[JournalEntry]) -> None:
    """Stores requests of the partner, and deletes all but its last ones."""
    query = _QUERIES["add"]
    await change.transaction.run_many(query, [_values(query, each, change.forgotten_at) for each in entries])
    query = _QUERIES["delete_oldest"]
    await change.fetch(query, query.values(partner=change.partner_id, keep=MAX_REQUESTS))
    JOURNAL.add("stored", number=len(entries))


def count_dropped(number: int) -> None:
    """Counts requests that the journal does not have."""
    JOURNAL.add("dropped", number=number)


async def page(
    reader: Reader, filters: RequestFilters, limit: int, after: SortKey = MAX_SORT_KEY
) -> Sequence[StoredRequest]:
    """Requests, the last answered first."""
    query = _QUERIES["page"]
    values = query.values(
        partner=reader.partner_id,
        answered_at=after.updated_at,
        serial=after.revision,
        least_status=filters.least_status,
        greatest_status=filters.greatest_status,
        method=filters.method,
        path=_pattern(filters.path),
        limit=limit,
    )
    return [StoredRequest(*row) for row in await reader.fetch(query, values)]


async def find(reader: Reader, trace_id: str) -> tuple[StoredRequest, str | None] | None:
    """The latest request with a trace id, and its headers and bodies as JSON, unless a message of it was deleted."""
    rows = await reader.fetch(_QUERIES["latest_of_trace"], (reader.partner_id, trace_id))
    if not rows:
        return None
    *values, exchange = rows[0]
    return StoredRequest(*values), exchange


async def forget_message(change: Change, message_id: str) -> None:
    """Removes what a deleted message said from the requests of its partner, those that are not stored yet included."""
    query = _QUERIES["forget_message"]
    await change.fetch(query, query.values(partner=change.partner_id, message=message_id))
    change.forgotten_at = change.clock_time


async def forget_all(change: Change) -> None:
    """Removes the headers and bodies of all requests of a partner."""
    await change.fetch(_QUERIES["forget_all"], (change.partner_id,))
    change.forgotten_at = change.clock_time


def _values(query: Query, entry: JournalEntry, forgotten_at: Instant) -> tuple[Value, ...]:
    return query.values(
        partner=entry.partner_id,
        answered_at=entry.answered_at,
        serial=secrets.randbits(_SERIAL_BITS),
        trace_id=entry.trace_id,
        duration=entry.duration,
        method=_text(entry.method, _MAX_NAME),
        path=_text(entry.path, _MAX_PATH),
        query=_text(entry.query.decode("latin-1"), _MAX_QUERY),
        status=entry.status,
        error_code=error_code_of(entry),
        user_agent=_optional(entry.header(b"user-agent")),
        idempotency_key=_optional(entry.header(b"idempotency-key")),
        is_partial=int(entry.is_partial),
        exchange=None if may_contain_deleted(entry.received_at, forgotten_at) else without_secrets(exchange_of(entry)),
    )


def _text(value: str, most: int) -> str:
    """The beginning of a text, without what PostgreSQL does not store."""
    valid = value[:most].encode("utf-8", "replace").decode()
    return without_secrets(valid.replace("\0", "\ufffd"))


def _optional(value: str | None) -> str | None:
    return None if value is None else _text(value, _MAX_NAME)


def _pattern(path: str) -> str:
    """The pattern of ``like`` for a part of a path; empty for an empty one."""
    if not path:
        return ""
    escaped = path.lower()
    for special in "!%_":
        escaped = escaped.replace(special, f"!{special}")
    return f"%{escaped.replace('*', '%')}%"
