"""The payload of each webhook version, and which versions are rendered."""

import re
import uuid
from typing import Any

import pytest

from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, LINE
from tests.support.events import emitted_events, emitted_webhooks, subscribe
from trunkline.domain.chat import ParticipantStatus
from trunkline.domain.events import EventType, WebhookVersion
from trunkline.domain.message import DeliveryStatus, ReactionChange, ReactionType
from trunkline.schemas import events

OLDER, LATEST = WebhookVersion
OF_MESSAGES = {
    EventType.MESSAGE_SENT,
    EventType.MESSAGE_RECEIVED,
    EventType.MESSAGE_DELIVERED,
    EventType.MESSAGE_READ,
}
HANDLE = {"id", "handle", "joined_at", "service", "is_me", "left_at", "status"}


def of(found: list[tuple[str, dict[str, Any]]], kind: EventType) -> dict[str, Any]:
    """The data of the only event of this kind."""
    [data] = [data for each, data in found if each == kind]
    return data


def handle_of(data: Any) -> str:
    """The handle of a complete handle object."""
    assert data.keys() >= HANDLE
    assert uuid.UUID(data["id"])
    return data["handle"]


def test_a_received_message_in_the_older_version(we: Caller) -> None:
    subscribe(we, *EventType, version=OLDER)
    message = we.hear("Is there bread?")
    assert message is not None
    data = of(emitted_events(we, OLDER), EventType.MESSAGE_RECEIVED)
    assert handle_of(data.pop("from_handle")) == ALICE
    recipient = data.pop("recipient_handle")
    assert (handle_of(recipient), recipient["is_me"]) == (LINE, True)
    part = {"type": "text", "value": "Is there bread?", "text_decorations": None}
    part |= dict.fromkeys(("mention", "mention_range", "mentions"))
    at = we.message(message.id)["created_at"]
    assert data == {
        "chat_id": message.chat_id,
        "is_group": False,
        "is_from_me": False,
        "from": ALICE,
        "recipient_phone": LINE,
        "message": {
            "id": message.id,
            "parts": [part],
            "effect": None,
            "reply_to": None,
            "is_delivered": False,
            "is_read": False,
            "sent_at": at,
            "delivered_at": None,
            "read_at": None,
            "created_at": at,
            "updated_at": at,
        },
        "idempotency_key": None,
        "preferred_service": None,
        "service": "iMessage",
        "received_at": at,
    }


def test_a_sent_message_in_the_older_version(we: Caller) -> None:
    subscribe(we, *EventType, version=OLDER)
    chat = we.create(GROUP)
    message = text(
        "Look",
        idempotency_key="key-1",
        preferred_service="SMS",
        effect={"type": "screen", "name": "confetti"},
        reply_to={"message_id": chat["message"]["id"], "part_index": 0},
    )
    message["parts"].append({"type": "media", "url": "https://example.com/bread.jpg"})
    sent = we.send(chat["id"], message)
    # All at once, so that the earlier events must not show what happened later.
    we.receipt(sent["id"], DeliveryStatus.READ)
    found = [each for each in emitted_events(we, OLDER) if each[0] != EventType.CHAT_CREATED]
    assert [kind for kind, _ in found] == ["message.sent", "message.delivered", "message.read"]
    stored = we.message(sent["id"])
    for kind, data in found:
        assert (data["chat_id"], data["is_group"], data["is_from_me"]) == (chat["id"], True, True)
        assert (data["from"], handle_of(data["from_handle"])) == (LINE, LINE)
        assert (data["recipient_phone"], data["recipient_handle"]) == (None, None)
        assert (data["idempotency_key"], data["preferred_service"]) == ("key-1", "SMS")
        assert data["service"] in {"iMessage", "SMS", "RCS"}
        assert "received_at" not in data
        part, file = data["message"]["parts"]
        assert (part["value"], file["filename"], "reactions" in file) == ("Look", "bread.jpg", False)
        assert data["message"]["effect"] == {"type": "screen", "name": "confetti"}
        assert data["message"]["reply_to"] == message["reply_to"]
        assert data["message"]["sent_at"] == stored["sent_at"]
        delivered, read = kind != "message.sent", kind == "message.read"
        assert (data["message"]["is_delivered"], data["message"]["is_read"]) == (delivered, read)
        assert data["message"]["delivered_at"] == (stored["delivered_at"] if delivered else None)
        assert data["message"]["read_at"] == (stored["read_at"] if read else None)
    sent_data, delivered_data, read_data = [data for _, data in found]
    assert not {"message_id", "delivered_at", "read_at"} & sent_data.keys()
    assert (delivered_data["message_id"], delivered_data["delivered_at"]) == (sent["id"], stored["delivered_at"])
    assert "read_at" not in delivered_data
    assert (read_data["message_id"], read_data["read_at"]) == (sent["id"], stored["read_at"])
    assert "delivered_at" not in read_data


