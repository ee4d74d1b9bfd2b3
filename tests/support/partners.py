"""Partners in a store: made, and seen through the same doors that the service uses."""

import uuid
from collections.abc import Sequence

import msgspec

from tests.support.chats import LINE, NOW, OTHER_LINE
from trunkline.actions.keys import digest, new_key
from trunkline.actions.list_chats import list_chats
from trunkline.domain.chat import Chat
from trunkline.domain.document import complete
from trunkline.domain.instant import Instant
from trunkline.domain.listing import MAX_LIMIT, ChatQuery, Filters
from trunkline.storage.changes import change
from trunkline.storage.partners import Line
from trunkline.storage.store import Store

ALL = Filters()
ENDLESS = 1_000  # pages


class Tenant(msgspec.Struct, frozen=True):
    """A partner and its key's secret."""

    id: int
    name: str
    secret: str


async def new_partner(
    store: Store,
    name: str | None = None,
    *,
    lines: Sequence[str] = (LINE, OTHER_LINE),
    expires_at: Instant | None = None,
) -> Tenant:
    """A partner with a key and lines, by default under a name of its own."""
    key, secret = new_key("test", NOW, expires_at)
    partner = await store.partners.add(name or uuid.uuid4().hex, key, digest(secret.encode()), NOW)
    assert partner is not None
    for number in lines:
        assert await store.partners.add_line(partner.id, Line(str(uuid.uuid4()), number, None, NOW))
    return Tenant(partner.id, partner.name, secret)


async def save(store: Store, partner_id: int, *chats: Chat, now: Instant = NOW) -> None:
    """Stores chats in one change."""
    async with change(store.database, partner_id, now) as opened:
        await opened.save(chats)


class Listed(msgspec.Struct):
    """What a caller needs of a chat in these tests; the rest of the document is ignored."""

    id: str
    updated_at: str
    display_name: str | None = None


_decode = msgspec.json.Decoder(Listed).decode


class Walk:
    """A walk as a client makes it: one page after the other, by ``next_cursor`` alone."""

    def __init__(self, store: Store, partner_id: int, filters: Filters = ALL) -> None:
        self._store = store
        self._partner_id = partner_id
        self._filters = filters
        self._cursor: str | None = None
        self.pages: list[list[Listed]] = []
        self.finished = False

    async def step(self, limit: int, now: Instant = NOW) -> None:
        """The next page."""
        assert len(self.pages) < ENDLESS, "this walk has no end"
        query = ChatQuery(self._filters, limit, self._cursor)
        page = await list_chats(self._store, self._partner_id, query, now)
        self.pages.append([_decode(complete(document, b"")) for document in page.documents])
        self._cursor = page.next_cursor
        self.finished = self._cursor is None

    async def finish(self, limit: int = MAX_LIMIT) -> "Walk":
        """All pages that are left."""
        while not self.finished:
            await self.step(limit)
        return self

    @property
    def ids(self) -> list[str]:
        """Every chat seen, in the order seen."""
        return [chat.id for page in self.pages for chat in page]
