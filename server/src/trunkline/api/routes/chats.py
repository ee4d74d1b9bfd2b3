"""``GET /v3/chats``, answered ahead of the framework: parse, key, action, bytes."""

from trunkline.actions.list_chats import list_chats
from trunkline.api import query
from trunkline.api.auth import Authentication
from trunkline.api.responses import Response, answer
from trunkline.domain import document
from trunkline.domain.errors import MethodNotAllowed
from trunkline.domain.instant import Clock
from trunkline.storage.store import Store

PATHS = frozenset({"/v3/chats", "/api/partner/v3/chats"})
METHODS = ("GET", "HEAD")


class ListChats:
    """The list, for one store and one base of ``doc_url``."""

    def __init__(self, store: Store, authentication: Authentication, doc_base: str, clock: Clock) -> None:
        self._store = store
        self._authentication = authentication
        self._doc_base = doc_base.encode()
        self._clock = clock

    async def __call__(self, method: str, headers: list[tuple[bytes, bytes]], query_string: bytes) -> Response:
        """One page as JSON. Raises a ``TrunklineError``."""
        if method not in METHODS:
            raise MethodNotAllowed(f"{method} is not for this address; use GET", ", ".join(METHODS))
        now = self._clock()
        partner_id = await self._authentication.partner(headers, now)
        page = await list_chats(self._store, partner_id, query.parse(query_string), now)
        chats = document.complete(b",".join(page.documents), self._doc_base)
        next_cursor = b"null" if page.next_cursor is None else b'"%b"' % page.next_cursor.encode()
        return answer(b'{"chats":[%b],"next_cursor":%b}' % (chats, next_cursor))
