"""Partners in a store, made and read through the functions that the service uses."""

import uuid
from collections.abc import Sequence

import msgspec

from tests.support.chats import LINE, NOW, OTHER_LINE, split
from trunkline.actions.chats.list_chats import list_chats
from trunkline.domain.chat import Chat
from trunkline.domain.context import RequestContext
from trunkline.domain.instant import Instant
from trunkline.domain.keys import digest, new_key
from trunkline.domain.paging import MAX_LIMIT, ChatQuery, Filters, Sort
from trunkline.storage.partners import Line
from trunkline.storage.store import Store

ALL = Filters()
MAX_PAGES = 1_000
TRACE = "0" * 32


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
    """A partner with a key and lines, by default with a unique name."""
    key, secret = new_key("test", NOW, expires_at)
    partner = await store.partners.add(name or uuid.uuid4().hex, key, digest(secret.encode()), NOW)
    assert partner is not None
    for number in lines:
        assert await store.partners.add_line(partner.id, Line(str(uuid.uuid4()), number, None, NOW))
    return Tenant(partner.id, partner.name, secret)


def context(partner_id: int, now: Instant = NOW) -> RequestContext:
    """The context of something that happens at that time."""
    return RequestContext(partner_id, now, TRACE)


async def save(store: Store, partner_id: int, *chats: Chat, now: Instant = NOW) -> None:
    """Stores chats in one change."""
    async with store.change(context(partner_id, now)) as change:
        await change.save(chats)


class Listed(msgspec.Struct):
    """The fields of a listed chat that these tests read."""

    id: str
    updated_at: str
    display_name: str | None = None


_decode = msgspec.json.Decoder(Listed).decode


class Pagination:
    """The pages of a list, as a client reads them: one after the other, by ``next_cursor`` alone."""

    def __init__(
        self, store: Store, partner_id: int, filters: Filters = ALL, sort: Sort = Sort.UPDATED, skip: int = 0
    ) -> None:
        """``skip`` chats are left out."""
        self._store = store
        self._partner_id = partner_id
        self._filters = filters
        self._sort = sort
        self._cursor: str | None = str(skip) if skip else None
        self.pages: list[list[Listed]] = []
        self.finished = False

    async def step(self, limit: int, now: Instant = NOW) -> None:
        """The next page."""
        assert len(self.pages) < MAX_PAGES, "the pagination does not end"
        query = ChatQuery(self._filters, limit, self._cursor, sort=self._sort)
        page = await list_chats(self._store, self._partner_id, query, now)
        self.pages.append([_decode(document) for document in split(page.documents)])
        self._cursor = page.next_cursor
        self.finished = self._cursor is None

    async def finish(self, limit: int = MAX_LIMIT) -> "Pagination":
        """Reads the remaining pages."""
        while not self.finished:
            await self.step(limit)
        return self

    @property
    def ids(self) -> list[str]:
        """Every chat seen, in the order seen."""
        return [chat.id for page in self.pages for chat in page]
