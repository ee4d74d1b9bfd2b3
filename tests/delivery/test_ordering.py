"""The events of a chat arrive in order and at least once, whatever their receiver does."""

import asyncio
import random
import threading
from collections import defaultdict

import pytest
from standardwebhooks import Webhook

from tests.support.chats import LINE, OTHER_LINE, chat_id, make_chat
from tests.support.partners import TRACE, context, new_partner
from tests.support.receiver import Received, Reply, receiving
from tests.support.webhook_worker import DOC_BASE, FastClock, deliveries, emit, subscribe, until, working
from trunkline.domain.delivery import EntryState
from trunkline.domain.events import Event, EventType
from trunkline.domain.instant import SECOND
from trunkline.schemas.events import chat_created
from trunkline.storage.store import open_store


def numbers(received: list[Received]) -> dict[str, list[int]]:
    """The events of each chat, in the order of their arrival."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for each in received:
        found[each.event["data"]["chat_id"]].append(each.event["data"]["number"])
    return found


async def test_an_event_arrives_signed_and_complete(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            subscription, secret = await subscribe(store, partner.id, f"{receiver.url}?line=1", at=clock())
            await emit(store, partner.id, chat_id(1), 7, at=clock())
            await until(lambda: receiver.accepted)
    [received] = receiver.received
    event = Webhook(secret).verify(received.body, dict(received.headers))
    assert received.path == "/hook?line=1"
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["user-agent"].startswith("Trunkline/")
    assert received.headers["x-webhook-subscription-id"] == subscription.id
    assert event["event_type"] == received.headers["x-webhook-event"] == "message.received"
    assert event["event_id"] == received.event_id
    assert event["trace_id"] == TRACE
    assert event["partner_id"] == str(partner.id)
    assert event["data"] == {"chat_id": chat_id(1), "number": 7}


async def test_a_subscription_gets_only_its_events_of_its_lines(database_url: str) -> None:
    clock = FastClock()
    with receiving() as all_lines, receiving() as one_line:
        async with open_store(database_url) as store, working(store, clock):
            partner, stranger = await new_partner(store), await new_partner(store)
            await subscribe(store, partner.id, all_lines.url, [EventType.MESSAGE_RECEIVED], at=clock())
            both = [EventType.MESSAGE_RECEIVED, EventType.MESSAGE_READ]
            await subscribe(store, partner.id, one_line.url, both, at=clock(), phone_numbers=[OTHER_LINE])
            await emit(store, stranger.id, chat_id(1), 0, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock(), kind=EventType.MESSAGE_SENT)
            await emit(store, partner.id, chat_id(1), 2, at=clock(), kind=EventType.MESSAGE_READ)
            await emit(store, partner.id, chat_id(1), 3, at=clock(), line=LINE)
            await emit(store, partner.id, chat_id(1), 4, at=clock(), line=OTHER_LINE)
            await emit(store, partner.id, chat_id(1), 5, at=clock(), kind=EventType.MESSAGE_READ, line=OTHER_LINE)
            await until(lambda: len(all_lines.accepted) == 2 and len(one_line.accepted) == 2)
    assert numbers(all_lines.received) == {chat_id(1): [3, 4]}
    assert numbers(one_line.received) == {chat_id(1): [4, 5]}


@pytest.mark.slow
async def test_each_chat_keeps_its_order_despite_failures(database_url: str) -> None:
    clock = FastClock(rate=500)
    chances = random.Random(7)  # noqa: S311
    chats = [chat_id(number) for number in range(5)]

    def unreliable(_: Received) -> Reply:
        return Reply(chances.choice([200, 200, 200, 429, 503]))

    with receiving(unreliable) as receiver:
        async with open_store(database_url) as store, working(store, clock, lease=10_000 * SECOND) as worker:
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            for number in range(12):
                for chat in chats:
                    await emit(store, partner.id, chat, number, at=clock())
                worker.wake()
            await until(lambda: len(receiver.accepted) >= 60)
    assert numbers(receiver.accepted) == {chat: list(range(12)) for chat in chats}
    # A failed event is always retried before the next one of its chat is attempted.
    for attempted in numbers(receiver.received).values():
        assert attempted == sorted(attempted)
    assert len(receiver.received) > 60


async def test_a_dead_and_a_slow_receiver_delay_no_other(database_url: str, dead_url: str) -> None:
    clock = FastClock()
    release = threading.Event()

    def slow(_: Received) -> Reply:
        release.wait(60)
        return Reply()

    with receiving(slow) as stuck, receiving() as healthy:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            for url in (dead_url, stuck.url, healthy.url):
                await subscribe(store, partner.id, url, at=clock())
            for number in range(40):
                await emit(store, partner.id, chat_id(number), number, at=clock())
            await until(lambda: len(healthy.accepted) == 40)
            assert stuck.received
            assert stuck.accepted == []
            release.set()
            await until(lambda: len(stuck.accepted) == 40)


async def test_two_workers_deliver_the_events_of_many_partners_once_each(database_url: str) -> None:
    clock = FastClock()
    url = database_url
    with receiving() as receiver:
        async with open_store(url) as store, open_store(url) as other, working(store, clock), working(other, clock):
            partners = [await new_partner(store) for _ in range(4)]
            for partner in partners:
                await subscribe(store, partner.id, f"{receiver.url}/{partner.id}", at=clock())

            async def emit_all(partner_id: int) -> None:
                for number in range(25):
                    await emit(store, partner_id, chat_id(number % 3), number, at=clock())

            await asyncio.gather(*[emit_all(partner.id) for partner in partners])
            await until(lambda: len(receiver.accepted) >= 100)
            for partner in partners:
                states = [each.state for each in await deliveries(store, partner.id)]
                assert len(states) == 25
                assert set(states) <= {EntryState.DONE, EntryState.PENDING}
    assert len({each.event_id for each in receiver.received}) == len(receiver.received) == 100
    for partner in partners:
        theirs = [each for each in receiver.accepted if each.path == f"/hook/{partner.id}"]
        for chat, seen in numbers(theirs).items():
            assert seen == sorted(seen), chat


async def test_the_base_of_doc_url_is_added_when_an_event_is_sent(database_url: str) -> None:
    clock = FastClock()
    with receiving() as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            async with store.change(context(partner.id, clock())) as change:
                chat = make_chat(1)
                event = chat_created(chat)
                change.emit(Event(EventType.MESSAGE_RECEIVED, chat.id, chat.line, event.render))
            await until(lambda: receiver.accepted)
    doc_url = receiver.received[0].event["data"]["health_status"]["doc_url"]
    assert doc_url == f"{DOC_BASE}/guides/chats/chat-health#healthy"
