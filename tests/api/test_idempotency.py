"""A repeated send with the same idempotency key gets the first response, and nothing is sent twice."""

import json
import uuid
from typing import Any

import pytest

from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB, LINE
from tests.support.envelope import refused
from trunkline.storage.retention import IDEMPOTENCY_RECORDS
from trunkline.testing.clock import Clock

KEY = "order-4711"
ENDPOINTS = ["create", "send", "anywhere"]
PLACES = ["header", "field", "both"]


class Sending:
    """A partner with a chat, who sends the same message in each of three ways."""

    def __init__(self, we: Caller) -> None:
        self.we = we
        self.chat: str = we.create()["id"]

    def request(self, endpoint: str, message: dict[str, Any] | None = None, **more: Any) -> tuple[str, dict[str, Any]]:
        """The path and the body of a send."""
        message = message or text("hello")
        match endpoint:
            case "create":
                return "/v3/chats", {"from": LINE, "to": [ALICE], "message": message, **more}
            case "send":
                return f"/v3/chats/{self.chat}/messages", {"message": message, **more}
            case _:
                return "/v3/messages", {"to": [ALICE], "message": message, **more}

    def send(self, endpoint: str, place: str = "header", key: str = KEY, words: str = "hello", **more: Any) -> Any:
        """The response to a send with a key."""
        path, body = self.request(
            endpoint, text(words, idempotency_key=key) if place != "header" else text(words), **more
        )
        headers = {} if place == "field" else {"Idempotency-Key": key if place == "header" else "something else"}
        return self.we.post(path, body, headers=headers)

    def count(self) -> int:
        return len(self.we.messages(self.chat))


@pytest.fixture
def sending(we: Caller) -> Sending:
    return Sending(we)


