"""``GET /v3/chats``, answered ahead of the framework: parse, key, action, bytes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from zlib import crc32

from trunkline import __version__
from trunkline.actions.changed_chats import changed_chats
from trunkline.actions.list_chats import list_chats, state_of
from trunkline.actions.watch import Watch
from trunkline.api import query
from trunkline.api.auth import Authentication
from trunkline.api.responses import JSON, Response
from trunkline.api.validators import ANY, entity_tag, if_none_match, matches
from trunkline.domain import document
from trunkline.domain.errors import MethodNotAllowed
from trunkline.domain.instant import Clock
from trunkline.storage.store import Store

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]

PATHS = frozenset({"/v3/chats", "/api/partner/v3/chats"})
METHODS = ("GET", "HEAD")
SYNC_HEADER = b"x-sync-token"


class ListChats:
    """The list, for one store and one base of ``doc_url``."""

    def __init__(self, store: Store, watch: Watch, authentication: Authentication, doc_base: str, clock: Clock) -> None:
        self._store = store
        self._watch = watch
        self._authentication = authentication
        self._doc_base = doc_base.encode()
        self._salt = crc32(f"{__version__} {doc_base}".encode())
        self._clock = clock

    async def __call__(
        self, method: str, headers: list[tuple[bytes, bytes]], query_string: bytes, receive: Receive
    ) -> Response:
        """One page as JSON, or 304 where the caller has it already. Raises a ``TrunklineError``."""
        if method not in METHODS:
            raise MethodNotAllowed(f"{method} is not for this address; use GET", ", ".join(METHODS))
        now = self._clock()
        partner_id = await self._authentication.partner(headers, now)
        asked = query.parse(query_string)
        known = if_none_match(headers)
        if asked.updated_since is not None:
            page = await changed_chats(self._store, self._watch, partner_id, asked, lambda: _gone(receive))
        else:
            if known is not None and asked.cursor is None and known != ANY:
                state = await state_of(self._store, partner_id)
                tag = entity_tag(state, query_string, self._salt)
                if matches(known, tag):
                    return _not_modified(tag, state)
            page = await list_chats(self._store, partner_id, asked, now)
        tag = entity_tag(page.state, query_string, self._salt)
        if known is not None and matches(known, tag):
            return _not_modified(tag, page.sync_token)
        chats = document.complete(b",".join(page.documents), self._doc_base)
        next_cursor = b"null" if page.next_cursor is None else b'"%b"' % page.next_cursor.encode()
        return Response(
            200,
            [(b"content-type", JSON), (b"etag", tag), (SYNC_HEADER, page.sync_token.encode())],
            b'{"chats":[%b],"next_cursor":%b}' % (chats, next_cursor),
        )


def _not_modified(tag: bytes, sync_token: str) -> Response:
    return Response(304, [(b"etag", tag), (SYNC_HEADER, sync_token.encode())], b"")


async def _gone(receive: Receive) -> None:
    """Returns when the caller has left. A server that says anything else after the body will not say that."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    if message["type"] != "http.disconnect" and (await receive())["type"] != "http.disconnect":
        await asyncio.get_running_loop().create_future()
