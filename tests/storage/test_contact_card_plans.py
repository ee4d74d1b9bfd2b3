"""The plan of every statement about contact cards: index ranges, and no more rows than requested."""

from collections.abc import Iterator

import pytest

from tests.conftest import NewDatabase
from tests.support.chats import LINE, NOW, chat_id
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import new_partner
from tests.support.query_plans import Plan, plan_of
from trunkline.storage.sql import Value, load

SHARES = 5_000
LIMIT = 10
STATEMENTS = {**load("contact_cards"), "delete_old_shares": load("retention")["contact_card_shares"]}
QUERIES = {name: query for name, query in STATEMENTS.items() if not query.text.startswith("insert")}
COLUMNS = ("partner_id", "id", "chat_id", "phone_number", "first_name", "shared_at")
VALUES: dict[str, Value] = {
    "phone_number": LINE,
    "id": "share-1",
    "chat_id": chat_id(1),
    "limit": LIMIT,
    "now": NOW,
    "horizon": NOW,
}
MOST = {"shares_of_chat": LIMIT, "delete_old_shares": 4 * LIMIT}
"""The most rows of a statement, in all its steps; of any other, one."""


@pytest.fixture(scope="module")
def plans(new_database: NewDatabase, engine: str) -> Iterator[dict[str, Plan]]:
    with opened_store(new_database()) as opened:
        yield opened.run(explain(opened, engine))


async def explain(opened: OpenStore, engine: str) -> dict[str, Plan]:
    database = opened.store.database
    partner_id = (await new_partner(opened.store)).id
    async with database.transaction() as transaction:
        rows = [
            (partner_id, f"share-{number}", chat_id(number % 2), LINE, "Harbor", NOW + number)
            for number in range(SHARES)
        ]
        await transaction.load("contact_card_shares", COLUMNS, rows)
        await transaction.script("analyze")
    return {
        name: await plan_of(database, query, query.values(partner=partner_id, **VALUES), engine)
        for name, query in QUERIES.items()
    }


@pytest.mark.parametrize("name", QUERIES)
def test_every_statement_is_an_index_range(plans: dict[str, Plan], name: str) -> None:
    plan = plans[name]
    assert plan.rows is None or plan.rows <= MOST.get(name, 1), plan
    if name not in {"card", "cards"}:  # few rows, which PostgreSQL may scan
        assert [
            read for read in plan.reads if read.first_column != "partner_id" and "oldest" not in read.description
        ] == []


@pytest.mark.parametrize("name", ["shares_of_chat", "delete_old_shares"])
def test_shares_are_not_sorted(plans: dict[str, Plan], name: str) -> None:
    assert plans[name].sorts == 0
