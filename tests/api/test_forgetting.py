"""A message that is deleted is gone everywhere: from every table, from events and recorded responses, and its files."""

import json
import random
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.support.attachments import file_names, get, sending, uploaded
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, LINE
from tests.support.envelope import refused
from tests.support.events import subscribe
from tests.support.traces import columns_with, files_with, rows_of
from trunkline.actions.attachments.attachments import media_part
from trunkline.actions.attachments.upload import add_attachment
from trunkline.actions.inbound.receive import Received, receive_message
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import Service
from trunkline.domain.events import EventType, WebhookVersion
from trunkline.domain.message import Content, DeliveryStatus, ReactionChange, ReactionType
from trunkline.schemas.documents import unmark_files
from trunkline.storage.sql import Query

CANARY = "canary7f3a"
_EVENTS = Query("events", "select id, type, body from events where partner_id = $1 order by sequence", ("partner",))


def traces(we: Caller, opened_url: str, words: str = CANARY) -> list[str]:
    """Where a text is stored."""
    store = we.api.opened.store
    we.api.opened.run(store.database.forget_history())
    return [*sorted(we.api.opened.run(columns_with(store, words))), *files_with(opened_url, words)]


def delete(we: Caller, message_id: str) -> None:
    assert we.call("DELETE", f"/v3/messages/{message_id}").status_code == 204


def with_file(we: Caller, chat_id: str, content: str) -> dict[str, Any]:
    """A received message with one file."""
    store, data = we.api.opened.store, content.encode()

    async def pieces() -> AsyncGenerator[bytes]:
        yield data

    async def receive() -> str:
        file = await add_attachment(store, we.ctx(), f"{content}.txt", "text/plain", len(data), pieces())
        received = Received(LINE, ALICE, Content((media_part(file),)), Service.IMESSAGE, chat_id)
        message = await receive_message(store, we.ctx(), received)
        assert message is not None
        return message.id

    return we.message(we.api.opened.run(receive()))


def stored_events(we: Caller) -> list[tuple[str, str, dict[str, Any]]]:
    """The id, the type and the data of every event of a partner, in order."""
    rows = we.api.opened.run(we.api.opened.store.database.fetch(_EVENTS, (we.tenant.id,)))
    return [(row[0], row[1], json.loads(unmark_files(row[2]).replace(b"\x1a", b""))["data"]) for row in rows]


@pytest.mark.parametrize("version", WebhookVersion)
def test_a_sent_message_is_forgotten(we: Caller, opened_url: str, version: WebhookVersion) -> None:
    subscribe(we, *EventType, version=version)
    chat = we.create(message=text("hello"))["id"]
    sent = we.send(chat, text(f"the code is {CANARY}", idempotency_key="order-1"))["id"]
    we.receipt(sent, DeliveryStatus.DELIVERED)
    assert we.call("PATCH", f"/v3/messages/{sent}", {"part_index": 0, "text": f"no, {CANARY}"}).status_code == 200
    before = stored_events(we)
    assert {"messages.document", "events.body", "idempotency_records.body"} <= set(traces(we, opened_url))
    delete(we, sent)
    assert traces(we, opened_url) == []
    after = stored_events(we)
    assert [each[:2] for each in after] == [each[:2] for each in before]
    assert [data.keys() for *_, data in after] == [data.keys() for *_, data in before]
    assert we.api.opened.run(check_store(we.api.opened.store.database))[1] == []


def test_a_repeated_send_of_a_deleted_message_sends_nothing(we: Caller) -> None:
    chat = we.create()["id"]
    sent = we.send(chat, text("once", idempotency_key="order-2"))["id"]
    delete(we, sent)
    refused(we.try_send(chat, text("once", idempotency_key="order-2")), 404, 2002)
    refused(we.try_send(chat, text("something else", idempotency_key="order-2")), 400, 1005)
    assert len(we.messages(chat)) == 1


def test_a_received_message_is_forgotten(we: Caller, opened_url: str) -> None:
    subscribe(we, *EventType)
    heard = we.hear(f"my name is {CANARY}")
    assert heard is not None
    we.reacts(heard.id, ReactionChange(ReactionType.CUSTOM, True, 0, "🦜"))
    we.edits(heard.id, f"it was {CANARY}")
    we.send(heard.chat_id, text("I see", reply_to={"message_id": heard.id}))
    delete(we, heard.id)
    assert traces(we, opened_url) == []
    assert traces(we, opened_url, "🦜") == []
    received = next(data for _, kind, data in stored_events(we) if kind == EventType.MESSAGE_RECEIVED)
    assert (received["id"], received["parts"], received["sender_handle"]["handle"]) == (heard.id, [], ALICE)


