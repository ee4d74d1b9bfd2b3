"""What a receiver's answer does: success, another attempt, or none."""

import email.utils
from collections.abc import Iterable

import pytest

from tests.support.chats import chat_id
from tests.support.delivering import FastClock, deliveries, recorded, subscribe, tell, until, working
from tests.support.partners import new_partner
from tests.support.receiver import Answering, Received, Reply, accept, receiving
from trunkline.delivery.schedule import ATTEMPTS, DELAYS
from trunkline.domain.events import EventType
from trunkline.domain.instant import SECOND
from trunkline.storage.outbox import State
from trunkline.storage.store import open_store


def one_after_the_other(replies: Iterable[Reply]) -> Answering:
    """These answers, then 200."""
    left = iter(replies)
    return lambda _: next(left, Reply())


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410])
async def test_a_refusal_is_final_and_the_next_event_goes_on(database_url: str, status: int) -> None:
    clock = FastClock()
    with receiving() as elsewhere:
        refusal = Reply(status, {"Location": elsewhere.url})
        with receiving(one_after_the_other([refusal])) as receiver:
            async with open_store(database_url) as store, working(store, clock):
                partner = await new_partner(store)
                await subscribe(store, partner.id, receiver.url, at=clock())
                await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
                await recorded(store, partner.id, 1, of=1)
                first, second = await deliveries(store, partner.id)
        assert elsewhere.received == []
    assert [each.event["data"]["number"] for each in receiver.received] == [1, 2]
    assert (first.state, first.attempts) == (State.FAILED, 1)
    assert first.outcome is not None
    assert first.outcome.startswith(f"HTTP {status}")
    assert (second.state, second.attempts, second.outcome) == (State.DONE, 1, "HTTP 200")


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_another_attempt_comes_later_with_the_same_id(database_url: str, status: int) -> None:
    clock = FastClock()
    with receiving(one_after_the_other([Reply(status), Reply(status)])) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            for number, delay in enumerate(DELAYS[:2], start=1):
                await recorded(store, partner.id, number)
                [waiting] = await deliveries(store, partner.id)
                assert (waiting.state, waiting.outcome) == (State.WAITING, f"HTTP {status}")
                clock.advance(delay * 1.06)
            await until(lambda: receiver.accepted)
            await recorded(store, partner.id, 3)
    assert len({each.event_id for each in receiver.received}) == 1
    timestamps = [int(each.headers["webhook-timestamp"]) for each in receiver.received]
    assert timestamps[1] - timestamps[0] >= DELAYS[0]
    assert timestamps[2] - timestamps[1] >= DELAYS[1]


async def test_a_receiver_that_asks_for_patience_gets_it(database_url: str) -> None:
    clock = FastClock()

    def busy(_: Received) -> Reply:
        later = email.utils.formatdate(clock() / SECOND + 45, usegmt=True)
        return Reply(503, {"Retry-After": later})

    with receiving(busy) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            receiver.answering = accept
            clock.advance(60)
            await until(lambda: receiver.accepted)
    first, second = [int(each.headers["webhook-timestamp"]) for each in receiver.received]
    assert second - first >= 44


async def test_after_the_last_attempt_the_event_has_failed_and_its_chat_goes_on(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(200 if received.event["data"]["number"] == 2 else 500)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
            for number in range(1, ATTEMPTS):
                await recorded(store, partner.id, number)
                clock.advance(400)
            await until(lambda: receiver.accepted)
            await recorded(store, partner.id, 1, of=1)
            first, second = await deliveries(store, partner.id)
    assert (first.state, first.attempts, first.outcome) == (State.FAILED, ATTEMPTS, "HTTP 500")
    assert second.state == State.DONE
    assert len(receiver.received) == ATTEMPTS + 1


async def test_what_waited_for_days_behind_others_is_tried_once(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock())
            await tell(store, partner.id, chat_id(1), 1, 2, 3, at=clock())
            await recorded(store, partner.id, 1)
            clock.advance(2 * 86_400)
            await until(lambda: len(receiver.received) == 4)
            await recorded(store, partner.id, 1, of=2)
            found = await deliveries(store, partner.id)
    assert [(each.state, each.attempts) for each in found] == [(State.FAILED, 2), (State.FAILED, 1), (State.FAILED, 1)]


async def test_the_chat_and_its_token_are_sent_along_where_that_is_asked_for(database_url: str) -> None:
    clock = FastClock()

    def routing(received: Received) -> Reply:
        return Reply(headers={"X-Cluster": f"west-{received.event['data']['number']}"})

    with receiving(routing) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, receiver.url, at=clock(), routing_key_header="X-Cluster")
            await tell(store, partner.id, chat_id(1), 1, 2, at=clock())
            await until(lambda: len(receiver.accepted) == 2)
            await tell(store, partner.id, None, 3, at=clock(), kind=EventType.MESSAGE_RECEIVED)
            await tell(store, partner.id, chat_id(2), 4, at=clock())
            await until(lambda: len(receiver.accepted) == 4)
    sent = {
        each.event["data"]["number"]: (each.headers.get("linq-chat-id"), each.headers.get("x-cluster"))
        for each in receiver.received
    }
    assert sent == {1: (chat_id(1), None), 2: (chat_id(1), "west-1"), 3: (None, None), 4: (chat_id(2), None)}