def message_of(endpoint: str, response: Any) -> dict[str, Any]:
    """The message in the response to a send."""
    assert response.status_code == (201 if endpoint == "create" else 202), response.text
    body = response.json()
    return body["chat"]["message"] if endpoint == "create" else body["message"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_same_again(sending: Sending, endpoint: str, place: str) -> None:
    first = sending.send(endpoint, place)
    message = message_of(endpoint, first)
    after = sending.we.chat(sending.chat)
    for _ in range(3):
        again = sending.send(endpoint, place)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["x-trace-id"] != first.headers["x-trace-id"]
    assert sending.count() == 2
    assert sending.we.messages(sending.chat)[0]["id"] == message["id"]
    # Nothing has happened, so the chat has not moved.
    assert sending.we.chat(sending.chat) == after


@pytest.mark.parametrize("count", [2, 20])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_same_at_once(sending: Sending, endpoint: str, count: int) -> None:
    path, body = sending.request(endpoint, text("hello", idempotency_key=KEY))
    answers = sending.we.together(*[("POST", path, body)] * count)
    assert {message_of(endpoint, each)["id"] for each in answers} == {sending.we.messages(sending.chat)[0]["id"]}
    assert len({each.content for each in answers}) == 1
    assert sending.count() == 2


def test_the_same_chat_is_created_once(we: Caller) -> None:
    body = {"from": LINE, "to": list(GROUP), "message": text("hello", idempotency_key=KEY)}
    answers = we.together(*[("POST", "/v3/chats", body)] * 20)
    assert len({each.content for each in answers}) == 1
    [chat] = we.chats()
    assert chat["id"] == answers[0].json()["chat"]["id"]
    assert len(we.messages(chat["id"])) == 1


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_key_means_one_request(sending: Sending, endpoint: str) -> None:
    message_of(endpoint, sending.send(endpoint))
    others = [
        sending.send(endpoint, words="something else"),
        sending.send(endpoint, override_optout=True),
        sending.send(endpoint, "field"),
    ]
    if endpoint != "send":
        others.append(sending.send(endpoint, to=[BOB]))
    for answer in others:
        assert "used for another request" in refused(answer, 400, 1005)
    assert sending.count() == 2
    # And the first request still gets its response.
    message_of(endpoint, sending.send(endpoint))


def test_a_key_means_one_endpoint(sending: Sending) -> None:
    we = sending.we
    other = we.create([BOB])["id"]
    body = {"message": text("hello", idempotency_key=KEY)}
    assert we.post(f"/v3/chats/{sending.chat}/messages", body).status_code == 202
    assert "another request" in refused(we.post(f"/v3/chats/{other}/messages", body), 400, 1005)
    to_alice = {"to": [ALICE], "from": LINE} | body
    for path in ("/v3/chats", "/v3/messages"):
        assert "another request" in refused(we.post(path, to_alice), 400, 1005)
    assert len(we.messages(other)) == 1
    # The same endpoint under its other path counts as the same.
    assert we.post(f"/api/partner/v3/chats/{sending.chat}/messages", body).status_code == 202
    assert sending.count() == 2


def test_another_layout_is_the_same_request(sending: Sending) -> None:
    path, body = sending.request("create", text("hé 🎂", idempotency_key=KEY))
    backwards = {name: body[name] for name in reversed(body)} | {
        "message": {name: body["message"][name] for name in reversed(body["message"])}
    }
    layouts = [
        json.dumps(body),
        json.dumps(backwards),
        json.dumps(body, indent=4),
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    ]
    answers = {sending.we.post(path, layout.encode()).content for layout in layouts}
    assert len(answers) == 1
    assert sending.count() == 2


def test_keys_are_told_apart(sending: Sending) -> None:
    for key in ("a", "A", "a ", "ä", "x" * 255):
        message_of("send", sending.send("send", "field", key))
    assert sending.count() == 6
    for key in ("", "x" * 256):
        for place in ("field", "header"):
            assert "1 to 255" in refused(sending.send("send", place, key), 400, 1005)
    assert sending.count() == 6


def test_no_key_no_memory(sending: Sending) -> None:
    path, body = sending.request("send")
    assert len({sending.we.post(path, body).json()["message"]["id"] for _ in range(3)}) == 3


def test_keys_of_two_partners_have_nothing_in_common(we: Caller, they: Caller) -> None:
    ours, theirs = Sending(we), Sending(they)
    first = message_of("create", ours.send("create"))
    second = message_of("create", theirs.send("create"))
    assert first["id"] != second["id"]
    assert message_of("create", theirs.send("create", words="hello")) == second
    assert ours.count() == theirs.count() == 2


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_deleted_message_is_never_sent_again(sending: Sending, endpoint: str) -> None:
    message = message_of(endpoint, sending.send(endpoint))["id"]
    assert sending.we.call("DELETE", f"/v3/messages/{message}").status_code == 204
    for _ in range(2):
        assert "deleted" in refused(sending.send(endpoint), 404, 2002)
    assert sending.count() == 1
    refused(sending.send(endpoint, words="something else"), 400, 1005)


def test_what_was_refused_is_not_remembered(sending: Sending) -> None:
    we = sending.we
    refused(sending.send("send", words=" "), 400, 1004)
    we.hear("STOP")
    refused(sending.send("send"), 403, 2024)
    we.hear("I am back")
    message_of("send", sending.send("send"))
    assert [each["parts"][0]["value"] for each in we.messages(sending.chat)] == ["hello", "I am back", "STOP", "hello"]


def test_what_was_sent_is_answered_whatever_happened_since(we: Caller) -> None:
    group = we.create([*GROUP, "carol@example.com"])["id"]
    path, body = f"/v3/chats/{group}/messages", {"message": text("hello", idempotency_key=KEY)}
    direct_path, direct_body = "/v3/chats", {"from": LINE, "to": [ALICE], "message": text("hi", idempotency_key="k")}
    first, direct = we.post(path, body), we.post(direct_path, direct_body)
    assert we.post(f"/v3/chats/{group}/leave").status_code == 202
    we.hear("STOP")
    assert we.post("/v3/blocked_handles", {"handle": ALICE}).status_code == 200
    assert we.post(path, body).content == first.content
    assert we.post(direct_path, direct_body).content == direct.content


def test_the_answer_is_the_first_one_not_how_things_are(sending: Sending) -> None:
    first = sending.send("create")
    message = message_of("create", first)["id"]
    assert sending.we.call("PATCH", f"/v3/messages/{message}", {"text": "edited"}).status_code == 200
    assert sending.send("create").content == first.content


def test_a_key_is_forgotten_after_thirty_days(sending: Sending, clock: Clock) -> None:
    first = message_of("send", sending.send("send"))
    clock.advance(days=30)
    # Expired records are deleted when new ones are stored.
    message_of("send", sending.send("send", key=str(uuid.uuid4())))
    assert IDEMPOTENCY_RECORDS == 30 * 24 * 60 * 60 * 1_000_000
    assert message_of("send", sending.send("send"))["id"] != first["id"]


def test_a_reading_says_nothing_of_the_key(sending: Sending) -> None:
    message = message_of("send", sending.send("send", "field"))
    assert "idempotency_key" not in sending.we.message(message["id"])
