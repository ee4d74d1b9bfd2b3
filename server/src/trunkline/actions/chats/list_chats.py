"""List all chats: one page of a partner's chats, and the cursor of the next (docs/wire.md §1)."""

import re
from collections.abc import Awaitable, Sequence, Set

import msgspec

from trunkline.actions.steps.cursors import expired_cursor, require_cursor
from trunkline.actions.steps.lookup import require_line
from trunkline.domain.instant import Instant
from trunkline.domain.paging import MAX_PAGE, MAX_SKIP, ChatQuery, Filters, Include, Sort, fitting
from trunkline.schemas.chat_list import extend_document
from trunkline.storage import chat_list, includes, matching
from trunkline.storage import cursor as cursors
from trunkline.storage.chat_list import LATEST, Page, SnapshotForgotten
from trunkline.storage.cursor import MAX_SORT_KEY, Cursor, SortKey, encode_sync
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

_NUMBER = re.compile(r"[0-9]{1,5}")
_VALID = f"the next_cursor of a page with the same filters and order, unchanged, or a number up to {MAX_SKIP}"


class ChatPage(msgspec.Struct, frozen=True, gc=False):
    """Chat documents, in the order of the list; ``next_cursor`` is None if and only if nothing is left."""

    documents: bytes
    """Joined by commas."""
    next_cursor: str | None
    sync_token: str
    """Yields what changes after the page; on later pages, what changes after the first page."""
    version: str
    """Identifies the state from which the page was read. While it is the same, so is the page."""
    unmatched: Sequence[str] | None = None
    """The ids of chats that have changed and do not match. None unless this is a page of changes that must match."""


async def list_chats(
    store: Store, partner_id: int, query: ChatQuery, now: Instant, revision: int | None = None
) -> ChatPage:
    """One page. ``revision`` is the ``current_revision``, if it has been read for this request.

    Raises ``InvalidParameter`` for a cursor that has expired or is of another list, ``NotYourLine`` for another's line.
    """
    return await store.read(partner_id, lambda reader: _page(store, reader, query, now), revision)


async def _page(store: Store, reader: Reader, query: ChatQuery, now: Instant) -> ChatPage:
    filters, partner_id = query.filters, reader.partner_id
    key, scope = store.cursor_key, cursor_scope(partner_id, filters, query.sort)
    cursor, skip = _start(query.cursor, key, scope, now)
    if cursor is None:
        page = await _read(reader, query, skip=skip)
        # A line that has chats is the partner's, so only an empty page needs the check.
        if not page.documents:
            await check_line(store, partner_id, filters)
        snapshot, started_at = page.revision if page.snapshot is None else page.snapshot, now
    else:
        try:
            page = await _read(reader, query, cursor.snapshot, cursor.after, cursor.skip)
        except SnapshotForgotten:
            raise expired_cursor() from None
        snapshot, started_at = cursor.snapshot, cursor.started_at
    documents = page.documents
    if query.include:
        documents = await with_includes(reader, documents, query.include)
    joined = b",".join(documents)
    if len(joined) > MAX_PAGE:
        number = fitting(documents)
        if number < len(page.documents):
            page, joined = page.first(number), b",".join(documents[:number])
    sync_token = encode_sync(snapshot, key, partner_id)
    return ChatPage(
        documents=joined,
        next_cursor=None
        if page.end is None
        else cursors.encode(Cursor(page.end, snapshot, started_at, page.skip), key, scope),
        sync_token=sync_token,
        version=sync_token if snapshot == page.revision else encode_sync(page.revision, key, partner_id),
    )


def _read(
    reader: Reader, query: ChatQuery, snapshot: int = LATEST, after: SortKey = MAX_SORT_KEY, skip: int = 0
) -> Awaitable[Page]:
    """A page of documents, when awaited. Raises ``SnapshotForgotten``."""
    filters, limit = query.filters, query.limit
    if not query.is_search:
        return chat_list.read(reader, filters, limit=limit, snapshot=snapshot, after=after, skip=skip)
    return matching.read(reader, filters, query.sort, limit=limit, snapshot=snapshot, after=after, skip=skip)


async def current_revision(store: Store, partner_id: int) -> int:
    """The partner's revision now. One small read."""
    return await chat_list.revision_of(store.reader(partner_id))


def current_version(store: Store, partner_id: int, revision: int) -> str:
    """The ``version`` and ``sync_token`` that a first page would have at the partner's revision."""
    return encode_sync(revision, store.cursor_key, partner_id)


def renewed_cursor(store: Store, partner_id: int, query: ChatQuery, next_cursor: str, now: Instant) -> str:
    """The ``next_cursor`` that the same first page would have now."""
    key, scope = store.cursor_key, cursor_scope(partner_id, query.filters, query.sort)
    cursor = cursors.decode(next_cursor, key, scope)
    if cursor is None:
        raise ValueError("the cursor is of another list")
    return cursors.encode(cursor._replace(started_at=now), key, scope)


async def with_includes(reader: Reader, documents: Sequence[bytes], include: Set[Include]) -> Sequence[bytes]:
    """The first documents with their optional fields: at least as many as make a page."""
    if not documents:
        return documents
    extended: list[bytes] = []
    size = 0
    for each in await includes.read(reader, documents):
        if size > MAX_PAGE:
            break
        last_message = each.last_message
        if each.has_large_message and Include.LAST_MESSAGE in include:
            last_message = await includes.last_message(reader, each.document)
        document = extend_document(each.document, include, last_message, each.unread_count, each.message_count)
        extended.append(document)
        size += len(document)
    return extended


async def check_line(store: Store, partner_id: int, filters: Filters) -> None:
    """Raises ``NotYourLine`` if the list is filtered by a line that is not the partner's."""
    if filters.line:
        await require_line(store, partner_id, filters.line, "from", "; leave 'from' out to list all of them")


def cursor_scope(partner_id: int, filters: Filters, sort: Sort = Sort.UPDATED) -> bytes:
    """What a cursor is bound to: the partner, the filters and the order."""
    scope = f"{partner_id}\n{filters.line or ''}\n{filters.handle or ''}"
    if sort is not Sort.UPDATED:
        scope += f"\nsort {sort}"
    match = filters.match
    if match is not None:
        # The text of a search is last, because it may contain anything.
        search = "" if match.search is None else match.search.text
        health = ",".join(sorted(match.health))
        scope += f"\nmatch {health}\n{match.service or ''}\n{match.is_group}\n{search}"
    return scope.encode()


def _start(token: str | None, key: bytes, scope: bytes, now: Instant) -> tuple[Cursor | None, int]:
    """The start of the page: a cursor, or a number of chats to skip (the API documents ``cursor=20``)."""
    if token is None:
        return None, 0
    if _NUMBER.fullmatch(token) and int(token) <= MAX_SKIP:
        return None, int(token)
    return require_cursor(token, key, scope, now, _VALID), 0
