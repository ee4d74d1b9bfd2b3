"""Webhooks without a network: signed as usual, answered by the test, retried by its clock."""

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from standardwebhooks import Webhook

from linq import BadRequestError, LinqAPIV3, WebhookVerificationError
from linq.types import Message, MessageContentParam, WebhookEventType, WebhookSubscriptionCreateResponse
from linq.types.shared import TextPartResponse
from trunkline.delivery.retry_schedule import DELAYS
from trunkline.testing import Delivery, Trunkline

URL = "https://app.example.com/hook"
ALICE = "+13105550111"


def text(value: str) -> MessageContentParam:
    return {"parts": [{"type": "text", "value": value}]}


def words(message: Message) -> str:
    """The text of a message."""
    [part] = message.parts or []
    assert isinstance(part, TextPartResponse)
    return part.value


def subscribe(
    trunkline: Trunkline, *events: WebhookEventType, url: str = URL, **options: str
) -> WebhookSubscriptionCreateResponse:
    """A subscription, by default to received messages."""
    return trunkline.client.webhook_subscriptions.create(
        target_url=url,
        subscribed_events=events or ["message.received"],
        **options,  # type: ignore[arg-type]
    )


def test_a_delivery_is_the_request_to_the_target(trunkline: Trunkline) -> None:
    subscription = subscribe(trunkline)
    message = trunkline.receive("Hello", from_=ALICE)

    [delivery] = trunkline.webhooks.deliveries
    assert (delivery.url, delivery.event_type, delivery.status) == (URL, "message.received", 200)
    assert delivery.sent_at == message.created_at
    assert delivery.headers["Webhook-Timestamp"] == str(int(delivery.sent_at.timestamp()))
    assert delivery.headers["x-webhook-subscription-id"] == subscription.id
    assert (delivery.headers["host"], delivery.headers["content-type"]) == ("app.example.com", "application/json")
    event = trunkline.client.webhooks.unwrap(delivery.body, headers=delivery.headers, key=subscription.signing_secret)
    assert event == delivery.event
    assert event.event_id == delivery.headers["webhook-id"]
    assert event.to_dict(mode="json")["data"] == json.loads(delivery.body)["data"]
    assert event.data.id == message.id  # type: ignore[union-attr]
    assert subscription.signing_secret not in repr(delivery)


def test_a_webhook_ages_by_the_clock_of_the_test(trunkline: Trunkline) -> None:
    subscription = subscribe(trunkline)
    trunkline.receive("Hello")
    [delivery] = trunkline.webhooks.deliveries
    clients = [trunkline.client, trunkline.async_client.with_options(webhook_secret=subscription.signing_secret)]

    trunkline.clock.advance(minutes=6)

    for client in clients:
        with pytest.raises(WebhookVerificationError, match="seconds old"):
            client.webhooks.unwrap(delivery.body, headers=delivery.headers, key=subscription.signing_secret)
    assert delivery.event.event_type == "message.received"


def test_other_verifiers_accept_a_webhook_at_the_real_time(trunkline: Trunkline) -> None:
    trunkline.clock.set(datetime.now(UTC))
    subscription = subscribe(trunkline)
    trunkline.receive("Hello")

    [delivery] = trunkline.webhooks.deliveries
    Webhook(subscription.signing_secret).verify(delivery.body, dict(delivery.headers))
    LinqAPIV3(api_key="nobody's").webhooks.unwrap(
        delivery.body, headers=delivery.headers, key=subscription.signing_secret
    )


def test_a_subscription_gets_its_events_of_its_own_partner_only(trunkline: Trunkline) -> None:
    subscribe(trunkline, "message.received", "message.read")
    other = trunkline.partner()
    other.client.webhook_subscriptions.create(
        target_url="https://other.example.com/", subscribed_events=["message.received"]
    )
    chat = trunkline.chat(ALICE)
    sent = trunkline.client.chats.messages.send(chat.id, message=text("Hello")).message
    trunkline.read(sent)
    other.receive("Hi", from_=ALICE)
    trunkline.receive("Hi", from_=ALICE)

    assert [(each.url, each.event_type) for each in trunkline.webhooks.deliveries] == [
        (URL, "message.read"),
        ("https://other.example.com/", "message.received"),
        (URL, "message.received"),
    ]


