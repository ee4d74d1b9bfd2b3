"""List all chats: one page of a partner's chats, and the cursor for the next (seed; CONTRACT §1)."""

import re
from collections.abc import Sequence

import msgspec

from trunkline.domain.errors import InvalidParameter, NotYourLine
from trunkline.domain.handle import shown
from trunkline.domain.instant import HOUR, Instant
from trunkline.domain.listing import MAX_SKIP, ChatQuery, Filters
from trunkline.storage import cursor as cursors
from trunkline.storage import pages
from trunkline.storage.cursor import LIFETIME, Cursor
from trunkline.storage.store import Store

_NUMBER = re.compile(r"[0-9]{1,5}")


class ChatPage(msgspec.Struct, frozen=True):
    """Chat documents, most recently updated first; ``next_cursor`` is None exactly when nothing is left."""

    documents: Sequence[bytes]
    next_cursor: str | None


async def list_chats(store: Store, partner_id: int, query: ChatQuery, now: Instant) -> ChatPage:
    """One page. Raises ``InvalidParameter`` for a cursor of another walk, ``NotYourLine`` for a foreign line."""
    filters, limit = query.filters, query.limit
    bound_to = scope(partner_id, filters)
    cursor, skip = _position(query.cursor, store.cursor_key, bound_to, now)
    if cursor is None:
        page = await pages.read(store.database, partner_id, filters, limit=limit, skip=skip)
        # A line with chats is the partner's: only an empty answer has to ask.
        if not page.documents and filters.line and not await store.partners.has_line(partner_id, filters.line):
            raise NotYourLine(
                f"'from' is {filters.line}, which is not one of your lines; without 'from' you get all of them"
            )
        begun = now
    else:
        page = await pages.read(store.database, partner_id, filters, limit=limit, walk=cursor.walk, below=cursor.place)
        begun = cursor.begun
    if page.end is None or page.walk is None:
        return ChatPage(page.documents, None)
    token = cursors.encode(Cursor(page.end, page.walk, begun), store.cursor_key, bound_to)
    return ChatPage(page.documents, token)


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
