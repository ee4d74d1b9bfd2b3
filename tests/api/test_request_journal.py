"""The journal of requests: what it keeps, what it leaves out, and that what is deleted is gone from it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from httpx2 import Response

from tests.support.asgi import Api
from tests.support.attachments import uploaded
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, LINE
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from tests.support.traces import columns_with, files_with
from trunkline.actions.operator import remove
from trunkline.actions.operator.expire import expire
from trunkline.actions.operator.partners import find_any_partner
from trunkline.api import journal as journals
from trunkline.api.journal import Journal
from trunkline.domain import forgetting
from trunkline.domain.errors import NotReady
from trunkline.domain.instant import DAY, SECOND
from trunkline.domain.journal import JournalEntry
from trunkline.metrics import JOURNAL
from trunkline.storage import requests
from trunkline.storage.change import Change
from trunkline.storage.store import Store
from trunkline.testing.clock import Clock

PATH = "/admin/requests"
CANARY = "canary7f3a"


@pytest.fixture
def journal(opened: OpenStore, clock: Clock) -> Journal:
    return Journal(opened.store, clock)


@pytest.fixture
def recorded(opened: OpenStore, clock: Clock, journal: Journal) -> Api:
    """The service with the sandbox and the journal, on the clock."""
    return Api(opened, clock, sandbox=True, journal=journal)


@pytest.fixture
def we(recorded: Api, clock: Clock) -> Caller:
    return Caller(recorded, clock)


@pytest.fixture
def they(recorded: Api, clock: Clock) -> Caller:
    return Caller(recorded, clock)


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MAX_REQUESTS", 3)


def store_noted(we: Caller, journal: Journal) -> None:
    we.api.opened.run(journal.close())


def listed(we: Caller, journal: Journal, query: str = "limit=100") -> list[dict[str, Any]]:
    """The requests in the journal."""
    store_noted(we, journal)
    response = we.call("GET", PATH, query=query)
    assert response.status_code == 200, response.text
    assert response.json()["is_recording"]
    return response.json()["requests"]


def read(we: Caller, journal: Journal, response: Response) -> dict[str, Any]:
    """What the journal has of a request, by the trace id of its response."""
    store_noted(we, journal)
    found = we.call("GET", f"{PATH}/{response.headers['x-trace-id']}")
    assert found.status_code == 200, found.text
    return found.json()


def test_a_request_is_kept_with_its_bodies(we: Caller, journal: Journal) -> None:
    headers = {"user-agent": "shop/1.0", "idempotency-key": "order-1", "x-secret": "no"}
    body = {"from": LINE, "to": [ALICE], "message": text("hello")}
    response = we.post("/v3/chats", body, query="a=b", headers=headers)
    found = read(we, journal, response)
    assert (found["method"], found["path"], found["query"]) == ("POST", "/v3/chats", "a=b")
    assert (found["status"], found["error_code"]) == (201, None)
    assert (found["user_agent"], found["idempotency_key"]) == ("shop/1.0", "order-1")
    assert found["request"]["headers"].keys() == {"content-type", "user-agent", "idempotency-key"}
    assert found["response"]["body"] == {
        "text": response.text, "size_bytes": len(response.content), "is_cut": False
    }  # fmt: skip
    assert '"hello"' in found["request"]["body"]["text"]
    assert found["duration_ms"] > 0


def test_the_last_answered_comes_first_and_filters_agree(we: Caller, they: Caller, journal: Journal) -> None:
    chat = we.create()["id"]
    they.create()
    we.call("GET", "/v3/chats")
    refused(we.call("GET", "/v3/chats/nothing"), 404, 2001)
    refused(we.call("GET", "/v4/chats"), 404, 2001)
    we.send(chat)
    found = listed(we, journal)
    assert [each["path"] for each in found] == [
        f"/v3/chats/{chat}/messages", "/v4/chats", "/v3/chats/nothing", "/v3/chats", "/v3/chats"
    ]  # fmt: skip
    assert [each["error_code"] for each in found] == [None, 2001, 2001, None, None]
    assert [each["status"] for each in listed(we, journal, "errors=true")] == [404, 404]
    assert [each["status"] for each in listed(we, journal, "status=2xx")] == [202, 200, 201]
    assert [each["method"] for each in listed(we, journal, "method=POST")] == ["POST", "POST"]
    assert [each["path"] for each in listed(we, journal, "path=CHATS/*/mess")] == [f"/v3/chats/{chat}/messages"]
    assert listed(we, journal, "path=_3") == []
    for wrong in ("status=abc", "path=%00"):
        refused(we.call("GET", PATH, query=wrong), 400, 1005)
    assert len(listed(they, journal)) == 1


def test_pages_follow_each_other(we: Caller, they: Caller, journal: Journal) -> None:
    for _ in range(5):
        we.call("GET", "/v3/chats")
    whole = [each["id"] for each in listed(we, journal)]
    paged: list[str] = []
    cursor = ""
    while cursor is not None:
        page = we.call("GET", PATH, query=f"limit=2&cursor={cursor}").json()
        paged += [each["id"] for each in page["requests"]]
        assert len(paged) <= len(whole)
        cursor = page["next_cursor"]
        if cursor is not None:
            refused(they.call("GET", PATH, query=f"limit=2&cursor={cursor}"), 400, 1005)
            refused(we.call("GET", PATH, query=f"method=GET&cursor={cursor}"), 400, 1005)
    assert paged == whole


def test_no_secret_is_kept(we: Caller, opened_url: str, journal: Journal) -> None:
    key = we.tenant.secret
    made = we.post(
        "/v3/webhook-subscriptions",
        {"target_url": f"https://a.example/?k={key}", "subscribed_events": ["message.sent"]},
    )
    secret = made.json()["signing_secret"]
    we.call("GET", f"/v3/chats/{key}", query=f"key={key}", headers={"user-agent": key})
    found = read(we, journal, made)
    assert '"signing_secret":"[secret]"' in found["response"]["body"]["text"]
    store = we.api.opened.store
    assert not {each for each in we.api.opened.run(columns_with(store, key)) if each.startswith("requests.")}
    assert we.api.opened.run(columns_with(store, secret)) == {"subscriptions.secret"}


def test_bodies_are_cut_and_files_left_out(we: Caller, journal: Journal) -> None:
    long = we.post("/v3/chats", {"from": LINE, "to": [ALICE], "message": text("é" * 9_000)})
    found = read(we, journal, long)
    assert found["request"]["body"]["is_cut"]
    assert len(found["request"]["body"]["text"].encode()) <= 16_384
    uploaded(we, b"parrot99")
    store_noted(we, journal)
    assert "requests.exchange" not in we.api.opened.run(columns_with(we.api.opened.store, "parrot99"))


def test_what_a_program_polls_is_left_out(we: Caller, journal: Journal) -> None:
    we.call("GET", "/v3/chats", headers={"x-trunkline-journal": "off"})
    we.call("GET", PATH)
    for trace_id in ("nothing", "\0"):
        refused(we.call("GET", f"{PATH}/{trace_id}"), 404, 2001)
    assert listed(we, journal) == []


def test_requests_without_a_valid_key_are_not_kept(we: Caller, journal: Journal) -> None:
    for path in ("/v3/chats", "/nowhere"):
        assert we.call("GET", path, headers={"authorization": "Bearer tk_nobody"}).status_code in {401, 404}
    assert listed(we, journal) == []


@pytest.mark.usefixtures("_few")
def test_only_the_last_ones_are_kept(we: Caller, they: Caller, journal: Journal) -> None:
    they.call("GET", "/v3/chats")
    for number in range(5):
        we.call("GET", "/v3/chats", query=f"limit={number + 1}")
        if number == 1:
            store_noted(we, journal)
    assert [each["query"] for each in listed(we, journal)] == ["limit=5", "limit=4", "limit=3"]
    assert len(listed(they, journal)) == 1


def test_one_partner_leaves_places_to_others(opened: OpenStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "PLACES", 10)
    journal = Journal(opened.store, clock)
    we, they = (Caller(Api(opened, clock, sandbox=True, journal=journal), clock) for _ in range(2))
    dropped = JOURNAL.values.get(("dropped",), 0)
    for _ in range(8):
        we.call("GET", "/v3/chats")
    for _ in range(3):
        they.call("GET", "/v3/chats")
    assert (len(listed(we, journal)), len(listed(they, journal))) == (5, 3)
    assert JOURNAL.values["dropped",] - dropped == 3


def test_a_request_that_finds_no_place_is_left_out(
    we: Caller, they: Caller, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PLACES", 1)
    we.call("GET", "/v3/chats")
    they.call("GET", "/v3/chats")
    assert (len(listed(we, journal)), len(listed(they, journal))) == (1, 0)
    they.call("GET", "/v3/chats")
    assert len(listed(they, journal)) == 1


def test_requests_are_noted_while_others_are_being_stored(
    we: Caller, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "PLACES", 4)
    monkeypatch.setattr(journals, "INTERVAL", 0.0)
    record, begun, may_end = requests.record, asyncio.Event(), asyncio.Event()

    async def slow(change: Change, entries: Sequence[JournalEntry]) -> None:
        begun.set()
        await may_end.wait()
        await record(change, entries)

    async def close_while_storing() -> None:
        running = asyncio.create_task(journal.run())
        await we.calling("GET", "/v3/chats", query="limit=1")
        await begun.wait()
        running.cancel()
        for number in (2, 3, 4):
            await we.calling("GET", "/v3/chats", query=f"limit={number}")
        closing = asyncio.create_task(journal.close())
        await asyncio.sleep(0)
        may_end.set()
        await closing

    monkeypatch.setattr(requests, "record", slow)
    we.api.opened.run(close_while_storing())
    # The one that is being stored has its place, so the last one finds none.
    assert [each["query"] for each in listed(we, journal)] == ["limit=3", "limit=2", "limit=1"]


def test_what_cannot_be_stored_is_dropped(we: Caller, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def not_ready(*_: object) -> None:
        raise NotReady("no")

    dropped = JOURNAL.values.get(("dropped",), 0)
    with monkeypatch.context() as patch:
        patch.setattr(requests, "record", not_ready)
        we.call("GET", "/v3/chats")
        store_noted(we, journal)
    assert JOURNAL.values["dropped",] - dropped == 1
    we.call("GET", "/v3/chats")
    assert len(listed(we, journal)) == 1


def forgotten(we: Caller, opened_url: str, words: str = CANARY) -> bool:
    store = we.api.opened.store
    we.api.opened.run(store.database.forget_history())
    return not we.api.opened.run(columns_with(store, words)) and not files_with(opened_url, words)


@pytest.mark.parametrize("stored_before", [True, False])
def test_a_deleted_message_is_forgotten(we: Caller, opened_url: str, journal: Journal, stored_before: bool) -> None:
    chat = we.create()["id"]
    other = we.send(chat, text("parrot51"))["id"]
    message = we.send(chat, text(CANARY, idempotency_key="k"))["id"]
    we.call("PATCH", f"/v3/messages/{message}", {"part_index": 0, "text": f"no, {CANARY}"})
    we.messages(chat)
    we.call("GET", "/v3/chats", query="include=last_message")
    simulated = we.post("/admin/simulate", {"action": "message", "from": ALICE, "to": LINE, "text": CANARY})
    if stored_before:
        store_noted(we, journal)
        assert "requests.exchange" in we.api.opened.run(columns_with(we.api.opened.store, CANARY))
    for each in (message, simulated.json()["message_id"]):
        assert we.call("DELETE", f"/v3/messages/{each}").status_code == 204
    store_noted(we, journal)
    assert forgotten(we, opened_url)
    found = read(we, journal, simulated)
    assert found["response"] == {"headers": {}, "body": None, "omitted": "deleted_message"}
    if stored_before:
        read_again = we.call("GET", f"/v3/messages/{other}")
        assert read_again.status_code == 200
    we.clock.advance(seconds=forgetting.OVERLAP / SECOND)
    assert read(we, journal, we.call("GET", "/v3/chats"))["response"]["body"] is not None


def test_a_removed_line_or_partner_leaves_nothing(
    we: Caller, opened_url: str, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "NOTICED", 0.0)
    we.create(message=text(CANARY))
    we.post("/v3/contact_card", {"phone_number": LINE, "first_name": CANARY})
    store_noted(we, journal)
    store = we.api.opened.store
    partner = we.api.opened.run(find_any_partner(store, str(we.tenant.id)))
    we.api.opened.run(remove.remove_line(store, partner, LINE, we.clock, lambda _: None, with_chats=True))
    assert forgotten(we, opened_url)
    we.call("GET", "/v3/chats")
    we.api.opened.run(remove.remove_partner(store, partner, we.clock, lambda _: None))
    store_noted(we, journal)
    assert not rows(store, we)


def rows(store: Store, we: Caller) -> int:
    return len(we.api.opened.run(requests.page(store.reader(we.tenant.id), requests.RequestFilters(), 100)))


def test_old_requests_expire(we: Caller, journal: Journal) -> None:
    we.call("GET", "/v3/chats")
    store_noted(we, journal)
    store = we.api.opened.store
    we.api.opened.run(expire(store, we.clock() + 6 * DAY))
    assert rows(store, we) == 1
    we.api.opened.run(expire(store, we.clock() + 8 * DAY))
    assert rows(store, we) == 0


def test_without_the_journal_nothing_is_kept(timed: Api, clock: Clock) -> None:
    we = Caller(timed, clock)
    we.create()
    body = we.call("GET", PATH).json()
    assert body == {"is_recording": False, "requests": [], "next_cursor": None}
