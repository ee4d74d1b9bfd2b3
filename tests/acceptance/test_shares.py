"""Many senders at a real service: what is accepted leaves, nothing is lost, and a neighbour is served."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from linq import AsyncLinqAPIV3, LinqAPIV3
from tests.support.command import run_json, serving
from tests.support.receiver import Received, Receiver, Reply, receiving
from tests.support.webhook_worker import until

LINE = "+12025550100"
SENDERS = 60
FEW = 4
PAUSE = 0.2  # s between two messages of one of these
SECONDS = 5.0
EVENTS = ("message.sent", "message.delivered")
DRAINED = 90.0  # s until everything must have been delivered, on a busy machine


class Senders:
    """Tasks of a partner that send, with a pause in seconds, and wait as long as a 429 says."""

    def __init__(self, url: str, key: str, pause: float = 0) -> None:
        self._pause = pause
        self._client = httpx2.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {key}"},
            timeout=60,
            limits=httpx2.Limits(max_connections=None),
        )
        self.sent: set[str] = set()
        """The messages that were accepted."""
        self.refused: list[dict[str, Any]] = []

    async def chats(self, count: int) -> list[str]:
        """New chats, each with a message."""
        made: list[str] = []
        for number in range(count):
            body = {"from": LINE, "to": [f"+1310555{number:04}"], "message": _text()}
            response = await self._client.post("/v3/chats", json=body)
            assert response.status_code == 201, response.text
            made.append(response.json()["chat"]["id"])
            self.sent.add(response.json()["chat"]["message"]["id"])
        return made

    async def send(self, chats: Sequence[str], senders: int, over: asyncio.Event) -> None:
        """Sends until the event is set."""
        ending = asyncio.ensure_future(over.wait())
        await asyncio.gather(*[self._send(chats[number % len(chats)], over, ending) for number in range(senders)])

    async def _send(self, chat: str, over: asyncio.Event, ending: "asyncio.Future[Any]") -> None:
        while not over.is_set():
            response = await self.message(chat)
            if response.status_code == 202:
                await asyncio.wait([ending], timeout=self._pause)
                continue
            assert response.status_code == 429, response.text
            self.refused.append(response.json()["error"])
            seconds = int(response.headers["retry-after"])
            assert seconds == response.json()["error"]["retry_after"] > 0
            await asyncio.wait([ending], timeout=seconds)

    async def message(self, chat: str) -> httpx2.Response:
        """The response to one message."""
        response = await self._client.post(f"/v3/chats/{chat}/messages", json={"message": _text()})
        if response.status_code == 202:
            self.sent.add(response.json()["message"]["id"])
        return response

    async def close(self) -> None:
        await self._client.aclose()


def _text() -> dict[str, Any]:
    return {"parts": [{"type": "text", "value": "hello"}]}


def add_partner(database: str, name: str) -> str:
    """The key of a new partner with a line."""
    key = run_json("partner", "add", name, database=database)["key"]
    run_json("line", "add", name, LINE, database=database)
    return key


async def subscribe(url: str, key: str, receiver: Receiver) -> None:
    async with AsyncLinqAPIV3(api_key=key, base_url=url) as client:
        await client.webhook_subscriptions.create(target_url=receiver.url, subscribed_events=EVENTS)


def delivered(received: Sequence[Received]) -> set[tuple[str, str]]:
    """The events that were delivered: type and message."""
    return {(each.event["event_type"], each.event["data"]["id"]) for each in list(received)}


@pytest.mark.slow
def test_what_many_senders_send_leaves_while_they_send(database_url: str) -> None:
    key = add_partner(database_url, "Loud")

    async def play(url: str, receiver: Receiver) -> None:
        await subscribe(url, key, receiver)
        senders, over = Senders(url, key), asyncio.Event()
        chats = await senders.chats(SENDERS)
        sending = asyncio.create_task(senders.send(chats, SENDERS, over))
        await asyncio.sleep(SECONDS)
        left, accepted = len(receiver.accepted), len(senders.sent)
        over.set()
        await sending
        await senders.close()
        assert senders.refused == [], "there is no reason to hold anyone back"
        assert left >= len(EVENTS) * accepted / 2, f"{accepted} messages came in, and {left} events left"
        expected = {(event, message) for event in EVENTS for message in senders.sent}
        await until(lambda: len(receiver.accepted) >= len(expected), DRAINED)
        assert delivered(receiver.accepted) == expected

    with serving(database_url, "--allow-private-webhooks") as url, receiving() as receiver:
        asyncio.run(play(url, receiver))


@pytest.mark.slow
def test_senders_to_one_chat_are_held_back_until_it_is_delivered(database_url: str) -> None:
    """The events of a chat leave one after the other, so its senders are faster than a slow target."""
    key, neighbour = add_partner(database_url, "Loud"), add_partner(database_url, "Quiet")
    is_fast = threading.Event()

    def answer(_: Received) -> Reply:
        is_fast.wait(0.5)
        return Reply()

    async def play(url: str, receiver: Receiver) -> None:
        await subscribe(url, key, receiver)
        senders, others, over = Senders(url, key, PAUSE), Senders(url, neighbour), asyncio.Event()
        [chat], [other] = await senders.chats(1), await others.chats(1)
        sending = asyncio.create_task(senders.send([chat], FEW, over))
        await until(lambda: len(senders.refused) >= FEW, DRAINED)
        is_fast.set()
        assert (await others.message(other)).status_code == 202, "the neighbour is not held back"
        over.set()
        await sending
        assert {error["code"] for error in senders.refused} == {1007}
        assert "delivered more slowly than you send" in senders.refused[0]["message"]
        expected = {(event, message) for event in EVENTS for message in senders.sent}
        await until(lambda: len(receiver.accepted) >= len(expected), DRAINED)
        assert delivered(receiver.accepted) == expected
        before = len(senders.sent)
        over.clear()
        sending = asyncio.create_task(senders.send([chat], 1, over))
        await until(lambda: len(senders.sent) > before, DRAINED)
        over.set()
        await sending
        await asyncio.gather(senders.close(), others.close())

    with (
        serving(database_url, "--allow-private-webhooks", "--max-backlog", "10") as url,
        receiving(answer) as receiver,
    ):
        asyncio.run(play(url, receiver))


def test_the_sdk_waits_as_long_as_the_rate_limit_says(database_url: str) -> None:
    key = add_partner(database_url, "Loud")
    statuses: list[int] = []

    def note(response: httpx2.Response) -> None:
        statuses.append(response.status_code)

    with (
        serving(database_url, "--rate-limit", "1/s:2") as url,
        LinqAPIV3(api_key=key, base_url=url, http_client=httpx2.Client(event_hooks={"response": [note]})) as client,
    ):
        for _ in range(4):
            assert client.chats.list_chats().chats == []
    assert statuses.count(200) == 4
    assert statuses.count(429) >= 1
    assert set(statuses) == {200, 429}
