"""The plan of every statement of the outbox and of subscriptions: index ranges, and no more rows than are asked for.

In one store are a partner with very many events waiting and delivered, one with ten and one with none. Statements are
looked at before and after ``analyze``; what they change is undone.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import msgspec
import pytest

from tests.conftest import NewDatabase
from tests.support.chats import NOW, chat_id
from tests.support.opened import OpenStore, opened_store
from tests.support.partners import new_partner
from tests.support.plans import Plan, plan_of
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Query, Value, load
from trunkline.storage.store import Store

MANY = 20_000
FEW = 10
CHATS = 200
OTHERS = 500  # other queues, of the partner with many, due later
LIMIT = 16
PARTNERS = ("many", "few", "none")
STATISTICS = ("fresh", "analysed")
SUBSCRIPTION = "s-0"

QUERIES = {f"outbox.{name}": query for name, query in load("outbox").items()} | {
    f"subscriptions.{name}": query for name, query in load("subscriptions").items()
}
NEW = {name for name in QUERIES if name in {"outbox.put", "outbox.put_event", "outbox.reserve", "subscriptions.add"}}
"""What only writes new rows."""

OF_EVERY_PARTNER = {"outbox.due_queues", "outbox.coming"}
"""What goes by the time that queues are due."""

WHOLE = {"outbox.abandon_items", "outbox.abandon_lanes", "outbox.claims"}
"""What is about a whole queue, or every queue of a partner."""

LANE = {"outbox.retry", "outbox.advance", "outbox.drop_lane"}
"""What is about one lane: as long as PostgreSQL knows nothing of the table, it takes the lanes of a queue to be one."""


class Undone:
    """A database whose transactions come to nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Any:
        return await self._database.fetch(query, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        class Undo(Exception):
            pass

        with suppress(Undo):
            async with self._database.transaction() as transaction:
                yield transaction
                raise Undo


class Examined(msgspec.Struct):
    """The plans by query, partner and statistics."""

    plans: dict[tuple[str, str, str], Plan]


def values(query: Query, partner_id: int) -> tuple[Value, ...]:
    """An item in the midst of the big partner's."""
    number = MANY // 2
    return query.values(
        partner=partner_id,
        destination=SUBSCRIPTION,
        lane=chat_id(number % CHATS),
        number=number,
        id=SUBSCRIPTION,
        now=NOW,
        until=NOW + 1,
        next=NOW + 2,
        held_until=0,
        due_at=NOW,
        state="waiting",
        attempts=1,
        outcome="HTTP 500",
        kind="message.received",
        subject=str(number),
        type="message.received",
        chat_id=chat_id(1),
        line="",
        body=b"{}",
        horizon=NOW,
        limit=LIMIT,
        target_url="https://receiver.example/other",
        events="[]",
        phone_numbers=None,
        is_active=1,
        secret="",
        routing_id_header=None,
        routing_key_header="X-Cluster",
        created_at=NOW,
        updated_at=NOW,
        token="west",
    )


async def fill(store: Store) -> dict[str, int]:
    """The three partners. Half of the events have been delivered; the others wait."""
    partners = {name: (await new_partner(store)).id for name in PARTNERS}
    async with store.database.transaction() as transaction:
        for name, count in (("many", MANY), ("few", FEW)):
            partner = partners[name]
            numbers = range(1, count + 1)
            await transaction.load(
                "events",
                ("partner_id", "number", "id", "type", "chat_id", "line", "created_at", "body"),
                [
                    (partner, each, f"e-{each}", "message.received", chat_id(each % CHATS), "", NOW, b"{}")
                    for each in numbers
                ],
            )
            columns = (
                "partner_id",
                "destination",
                "number",
                "lane",
                "kind",
                "subject",
                "state",
                "attempts",
                "updated_at",
            )
            rows = [
                (partner, SUBSCRIPTION, each, chat_id(each % CHATS), "message.received", str(each), state, 0, NOW)
                for each in numbers
                for state in ["done" if each < count // 2 else "waiting"]
            ]
            await transaction.load("outbox", columns, rows)
            heads = {chat_id(each % CHATS): each for each in reversed(numbers) if each >= count // 2}
            await transaction.load(
                "lanes",
                ("partner_id", "destination", "lane", "head", "attempts", "due_at"),
                [(partner, SUBSCRIPTION, lane, head, 0, NOW - 1) for lane, head in heads.items()],
            )
            queues = [(partner, SUBSCRIPTION, NOW - 1, 0)]
            if name == "many":
                queues += [(partner, f"other-{each}", NOW + each, 0) for each in range(1, OTHERS)]
            await transaction.load("queues", ("partner_id", "destination", "due_at", "claimed_until"), queues)
            await transaction.load(
                "subscriptions",
                ("partner_id", "id", "target_url", "events", "is_active", "secret", "created_at", "updated_at"),
                [(partner, f"s-{each}", f"https://r.example/{each}", "[]", 1, "", NOW, NOW) for each in range(20)],
            )
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
            for name, query in QUERIES.items():
                for partner, partner_id in partners.items():
                    if name in NEW:
                        continue
                    plan = await plan_of(cast(Database, Undone(database)), query, values(query, partner_id), engine)
                    found.plans[name, partner, statistics] = plan
        return found

    return opened.run(examine())


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", sorted(set(QUERIES) - NEW))
def test_every_statement_is_an_index_range(examined: Examined, name: str, partner: str, statistics: str) -> None:
    plan = examined.plans[name, partner, statistics]
    for read in plan.reads:
        if read.description.startswith("ModifyTable"):
            continue
        if name in OF_EVERY_PARTNER:
            assert "queues_due_at" in read.description or "Index" in read.description, read
        else:
            assert read.first_column == "partner_id", read
    if name not in WHOLE and (name not in LANE or statistics == "analysed"):
        # At most a page, each row of it with what belongs to it. A partner's subscriptions are never many.
        assert plan.rows is None or plan.rows <= 4 * LIMIT, plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("name", ["outbox.due_queues", "outbox.due_items", "outbox.deliveries", "outbox.next_due"])
def test_the_first_ones_are_found_without_sorting(examined: Examined, name: str, statistics: str) -> None:
    assert examined.plans[name, "many", statistics].sorts == 0
