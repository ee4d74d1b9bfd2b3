"""What has changed: the chats of a partner beyond a sync token, waited for where there are none (CONTRACT §6)."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from trunkline.actions.list_chats import ChatPage, check_line, shown_chats
from trunkline.actions.watch import Watch
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import shown
from trunkline.domain.listing import ChatQuery
from trunkline.storage import updates
from trunkline.storage.cursor import decode_sync, encode_sync
from trunkline.storage.store import Store
from trunkline.storage.updates import Updates

Gone = Callable[[], Coroutine[Any, Any, None]]
"""Returns once the caller no longer waits for the answer."""


async def changed_chats(store: Store, watch: Watch, partner_id: int, query: ChatQuery, gone: Gone) -> ChatPage:
    """One page of what has changed, in the order of the changes; ``next_cursor`` is where the next page begins.

    Raises ``InvalidParameter`` for a token that is not this partner's, ``NotYourLine`` for a foreign line and
    ``TooManyRequests`` where nobody else can wait.
    """
    since = _position(store, partner_id, query)
    found = await _read(store, partner_id, query, since)
    if not found.documents:
        await check_line(store, partner_id, query.filters)
        if query.wait:
            found = await _wait(store, watch, partner_id, query, since, gone)
    documents = found.documents
    if query.include:
        documents = await shown_chats(store, partner_id, documents, query.include)
    token = encode_sync(found.reached, store.cursor_key, partner_id)
    if found.more:
        return ChatPage(documents, next_cursor=token, sync_token=token, state=f"{token}-")
    return ChatPage(documents, next_cursor=None, sync_token=token, state=token)


async def _wait(store: Store, watch: Watch, partner_id: int, query: ChatQuery, since: int, gone: Gone) -> Updates:
    """The page once it is not empty; the empty one when the time is over. Between reads nothing is held."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + query.wait
    leaving = asyncio.ensure_future(gone())
    try:
        while True:
            with watch.join(partner_id, query.filters, since) as news:
                found = await _read(store, partner_id, query, since)
                if found.documents:
                    return found
                left = max(0.0, deadline - loop.time())
                await asyncio.wait({news, leaving}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if news.cancelled() or not news.done():
                return await _read(store, partner_id, query, since)
    finally:
        leaving.cancel()


async def _read(store: Store, partner_id: int, query: ChatQuery, since: int) -> Updates:
    return await updates.read(store.database, partner_id, query.filters, since=since, limit=query.limit)


def _position(store: Store, partner_id: int, query: ChatQuery) -> int:
    """Where the page begins: at the token or, of a page that is not the first, at the cursor."""
    since = decode_sync(query.updated_since or "", store.cursor_key, partner_id)
    if since is None:
        raise InvalidParameter(
            f"'updated_since' is {shown(query.updated_since or '')}; it must be the X-Sync-Token of a list of yours, "
            "unchanged"
        )
    if query.cursor is None:
        return since
    begins = decode_sync(query.cursor, store.cursor_key, partner_id)
    if begins is None:
        raise InvalidParameter(
            f"'cursor' is {shown(query.cursor)}; with 'updated_since' it must be the next_cursor of such a page, "
            "unchanged, or be left out"
        )
    return begins