def test_each_target_gets_its_version(trunkline: Trunkline) -> None:
    older = f"{URL}?version=2025-01-01"
    subscribe(trunkline, url=older)
    subscribe(trunkline)
    trunkline.webhooks.answer(older, 503)
    message = trunkline.receive("Hello", from_=ALICE)

    deliveries = {each.url: each for each in trunkline.webhooks.deliveries}
    assert [(each.webhook_version, each.status) for _, each in sorted(deliveries.items())] == [
        ("2026-02-03", 200),
        ("2025-01-01", 503),
    ]
    data = json.loads(deliveries[older].body)["data"]
    assert (data["message"]["id"], data["from"], data["chat_id"]) == (message.id, ALICE, message.chat_id)
    event = deliveries[older].event
    assert (event.webhook_version, event.event_type) == ("2025-01-01", "message.received")
    assert event.data.message == data["message"]  # type: ignore[union-attr]


def test_targets_are_checked_as_usual(trunkline: Trunkline) -> None:
    for url in ("http://app.example.com/hook", "https://localhost/hook"):
        with pytest.raises(BadRequestError):
            subscribe(trunkline, url=url)


def test_retries_happen_exactly_when_they_are_due(trunkline: Trunkline) -> None:
    subscribe(trunkline)
    trunkline.webhooks.answer(URL, 503)
    began = trunkline.receive("Hello").created_at

    trunkline.clock.advance(minutes=30)

    expected = [began + timedelta(seconds=sum(DELAYS[:number])) for number in range(len(DELAYS) + 1)]
    assert [each.sent_at for each in trunkline.webhooks.deliveries] == expected
    assert {each.status for each in trunkline.webhooks.deliveries} == {503}
    assert len({each.headers["webhook-id"] for each in trunkline.webhooks.deliveries}) == 1
    assert len({each.headers["webhook-signature"] for each in trunkline.webhooks.deliveries}) == len(expected)
    trunkline.clock.advance(days=1)
    assert len(trunkline.webhooks.deliveries) == len(expected)


def test_later_events_of_a_chat_wait_for_a_failed_one(trunkline: Trunkline) -> None:
    subscribe(trunkline)
    trunkline.webhooks.answer(URL, 500)
    messages = [trunkline.receive(words, from_=ALICE) for words in ("one", "two")]
    assert len(trunkline.webhooks.deliveries) == 1

    trunkline.webhooks.answer(URL, 200)
    trunkline.clock.advance(seconds=5)

    delivered = [each.event.data.id for each in trunkline.webhooks.deliveries]  # type: ignore[union-attr]
    assert delivered == [messages[0].id, messages[0].id, messages[1].id]


@pytest.mark.parametrize("status", [400, 301])
def test_a_permanent_error_is_not_retried(trunkline: Trunkline, status: int) -> None:
    subscribe(trunkline)
    trunkline.webhooks.answer(URL, status)
    trunkline.receive("Hello")
    trunkline.clock.advance(hours=1)
    assert [each.status for each in trunkline.webhooks.deliveries] == [status]


