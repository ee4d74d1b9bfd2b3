"""A pagination with filters shows what matches throughout, once, in its order, however short its pages are."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, make_chat
from tests.support.examples import examples
from tests.support.open_store import OpenStore
from tests.support.partners import Pagination, new_partner, save
from trunkline.domain.chat import Chat, Health, HealthStatus, Service
from trunkline.domain.paging import Filters, Match, Sort
from trunkline.domain.search import parse_search
from trunkline.storage import matching
from trunkline.storage.store import Store

SEARCHES = (None, "ZOE", "strasse", "1 (310) 555", "+1-310-555-0112", "CAROL@", "212555")
NAMES = (None, "Zoë", "Zoe's team", "Straße", "310 555")


@dataclass(frozen=True)
class Wanted:
    """The filters of a pagination as a client writes them."""

    line: str | None
    handle: str | None
    health: frozenset[HealthStatus]
    service: Service | None
    is_group: bool | None
    search: str | None
    sort: Sort

    @property
    def filters(self) -> Filters:
        search = None if self.search is None else parse_search(self.search, "q")
        return Filters(self.line, self.handle, Match(self.health, self.service, self.is_group, search))

    def holds(self, chat: Chat) -> bool:
        """Whether a chat matches: every condition, one after the other."""
        searched = [chat.display_name, *chat.recipients, *[each.lstrip("+") for each in chat.recipients]]
        return (
            (self.line is None or chat.line == self.line)
            and (self.handle is None or self.handle in [each.handle for each in chat.participants])
            and (not self.health or chat.health.status in self.health)
            and (self.service is None or chat.service == self.service)
            and (self.is_group is None or chat.is_group == self.is_group)
            and (
                self.search is None
                or any(plain(self.search) in plain(each) for each in searched)
                or any(digits(self.search) and digits(self.search) in each for each in chat.recipients)
            )
        )


def plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text).casefold() if not unicodedata.combining(each))


def digits(text: str) -> str:
    return (
        "" if any(each.isalpha() or each == "@" for each in text) else "".join(filter("+0123456789".__contains__, text))
    )


@dataclass(frozen=True)
class Traits:
    """What a chat becomes; ``at`` and ``created`` are before the present, None leaves the time as it is."""

    name: str | None
    health: HealthStatus
    service: Service | None
    created: int | None
    at: int | None


@dataclass
class Walk:
    """A pagination, and the chats that have matched ever since its first page, in the order that they had then."""

    wanted: Wanted
    pagination: Pagination
    order: list[str]
    throughout: set[str]
    shown: list[str] = field(default_factory=lambda: [])


class World:
    """Applies steps to the store and to a plain dictionary."""

    def __init__(self, store: Store, partner_id: int) -> None:
        self._store = store
        self._partner_id = partner_id
        self._revision = 0
        self.chats: dict[str, Chat] = {}
        self.updated: dict[str, tuple[int, int]] = {}
        self.created: dict[str, tuple[int, int]] = {}
        self.walks: list[Walk] = []

    async def create(self, line: str, recipients: Sequence[str], traits: Traits) -> None:
        await self._save(self._with(make_chat(len(self.chats) + 1, recipients, line=line), traits))

    async def alter(self, pick: int, traits: Traits) -> None:
        if self.chats:
            await self._save(self._with([*self.chats.values()][pick % len(self.chats)], traits))

    def _with(self, chat: Chat, traits: Traits) -> Chat:
        created_at = chat.created_at if traits.created is None else min(chat.created_at, NOW - traits.created)
        return msgspec.structs.replace(
            chat,
            name=traits.name,
            health=Health(traits.health, NOW),
            service=traits.service,
            created_at=created_at,
            updated_at=NOW + self._revision if traits.at is None else NOW - traits.at,
        )

    async def _save(self, chat: Chat) -> None:
        await save(self._store, self._partner_id, chat)
        self._revision += 1
        before = self.chats.get(chat.id)
        self.chats[chat.id] = chat
        self.updated[chat.id] = (chat.updated_at, self._revision)
        if before is None or before.created_at != chat.created_at:
            self.created[chat.id] = (chat.created_at, self._revision)
        for walk in self.walks:
            if not walk.wanted.holds(chat):
                walk.throughout.discard(chat.id)

    async def begin(self, wanted: Wanted, limit: int) -> None:
        sort_keys = self.updated if wanted.sort is Sort.UPDATED else self.created
        order = sorted(self.chats, key=lambda each: sort_keys[each], reverse=True)
        pagination = Pagination(self._store, self._partner_id, wanted.filters, wanted.sort)
        throughout = {each for each in order if wanted.holds(self.chats[each])}
        self.walks.append(Walk(wanted, pagination, order, throughout))
        await self._step(self.walks[-1], limit)

    async def step(self, limit: int) -> None:
        for walk in self.walks:
            if not walk.pagination.finished:
                await self._step(walk, limit)

    async def _step(self, walk: Walk, limit: int) -> None:
        await walk.pagination.step(limit)
        page = walk.pagination.pages[-1]
        assert len(page) <= limit
        for each in page:
            chat = self.chats[each.id]
            assert walk.wanted.holds(chat), "a chat matches as it is when its page is served"
            assert each.display_name == chat.display_name


limits = st.sampled_from([1, 2, 3, 100])
traits = st.builds(
    Traits,
    st.sampled_from(NAMES),
    st.sampled_from(HealthStatus),
    st.sampled_from([*Service, None]),
    st.one_of(st.none(), st.integers(0, 4)),
    st.one_of(st.none(), st.integers(0, 4)),
)
wanted = st.builds(
    Wanted,
    st.sampled_from([None, None, LINE, OTHER_LINE]),
    st.sampled_from([None, None, ALICE, CAROL, LINE]),
    st.frozensets(st.sampled_from(HealthStatus)),
    st.sampled_from([None, None, *Service]),
    st.sampled_from([None, None, True, False]),
    st.sampled_from(SEARCHES),
    st.sampled_from(Sort),
)
recipients = st.lists(st.sampled_from([ALICE, BOB, CAROL]), min_size=1, unique=True)
creations = st.tuples(st.just("create"), st.sampled_from([LINE, OTHER_LINE]), recipients, traits)
steps = st.lists(
    st.one_of(
        creations,
        st.tuples(st.just("alter"), st.integers(0, 30), traits),
        st.tuples(st.just("alter"), st.integers(0, 30), traits),
        st.tuples(st.just("begin"), wanted, limits),
        st.tuples(st.just("step"), limits),
    ),
    max_size=20,
)


@pytest.mark.slow
@pytest.mark.parametrize(("batch", "rows"), [(matching.BATCH, matching.MAX_ROWS), (2, 3)])
def test_every_pagination_shows_what_matches_throughout(
    opened: OpenStore, monkeypatch: pytest.MonkeyPatch, engine: str, batch: int, rows: int
) -> None:
    """With few rows to a page, most pages are short."""
    monkeypatch.setattr(matching, "BATCH", batch)
    monkeypatch.setattr(matching, "MAX_ROWS", rows)

    @settings(max_examples=examples(150, engine))
    @given(st.lists(creations, min_size=3, max_size=14), st.lists(wanted, min_size=1, max_size=4), steps, limits)
    def check(
        before: list[tuple[str, str, list[str], Traits]],
        first: list[Wanted],
        during: list[tuple[object, ...]],
        last: int,
    ) -> None:
        async def play() -> World:
            world = World(opened.store, (await new_partner(opened.store)).id)
            for name, *arguments in (*before, *[("begin", each, 1) for each in first], *during):
                await getattr(world, str(name))(*arguments)
            while any(not walk.pagination.finished for walk in world.walks):
                await world.step(last)
            return world

        for walk in opened.run(play()).walks:
            shown = walk.pagination.ids
            assert len(shown) == len(set(shown)), "no chat twice"
            assert shown == [each for each in walk.order if each in shown], (
                "only chats of the first page's time, in order"
            )
            assert walk.throughout <= set(shown), "none that matches throughout is left out"

    check()


@pytest.mark.slow
@pytest.mark.parametrize(("batch", "rows"), [(matching.BATCH, matching.MAX_ROWS), (2, 3)])
def test_a_number_skips_chats_that_match(
    opened: OpenStore, monkeypatch: pytest.MonkeyPatch, engine: str, batch: int, rows: int
) -> None:
    monkeypatch.setattr(matching, "BATCH", batch)
    monkeypatch.setattr(matching, "MAX_ROWS", rows)

    @settings(max_examples=examples(60, engine))
    @given(st.lists(creations, min_size=3, max_size=14), wanted, st.integers(1, 6), limits)
    def check(before: list[tuple[str, str, list[str], Traits]], sought: Wanted, skip: int, limit: int) -> None:
        async def play() -> tuple[list[str], list[str]]:
            partner = await new_partner(opened.store)
            world = World(opened.store, partner.id)
            for _, line, recipients, traits in before:
                await world.create(line, recipients, traits)
            every = await Pagination(opened.store, partner.id, sought.filters, sought.sort).finish()
            rest = await Pagination(opened.store, partner.id, sought.filters, sought.sort, skip).finish(limit)
            return every.ids, rest.ids

        every, rest = opened.run(play())
        assert rest == every[skip:]

    check()
