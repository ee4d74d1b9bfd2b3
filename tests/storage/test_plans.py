"""The plan of every query of the read path: an index range, whoever asks, whatever the engine knows of its tables.

In one store are a partner with very many chats, one with ten and one with none. Each query is looked at before and
after ``analyze``, because a plan that depends on statistics is one that changes on a bad day.
"""

from collections.abc import Iterator

import msgspec
import pytest

from tests.conftest import NewDatabase
from tests.support.chats import ALICE, BOB, LINE, NOW, chat_id, make_chat
from tests.support.opened import OpenStore, opened_store
from tests.support.partners import new_partner, save
from tests.support.plans import Plan, plan_of
from trunkline.domain.chat import recipients_key
from trunkline.storage.changes import change
from trunkline.storage.sql import Query, Value, load
from trunkline.storage.store import Store

MANY = 60_000
FEW = 10
CHANGES = 400
LIMIT = 21
PARTNERS = ("many", "few", "none")
STATISTICS = ("fresh", "analysed")

MESSAGE_COLUMNS = (
    "partner_id",
    "id",
    "chat_id",
    "thread",
    "created_at",
    "position",
    "from_me",
    "delivery_status",
    "edits",
    "document",
)
SPOKEN = 3  # chats of the big partner that have messages
MESSAGES = 300  # each

UPDATES = dict(load("updates"))
PAGES = dict(load("pages")) | {name: UPDATES[name] for name in UPDATES if name.startswith("updated")}
LIVE = [name for name in PAGES if name.startswith(("live", "updated"))]
MOVED = [name for name in PAGES if name.startswith("moved")]
LOOKUPS = {
    **{name: load("partners")[name] for name in ("key_by_digest", "line", "partner_by_name", "lines_of_partner")},
    **{name: load("changes")[name] for name in ("chat", "chats_of_recipients", "mirror")},
    **{name: load("carrier_rules")[name] for name in ("rules", "rules_for")},
    "counters": UPDATES["counters"],
    "extras": load("extras")["extras"],
}
GIVEN = {"SCAN CONSTANT ROW", "SCAN asked"}
"""What SQLite says of the rows that a query makes of its own parameters."""


class Examined(msgspec.Struct):
    """The plans by query, partner and statistics."""

    plans: dict[tuple[str, str, str], Plan]


def values(query: Query, partner_id: int) -> tuple[Value, ...]:
    """A page in the midst of the big partner's chats, as of a walk since which some have moved.

    The way by change is for a page whose span of places is wider than the changes since, the way by place for the rest.
    """
    above = 100 if query.name.startswith("moved_by_change") else 29_900
    return query.values(
        partner=partner_id,
        line=LINE,
        handle=ALICE,
        walk=MANY,
        since=MANY // 2,
        ids="".join(chat_id(number) for number in range(1, SPOKEN + 1)),
        partners=f"{partner_id:019d}",
        below_updated_at=NOW + 30_000,
        below_position=30_001,
        above_updated_at=NOW + above,
        above_position=above + 1,
        limit=LIMIT,
        skip=0,
        phone_number=LINE,
        digest=b"\x00" * 32,
        id=chat_id(7),
        name="nobody",
        recipients=recipients_key(LINE, [ALICE], is_group=False),
        base_url="https://upstream.example",
    )


async def fill(store: Store) -> dict[str, int]:
    """The three partners."""
    partners = {name: (await new_partner(store)).id for name in PARTNERS}
    async with change(store.database, partners["many"], NOW) as writing:
        await writing.load(
            make_chat(number, (ALICE if number % 2 else BOB,), updated_at=NOW + number) for number in range(MANY)
        )
    await save(store, partners["few"], *[make_chat(number) for number in range(FEW)])
    step = MANY // CHANGES
    moved = [make_chat(number * step, updated_at=NOW + MANY + number) for number in range(CHANGES)]
    await save(store, partners["many"], *moved)
    rows = [
        (partners["many"], chat_id(chat * 10**6 + number), chat_id(chat), "", NOW + number, number, 0, "read", 0, b"{}")
        for chat in range(1, SPOKEN + 1)
        for number in range(MESSAGES)
    ]
    async with store.database.transaction() as transaction:
        await transaction.load("messages", MESSAGE_COLUMNS, rows)
    return partners


@pytest.fixture(scope="module")
def opened(new_database: NewDatabase) -> Iterator[OpenStore]:
    """A store of this module's own."""
    with opened_store(new_database()) as store:
        yield store


@pytest.fixture(scope="module")
def examined(opened: OpenStore, engine: str) -> Examined:
    """Every plan, made once."""

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
    reads = [read for read in plan.reads if read.description not in GIVEN]
    assert reads
    for read in reads:
        keys = {"partner_id", "id", "digest", "name"}
        assert read.first_column in keys, read


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", LIVE)
def test_a_page_of_what_has_not_moved_is_not_sorted_and_meets_its_own_rows_only(
    examined: Examined, name: str, partner: str, statistics: str
) -> None:
    plan = examined.plans[name, partner, statistics]
    assert plan.sorts == 0
    # The page, the chat of each of its participants, and the partner.
    assert plan.rows is None or plan.rows <= 2 * LIMIT + 1


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", MOVED)
def test_what_has_moved_costs_no_more_than_the_moves(
    examined: Examined, name: str, partner: str, statistics: str
) -> None:
    plan = examined.plans[name, partner, statistics]
    assert plan.rows is None or plan.rows <= 4 * CHANGES, plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
def test_what_is_included_of_a_chat_is_its_row_and_its_newest_message(
    examined: Examined, partner: str, statistics: str
) -> None:
    plan = examined.plans["extras", partner, statistics]
    assert plan.sorts == 0
    assert plan.rows is None or plan.rows <= 2 * SPOKEN, plan
