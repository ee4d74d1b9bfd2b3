"""Processes killed under load: what was acknowledged is there once, and everybody outside has heard of it in order."""

import asyncio
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import pytest

from tests.acceptance.aftermath import Rows, rows_of, waiting
from tests.acceptance.command import get, run_json
from tests.acceptance.crashing import Crashing
from tests.acceptance.ledger_carrier import LEDGER, Offer, offers
from tests.acceptance.writers import Acknowledged, Writers, writing
from tests.support.partners import Tenant, new_partner
from tests.support.receiver import Received, Receiver, Reply, receiving
from trunkline.actions.cause import Cause
from trunkline.actions.subscriptions import Wish, create_subscription
from trunkline.domain.events import EventType
from trunkline.domain.instant import now
from trunkline.storage.store import Store, open_store

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

SEED = 1
WORKERS = (1, 2, 1, 2, 1, 2, 2)
"""How many processes serve between two kills, in turn; after the last, the service is left alone."""

WRITERS = 4
PATIENCE = 120.0  # s until everything has left; what a killed worker had claimed waits half a minute
LATENCY = 0.3  # s of a slow receiver
EVENTS = (EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED, EventType.CHAT_CREATED)


class Survived(msgspec.Struct, frozen=True):
    """What there is after the last crash, when everything has left."""

    tenants: Sequence[Tenant]
    rows: dict[int, Rows]
    """By the partner's id."""
    acknowledged: Sequence[Sequence[Acknowledged]]
    offers: Sequence[Offer]
    received: Sequence[Received]
    received_by_other: Sequence[Received]


class Moody:
    """A receiver that is slow at times, and at times fails at an event, but at none of them twice."""

    def __init__(self, seed: int) -> None:
        self._chances = random.Random(seed)  # noqa: S311
        self._seen: set[str] = set()
        self._turn = threading.Lock()

    def __call__(self, received: Received) -> Reply:
        with self._turn:
            is_new = received.event_id not in self._seen
            self._seen.add(received.event_id)
            mood = self._chances.random()
        if mood < 0.03:
            time.sleep(LATENCY)
        return Reply(500 if is_new and mood > 0.99 else 200)


