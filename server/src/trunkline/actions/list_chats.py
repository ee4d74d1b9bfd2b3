"""List all chats: one page of a partner's chats, and the cursor for the next (seed; CONTRACT §1)."""

import re
from collections.abc import Sequence, Set

import msgspec

from trunkline.domain import listed_chat
from trunkline.domain.errors import InvalidParameter, NotYourLine
from trunkline.domain.handle import shown
from trunkline.domain.instant import HOUR, Instant
from trunkline.domain.listing import MAX_SKIP, ChatQuery, Filters, Include
from trunkline.storage import cursor as cursors
from trunkline.storage import extras, pages
from trunkline.storage.cursor import LIFETIME, Cursor, encode_sync
from trunkline.storage.store import Store

_NUMBER = re.compile(r"[0-9]{1,5}")


class ChatPage(msgspec.Struct, frozen=True):
    """Chat documents, most recently updated first; ``next_cursor`` is None exactly when nothing is left."""

    documents: Sequence[bytes]
    next_cursor: str | None
    sync_token: str
    """Gives what changes after the page; of any page of a walk, what changes after the walk began."""
    state: str
    """What the page was read from. While it is the same, so is the page."""


async def list_chats(store: Store, partner_id: int, query: ChatQuery, now: Instant) -> ChatPage:
    """One page. Raises ``InvalidParameter`` for a cursor of another walk, ``NotYourLine`` for a foreign line."""
    filters, limit = query.filters, query.limit
    bound_to = scope(partner_id, filters)
    cursor, skip = _position(query.cursor, store.cursor_key, bound_to, now)
    if cursor is None:
        page = await pages.read(store.database, partner_id, filters, limit=limit, skip=skip)
        # A line with chats is the partner's: only an empty answer has to ask.
        if not page.documents:
            await check_line(store, partner_id, filters)
        walk, begun = page.counter, now
    else:
        page = await pages.read(store.database, partner_id, filters, limit=limit, walk=cursor.walk, below=cursor.place)
        walk, begun = cursor.walk, cursor.begun
    key = store.cursor_key
    sync_token = encode_sync(walk, key, partner_id)
    return ChatPage(
        documents=await shown_chats(store, partner_id, page.documents, query.include)
        if query.include
        else page.documents,
        next_cursor=None if page.end is None else cursors.encode(Cursor(page.end, walk, begun), key, bound_to),
        sync_token=sync_token,
        state=sync_token if walk == page.counter else encode_sync(page.counter, key, partner_id),
    )


async def state_of(store: Store, partner_id: int) -> str:
    """The ``state`` and the ``sync_token`` that a first page would have now: one small read."""
    return encode_sync(await pages.counter_of(store.database, partner_id), store.cursor_key, partner_id)


async def shown_chats(
    store: Store, partner_id: int, documents: Sequence[bytes], include: Set[Include]
) -> Sequence[bytes]:
    """Documents with what ``include`` asks for."""
    if not documents:
        return documents
    found = await extras.read(store.database, partner_id, documents)
    return [
        listed_chat.extend(each.document, include, each.last_message, each.unread_count, each.message_count)
        for each in found
    ]


async def check_line(store: Store, partner_id: int, filters: Filters) -> None:
    """Raises ``NotYourLine`` where the line that is asked for is not the partner's."""
    if filters.line and not await store.partners.has_line(partner_id, filters.line):
        raise NotYourLine(
            f"'from' is {filters.line}, which is not one of your lines; without 'from' you get all of them"
        )


def scope(partner_id: int, filters: Filters) -> bytes:
    """What a cursor is bound to: whose walk it is, and of which chats."""
    return f"{partner_id}\n{filters.line or ''}\n{filters.handle or ''}".encode()


def _position(token: str | None, key: bytes, bound_to: bytes, now: Instant) -> tuple[Cursor | None, int]:
    """The cursor of a token, or how many chats to skip from the top (the seed's own example: ``cursor=20``)."""
    if token is None:
        return None, 0
    if _NUMBER.fullmatch(token) and int(token) <= MAX_SKIP:
        return None, int(token)
    cursor = cursors.decode(token, key, bound_to)
    if cursor is None:
        raise InvalidParameter(
            f"'cursor' is {shown(token)}; it must be the next_cursor of a page with the same 'from' and 'to', "
            f"unchanged, or a number up to {MAX_SKIP}"
        )
    if now - cursor.begun > LIFETIME:
        raise InvalidParameter(
            f"'cursor' is of a walk that began more than {LIFETIME // HOUR} hours ago; start again without a cursor"
        )
    return cursor, 0
