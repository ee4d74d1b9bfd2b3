"""The chats that have changed since a sync token, with a long poll if there are none (docs/wire.md §6)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

from trunkline.actions.chats.list_chats import ChatPage, check_line, with_includes
from trunkline.actions.chats.watch import Watch
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import quoted
from trunkline.domain.paging import ChatQuery, fitting
from trunkline.storage import changed_since
from trunkline.storage.changed_since import ChangedChats
from trunkline.storage.cursor import decode_sync, encode_sync
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

Disconnected: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Returns once the client has disconnected."""

CheckKey: TypeAlias = Callable[[], Awaitable[None]]
"""Raises ``Unauthorized`` if the key of the request is no longer valid."""


async def changed_chats(
    store: Store, watch: Watch, partner_id: int, query: ChatQuery, disconnected: Disconnected, check_key: CheckKey
) -> ChatPage:
    """One page of changed chats in the order of their changes; ``next_cursor`` is where the next page begins.

    Raises ``InvalidParameter`` for a token that is not this partner's, ``NotYourLine`` for another's line,
    ``TooManyRequests`` if too many requests wait, and ``Unauthorized`` if the key became invalid during the wait.
    """
    since = _start(store, partner_id, query)
    if not query.wait:
        return await store.read(partner_id, lambda reader: _page(store, reader, query, since))
    reader = store.reader(partner_id)
    changed = await _read(reader, query, since)
    if not _has_news(changed):
        await check_line(store, partner_id, query.filters)
        changed = await _wait(reader, watch, query, since, disconnected, check_key)
    return await _rendered(store, reader, query, changed)


async def _page(store: Store, reader: Reader, query: ChatQuery, since: int) -> ChatPage:
    changed = await _read(reader, query, since)
    if not changed.documents:
        await check_line(store, reader.partner_id, query.filters)
    return await _rendered(store, reader, query, changed)


async def _rendered(store: Store, reader: Reader, query: ChatQuery, changed: ChangedChats) -> ChatPage:
    documents = changed.documents
    if query.include:
        documents = await with_includes(reader, documents, query.include)
    number = fitting(documents)
    if number < len(changed.documents):
        changed, documents = changed.first(number), documents[:number]
    joined = b",".join(documents)
    token = encode_sync(changed.reached, store.cursor_key, reader.partner_id)
    unmatched = None if query.filters.match is None else changed.unmatched
    if changed.has_more:
        return ChatPage(joined, token, token, version=f"{token}-", unmatched=unmatched)
    return ChatPage(joined, None, token, version=token, unmatched=unmatched)


def _has_news(changed: ChangedChats) -> bool:
    return bool(changed.documents or changed.unmatched)


async def _wait(
    reader: Reader, watch: Watch, query: ChatQuery, since: int, disconnected: Disconnected, check_key: CheckKey
) -> ChangedChats:
    """The page as soon as it is not empty, or the empty page on timeout. Holds nothing between two reads."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + query.wait
    leaving = asyncio.ensure_future(disconnected())
    try:
        while True:
            with watch.join(reader.partner_id, query.filters, since) as change:
                changed = await _read(reader, query, since)
                if _has_news(changed):
                    return changed
                left = max(0.0, deadline - loop.time())
                await asyncio.wait({change, leaving}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await check_key()
            if change.cancelled() or not change.done():
                return await _read(reader, query, since)
    finally:
        leaving.cancel()


async def _read(reader: Reader, query: ChatQuery, since: int) -> ChangedChats:
    return await changed_since.read(reader, query.filters, since=since, limit=query.limit)


def _start(store: Store, partner_id: int, query: ChatQuery) -> int:
    """The start of the page: the token or, after the first page, the cursor."""
    since = decode_sync(query.updated_since or "", store.cursor_key, partner_id)
    if since is None:
        raise InvalidParameter(
            f"'updated_since' is {quoted(query.updated_since or '')}; it must be the X-Sync-Token of one of your "
            "lists, unchanged"
        )
    if query.cursor is None:
        return since
    start = decode_sync(query.cursor, store.cursor_key, partner_id)
    if start is None:
        raise InvalidParameter(
            f"'cursor' is {quoted(query.cursor)}; with 'updated_since' it must be the next_cursor of such a page, "
            "unchanged, or be left out"
        )
    return start