def everything(we: Caller) -> None:
    """Causes an event of almost every kind."""
    chat = we.create(GROUP)
    we.call("PUT", f"/v3/chats/{chat['id']}", {"display_name": "Bakery"})
    we.receipt(chat["message"]["id"], DeliveryStatus.READ)
    heard = we.hear(chat_id=chat["id"])
    assert heard is not None
    we.edits(heard.id, "hello")
    we.reacts(chat["message"]["id"], ReactionChange(ReactionType.LOVE, True))
    we.reacts(chat["message"]["id"], ReactionChange(ReactionType.LOVE, False))
    we.membership(chat["id"], "+13105550199", ParticipantStatus.ACTIVE)
    we.membership(chat["id"], "+13105550199", ParticipantStatus.LEFT)
    failed = we.send(chat["id"])
    we.receipt(failed["id"], DeliveryStatus.FAILED)


def test_only_the_events_of_messages_differ(we: Caller) -> None:
    for version in WebhookVersion:
        subscribe(we, *EventType, version=version)
    everything(we)
    latest = [each for each in emitted_webhooks(we, LATEST) if each["event_type"] != EventType.MESSAGE_EDITED]
    older = emitted_webhooks(we, OLDER)
    assert len(latest) == len(emitted_webhooks(we, LATEST)) - 1
    assert len(latest) == 11
    for one, other in zip(latest, older, strict=True):
        differing = {"webhook_version", "data"} if one["event_type"] in OF_MESSAGES else {"webhook_version"}
        assert one.keys() == other.keys()
        assert {name for name in one if one[name] != other[name]} == differing
    assert {each["event_type"] for each in older} >= OF_MESSAGES | {EventType.MESSAGE_FAILED}


@pytest.mark.parametrize(("version", "other"), [(OLDER, LATEST), (LATEST, OLDER)])
def test_a_version_without_a_subscriber_is_not_stored(we: Caller, version: WebhookVersion, other: Any) -> None:
    subscribe(we, EventType.MESSAGE_RECEIVED, version=version)
    subscribe(we, EventType.CHAT_CREATED, version=other)
    we.hear()
    assert [kind for kind, _ in emitted_events(we, version)] == [EventType.MESSAGE_RECEIVED]
    assert [kind for kind, _ in emitted_events(we, other)] == [EventType.CHAT_CREATED]


def test_nothing_is_rendered_without_a_subscriber(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def rendering(*_: object) -> bytes:
        raise AssertionError("an event was rendered")

    monkeypatch.setattr(events, "message_data_2025_01_01", rendering)
    subscribe(we, EventType.MESSAGE_SENT, EventType.MESSAGE_RECEIVED)
    we.hear()
    assert len(emitted_events(we)) == 1
    monkeypatch.setattr(events, "_encode", rendering)
    subscribe(we, EventType.MESSAGE_READ, version=OLDER)
    chat = we.create([ALICE])
    assert re.fullmatch(r"[0-9a-f-]{36}", chat["id"])


def test_a_subscription_to_retired_events_alone_gets_nothing(we: Caller) -> None:
    made = we.post(
        "/v3/webhook-subscriptions",
        {"target_url": "https://a.example.com/", "subscribed_events": ["message.opt_out", "message.opt_in"]},
    )
    assert (made.status_code, made.json()["subscribed_events"]) == (201, [])
    we.hear("STOP")
    we.hear("Hello")
    assert emitted_events(we) == []
