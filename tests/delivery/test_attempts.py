"""What is stored of attempts at a delivery, and shown by ``GET /admin/webhook-deliveries``."""

import json
from typing import Any

import pytest

from tests.support.asgi import BASE, Api
from tests.support.caller import Caller, text
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from tests.support.receiver import Received, Receiver, Reply, receiving
from tests.support.traces import columns_with, files_with
from tests.support.webhook_worker import NoCarrier, subscribe
from trunkline.actions.webhooks import show_deliveries
from trunkline.delivery import signing
from trunkline.delivery.retry_schedule import DELAYS
from trunkline.delivery.webhook_dispatcher import (
    HttpWebhookClient,
    WebhookClient,
    WebhookDispatcher,
    WebhookResponse,
)
from trunkline.delivery.worker import Worker
from trunkline.domain.delivery import MAX_ATTEMPTS
from trunkline.domain.webhook_target import Target
from trunkline.storage import deliveries, outbox
from trunkline.storage.outbox import NO_CHAT, NewEntry
from trunkline.storage.subscriptions import Delivery
from trunkline.testing.clock import Clock

PATH = "/admin/webhook-deliveries"
CANARY = "canary7f3a"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(opened: OpenStore, clock: Clock) -> Api:
    return Api(opened, clock, allow_private_webhooks=True)


@pytest.fixture
def we(api: Api, clock: Clock) -> Caller:
    return Caller(api, clock)


@pytest.fixture
def they(api: Api, clock: Clock) -> Caller:
    return Caller(api, clock)


def deliver(we: Caller, client: WebhookClient | None = None) -> None:
    """Attempts what is due."""
    store = we.api.opened.store

    async def drain() -> None:
        async with WebhookDispatcher(
            store, BASE, allow_private=True, clock=we.clock, client=client, jitter=lambda: 0.0
        ) as webhooks:
            await Worker(store, NoCarrier(), webhooks, we.clock).drain()

    we.api.opened.run(drain())


def subscribed(we: Caller, receiver: Receiver, *events: str) -> tuple[str, str]:
    """The id and the secret of a subscription."""
    store = we.api.opened.store
    work = subscribe(store, we.tenant.id, receiver.url, events or ("message.received",), at=we.clock())
    subscription, secret = we.api.opened.run(work)
    return subscription.id, secret