def test_a_poll_is_forgotten(we: Caller, opened_url: str) -> None:
    subscribe(we, *EventType)
    chat = we.create()["id"]
    options = [{"text": f"{CANARY} {number}"} for number in range(2)]
    made = we.post(f"/v3/chats/{chat}/polls", {"poll": {"options": options, "idempotency_key": "poll-1"}})
    poll = made.json()["message_id"]
    we.receipt(poll, DeliveryStatus.DELIVERED)
    added = we.post(f"/v3/messages/{poll}/poll/options", {"options": [{"text": f"{CANARY} 3"}]})
    assert added.status_code == 200, added.text
    delete(we, poll)
    assert traces(we, opened_url) == []


def test_other_messages_and_partners_keep_theirs(we: Caller, they: Caller, opened_url: str) -> None:
    for each in (we, they):
        subscribe(each, *EventType)
    chat, theirs = we.create()["id"], they.create()["id"]
    first = we.send(chat, text("parrot51", idempotency_key="same"))["id"]
    we.receipt(first, DeliveryStatus.DELIVERED)
    they.send(theirs, text("parrot51", idempotency_key="same"))
    second = we.send(chat, text("parrot52"))["id"]
    we.receipt(second, DeliveryStatus.DELIVERED)
    delete(we, second)
    assert {"messages.document", "events.body", "idempotency_records.body"} <= set(traces(we, opened_url, "parrot51"))
    assert traces(we, opened_url, "parrot52") == []
    delete(we, first)
    assert they.try_send(theirs, text("parrot51", idempotency_key="same")).status_code == 202
    assert len(they.messages(theirs)) == 2
    delete(they, they.messages(theirs)[0]["id"])


def test_the_files_of_a_received_message_go_with_it(we: Caller, opened_url: str) -> None:
    subscribe(we, *EventType)
    chat = we.create()["id"]
    received = [with_file(we, chat, f"{CANARY} {name}") for name in ("alone", "forwarded")]
    alone, forwarded = (each["parts"][0] for each in received)
    sent = we.send(chat, {"parts": [{"type": "media", "attachment_id": forwarded["id"]}]})
    for each in received:
        delete(we, each["id"])
    refused(we.call("GET", f"/v3/attachments/{alone['id']}"), 404, 2001)
    refused(get(we.api, alone["url"]), 404, 2001)
    assert traces(we, opened_url, f"{CANARY} alone") == []
    assert get(we.api, sent["parts"][0]["url"]).content == f"{CANARY} forwarded".encode()
    assert len(file_names(we)) == 1
    delete(we, sent["id"])
    we.call("DELETE", f"/v3/attachments/{forwarded['id']}")
    assert traces(we, opened_url) == []
    assert file_names(we) == []


def test_a_file_that_was_uploaded_stays(we: Caller) -> None:
    made = uploaded(we, b"menu")
    sent = we.create(message=sending(made))["message"]
    delete(we, sent["id"])
    assert get(we.api, sent["parts"][0]["url"]).content == b"menu"


def test_deleting_messages_among_others_leaves_nothing_in_the_file(we: Caller, opened_url: str) -> None:
    """Updates move rows between pages, and must not leave copies behind."""
    subscribe(we, *EventType)
    chance = random.Random(7)  # noqa: S311 - no secret
    chat = we.create()["id"]
    sent: dict[str, str] = {}
    for number in range(300):
        words = f"{CANARY}<{number}>"
        message = we.send(chat, text(f"{words} " * chance.choice([1, 20, 100, 500])))["id"]
        sent[words] = message
        if chance.random() < 0.5:
            we.receipt(message, DeliveryStatus.DELIVERED)
        earlier = chance.choice(list(sent))
        longer = f"{earlier} " * chance.choice([1, 30, 400])
        assert we.call("PATCH", f"/v3/messages/{sent[earlier]}", {"part_index": 0, "text": longer}).status_code < 500
    deleted = chance.sample(list(sent), 150)
    for words in deleted:
        delete(we, sent[words])
    assert traces(we, opened_url, CANARY) != []
    we.api.opened.run(we.api.opened.store.database.forget_history())
    assert [words for words in deleted if files_with(opened_url, words)] == []
    rows = str(we.api.opened.run(rows_of(we.api.opened.store)))
    assert [words for words in deleted if words in rows] == []
