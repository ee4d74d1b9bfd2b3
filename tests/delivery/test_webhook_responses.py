"""What the response to a webhook means: success, a retry, or a failure."""

import email.utils
from collections.abc import Iterable

import pytest

from tests.support.chats import chat_id
from tests.support.partners import new_partner
from tests.support.receiver import Answering, Received, Reply, accept, receiving
from tests.support.webhook_worker import FastClock, deliveries, emit, recorded, subscribe, until, working
from trunkline.delivery.retry_schedule import DELAYS
from trunkline.domain.delivery import MAX_ATTEMPTS, EntryState
from trunkline.domain.events import EventType
from trunkline.domain.instant import SECOND
from trunkline.storage.store import open_store


def in_turn(replies: Iterable[Reply]) -> Answering:
    """These replies in turn, then 200."""
    remaining = iter(replies)
    return lambda _: next(remaining, Reply())


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
async def test_a_rejection_is_final_and_the_next_event_is_delivered(database_url: str, status: int) -> None:
    clock = FastClock()
    with receiving() as redirect_target:
        rejection = Reply(status, {"Location": redirect_target.url})
        with receiving(in_turn([rejection])) as receiver:
            async with open_store(database_url) as store, working(store, clock):
                partner = await new_partner(store)
                await subscribe(store, partner.id, receiver.url, at=clock())
                await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
                await recorded(store, partner.id, 1, of=1)
                first, second = await deliveries(store, partner.id)
        assert redirect_target.received == []
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 2]
    assert (first.state, first.attempts) == (EntryState.FAILED, 1)
    assert first.outcome is not None
    assert first.outcome.startswith(f"HTTP {status}")
    assert (second.state, second.attempts, second.outcome) == (EntryState.DONE, 1, "HTTP 200")


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_temporary_failure_is_retried_with_the_same_event_id(database_url: str, status: int) -> None:
    clock = FastClock()
    with receiving(in_turn([Reply(status), Reply(status)])) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            for number, delay in enumerate(DELAYS[:2], start=1):
                await recorded(store, partner.id, number)
                [pending] = await deliveries(store, partner.id)
                assert (pending.state, pending.outcome) == (EntryState.PENDING, f"HTTP {status}")
                clock.advance(delay * 1.06)
            await until(lambda: receiver.accepted)
            await recorded(store, partner.id, 3)
    assert len({each.event_id for each in receiver.received}) == 1
    timestamps = [int(each.headers["webhook-timestamp"]) for each in receiver.received]
    assert timestamps[1] - timestamps[0] >= DELAYS[0]
    assert timestamps[2] - timestamps[1] >= DELAYS[1]


async def test_a_retry_waits_as_long_as_retry_after_requests(database_url: str) -> None:
    clock = FastClock()

    def busy(_: Received) -> Reply:
        retry_at = email.utils.formatdate(clock() / SECOND + 45, usegmt=True)
        return Reply(503, {"Retry-After": retry_at})

    with receiving(busy) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            receiver.answering = accept
            clock.advance(60)
            await until(lambda: receiver.accepted)
    first, second = [int(each.headers["webhook-timestamp"]) for each in receiver.received]
    assert second - first >= 44


async def test_after_the_last_attempt_the_event_fails_and_the_next_one_is_delivered(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(200 if received.event["data"]["number"] == 2 else 500)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
            for number in range(1, MAX_ATTEMPTS):
                await recorded(store, partner.id, number)
                clock.advance(400)
            await until(lambda: receiver.accepted)
            await recorded(store, partner.id, 1, of=1)
            first, second = await deliveries(store, partner.id)
    assert (first.state, first.attempts, first.outcome) == (EntryState.FAILED, MAX_ATTEMPTS, "HTTP 500")
    assert second.state == EntryState.DONE
    assert len(receiver.received) == MAX_ATTEMPTS + 1


async def test_an_event_that_waited_for_days_is_attempted_once(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            await recorded(store, partner.id, 1)
            clock.advance(2 * 86_400)
            await until(lambda: len(receiver.received) == 4)
            await recorded(store, partner.id, 1, of=2)
            records = await deliveries(store, partner.id)
    assert [(each.state, each.attempts) for each in records] == [
        (EntryState.FAILED, 2),
        (EntryState.FAILED, 1),
        (EntryState.FAILED, 1),
    ]


async def test_a_subscription_with_a_routing_header_gets_the_chat_id_and_its_routing_token(database_url: str) -> None:
    clock = FastClock()

    def routing(received: Received) -> Reply:
        return Reply(headers={"X-Cluster": f"west-{received.event['data']['number']}"})

    with receiving(routing) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock(), routing_key_header="X-Cluster")
            await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
            await until(lambda: len(receiver.accepted) == 2)
            await emit(store, partner.id, None, 3, at=clock(), kind=EventType.MESSAGE_RECEIVED)
            await emit(store, partner.id, chat_id(2), 4, at=clock())
            await until(lambda: len(receiver.accepted) == 4)
    sent = {
        each.event["data"]["number"]: (each.headers.get("linq-chat-id"), each.headers.get("x-cluster"))
        for each in receiver.received
    }
    assert sent == {1: (chat_id(1), None), 2: (chat_id(1), "west-1"), 3: (None, None), 4: (chat_id(2), None)}