def test_a_handler_may_return_a_response(trunkline: Trunkline) -> None:
    subscribe(trunkline, routing_key_header="X-Server")

    def answer(delivery: Delivery) -> httpx2.Response:
        known = delivery.headers.get("x-server")
        return httpx2.Response(200 if known else 204, headers={"X-Server": "seven"})

    trunkline.webhooks.answer(URL, lambda delivery: httpx2.Response(429, headers={"Retry-After": "30"}))
    first = trunkline.receive("Hello", from_=ALICE)
    trunkline.clock.advance(seconds=28)
    assert len(trunkline.webhooks.deliveries) == 1
    trunkline.webhooks.answer(URL, answer)
    trunkline.clock.advance(seconds=1)
    trunkline.receive("Are you there?", from_=ALICE)

    assert [each.status for each in trunkline.webhooks.deliveries] == [429, 204, 200]
    assert trunkline.webhooks.deliveries[1].sent_at == first.created_at + timedelta(seconds=30)
    assert trunkline.webhooks.deliveries[2].headers["X-Server"] == "seven"


def test_an_invalid_answer(trunkline: Trunkline) -> None:
    subscribe(trunkline)
    with pytest.raises(ValueError, match="is 99; it must be from 200 to 599"):
        trunkline.webhooks.answer(URL, 99)
    trunkline.webhooks.answer(URL, lambda delivery: True)
    with pytest.raises(ValueError, match="is True; it must be from 200 to 599"):
        trunkline.receive("Hello")


def test_an_app_that_answers_every_message(trunkline: Trunkline) -> None:
    subscription = subscribe(trunkline, "message.received", "message.delivered")
    threads: set[str] = set()

    def app(delivery: Delivery) -> None:
        threads.add(threading.current_thread().name)
        client = trunkline.client.with_options(webhook_secret=subscription.signing_secret)
        event = client.webhooks.unwrap(delivery.body, headers=delivery.headers)
        if event.event_type == "message.received":
            client.chats.mark_as_read(event.data.chat.id)
            client.chats.messages.send(event.data.chat.id, message=text("Thank you"))

    trunkline.webhooks.answer(URL, app)
    message = trunkline.receive("Hello")

    spoken = [(words(each), each.delivery_status) for each in trunkline.client.chats.messages.list(message.chat_id)]
    assert sorted(spoken) == [("Hello", "read"), ("Thank you", "delivered")]
    assert [each.event_type for each in trunkline.webhooks.deliveries] == ["message.received", "message.delivered"]
    assert threading.current_thread().name not in threads


def test_an_app_that_is_a_coroutine(trunkline: Trunkline) -> None:
    subscribe(trunkline)

    async def app(delivery: Delivery) -> int:
        assert delivery.event.event_type == "message.received"
        await trunkline.async_client.chats.messages.send(delivery.event.data.chat.id, message=text("Thank you"))
        return 202

    trunkline.webhooks.answer(URL, app)
    message = trunkline.receive("Hello")
    assert [each.status for each in trunkline.webhooks.deliveries] == [202]
    assert len(list(trunkline.client.chats.messages.list(message.chat_id))) == 2

    async def within() -> list[str]:
        client = trunkline.async_client
        sent = await client.chats.messages.send(message.chat_id, message=text("And you?"))
        return [sent.message.delivery_status, (await client.messages.retrieve(sent.message.id)).delivery_status]

    assert asyncio.run(within()) == ["pending", "delivered"]


def test_an_app_with_its_own_threads(trunkline: Trunkline) -> None:
    subscribe(trunkline)

    def app(delivery: Delivery) -> None:
        assert delivery.event.event_type == "message.received"
        chat_id = delivery.event.data.chat.id
        with ThreadPoolExecutor(3) as pool:
            for words in ("one", "two", "three"):
                pool.submit(trunkline.client.chats.messages.send, chat_id, message=text(words))

    trunkline.webhooks.answer(URL, app)
    message = trunkline.receive("Count", from_=ALICE)
    trunkline.clock.advance(seconds=1)
    found = [each.delivery_status for each in trunkline.client.chats.messages.list(message.chat_id)]
    assert sorted(found) == ["delivered", "delivered", "delivered", "received"]