def listed(we: Caller, query: str = "") -> list[dict[str, Any]]:
    """Every delivery, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        response = we.call("GET", PATH, query=f"{query}&cursor={cursor}")
        assert response.status_code == 200, response.text
        found += response.json()["deliveries"]
        cursor = response.json()["next_cursor"]
    return found


def details(we: Caller, delivery: dict[str, Any]) -> dict[str, Any]:
    response = we.call("GET", f"{PATH}/{delivery['id']}")
    assert response.status_code == 200, response.text
    return response.json()


def test_what_was_sent_and_answered_is_shown(we: Caller, they: Caller) -> None:
    replies = iter([Reply(500, {"X-Reason": "tired"}, b"not \x00 now \xff"), Reply(200, {}, b"thanks")])
    with receiving(lambda _: next(replies)) as receiver:
        subscription, secret = subscribed(we, receiver)
        we.hear("hello")
        [waiting] = listed(we)
        assert (waiting["state"], waiting["attempt_count"], waiting["last_attempt"]) == ("waiting", 0, None)
        deliver(we)
        [failed] = listed(we, "state=waiting")
        assert failed["last_attempt"]["status"] == "retrying"
        assert failed["next_attempt_at"] > failed["last_attempt"]["timestamp"]
        we.clock.advance(seconds=DELAYS[0])
        deliver(we)
    [done] = listed(we, f"subscription_id={subscription}&state=done")
    shown = details(we, done)
    assert shown["target_url"] == receiver.url
    assert shown["max_attempts"] == MAX_ATTEMPTS == len(DELAYS) + 1
    first, second = shown["attempts"]
    assert (first["status"], first["http_status_code"], first["error_message"]) == ("retrying", 500, "HTTP 500")
    assert first["response_headers"]["x-reason"] == "tired"
    assert first["response_body"] == {"text": "not \x00 now \ufffd", "size_bytes": None, "is_cut": False} | {
        "size_bytes": len("not \x00 now \ufffd".encode())
    }
    assert (second["status"], second["error_message"], second["response_body"]["text"]) == ("success", None, "thanks")
    sent = receiver.received[1]
    assert shown["request_body"]["text"] == sent.body.decode()
    headers = {name.lower(): value for name, value in second["request_headers"].items()}
    assert headers.items() <= sent.headers.items()
    at = int(headers["webhook-timestamp"]) * 1_000_000
    signed = signing.headers(secret, subscription, "message.received", sent.event_id, sent.body, at)
    assert headers["webhook-signature"] == signed["webhook-signature"]
    assert secret not in json.dumps(shown)
    assert shown["trace_id"] == sent.event["trace_id"]
    assert listed(they) == []
    refused(they.call("GET", f"{PATH}/{done['id']}"), 404, 2001)
    for wrong in ("1", "x-y", "9" * 30 + "-a", f"{done['id']}x", "1-\0"):
        refused(we.call("GET", f"{PATH}/{wrong}"), 404, 2001)


@pytest.mark.parametrize("scan", [4, 5, 1_000])
def test_pages_have_every_delivery_once(we: Caller, monkeypatch: pytest.MonkeyPatch, scan: int) -> None:
    monkeypatch.setattr(deliveries, "SCAN", scan)
    with receiving(lambda received: Reply(404 if received.path.endswith("b") else 200)) as receiver:
        store = we.api.opened.store
        for path in ("a", "b", "c"):
            we.api.opened.run(
                subscribe(store, we.tenant.id, f"{receiver.url}/{path}", ("message.received",), at=we.clock())
            )
        for number in range(4):
            we.hear(f"{number}")
        for _ in range(5):
            deliver(we)
    whole = listed(we, "limit=100")
    assert len(whole) == 12
    for limit in (1, 2, 5):
        assert [each["id"] for each in listed(we, f"limit={limit}")] == [each["id"] for each in whole]
    failed = [each["id"] for each in whole if each["state"] == "failed"]
    assert len(failed) == 4
    assert [each["id"] for each in listed(we, "limit=1&state=failed")] == failed
    one = whole[0]["subscription_id"]
    assert len(listed(we, f"limit=3&subscription_id={one}")) == 4
    event = whole[0]["event_id"]
    assert {each["event_id"] for each in listed(we, f"limit=2&event_id={event}")} == {event}
    assert len(listed(we, f"limit=2&event_id={event}")) == 3
    assert listed(we, "event_id=nothing") == []
    page = we.call("GET", PATH, query="limit=1").json()
    refused(we.call("GET", PATH, query=f"limit=1&state=failed&cursor={page['next_cursor']}"), 400, 1005)
    for wrong in ("state=delivered", "event_id=%00", "subscription_id=a%00"):
        refused(we.call("GET", PATH, query=wrong), 400, 1005)


def test_an_event_is_sent_again(we: Caller, they: Caller) -> None:
    with receiving() as receiver:
        subscription, _ = subscribed(we, receiver)
        we.hear("hello")
        deliver(we)
        [first] = listed(we)
        body = {"event_id": first["event_id"]}
        refused(they.post(f"{PATH}/resend", body), 404, 2001)
        for wrong in ("nothing", "\0"):
            refused(we.post(f"{PATH}/resend", {"event_id": wrong}), 404, 2001)
        refused(we.post(f"{PATH}/resend", body | {"subscription_id": "nothing"}), 400, 1005)
        response = we.post(f"{PATH}/resend", body | {"subscription_id": subscription})
        assert (response.status_code, response.json()) == (202, body | {"subscription_ids": [subscription]})
        deliver(we)
    assert [each.event_id for each in receiver.received] == [first["event_id"]] * 2
    assert len(listed(we, f"event_id={first['event_id']}")) == 2


@pytest.mark.parametrize("scan", [3, 1_000])
def test_pages_of_an_event_have_everything_that_was_sent_again(
    we: Caller, monkeypatch: pytest.MonkeyPatch, scan: int
) -> None:
    monkeypatch.setattr(deliveries, "SCAN", scan)
    store, again = we.api.opened.store, 4
    with receiving(lambda received: Reply(404 if received.path.endswith("/b") else 200)) as receiver:
        for target in ("a", "b", "c?version=2025-01-01"):
            we.api.opened.run(
                subscribe(store, we.tenant.id, f"{receiver.url}/{target}", ("message.received",), at=we.clock())
            )
        we.hear("another one")
        we.hear("hello")
        deliver(we)
        event = listed(we)[0]["event_id"]
        for _ in range(again):
            assert we.post(f"{PATH}/resend", {"event_id": event}).status_code == 202
        deliver(we)
    whole = [each["id"] for each in listed(we, "limit=100") if each["event_id"] == event]
    assert len(whole) == 3 * (again + 1)
    for limit in (1, 2, 7, 100):
        assert [each["id"] for each in listed(we, f"event_id={event}&limit={limit}")] == whole
    failed = listed(we, f"event_id={event}&state=failed&limit=1")
    assert len(failed) == again + 1
    [one] = {each["subscription_id"] for each in failed}
    assert listed(we, f"event_id={event}&subscription_id={one}&limit=2") == failed


def test_an_event_that_was_sent_again_a_thousand_times_has_all_its_deliveries(we: Caller) -> None:
    with receiving() as receiver:
        subscription, _ = subscribed(we, receiver)
    we.hear("hello")
    [first] = listed(we)
    sequence, _, _ = first["id"].partition("-")

    async def resend() -> None:
        async with we.api.opened.store.change(we.ctx()) as change:
            entries = [
                NewEntry(subscription, NO_CHAT, change.next_revision(), "message.received", sequence)
                for _ in range(1_100)
            ]
            outbox.add(change.transaction, change.partner_id, entries, we.clock())

    we.api.opened.run(resend())
    assert len({each["id"] for each in listed(we, f"event_id={first['event_id']}&limit=100")}) == 1_101


def test_summaries_pass_over_what_was_sent_and_answered(we: Caller) -> None:
    replies = iter([Reply(503, {"X-Reason": "no"}, b"x" * 1_000), Reply(200, {}, b"thanks")])
    with receiving(lambda _: next(replies)) as receiver:
        subscribed(we, receiver)
        we.hear("hello")
        deliver(we)
        we.clock.advance(seconds=DELAYS[0])
        deliver(we)

    async def damage() -> None:
        async with we.api.opened.store.database.transaction() as transaction:
            # Of another type, so that whoever parses the headers fails.
            script = "update outbox set attempt_log = replace(attempt_log, '{}', '{}')"
            await transaction.script(script.format('"request_headers":{', '"request_headers":[],"x":{'))

    we.api.opened.run(damage())
    [delivery] = listed(we)
    assert (delivery["last_attempt"]["attempt"], delivery["last_attempt"]["status"]) == (2, "success")
    logs = we.call("GET", "/admin/v1/webhook-logs").json()["webhook_logs"]
    assert [each["http_status_code"] for each in logs] == [200, 503]


def test_what_a_receiver_answers_is_bounded(we: Caller) -> None:
    many = {f"X-{number}": "w" for number in range(100)}
    long = {f"X-{number}": "v" * 1_000 for number in range(12)}
    replies = iter([Reply(500, headers, "é".encode() * 50_000) for headers in (many, long)])
    with receiving(lambda _: next(replies)) as receiver:
        subscribed(we, receiver)
        we.hear("hello")
        deliver(we)
        we.clock.advance(seconds=DELAYS[0])
        deliver(we)
    first, second = details(we, listed(we)[0])["attempts"]
    assert len(first["response_headers"]) == 20
    shown = second["response_headers"]
    assert max(map(len, shown.values())) == 200
    assert sum(map(len, [*shown, *shown.values()])) <= 2_000
    for attempt in (first, second):
        assert attempt["response_body"]["is_cut"]
        assert len(attempt["response_body"]["text"].encode()) <= 1_024


def test_no_answer_is_an_attempt_too(we: Caller) -> None:
    with receiving() as receiver:
        subscribed(we, receiver)
    we.hear("hello")
    deliver(we)
    [attempt] = details(we, listed(we)[0])["attempts"]
    assert (attempt["http_status_code"], attempt["error_message"]) == (None, "the connection was refused")
    assert attempt["response_body"] is None
    assert attempt["request_headers"]["X-Webhook-Event"] == "message.received"


def test_a_deleted_message_is_gone_from_answers(we: Caller, opened_url: str) -> None:
    def echo(received: Received) -> Reply:
        return Reply(200, {"X-Echo": CANARY}, received.body)

    with receiving(echo) as receiver:
        subscribed(we, receiver)
        heard = we.hear(CANARY)
        assert heard is not None
        deliver(we)
        we.post(f"{PATH}/resend", {"event_id": listed(we)[0]["event_id"]})
        deliver(we)
    store = we.api.opened.store
    assert "outbox.attempt_log" in we.api.opened.run(columns_with(store, CANARY))
    assert we.call("DELETE", f"/v3/messages/{heard.id}").status_code == 204
    we.api.opened.run(store.database.forget_history())
    assert we.api.opened.run(columns_with(store, CANARY)) == set()
    assert files_with(opened_url, CANARY) == []
    for each in listed(we):
        [attempt] = details(we, each)["attempts"]
        assert (attempt["http_status_code"], attempt["response_body"]) == (200, None)


class Deletes(HttpWebhookClient):
    """Deletes a message after its event was sent, and before the attempt is recorded."""

    def __init__(self, we: Caller, message_id: str) -> None:
        super().__init__(allow_private=True, clock=we.clock)
        self._we = we
        self._path = f"/v3/messages/{message_id}"

    async def post(self, delivery: Delivery, subscription_id: str, target: Target, body: bytes) -> WebhookResponse:
        response = await super().post(delivery, subscription_id, target, body)
        assert (await self._we.calling("DELETE", self._path)).status_code == 204
        return response


def test_a_message_that_is_deleted_during_an_attempt_is_gone_from_its_answer(we: Caller) -> None:
    with receiving(lambda received: Reply(200, {}, received.body)) as receiver:
        subscribed(we, receiver)
        heard = we.hear(CANARY)
        assert heard is not None
        deliver(we, Deletes(we, heard.id))
    assert CANARY in receiver.received[0].body.decode()
    assert we.api.opened.run(columns_with(we.api.opened.store, CANARY)) == set()
    [delivery] = listed(we)
    assert (delivery["state"], delivery["last_attempt"]["http_status_code"]) == ("done", 200)


@pytest.mark.parametrize("page", [1, 100])
def test_the_public_command_line_reads_the_latest_attempts(
    we: Caller, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(show_deliveries, "_LOG_PAGE", page)
    with receiving(lambda _: Reply(503)) as receiver:
        subscription, _ = subscribed(we, receiver)
        we.create(message=text("hi"))
        for words in ("one", "two"):
            we.hear(words)
        deliver(we)
        we.clock.advance(seconds=DELAYS[0])
        deliver(we)
    query = f"org_id=o&subscription_id={subscription}&per_page=1&status=retrying"
    body = we.call("GET", "/admin/v1/webhook-logs", query=query).json()
    assert body["pagination"] == {"has_more": True, "next_cursor": None, "per_page": 1}
    [log] = body["webhook_logs"]
    assert (log["attempt"], log["http_status_code"], log["status"]) == (2, 503, "retrying")
    assert (log["error_type"], log["error_message"]) == ("http", "HTTP 503")
    assert log["target_url"] == receiver.url
    whole = we.call("GET", "/admin/v1/webhook-logs").json()
    assert [each["attempt"] for each in whole["webhook_logs"]] == [2, 1]
    assert we.call("GET", "/admin/v1/webhook-logs", query="status=success").json()["webhook_logs"] == []
    assert we.call("GET", "/admin/v1/webhook-logs", query="event_type=message.read").json()["webhook_logs"] == []


def test_nothing_else_of_admin_is_there_without_the_sandbox(we: Caller) -> None:
    for path in ("/admin/faults", "/admin/faults/x", "/admin/simulate"):
        error = refused(we.post(path, {}), 404, 2001)
        assert "--sandbox" in str(error)
