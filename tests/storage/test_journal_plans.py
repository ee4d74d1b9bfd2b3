"""The plans of the statements about the journal of requests and the statistics of lines: index ranges, and few rows."""

from collections.abc import Iterator

import pytest

from tests.conftest import NewDatabase
from tests.support.chats import LINE, NOW, chat_id, make_chat
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import context, new_partner
from tests.support.query_plans import MESSAGE_COLUMNS, Plan, plan_of
from trunkline.domain.instant import DAY, SECOND
from trunkline.storage.sql import Query, Value, load

CHATS = 3_000
CHANGED = 20
MESSAGES = 5_000
REQUESTS = 1_000
LIMIT = 10

STATEMENTS = {f"{file}.{name}": query for file in ("requests", "line_statistics") for name, query in load(file).items()}
QUERIES = {name: query for name, query in STATEMENTS.items() if not query.text.startswith("insert")}
COUNT = {
    "line_statistics.count_messages": Query(
        "count_messages",
        # Without its insertion.
        load("line_statistics")["count_messages"].text.partition("\n")[2].partition("on conflict")[0],
        load("line_statistics")["count_messages"].parameters,
    )
}
REQUEST_COLUMNS = (
    "partner_id",
    "answered_at",
    "serial",
    "trace_id",
    "duration",
    "method",
    "path",
    "query",
    "status",
    "is_partial",
    "exchange",
)
WHOLE = {"requests.forget_message", "requests.forget_all", "requests.latest_of_trace", "requests.delete_oldest"}
"""Statements about all requests of a partner, of which there are few."""
SEVERAL = {
    "requests.page": LIMIT,
    "line_statistics.all_chats": LIMIT,
    "line_statistics.changed_chats": 2 * CHANGED + LIMIT,
    "line_statistics.latest_health": LIMIT,
    "line_statistics.count_messages": 12 * CHANGED,
    "line_statistics.last_of_part": LIMIT,
}
"""The most rows of a statement, in all its steps; of any other, two."""
VALUES: dict[str, Value] = {
    "answered_at": NOW + REQUESTS,
    "serial": 0,
    "least_status": 0,
    "greatest_status": 999,
    "method": "",
    "path": "",
    "limit": LIMIT,
    "keep": REQUESTS,
    "trace_id": "trace",
    "message": "m-1",
    "now": NOW,
    "position": "",
    "counted_to": CHATS - CHANGED,
    "target": 2 * CHATS,
    "chat": chat_id(2),
    "after_created_at": NOW,
    "after_revision": CHATS + MESSAGES // 2,
    "last_created_at": NOW,
    "last_revision": CHATS + MESSAGES // 2 + CHANGED,
    "offset": LIMIT - 1,
    "first": NOW // DAY,
    "line": LINE,
}


@pytest.fixture(scope="module")
def plans(new_database: NewDatabase, engine: str) -> Iterator[dict[str, Plan]]:
    with opened_store(new_database()) as opened:
        yield opened.run(explain(opened, engine))


async def explain(opened: OpenStore, engine: str) -> dict[str, Plan]:
    store = opened.store
    partner_id = (await new_partner(store)).id
    async with store.change(context(partner_id), bulk=True) as change:
        await change.load([make_chat(number) for number in range(CHATS)])
        await change.transaction.load(
            "messages",
            MESSAGE_COLUMNS,
            [
                (partner_id, f"m-{each}", chat_id(2), "", NOW, CHATS + each, each % 2, "read", 0, b"{}")
                for each in range(MESSAGES)
            ],
        )
        await change.transaction.load(
            "requests",
            REQUEST_COLUMNS,
            [
                (partner_id, NOW + each, each, f"trace-{each}", SECOND, "GET", "/v3/chats", "", 200, 0, "{}")
                for each in range(REQUESTS)
            ],
        )
        await change.transaction.script("analyze")
    return {
        name: await plan_of(store.database, query, query.values(partner=partner_id, **VALUES), engine)
        for name, query in {**QUERIES, **COUNT}.items()
    }


@pytest.mark.parametrize("name", {**QUERIES, **COUNT})
def test_every_statement_is_an_index_range(plans: dict[str, Plan], name: str) -> None:
    plan = plans[name]
    most = 4 * REQUESTS if name in WHOLE else SEVERAL.get(name, 2)
    assert plan.rows is None or plan.rows <= most, plan
    if name not in WHOLE and "days" not in name and "progress" not in name:
        assert [read for read in plan.reads if read.first_column not in {"partner_id", None}] == [], plan
