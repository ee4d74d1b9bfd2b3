"""Chat health over the wire (docs/wire.md §3): the thresholds, what counts, and what the list shows."""

from typing import Any

import pytest

from tests.support.asgi import BASE
from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB, CAROL
from trunkline.domain.chat_health import DEFAULT_THRESHOLDS
from trunkline.domain.message import DeliveryStatus

ANCHORS = {"HEALTHY": "healthy", "AT_RISK": "at-risk", "CRITICAL": "critical", "OPTED_OUT": "opted-out"}


def fail(we: Caller, chat: str) -> str:
    """Sends a message that cannot be delivered, and returns its id."""
    message = we.send(chat)["id"]
    we.receipt(message, DeliveryStatus.FAILED)
    return message


def expected(sent: int) -> str:
    """The health status after this many messages without a reply."""
    if sent >= DEFAULT_THRESHOLDS.critical_unanswered:
        return "CRITICAL"
    return "AT_RISK" if sent >= DEFAULT_THRESHOLDS.at_risk_unanswered else "HEALTHY"


@pytest.mark.parametrize("to", [[ALICE], GROUP], ids=["direct", "group"])
def test_messages_without_a_reply(we: Caller, to: list[str]) -> None:
    chat = we.create(to)["id"]
    since = we.chat(chat)["health_status"]["updated_at"]
    for sent in range(1, DEFAULT_THRESHOLDS.critical_unanswered + 3):
        listed = we.chat(chat)
        health = listed["health_status"]
        assert health["status"] == expected(sent), sent
        assert health["doc_url"] == f"{BASE}/guides/chats/chat-health#{ANCHORS[health['status']]}"
        # The date is that of the message that changed the status, and stays until the status changes again.
        if sent in {DEFAULT_THRESHOLDS.at_risk_unanswered, DEFAULT_THRESHOLDS.critical_unanswered}:
            since = listed["updated_at"]
        assert health["updated_at"] == since
        answer = we.try_create(to) if sent % 2 else we.try_send(chat)
        assert answer.status_code in {201, 202}
        if sent % 2:
            assert answer.json()["chat"]["health_status"]["status"] == expected(sent + 1)
    we.hear("hi", to[-1], chat_id=chat)
    listed = we.chat(chat)
    assert listed["health_status"]["status"] == "HEALTHY"
    assert listed["health_status"]["updated_at"] == listed["updated_at"]
    for _ in range(DEFAULT_THRESHOLDS.at_risk_unanswered - 1):
        we.send(chat)
    assert we.health(chat) == "HEALTHY"
    we.send(chat)
    assert we.health(chat) == "AT_RISK"


def test_messages_that_fail(we: Caller) -> None:
    chat = we.create()["id"]
    we.hear()
    fail(we, chat)
    assert we.health(chat) == "HEALTHY"
    we.create([BOB])
    before = we.chat(chat)
    fail(we, chat)
    # A failure that changes the health moves the chat, like every change of health.
    listed = we.chat(chat)
    assert listed["health_status"]["status"] == "AT_RISK"
    assert listed["health_status"]["updated_at"] == listed["updated_at"] > before["updated_at"]
    for _ in range(DEFAULT_THRESHOLDS.critical_failed - 2):
        assert we.health(chat) == "AT_RISK"
        fail(we, chat)
    assert we.health(chat) == "CRITICAL"
    we.hear()
    assert we.health(chat) == "HEALTHY"


def test_a_failure_that_changes_nothing_leaves_the_chat_where_it_stands(we: Caller) -> None:
    chat = we.create()
    we.create([BOB])
    before, order = we.chat(chat["id"]), [each["id"] for each in we.chats()]
    we.receipt(chat["message"]["id"], DeliveryStatus.FAILED)
    assert we.message(chat["message"]["id"])["delivery_status"] == "failed"
    assert we.chat(chat["id"]) == before
    assert [each["id"] for each in we.chats()] == order


def test_a_late_delivery_mends_a_failure(we: Caller) -> None:
    chat = we.create()["id"]
    we.hear()
    failed = [fail(we, chat) for _ in range(DEFAULT_THRESHOLDS.at_risk_failed)]
    assert we.health(chat) == "AT_RISK"
    we.receipt(failed[0], DeliveryStatus.DELIVERED)
    assert we.message(failed[0])["delivery_status"] == "delivered"
    assert we.health(chat) == "HEALTHY"


def test_a_failure_of_a_message_that_was_answered_does_not_count(we: Caller) -> None:
    chat = we.create()["id"]
    sent = [we.send(chat)["id"] for _ in range(3)]
    we.hear()
    for each in sent:
        we.receipt(each, DeliveryStatus.FAILED)
    assert we.health(chat) == "HEALTHY"


def test_every_member_of_a_group_can_reply(we: Caller) -> None:
    group = we.create([ALICE, BOB, CAROL])["id"]
    for member in (ALICE, BOB, CAROL):
        for _ in range(DEFAULT_THRESHOLDS.at_risk_unanswered):
            we.send(group)
        assert we.health(group) == "AT_RISK"
        we.hear("hi", member, chat_id=group)
        assert we.health(group) == "HEALTHY"


def test_what_is_no_message_does_not_count(we: Caller) -> None:
    chat = we.create()
    message = chat["message"]["id"]
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", f"/v3/messages/{message}", {"text": "edited"}),
        ("POST", f"/v3/messages/{message}/reactions", {"operation": "add", "type": "love"}),
        ("POST", f"/v3/messages/{message}/reactions", {"operation": "add", "type": "like"}),
        ("POST", f"/v3/chats/{chat['id']}/typing", None),
        ("POST", f"/v3/chats/{chat['id']}/read", None),
        ("POST", f"/v3/chats/{chat['id']}/messages", {"message": {"parts": []}}),
    ]
    for call in calls * 4:
        we.call(*call)
    assert we.health(chat["id"]) == "HEALTHY"
    for _ in range(DEFAULT_THRESHOLDS.at_risk_unanswered - 2):
        we.send(chat["id"])
    key = text("hello", idempotency_key="once")
    for _ in range(3):
        we.send(chat["id"], key)
    assert we.health(chat["id"]) == "AT_RISK"


def test_chats_do_not_count_for_each_other(we: Caller, they: Caller) -> None:
    one, other, theirs = we.create()["id"], we.create([BOB])["id"], they.create()["id"]
    for _ in range(DEFAULT_THRESHOLDS.at_risk_unanswered):
        we.send(one)
    assert (we.health(one), we.health(other), they.health(theirs)) == ("AT_RISK", "HEALTHY", "HEALTHY")


def test_a_message_that_is_forgotten_does_not_count(we: Caller) -> None:
    chat = we.create()["id"]
    sent = [we.send(chat)["id"] for _ in range(DEFAULT_THRESHOLDS.at_risk_unanswered - 1)]
    assert we.health(chat) == "AT_RISK"
    assert we.call("DELETE", f"/v3/messages/{sent[0]}").status_code == 204
    listed = we.chat(chat)
    assert listed["health_status"]["status"] == "HEALTHY"
    assert listed["health_status"]["updated_at"] == listed["updated_at"]


def test_time_alone_changes_nothing(we: Caller) -> None:
    chat = we.create()["id"]
    for _ in range(DEFAULT_THRESHOLDS.at_risk_unanswered):
        we.send(chat)
    before = we.chat(chat)
    we.clock.advance(days=400)
    assert we.chat(chat) == before
