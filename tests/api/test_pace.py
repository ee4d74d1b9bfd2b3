"""Large bodies and pages of a partner are spaced out; everything else, and everyone else, goes on at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from tests.support.caller import Caller, text
from trunkline.api import app
from trunkline.api.pace import BODY_TIME, LARGE, MAX_WAIT, MEMORY, PAGE_TIME, Pace
from trunkline.domain.content import MAX_TEXT
from trunkline.domain.errors import TooManyRequests

MEGABYTE = 1_000_000
ALICE, BOB = 1, 2  # partners


class Times:
    """A pace whose time the test controls. A wait is noted, and over at once."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.pace = Pace(lambda: self.now, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def waited(self, step: Coroutine[Any, Any, None]) -> float:
        """How long a request waits."""
        self.waits.clear()
        asyncio.run(step)
        return sum(self.waits)


@pytest.fixture
def times() -> Times:
    return Times()


def test_large_bodies_of_a_partner_are_spaced_out(times: Times) -> None:
    step = MEGABYTE * BODY_TIME
    waits = [times.waited(times.pace.begin_body(ALICE, MEGABYTE)) for _ in range(3)]
    assert waits == pytest.approx([0, step, 2 * step])
    assert times.waited(times.pace.begin_body(BOB, MEGABYTE)) == 0
    times.now += 10 * step
    assert times.waited(times.pace.begin_body(ALICE, MEGABYTE)) == 0


def test_reads_are_spaced_out_for_a_while_after_a_large_page(times: Times) -> None:
    step = MEGABYTE * PAGE_TIME
    assert not times.pace.partners
    times.pace.end_page(ALICE, MEGABYTE)
    assert BOB not in times.pace.partners
    waits = [times.waited(times.pace.begin_read(ALICE)) for _ in range(3)]
    assert waits == pytest.approx([step, 2 * step, 3 * step])
    times.now += MEMORY + 3 * step
    assert times.waited(times.pace.begin_read(ALICE)) == 0
    assert not times.pace.partners


def test_the_wait_has_a_limit(times: Times) -> None:
    for _ in range(round(MAX_WAIT / (MEGABYTE * BODY_TIME))):
        assert times.waited(times.pace.begin_body(ALICE, MEGABYTE)) <= MAX_WAIT
    times.now -= 1
    with pytest.raises(TooManyRequests, match="too many of your large requests"):
        asyncio.run(times.pace.begin_body(ALICE, MEGABYTE))


def large_message(number: int) -> dict[str, Any]:
    part, file = text(f"{number} ".ljust(MAX_TEXT, "x"))["parts"][0], {"type": "media", "url": "https://a.b/c.png"}
    return {"parts": [part, file] * (LARGE // MAX_TEXT + 1)}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_only_large_requests_of_a_partner_wait(
    we: Caller, they: Caller, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    waits: list[tuple[str, int]] = []

    class Noted(Pace):
        async def begin_body(self, partner_id: int, size: int) -> None:
            waits.append(("body", partner_id))

        async def begin_read(self, partner_id: int) -> None:
            waits.append(("read", partner_id))

    monkeypatch.setattr(app, "Pace", Noted)
    api = type(we.api)(we.api.opened, we.clock)
    we, they = Caller(api, we.clock, we.tenant), Caller(api, they.clock, they.tenant)
    chat = we.create()
    path = f"/v3/chats/{chat['id']}/messages"
    assert we.call(method, path).status_code == 200
    assert waits == []
    we.send(chat["id"], large_message(1))
    assert [what for what, _ in waits] == ["body"]
    waits.clear()
    assert we.call(method, path).status_code == 200
    assert waits == []
    they.chats()
    we.send(chat["id"])
    assert waits == []
    assert we.call(method, path).status_code == 200
    assert [what for what, _ in waits] == ["read"]
