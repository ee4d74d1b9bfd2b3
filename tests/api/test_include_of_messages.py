"""``include``: the optional fields of a message in the lists of messages (docs/wire.md §6)."""

import pytest

from tests.support.caller import Caller, text
from tests.support.envelope import refused
from trunkline.actions.inbound.receipts import Receipt, receive_receipt
from trunkline.domain.message import DeliveryStatus


def fail(we: Caller, message_id: str, reason: str | None) -> None:
    receipt = Receipt(DeliveryStatus.FAILED, reason=reason)
    we.api.opened.run(receive_receipt(we.api.opened.store, we.ctx(), message_id, receipt))


def test_how_often_a_message_was_edited(we: Caller) -> None:
    chat = we.create()
    edited = we.send(chat["id"], text("one"))
    for value in ("two", "three"):
        assert we.call("PATCH", f"/v3/messages/{edited['id']}", {"text": value}).status_code == 200

    newest, first = we.pages(f"/v3/chats/{chat['id']}/messages", include="edit_count")

    assert (newest["edit_count"], first["edit_count"]) == (2, 0)
    assert "failure_reason" not in newest


def test_why_a_message_failed(we: Caller) -> None:
    chat = we.create()
    known, unknown, arrived = (we.send(chat["id"], text(value)) for value in ("one", "two", "three"))
    fail(we, known["id"], 'the phone is "off"')
    fail(we, unknown["id"], None)

    newest_first = we.pages(f"/v3/chats/{chat['id']}/messages", include="failure_reason")

    reasons = {each["id"]: each["failure_reason"] for each in newest_first}
    assert reasons[known["id"]] == 'the phone is "off"'
    assert reasons[unknown["id"]] == "the carrier gave no reason"
    assert reasons[arrived["id"]] is None


def test_a_message_that_is_delivered_late_has_not_failed(we: Caller) -> None:
    chat = we.create()
    late = we.send(chat["id"], text("one"))
    fail(we, late["id"], "phone switched off")
    we.receipt(late["id"], DeliveryStatus.DELIVERED)

    newest, _ = we.pages(f"/v3/chats/{chat['id']}/messages", include="failure_reason")

    assert newest["failure_reason"] is None


def test_a_thread_and_every_page_has_the_fields(we: Caller) -> None:
    chat = we.create()
    first = chat["message"]["id"]
    we.send(chat["id"], text("one", reply_to={"message_id": first}))

    thread = we.pages(f"/v3/messages/{first}/thread", limit=1, include=" failure_reason , edit_count")

    assert [(each["edit_count"], each["failure_reason"]) for each in thread] == [(0, None), (0, None)]
    plain = we.pages(f"/v3/messages/{first}/thread")
    assert [{name: each[name] for name in each.keys() - {"edit_count", "failure_reason"}} for each in thread] == plain


def test_a_large_message_has_the_fields(we: Caller) -> None:
    chat = we.create()
    we.send(chat["id"], text("word " * 4000))

    newest, _ = we.pages(f"/v3/chats/{chat['id']}/messages", include="edit_count,failure_reason")

    assert (newest["edit_count"], newest["failure_reason"]) == (0, None)


@pytest.mark.parametrize("value", ["reason", "edit_count,edit_count", "edit_count,", "EDIT_COUNT"])
def test_what_cannot_be_included(we: Caller, value: str) -> None:
    chat = we.create()
    response = we.call("GET", f"/v3/chats/{chat['id']}/messages", query=f"include={value}")
    assert "'include'" in refused(response, 400, 1005)
