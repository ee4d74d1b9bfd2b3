"""The plan of every query of the read path: an index range for every partner, with and without statistics.

In one store are a partner with very many chats, one with ten and one without any. Each query is explained before and
after ``analyze``, because a plan that depends on statistics changes when they do.
"""

from collections.abc import Iterator

import msgspec
import pytest

from tests.conftest import NewDatabase
from tests.support.chats import ALICE, BOB, LINE, NOW, chat_id, make_chat
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import context, new_partner, save
from tests.support.query_plans import MESSAGE_COLUMNS, SMALL_TABLES, Plan, plan_of
from trunkline.domain.chat import Chat, Health, HealthStatus, recipients_key
from trunkline.domain.paging import SMALL
from trunkline.storage.changed_since import CHANGED_OF_HANDLE, CHANGED_OF_LINE_AND_HANDLE, revisions_query
from trunkline.storage.chat_list import (
    LIVE_OF_HANDLE,
    LIVE_OF_LINE_AND_HANDLE,
    LIVE_OF_LINE_UNHEALTHY,
    LIVE_OF_UNHEALTHY,
    MOVED_BY_CHANGE_OF_HANDLE,
)
from trunkline.storage.participants import MAX_UNINDEXED
from trunkline.storage.sql import Query, Value, in_several, load
from trunkline.storage.store import Store

pytestmark = pytest.mark.slow  # filling the store takes several seconds

MANY = 60_000
FEW = 10
CHANGES = 400
LIMIT = 21
PARTNERS = ("many", "few", "none")
STATISTICS = ("fresh", "analysed")

TALKATIVE = 3  # chats of the big partner that have messages
MESSAGES = 300  # each

CHANGED_SINCE = dict(load("changed_since"))
PAGES = {
    **load("chat_list"),
    **{query.every_place.name: query.every_place for query in (LIVE_OF_HANDLE, LIVE_OF_LINE_AND_HANDLE)},
    **{query.name: query for query in (LIVE_OF_UNHEALTHY, LIVE_OF_LINE_UNHEALTHY, MOVED_BY_CHANGE_OF_HANDLE)},
    **{name: CHANGED_SINCE[name] for name in CHANGED_SINCE if name.startswith("changed")},
    **{query.name: query for query in (CHANGED_OF_HANDLE, CHANGED_OF_LINE_AND_HANDLE)},
}
LIVE = [name for name in PAGES if name.startswith(("live", "changed"))]
MOVED = [name for name in PAGES if name.startswith("moved")]
SKIPPED = [name for name in PAGES if name.startswith("skipped")]
SKIP = 50
LOOKUPS = {
    **{name: load("partners")[name] for name in ("key_by_digest", "line", "partner_by_name", "lines_of_partner")},
    **{name: load("reader")[name] for name in ("chat", "chat_with_recipients")},
    **{name: load("participants")[name] for name in ("handles", "to_index")},
    "chats_updated_since": load("imported")["chats_updated_since"],
    "mirror_cursor": load("change")["mirror_cursor"],
    **{name: load("loopback_rules")[name] for name in ("rules", "rules_for")},
    "faults": load("faults")["faults"],
    **{name: query for name, query in CHANGED_SINCE.items() if not name.startswith("changed")},
    "revisions": revisions_query(16),
    **load("includes"),
}
FROM_PARAMETERS = {"SCAN CONSTANT ROW", "SCAN requested"}
"""How SQLite describes the rows that a query makes from its own parameters."""


class Examined(msgspec.Struct):
    """The plans by query, partner and statistics."""

    plans: dict[tuple[str, str, str], Plan]


def values(query: Query, partner_id: int) -> tuple[Value, ...]:
    """A page in the middle of the big partner's chats, in a snapshot since which some have changed.

    The moved part is read by change if the page spans more revisions than there were changes since, else by sort key.
    """
    before = 100 if query.name.startswith("moved_by_change") else 29_900
    return query.values(
        partner=partner_id,
        line=LINE,
        handle=ALICE,
        snapshot=MANY,
        since=MANY // 2,
        ids="".join(chat_id(number) for number in range(1, TALKATIVE + 1)),
        **{f"partner_{number}": partner_id for number in range(1, 17)},
        health=HealthStatus.AT_RISK,
        health_a=HealthStatus.AT_RISK,
        health_b=HealthStatus.CRITICAL,
        health_c="",
        after_updated_at=NOW + 30_000,
        after_revision=30_001,
        before_updated_at=NOW + before,
        before_revision=before + 1,
        limit=LIMIT,
        small=SMALL,
        chat=chat_id(1),
        skip=SKIP if query.name.startswith("skipped") else 0,
        first=MANY,
        most=MAX_UNINDEXED,
        phone_number=LINE,
        digest=b"\x00" * 32,
        id=chat_id(7),
        name="nobody",
        recipients_key=recipients_key(LINE, [ALICE], is_group=False),
        base_url="https://upstream.example",
        **next(in_several([ALICE, "nobody"], "")),
    )


