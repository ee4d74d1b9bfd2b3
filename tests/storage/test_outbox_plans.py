"""The plan of every statement of the outbox and of subscriptions: index ranges, and no more rows than requested.

In one store are a partner with very many pending and delivered events, one with ten and one without any. Statements are
explained before and after ``analyze``, and their changes are rolled back.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import msgspec
import pytest

from tests.conftest import NewDatabase
from tests.support.chats import NOW, chat_id
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import new_partner
from tests.support.query_plans import SMALL_TABLES, Plan, plan_of
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.sql import Query, Value, load
from trunkline.storage.store import Store

MANY = 20_000
FEW = 10
CHATS = 200
OTHERS = 500  # further queues of the partner with many, which are due later
LIMIT = 16
PARTNERS = ("many", "few", "none")
STATISTICS = ("fresh", "analysed")
SUBSCRIPTION = "s-0"

QUERIES = {
    f"{file}.{name}": query
    for file in ("outbox", "events", "deliveries", "subscriptions")
    for name, query in load(file).items()
}
NEW = {name for name in QUERIES if name in {"events.add_event", "outbox.reserve", "subscriptions.add"}}
"""Statements that only insert rows."""

OF_EVERY_PARTNER = {
    "outbox.due_queues",
    "outbox.partners_behind",
    "outbox.next_due_anywhere",
    "outbox.overdue",
}
"""Statements that find queues by the time when they are due."""

WHOLE = {"outbox.abandon_entries", "outbox.queues", "outbox.count_pending"}
"""Statements about a whole queue, or every queue of a partner."""

ORDERING_KEY = {"outbox.advance"}
"""Statements about one ordering key. Without statistics, PostgreSQL assumes that a queue has only one."""


class RolledBack:
    """A database whose transactions are rolled back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fetch(self, query: Query, values: tuple[Value, ...]) -> Any:
        return await self._database.fetch(query, values)

    @asynccontextmanager
    async def transaction(self, *, bulk: bool = False) -> AsyncGenerator[Transaction]:
        class Rollback(Exception):
            pass

        with suppress(Rollback):
            async with self._database.transaction(bulk=bulk) as transaction:
                yield transaction
                raise Rollback


class Examined(msgspec.Struct):
    """The plans by query, partner and statistics."""

    plans: dict[tuple[str, str, str], Plan]


def values(query: Query, partner_id: int) -> tuple[Value, ...]:
    """An entry in the middle of the big partner's; a new one to add."""
    sequence = 2 * MANY if query.name == "add_entry" else MANY // 2
    return query.values(
        partner=partner_id,
        destination=SUBSCRIPTION,
        ordering_key=chat_id(sequence % CHATS),
        sequence=sequence,
        id=SUBSCRIPTION,
        message="m-3",
        message_id="m-3",
        version="2026-02-03",
        now=NOW,
        until=NOW + 1,
        next=NOW + 2,
        before=NOW,
        most=LIMIT,
        held_until=0,
        is_failing=None,
        is_first=1,
        latest_claim=NOW + 90_000_000,
        latest_due=NOW + 3_660_000_000,
        silent_rounds=0,
        paused_until=0,
        full=",",
        due_at=NOW,
        state="waiting",
        attempts=1,
        outcome="HTTP 500",
        attempt="{}\n",
        attempt_log="{}\n",
        event=sequence,
        end=sequence - 2 * LIMIT,
        scan=LIMIT,
        last_skipped="",
        offset=0,
        **dict.fromkeys("abcdefghijklmnop", sequence),
        kind="message.received",
        entity_id=str(sequence),
        type="message.received",
        chat_id=chat_id(1),
        line="",
        body=b"{}",
        horizon=NOW,
        limit=LIMIT,
        carriers=LIMIT,
        webhooks=LIMIT,
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
    """Adds the three partners, and returns their ids by name. Half of the events are delivered, the others pending."""
    partners = {name: (await new_partner(store)).id for name in PARTNERS}
    async with store.database.transaction() as transaction:
        for name, count in (("many", MANY), ("few", FEW)):
            partner = partners[name]
            sequences = range(1, count + 1)
            await transaction.load(
                "events",
                ("partner_id", "sequence", "id", "type", "chat_id", "line", "message_id", "created_at", "body"),
                [
                    (
                        partner,
                        each,
                        f"e-{each}",
                        "message.received",
                        chat_id(each % CHATS),
                        "",
                        f"m-{each // 8}",
                        NOW,
                        b"{}",
                    )
                    for each in sequences
                ],
            )
            columns = (
                "partner_id",
                "destination",
                "sequence",
                "ordering_key",
                "kind",
                "entity_id",
                "state",
                "attempts",
                "updated_at",
                "due_at",
            )
            heads = {chat_id(each % CHATS): each for each in reversed(sequences) if each >= count // 2}
            first = set(heads.values())
            rows = [
                (
                    partner,
                    SUBSCRIPTION,
                    each,
                    chat_id(each % CHATS),
                    "message.received",
                    str(each),
                    state,
                    0,
                    NOW,
                    due_at,
                )
                for each in sequences
                for state in ["done" if each < count // 2 else "waiting"]
                for due_at in [NOW - 1 if each in first else None]
            ]
            await transaction.load("outbox", columns, rows)
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
            for name, query in QUERIES.items():
                for partner, partner_id in partners.items():
                    if name in NEW:
                        continue
                    plan = await plan_of(cast(Database, RolledBack(database)), query, values(query, partner_id), engine)
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
        if statistics == "analysed" and read.description in SMALL_TABLES:
            continue
        if name in OF_EVERY_PARTNER:
            assert "due_at" in read.description or "Index" in read.description or read.first_column == "partner_id", (
                read
            )
        else:
            assert read.first_column == "partner_id", read
    if name not in WHOLE and (name not in ORDERING_KEY or statistics == "analysed"):
        # At most a page, and a few other rows for each of its rows. A partner never has many subscriptions.
        assert plan.rows is None or plan.rows <= 4 * LIMIT, plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize(
    "name",
    [
        "outbox.due_queues",
        "outbox.due_entries",
        "deliveries.page",
        "deliveries.page_of_failed",
        "deliveries.window_end",
        "deliveries.window_end_of_event",
        "outbox.next_due",
    ],
)
def test_the_first_rows_are_found_without_sorting(examined: Examined, name: str, statistics: str) -> None:
    assert examined.plans[name, "many", statistics].sorts == 0
