"""The plan of every query about messages, idempotency records, opt-outs, blocked handles and the chats of a line.

Each is an index range that reads only the rows that it needs. In one store are a partner with very many messages, most
of them in one chat, one with ten and one without any.
"""

from collections.abc import Iterator
from itertools import count

import msgspec
import pytest

from tests.conftest import NewDatabase
from tests.support.chats import ALICE, BOB, LINE, NOW, chat_id, make_chat
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import context, new_partner, save
from tests.support.query_plans import SMALL_TABLES, Plan, plan_of
from trunkline.domain.chat_health import REPUTATION_CHATS
from trunkline.domain.paging import SMALL
from trunkline.storage.sql import Query, Value, in_several, load
from trunkline.storage.store import Store

MANY = 40_000
FEW = 10
CHATS = 2_000
LIMIT = 51
WINDOW = 15
UNREAD = 7
REPLIES = 60
"""The number of messages in the longest thread."""
PARTNERS = ("many", "few", "none")
STATISTICS = ("fresh", "analysed")

MESSAGES = dict(load("messages"))
QUERIES = {
    **MESSAGES,
    **load("idempotency"),
    **load("opt_outs"),
    **load("sending"),
    **load("blocked_handles"),
    **{name: load("reader")[name] for name in ("chat_document", "latest_chats_of_line")},
}
LISTS = ("page", "thread_newest_first", "thread_oldest_first")
MOST = {
    # A page, and with each of its rows the partner, for its revision.
    **dict.fromkeys(LISTS, 2 * LIMIT),
    **dict.fromkeys(("with_chat", "several_with_chats"), 2),
    "latest": WINDOW,
    "latest_chats_of_line": REPUTATION_CHATS,
    "unread": UNREAD,
    "all_blocked": FEW,
    "count_blocked": FEW,
    "chats_opted_out": FEW,
    "lift_everywhere": FEW,
    "lift_before": FEW,
    "send_restrictions": FEW,
    "in_chat": WINDOW + FEW,
    "with_chat": 2,
}
"""How many rows a query may read; any other query may read one."""

COLUMNS = ("partner_id", "id", "chat_id", "thread", "created_at", "revision", "from_me", "delivery_status", "edits")
ROW = b'{"id":"0"}'


class Examined(msgspec.Struct):
    """The plans by query, partner and statistics."""

    plans: dict[tuple[str, str, str], Plan]


def values(query: Query, partner_id: int) -> tuple[Value, ...]:
    """The middle of the big partner's big chat and its long thread; what changes or deletes finds nothing."""
    newest_first = query.name != "thread_oldest_first"
    reads = query.text.startswith("select")
    named: dict[str, Value] = {
        "partner": partner_id,
        "chat": chat_id(1),
        "thread": chat_id(10**6),
        "after_created_at": NOW + MANY // 2 if newest_first else NOW,
        "after_revision": MANY // 2 if newest_first else 0,
        "snapshot": 2**62,
        "small": SMALL,
        "created_at": NOW,
        "revision": 1,
        "limit": {"latest": WINDOW, "latest_chats_of_line": REPUTATION_CHATS}.get(query.name, LIMIT),
        "id": chat_id(10**6 + 7) if reads else "nothing",
        "handle": ALICE if reads else "nobody@example.com",
        "line": LINE,
        "key": "key 7" if reads else "new",
        "horizon": 0,
        "window": WINDOW,
        "now": NOW,
        "at": NOW,
        "delivery_status": "read",
        "poll": None,
        "edits": 1,
        "document": ROW,
        "fingerprint": b"\x00" * 16,
        "message": "nothing",
        "message_id": "nothing",
        "nothing": b"",
        "body": b"{}",
        "reason": None,
        **next(in_several([chat_id(10**6 + 7)], "")),
    }
    return query.values(**named)


async def fill(store: Store) -> dict[str, int]:
    """Adds the three partners, and returns their ids by name."""
    partners = {name: (await new_partner(store)).id for name in PARTNERS}
    async with store.change(context(partners["many"])) as change:
        await change.load(
            make_chat(number, (ALICE if number % 2 else BOB,), updated_at=NOW + number) for number in range(CHATS)
        )
    await save(store, partners["few"], *[make_chat(number) for number in range(FEW)])
    for name, size in (("many", MANY), ("few", FEW)):
        numbers = count(1)
        rows: list[tuple[Value, ...]] = []
        for number in range(size):
            # Three of four are in the first chat, and a long thread is among the older ones of those.
            chat = 1 if number % 4 else number % CHATS
            thread = 10**6 if number < 100 * REPLIES and number % 100 == 0 else 10**6 + number
            unread = chat == 1 and number > size - 10 and number % 4
            rows.append(
                (
                    *(partners[name], chat_id(10**6 + number), chat_id(chat), chat_id(thread), NOW + number),
                    *(next(numbers), 0 if unread else 1, "received" if unread else "read", 0, ROW),
                )
            )
        async with store.database.transaction() as transaction:
            await transaction.load("messages", (*COLUMNS, "document"), rows)
            records: list[tuple[Value, ...]] = [
                (partners[name], f"key {number}", b"\x00" * 16, chat_id(number), b"{}", NOW + number)
                for number in range(size)
            ]
            columns = ("partner_id", "key", "fingerprint", "message_id", "body", "created_at")
            await transaction.load("idempotency_records", columns, records)
            opted: list[tuple[Value, ...]] = [
                (partners[name], f"person{number}@example.com", chat_id(number), NOW) for number in range(size)
            ]
            await transaction.load("opt_outs", ("partner_id", "handle", "chat_id", "opted_out_at"), opted)
            blocked: list[tuple[Value, ...]] = [
                (partners[name], f"person{number}@example.com", None, NOW + number) for number in range(FEW)
            ]
            await transaction.load("blocked_handles", ("partner_id", "handle", "reason", "blocked_at"), blocked)
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
                if query.text.startswith("insert"):
                    continue
                for partner, partner_id in partners.items():
                    plan = await plan_of(database, query, values(query, partner_id), engine)
                    found.plans[name, partner, statistics] = plan
        return found

    return opened.run(examine())


EXAMINED = [name for name, query in QUERIES.items() if not query.text.startswith("insert")]


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", EXAMINED)
def test_every_query_is_an_index_range(examined: Examined, name: str, partner: str, statistics: str) -> None:
    plan = examined.plans[name, partner, statistics]
    reads = [read for read in plan.reads if read.description != "SCAN CONSTANT ROW"]
    assert reads
    if statistics == "analysed":
        reads = [read for read in reads if read.description not in SMALL_TABLES]
    for read in reads:
        assert read.first_column in {"partner_id", "id"}, read
    assert plan.rows is None or plan.rows <= MOST.get(name, 1), plan


@pytest.mark.parametrize("statistics", STATISTICS)
@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("name", [*LISTS, "latest", "latest_chats_of_line"])
def test_an_ordered_list_is_not_sorted(examined: Examined, name: str, partner: str, statistics: str) -> None:
    assert examined.plans[name, partner, statistics].sorts == 0
