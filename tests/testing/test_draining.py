"""After each action of a test, everything due by its clock is delivered before the next action."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from linq import APIConnectionError
from linq.types import MessageContentParam
from trunkline.testing import Trunkline

ALICE = "+13105550111"
HELLO: MessageContentParam = {"parts": [{"type": "text", "value": "Hello"}]}


def send(trunkline: Trunkline, *to: str) -> str:
    """The id of a new message."""
    line = trunkline.line().phone_number
    return trunkline.client.chats.create(from_=line, to=to or [ALICE], message=HELLO).chat.message.id


def test_a_message_is_pending_and_then_delivered(trunkline: Trunkline) -> None:
    chat = trunkline.chat()
    sent = trunkline.client.chats.messages.send(chat.id, message=HELLO).message
    assert sent.delivery_status == "pending"

    message = trunkline.client.messages.retrieve(sent.id)
    assert message.delivery_status == "delivered"
    assert message.delivered_at == message.sent_at == message.created_at == trunkline.clock.now


def test_a_coroutine_sees_messages_delivered(trunkline: Trunkline) -> None:
    chat = trunkline.chat()

    async def converse() -> list[str]:
        client = trunkline.async_client
        sent = [(await client.chats.messages.send(chat.id, message=HELLO)).message for _ in range(2)]
        read = await asyncio.gather(*[client.messages.retrieve(each.id) for each in sent])
        return [each.delivery_status for each in [*sent, *read]]

    assert asyncio.run(converse()) == ["pending", "pending", "delivered", "delivered"]


def test_the_clock_stops_when_a_delivery_is_due(trunkline: Trunkline) -> None:
    trunkline.rule(delay_seconds=90)
    message_id = send(trunkline)
    began = trunkline.clock.now

    trunkline.clock.advance(seconds=89)
    assert trunkline.client.messages.retrieve(message_id).delivery_status == "pending"
    trunkline.clock.advance(hours=1)

    message = trunkline.client.messages.retrieve(message_id)
    assert message.delivered_at == began + timedelta(seconds=90)
    assert trunkline.clock.now == began + timedelta(seconds=89, hours=1)


@pytest.mark.parametrize("way", ["set", "tick"])
def test_every_way_to_move_the_clock(trunkline: Trunkline, way: str) -> None:
    trunkline.rule(delay_seconds=1)
    message_id = send(trunkline)
    if way == "set":
        trunkline.clock.set(trunkline.clock.now + timedelta(seconds=1))
    else:
        trunkline.clock.tick()
    assert trunkline.client.messages.retrieve(message_id).delivery_status == "delivered"


def test_moving_the_clock_back_delivers_nothing(trunkline: Trunkline) -> None:
    trunkline.rule(delay_seconds=1)
    message_id = send(trunkline)
    trunkline.clock.set(trunkline.clock.now - timedelta(days=1))
    assert trunkline.client.messages.retrieve(message_id).delivery_status == "pending"
    trunkline.clock.advance(days=2)
    assert trunkline.client.messages.retrieve(message_id).delivery_status == "delivered"


def test_an_unavailable_carrier_is_retried_until_the_message_fails(trunkline: Trunkline) -> None:
    trunkline.rule(ALICE, away_attempts=2)
    back = send(trunkline, ALICE)
    trunkline.rule("+13105550112", away_attempts=1000)
    never = send(trunkline, "+13105550112")

    trunkline.clock.advance(seconds=3)
    assert trunkline.client.messages.retrieve(back).delivery_status == "delivered"
    assert trunkline.client.messages.retrieve(never).delivery_status == "pending"
    trunkline.clock.advance(hours=2)
    assert trunkline.client.messages.retrieve(never).delivery_status == "failed"


def test_a_request_whose_response_is_cut_takes_effect(trunkline: Trunkline) -> None:
    chat = trunkline.chat()
    trunkline.faults.drop(halfway=True)
    with pytest.raises(APIConnectionError):
        trunkline.client.with_options(max_retries=0).chats.messages.send(chat.id, message=HELLO)
    [message] = trunkline.client.chats.messages.list(chat.id)
    assert message.delivery_status == "delivered"


def test_threads_find_their_messages_delivered(trunkline: Trunkline) -> None:
    chats = trunkline.chats(8)

    def converse(chat_id: str) -> list[str]:
        messages = trunkline.client.chats.messages
        found: list[str] = []
        for _ in range(5):
            messages.send(chat_id, message=HELLO)
            found += {each.delivery_status for each in messages.list(chat_id)}
        return found

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(converse, [chat.id for chat in chats]))
    assert found == [["delivered"] * 5] * 8


@pytest.mark.parametrize("changes", [False, True])
def test_a_long_poll_returns_at_once(trunkline: Trunkline, changes: bool) -> None:
    chat = trunkline.chat()
    token = trunkline.client.chats.with_raw_response.list_chats().headers["x-sync-token"]
    if changes:
        chat = trunkline.update(chat, name="Climbing")

    # The SDK's timeout is 5 s; a real service would wait for 60 s.
    client = trunkline.client.with_options(timeout=5, max_retries=0)
    page = client.chats.list_chats(extra_query={"updated_since": token, "wait": 60})
    assert page.chats == ([chat] if changes else [])


def test_a_thread_that_long_polls_sees_the_changes_of_another(trunkline: Trunkline) -> None:
    heard: list[str] = []
    token = trunkline.client.chats.with_raw_response.list_chats().headers["x-sync-token"]

    def follow(token: str) -> None:
        while len(heard) < 3:
            answer = trunkline.client.chats.with_raw_response.list_chats(
                extra_query={"updated_since": token, "wait": 30}
            )
            heard.extend(chat.id for chat in answer.parse().chats)
            token = answer.headers["x-sync-token"]

    following = threading.Thread(target=follow, args=(token,))
    following.start()
    chats = [trunkline.receive("Hello").chat_id for _ in range(3)]
    following.join()
    assert heard == chats