def test_an_app_that_acts_and_moves_the_clock(trunkline: Trunkline) -> None:
    subscribe(trunkline, "message.delivered")
    trunkline.rule(delay_seconds=60)

    def app(delivery: Delivery) -> None:
        trunkline.clock.advance(minutes=1)
        trunkline.receive("Got it", from_=ALICE)

    trunkline.webhooks.answer(URL, app)
    chat = trunkline.chat(ALICE)
    began = trunkline.clock.now
    trunkline.client.chats.messages.send(chat.id, message=text("Here"))
    trunkline.clock.advance(hours=1)

    [received, sent] = trunkline.client.chats.messages.list(chat.id)
    assert (received.created_at, sent.delivered_at) == (
        began + timedelta(minutes=2),
        began + timedelta(minutes=1),
    )
    assert trunkline.clock.now == began + timedelta(hours=1)


def failing(delivery: Delivery) -> int:
    assert delivery.event_type == "chat.created", "the app has a bug"
    return 200


def by_a_factory(trunkline: Trunkline) -> None:
    trunkline.receive("Hello", from_=ALICE)


def by_a_request(trunkline: Trunkline) -> None:
    line = trunkline.line()
    trunkline.client.chats.create(from_=line.phone_number, to=[ALICE], message=text("Hello"))


def by_a_request_of_a_coroutine(trunkline: Trunkline) -> None:
    line = trunkline.line()
    asyncio.run(
        trunkline.async_client.chats.create(from_=line.phone_number, to=[ALICE], message=text("Hello"))  # type: ignore[arg-type]
    )


def by_the_clock(trunkline: Trunkline) -> None:
    line = trunkline.line()
    trunkline.rule(delay_seconds=10)
    trunkline.client.chats.create(from_=line.phone_number, to=[ALICE], message=text("Hello"))
    trunkline.clock.advance(hours=1)


@pytest.mark.parametrize("does", [by_a_factory, by_a_request, by_a_request_of_a_coroutine, by_the_clock])
def test_an_exception_of_an_app_reaches_the_test(trunkline: Trunkline, does: Callable[[Trunkline], None]) -> None:
    subscribe(trunkline, "chat.created", "message.received", "message.delivered")
    trunkline.webhooks.answer(URL, failing)
    with pytest.raises(AssertionError, match="the app has a bug"):
        does(trunkline)
    assert [each.status for each in trunkline.webhooks.deliveries] == [200, 500]

    trunkline.webhooks.answer(URL, 200)
    trunkline.clock.advance(minutes=1)
    assert [each.status for each in trunkline.webhooks.deliveries] == [200, 500, 200]


def test_an_app_that_answers_itself_is_stopped(trunkline: Trunkline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.testing.webhooks.MAX_CALLS", 20)
    subscribe(trunkline, "message.sent")

    def app(delivery: Delivery) -> None:
        assert delivery.event.event_type == "message.sent"
        trunkline.client.chats.messages.send(delivery.event.data.chat.id, message=text("And another thing"))

    trunkline.webhooks.answer(URL, app)
    chat = trunkline.chat()
    with pytest.raises(RuntimeError, match="20 webhooks were handled in a row"):
        trunkline.client.chats.messages.send(chat.id, message=text("Hello"))
    trunkline.webhooks.answer(URL, 200)
    trunkline.clock.advance(minutes=1)
    assert trunkline.webhooks.deliveries[-1].status == 200


def test_events_of_several_chats_arrive_in_order(trunkline: Trunkline) -> None:
    subscribe(trunkline, "message.delivered")
    trunkline.rule(delay_seconds=60)
    chats = trunkline.chats(10)
    order: list[str] = []

    def app(delivery: Delivery) -> None:
        assert delivery.event.event_type == "message.delivered"
        order.append(delivery.event.data.chat.id)

    trunkline.webhooks.answer(URL, app)
    for chat in chats:
        trunkline.client.chats.messages.send(chat.id, message=text("Hello"))
    trunkline.clock.advance(minutes=1)
    assert order == [chat.id for chat in chats]
