"""``GET /admin/lines/statistics``: every message is counted once, whatever happens while they are counted."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB, LINE, OTHER_LINE
from tests.support.envelope import refused
from trunkline.actions.operator import remove
from trunkline.actions.operator.partners import find_any_partner
from trunkline.domain.instant import DAY
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import line_statistics
from trunkline.testing.clock import Clock

PATH = "/admin/lines/statistics"


def statistics(we: Caller, days: int = 30) -> dict[str, Any]:
    """The statistics by line, once every message is counted."""
    for _ in range(100):
        response = we.call("GET", PATH, query=f"days={days}")
        assert response.status_code == 200, response.text
        body = response.json()
        if body["is_complete"]:
            return {line["phone_number"]: line for line in body["lines"]}
    raise AssertionError("the count does not end")


def today(we: Caller, line: str = LINE) -> tuple[int, int, int]:
    """What a line sent and received today, and how many of those were replies."""
    day = statistics(we)[line]["days"][-1]
    return day["sent"], day["received"], day["replies"]


def test_messages_are_counted_by_day_and_line(we: Caller, they: Caller, clock: Clock) -> None:
    chat = we.create()["id"]
    we.send(chat)
    they.create()
    we.hear("yes")
    we.hear("really")
    we.create([BOB], line=OTHER_LINE)
    assert today(we) == (2, 2, 1)
    assert today(we, OTHER_LINE) == (1, 0, 0)
    clock.advance(days=1)
    we.hear("still here")
    we.send(chat)
    we.hear("good")
    found = statistics(we, 2)[LINE]["days"]
    assert [(day["sent"], day["received"], day["replies"]) for day in found] == [(2, 2, 1), (1, 2, 1)]
    assert today(they) == (0, 0, 0)
    assert [len(line["days"]) for line in statistics(we, 90).values()] == [90, 90]


def test_health_and_reputation_say_why(we: Caller) -> None:
    chats = [we.create([f"+1310555{number:04}"])["id"] for number in range(101, 105)]
    for chat in chats[:3]:
        for _ in range(2):
            we.receipt(we.send(chat)["id"], DeliveryStatus.FAILED)
    we.hear("STOP", "+13105550104")
    line = statistics(we)[LINE]
    assert line["health"] == {
        "chats": 4, "is_complete": True, "HEALTHY": 0, "AT_RISK": 3, "CRITICAL": 0, "OPTED_OUT": 1
    }  # fmt: skip
    reputation = line["reputation"]
    assert (reputation["status"], reputation["chats"], reputation["at_risk"]) == ("AT_RISK", 4, 3)
    assert reputation["reason"] == (
        "Of the chats that changed last (4), 3 are AT_RISK or CRITICAL. A line is AT_RISK if at least 20% of them are, "
        "and at least 3."
    )
    assert statistics(we)[OTHER_LINE]["reputation"]["reason"] == "The line has no chats."


@settings(max_examples=15)
@given(
    steps=st.lists(st.sampled_from(["send", "hear", "count", "delete"]), max_size=12),
    part=st.sampled_from([("PART", 1), ("PART", 2), ("PART_MESSAGES", 1), ("PART_MESSAGES", 2)]),
    few=st.sampled_from([0, 3, 1_000]),
)
def test_what_happens_during_a_count_is_counted_once(
    timed: Api, clock: Clock, steps: list[str], part: tuple[str, int], few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_statistics, *part)
        patch.setattr(line_statistics, "FEW_CHANGES", few)
        we = Caller(timed, clock)
        chats = [we.create([f"person{number}@example.com"])["id"] for number in range(3)]
        sent, received, deleted = 3, 0, 0
        messages: list[str] = []
        store = timed.opened.store

        async def count() -> None:
            async with store.change(we.ctx()) as change:
                await line_statistics.count_part(change, clock() // DAY)

        for number, step in enumerate(steps):
            if step == "count":
                timed.opened.run(count())
            elif step == "send":
                messages.append(we.send(chats[number % 3])["id"])
                sent += 1
            elif step == "delete" and messages:
                assert we.call("DELETE", f"/v3/messages/{messages.pop(0)}").status_code == 204
                deleted += 1
            elif step == "hear":
                we.hear("hi", f"person{number % 3}@example.com")
                received += 1
        counted = today(we)
        assert sent - deleted <= counted[0] <= sent, "a message may be deleted before it is counted"
        assert counted[1] == received
        assert today(we) == counted


def test_a_part_of_a_large_chat_has_a_bounded_number_of_messages(
    we: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_statistics, "PART_MESSAGES", 5)
    chat = we.create()["id"]
    for _ in range(11):
        we.send(chat)
        we.hear("yes")
    we.create([BOB])
    store, counted = we.api.opened.store, [0]

    async def count() -> bool:
        async with store.change(we.ctx()) as change:
            is_complete = await line_statistics.count_part(change, clock() // DAY)
        days = await line_statistics.days(store.reader(we.tenant.id), 0)
        counted.append(sum(day.sent + day.received for day in days.values()))
        return is_complete

    while not we.api.opened.run(count()):
        pass
    assert counted[-1] == 24
    assert max(after - before for before, after in pairwise(counted)) <= 5
    assert today(we) == (13, 11, 11)
    we.hear("one more")
    assert today(we) == (13, 12, 11)


def test_the_days_are_a_number(we: Caller) -> None:
    for days in ("0", "91", "many"):
        refused(we.call("GET", PATH, query=f"days={days}"), 400, 1005)


def test_a_line_that_is_removed_leaves_no_counts(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remove, "NOTICED", 0.0)
    we.create(message=text("hello"))
    we.hear("hi", ALICE)
    assert today(we) == (1, 1, 1)
    store = we.api.opened.store
    partner = we.api.opened.run(find_any_partner(store, str(we.tenant.id)))
    we.api.opened.run(remove.remove_line(store, partner, LINE, we.clock, lambda _: None, with_chats=True))
    assert statistics(we).keys() == {OTHER_LINE}
    rows = we.api.opened.run(line_statistics.days(store.reader(we.tenant.id), 0))
    assert {line for line, _ in rows} <= {OTHER_LINE}
