"""Searches of a partner are carried out one after the other; everything else, and everyone else, goes on at once."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.support.caller import Caller
from trunkline.actions.chats.searches import AT_ONCE, Searches
from trunkline.api import app
from trunkline.api.disconnection import ClientDisconnected, while_connected
from trunkline.domain.errors import TooManyRequests
from trunkline.storage import chat_list, matching
from trunkline.storage.chat_list import Page

ALICE, BOB = 1, 2  # partners


async def search(searches: Searches, partner_id: int, running: list[int], most: list[int]) -> None:
    async with searches.turn(partner_id):
        running.append(partner_id)
        most.append(running.count(partner_id))
        await asyncio.sleep(0)
        running.remove(partner_id)


async def test_a_partner_searches_one_page_at_a_time_and_others_take_turns() -> None:
    searches, running, finished = Searches(), list[int](), list[int]()
    most: list[int] = []

    async def one(partner_id: int) -> None:
        await search(searches, partner_id, running, most)
        finished.append(partner_id)

    await asyncio.gather(*(one(ALICE) for _ in range(20)), one(BOB))
    assert max(most) == 1
    assert len(finished) == 21
    assert finished.index(BOB) < 4


async def test_few_partners_search_at_once() -> None:
    searches = Searches(max_wait=0)
    async with AsyncExitStack() as stack:
        for partner_id in range(1, AT_ONCE + 1):
            await stack.enter_async_context(searches.turn(partner_id))
        with pytest.raises(TooManyRequests, match="too many of your searches"):
            await stack.enter_async_context(searches.turn(AT_ONCE + 1))
    async with searches.turn(AT_ONCE + 1):
        pass


async def test_a_search_that_ends_early_leaves_its_turn_to_the_next() -> None:
    searches = Searches()
    async with searches.turn(ALICE):
        waiting = asyncio.create_task(search(searches, ALICE, [], []))
        await asyncio.sleep(0)
        waiting.cancel()
    with pytest.raises(ValueError, match="failed"):
        async with searches.turn(ALICE):
            raise ValueError("failed")
    async with searches.turn(ALICE):
        pass


def test_a_search_ends_when_its_client_leaves(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        we.create([f"+1310555{number:04}"])
    reads: list[int] = []
    gone = asyncio.Event()
    read = chat_list.read

    async def noted(*args: Any, **more: Any) -> Page:
        reads.append(1)
        if len(reads) == 3:
            gone.set()
        return await read(*args, **more)

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    monkeypatch.setattr(matching, "BATCH", 1)
    monkeypatch.setattr(chat_list, "read", noted)
    headers = [(b"authorization", f"Bearer {we.tenant.secret}".encode())]
    path = "/v3/chats"
    response = we.api.opened.run(we.api.exchange(path, b"q=nobody", headers, "GET", receive))
    assert (response.status_code, response.content) == (499, b"")
    assert 3 <= len(reads) < 10
    reads.clear()
    assert we.call("GET", path, query="q=nobody").json()["chats"] == []
    assert len(reads) >= 20


async def test_a_client_that_leaves_at_the_end_gets_its_response() -> None:
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async with while_connected(receive):
        gone.set()
    with pytest.raises(TimeoutError):
        async with while_connected(receive):
            raise TimeoutError
    with pytest.raises(ClientDisconnected):
        async with while_connected(receive):
            await asyncio.get_running_loop().create_future()


async def test_a_request_that_is_cancelled_at_the_end_of_its_read_is_cancelled() -> None:
    receiving = asyncio.Event()

    async def receive() -> dict[str, Any]:
        receiving.set()
        return await asyncio.get_running_loop().create_future()

    async def respond() -> None:
        async with while_connected(receive):
            await receiving.wait()
            asyncio.get_running_loop().call_soon(responding.cancel)

    responding = asyncio.create_task(respond())
    with pytest.raises(asyncio.CancelledError):
        await responding


@pytest.mark.parametrize(
    ("query", "waits"),
    [("", False), ("limit=1", False), ("q=zoe", True), ("health=HEALTHY", True), ("sort=created", True)],
)
def test_only_searches_wait(we: Caller, monkeypatch: pytest.MonkeyPatch, query: str, waits: bool) -> None:
    turns: list[int] = []

    class Noted(Searches):
        @asynccontextmanager
        async def turn(self, partner_id: int) -> AsyncGenerator[None]:
            turns.append(partner_id)
            yield

    monkeypatch.setattr(app, "Searches", Noted)
    api = type(we.api)(we.api.opened, we.clock)
    we = Caller(api, we.clock, we.tenant)
    we.create()
    assert we.call("GET", "/v3/chats", query=query).status_code == 200
    expected: Sequence[int] = [we.tenant.id] if waits else []
    assert turns == expected