async def test_kills_lose_nothing_and_double_nothing(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("crashes")
    ledger, log = folder / "ledger", folder / "log"
    options = ("--carrier", "tests.acceptance.ledger_carrier:opened", "--allow-private-webhooks")
    service = Crashing(database_url, log, *options, **{LEDGER: str(ledger)})
    with receiving(Moody(SEED)) as moody, receiving() as other, service.killed_at_last():
        async with open_store(database_url) as store, writing(service.url, SEED, WRITERS) as writers:
            tenants = await crash(service, store, writers, (moody, other))
            await writers.finish()
            await until_all_has_left(store)
            survived = Survived(
                tenants=tenants,
                rows={tenant.id: await rows_of(store, tenant.id) for tenant in tenants},
                acknowledged=writers.acknowledged,
                offers=offers(ledger),
                received=moody.received,
                received_by_other=other.received,
            )
            check_writes(survived, service.url)
            check_carrier(survived)
            check_webhooks(survived)
            check_positions(survived)
            for task in writers.acknowledged:
                assert await writers.repeat(task[-1]) == task[-1].answer
        service.stop()
    assert run_json("database", "check", database=database_url)["problems"] == []
    assert "Traceback" not in log.read_text()


async def crash(service: Crashing, store: Store, writers: Writers, receivers: Sequence[Receiver]) -> Sequence[Tenant]:
    """Kills the service at random moments, while everybody writes and most of it is for a partner who is new."""
    chances = random.Random(SEED)  # noqa: S311
    tenants: list[Tenant] = []
    for number, workers in enumerate(WORKERS):
        if number > 0:
            await asyncio.sleep(chances.uniform(0.5, 2))
            service.kill()
        tenants.append(await new_partner(store))
        await subscribe(store, tenants[-1], receivers)
        await asyncio.to_thread(service.start, "--workers", str(workers))
        writers.join(tenants[-1])
    await asyncio.sleep(chances.uniform(0.5, 2))
    return tenants


async def subscribe(store: Store, tenant: Tenant, receivers: Sequence[Receiver]) -> None:
    """Has each receiver told of everything."""
    for receiver in receivers:
        wish = Wish(target_url=f"{receiver.url}/{tenant.id}", subscribed_events=EVENTS)
        await create_subscription(store, Cause(tenant.id, now(), "0" * 32), wish, allow_private=True)


async def until_all_has_left(store: Store) -> None:
    """Returns once the outbox is empty."""
    deadline = time.monotonic() + PATIENCE
    while left := await waiting(store):
        assert time.monotonic() < deadline, f"{left} are still waiting"
        await asyncio.sleep(0.2)


def walk(url: str, tenant: Tenant, path: str, name: str) -> list[dict[str, Any]]:
    """Everything that an address lists."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        status, page = get(f"{url}{path}?limit=100{cursor}", tenant.secret)
        assert status == 200, page
        found += page[name]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def grouped(pairs: Iterable[tuple[K, T]]) -> defaultdict[K, list[T]]:
    """The second of each pair, by the first, in order."""
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def first_of(all_of_them: Iterable[T], key: Callable[[T], str]) -> list[T]:
    """The first with each key, in order."""
    found: dict[str, T] = {}
    for each in all_of_them:
        found.setdefault(key(each), each)
    return list(found.values())


def check_writes(survived: Survived, url: str) -> None:
    """Each acknowledged write is one message of the chat that its answer named, and the list of chats agrees."""
    acknowledged = [done for task in survived.acknowledged for done in task]
    for tenant in survived.tenants:
        chats = walk(url, tenant, "/v3/chats", "chats")
        assert len(chats) == len({chat["id"] for chat in chats})
        assert [chat["updated_at"] for chat in chats] == sorted([chat["updated_at"] for chat in chats], reverse=True)
        listed = {chat["id"]: walk(url, tenant, f"/v3/chats/{chat['id']}/messages", "messages") for chat in chats}
        texts = {message["parts"][0]["value"]: (chat, message["id"]) for chat in listed for message in listed[chat]}
        assert len(texts) == sum(len(messages) for messages in listed.values())
        promised = {
            done.write.key: (done.chat_id, done.message_id) for done in acknowledged if done.write.tenant == tenant
        }
        assert texts == promised
        for chat in chats:
            messages = listed[chat["id"]]
            assert {message["delivery_status"] for message in messages} == {"delivered"}
            assert chat["updated_at"] == messages[0]["created_at"]


def check_carrier(survived: Survived) -> None:
    """It has delivered each message, under one id, and the messages of a chat in their order."""
    delivered = first_of(survived.offers, lambda offer: offer.message_id)
    texts = [done.write.key for task in survived.acknowledged for done in task]
    assert sorted(offer.text for offer in delivered) == sorted(texts)
    assert len(survived.offers) > len(delivered), "no kill came between the carrier's answer and its being recorded"
    order = grouped((offer.chat_id, offer.message_id) for offer in delivered)
    for rows in survived.rows.values():
        written = grouped((message.chat_id, message.id) for message in rows.messages)
        for chat_id, ids in written.items():
            assert order[chat_id] == ids


def check_webhooks(survived: Survived) -> None:
    """Every event has come to every subscriber, none is told twice as another one, and chats kept their order."""
    expected: list[tuple[str, str]] = []
    for rows in survived.rows.values():
        expected += [(EventType.CHAT_CREATED, chat.id) for chat in rows.chats]
        for kind in (EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED):
            expected += [(kind, message.id) for message in rows.messages]
    events = {event.id: event for rows in survived.rows.values() for event in rows.events}
    for received in (survived.received, survived.received_by_other):
        came = first_of(received, lambda each: each.event_id)
        assert sorted((each.event["event_type"], each.event["data"]["id"]) for each in came) == sorted(expected)
        happened = [events[each.event_id] for each in came]
        for numbers in grouped((event.chat_id, event.number) for event in happened).values():
            assert numbers == sorted(numbers)


def check_positions(survived: Survived) -> None:
    """No position is given out twice, and each is later than those of what happened before."""
    placed: dict[str, int] = {}
    for rows in survived.rows.values():
        positions = [each.position for each in (*rows.chats, *rows.messages)] + [each.number for each in rows.events]
        assert len(positions) == len(set(positions))
        assert max(positions) <= rows.counter
        messages = grouped((message.chat_id, message) for message in rows.messages)
        moves = grouped((move.chat_id, move) for move in rows.moves)
        for chat in rows.chats:
            times = [message.created_at for message in messages[chat.id]]
            assert times == sorted(times)
            assert (chat.message_count, chat.updated_at) == (len(times), times[-1])
            # From each place the chat moved to the next one, and from the last to where it is.
            left, reached = [move.position for move in moves[chat.id]], [move.moved_to for move in moves[chat.id]]
            assert [*left[1:], chat.position] == reached
            assert left == sorted(left)
        placed |= {message.id: message.position for message in rows.messages}
    for done in survived.acknowledged:
        for positions in grouped((each.write.tenant.id, placed[each.message_id]) for each in done).values():
            assert positions == sorted(positions)