def numbered(number: int) -> Chat:
    """A chat of the big partner; every tenth is at risk."""
    chat = make_chat(number, (ALICE if number % 2 else BOB,), updated_at=NOW + number)
    return chat if number % 10 else msgspec.structs.replace(chat, health=Health(HealthStatus.AT_RISK, NOW))


async def fill(store: Store) -> dict[str, int]:
    """Adds the three partners, and returns their ids by name."""
    partners = {name: (await new_partner(store)).id for name in PARTNERS}
    async with store.change(context(partners["many"])) as change:
        await change.load(map(numbered, range(MANY)))
    await save(store, partners["few"], *[make_chat(number) for number in range(FEW)])
    step = MANY // CHANGES
    moved = [make_chat(number * step, updated_at=NOW + MANY + number) for number in range(CHANGES)]
    await save(store, partners["many"], *moved)
    rows = [
        (partners["many"], chat_id(chat * 10**6 + number), chat_id(chat), "", NOW + number, number, 0, "read", 0, b"{}")
        for chat in range(1, TALKATIVE + 1)
        for number in range(MESSAGES)
    ]
    async with store.database.transaction() as transaction:
        await transaction.load("messages", MESSAGE_COLUMNS, rows)
    return partners


@pytest.fixture(scope="module")
def opened(new_database: NewDatabase) -> Iterator[OpenStore]:
    """The store of this module."""
    with opened_store(new_database()) as store:
        yield store


@pytest.fixture(scope="module")
def examined(opened: OpenStore, engine: str) -> Examined:
    """Every plan, explained once."""

    async def examine() -> Examined:
        database = opened.store.database
        partners = await fill(opened.store)
        found = Examined({})
        for statistics in STATISTICS:
            if statistics == "analysed":
                async with database.transaction() as transaction:
                    await transaction.script("analyze")
            for name, query in (PAGES | LOOKUPS).items():
                for partner, partner_id in partners.items():
                    plan = await plan_of(database, query, values(query, partner_id), engine)
                    found.plans[name, partner, statistics] = plan
        return found

    return opened.run(examine())


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", [*PAGES, *LOOKUPS])
def test_every_read_is_an_index_range(examined: Examined, name: str, partner: str, statistics: str) -> None:
    plan = examined.plans[name, partner, statistics]
    reads = [read for read in plan.reads if read.description not in FROM_PARAMETERS]
    assert reads
    if statistics == "analysed":
        reads = [read for read in reads if read.description not in SMALL_TABLES]
    for read in reads:
        keys = {"partner_id", "id", "digest", "name"}
        assert read.first_column in keys, read


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", LIVE)
def test_a_page_of_unchanged_chats_is_not_sorted_and_reads_only_its_own_rows(
    examined: Examined, name: str, partner: str, statistics: str
) -> None:
    plan = examined.plans[name, partner, statistics]
    assert plan.sorts == 0
    # The page, the chat of each of its participants, and the partner: of one place, or of a handle without an index.
    most = 2 * max(LIMIT, MAX_UNINDEXED) if name.endswith("handle") else 2 * LIMIT
    if name == "live_by_creation":
        most = 3 * LIMIT  # also the latest sort key of each
    assert plan.rows is None or plan.rows <= most + 1


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("live_of_unhealthy", "chats_unhealthy "),
        ("live_of_line_unhealthy", "chats_line_unhealthy "),
        ("live_by_creation", "chat_creations_sort_key "),
    ],
)
def test_sqlite_reads_the_index_of_a_filter(
    examined: Examined, engine: str, name: str, index: str, partner: str, statistics: str
) -> None:
    if engine == "sqlite":  # on PostgreSQL, the number of rows shows it
        plan = examined.plans[name, partner, statistics]
        assert sum(f"INDEX {index}" in read.description for read in plan.reads) == (1 if "creation" in name else 3)


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", SKIPPED)
def test_skipping_reads_only_the_sort_keys_that_it_skips(
    examined: Examined, name: str, partner: str, statistics: str
) -> None:
    plan = examined.plans[name, partner, statistics]
    assert plan.rows is None or plan.rows <= SKIP + 1, plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", MOVED)
def test_the_moved_part_reads_no_more_rows_than_there_are_changes(
    examined: Examined, name: str, partner: str, statistics: str
) -> None:
    plan = examined.plans[name, partner, statistics]
    # The changed chats of a handle are in three places.
    most = 6 if name.endswith("of_handle") else 4
    assert plan.rows is None or plan.rows <= most * CHANGES, plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
def test_includes_read_only_the_row_of_a_chat_and_its_newest_message(
    examined: Examined, partner: str, statistics: str
) -> None:
    plan = examined.plans["includes", partner, statistics]
    assert plan.sorts == 0
    assert plan.rows is None or plan.rows <= 2 * TALKATIVE, plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
def test_the_chat_with_some_people_is_one_row_however_many_chats_have_them(
    examined: Examined, partner: str, statistics: str
) -> None:
    plan = examined.plans["chat_with_recipients", partner, statistics]
    assert plan.sorts == 0
    assert plan.rows is None or plan.rows <= 1, plan
