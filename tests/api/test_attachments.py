"""Attachments over the wire: asking for one, sending it, reading and deleting it; who sees what."""

import json
import uuid
from typing import Any

import pytest

from tests.support.asgi import BASE, Api
from tests.support.attachments import PDF, ask, asked, file_names, get, part, sending, uploaded
from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB, LINE
from tests.support.envelope import refused
from tests.support.events import subscribe
from tests.support.open_store import OpenStore
from trunkline.actions.attachments import attachments
from trunkline.actions.attachments.sweep import sweep
from trunkline.domain.attachment import CONTENT_TYPES, FORGET_AFTER, MAX_SIZE, UPLOAD_WINDOW
from trunkline.domain.events import EventType
from trunkline.domain.instant import DAY, SECOND
from trunkline.schemas.documents import Completion
from trunkline.storage.sql import Query
from trunkline.testing.clock import Clock

_BODIES = Query("bodies", "select body from events where partner_id = $1 order by sequence", ("partner",))


@pytest.fixture(scope="module")
def opened(opened_with_files: OpenStore) -> OpenStore:
    """The store of this module has each kind of file store."""
    return opened_with_files


def url_of(message: dict[str, Any], index: int = 0) -> str:
    """The URL of a part."""
    return message["parts"][index]["url"]


def opens(we: Caller, url: str, content: bytes = b"file") -> bool:
    """Whether a URL leads to this file."""
    assert url.startswith(f"{BASE}/files/")
    response = get(we.api, url)
    return response.status_code == 200 and response.content == content


def test_asking_for_an_attachment(we: Caller, clock: Clock) -> None:
    made = asked(we, 1_024_000, filename="photo.jpg", content_type="image/jpeg")
    assert made.keys() == {
        "attachment_id",
        "upload_url",
        "download_url",
        "http_method",
        "expires_at",
        "required_headers",
    }
    assert made["http_method"] == "PUT"
    assert made["required_headers"] == {"Content-Type": "image/jpeg", "Content-Length": "1024000"}
    assert made["upload_url"] != made["download_url"]
    read = we.call("GET", f"/v3/attachments/{made['attachment_id']}").json()
    assert read.keys() == {"id", "filename", "content_type", "size_bytes", "status", "download_url", "created_at"}
    assert (read["filename"], read["content_type"], read["size_bytes"]) == ("photo.jpg", "image/jpeg", 1_024_000)
    assert read["status"] == "pending"
    refused(get(we.api, made["download_url"]), 404, 2001)
    clock.advance(minutes=16)
    assert we.call("GET", f"/v3/attachments/{made['attachment_id']}").json()["status"] == "failed"


def test_a_complete_attachment(we: Caller) -> None:
    made = uploaded(we, b"%PDF")
    read = we.call("GET", f"/v3/attachments/{made['attachment_id']}").json()
    assert read["status"] == "complete"
    assert opens(we, read["download_url"], b"%PDF")
    assert opens(we, made["download_url"], b"%PDF")


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_types_with_an_older_name_are_shown_with_the_newer_one(we: Caller, content_type: str) -> None:
    made = uploaded(we, content_type=content_type)
    assert made["required_headers"]["Content-Type"] == content_type
    read = we.call("GET", f"/v3/attachments/{made['attachment_id']}").json()
    assert read["content_type"] == CONTENT_TYPES[content_type]


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({"content_type": PDF, "size_bytes": 1}, 1001, "'filename' is missing"),
        ({"filename": "a", "size_bytes": 1}, 1001, "'content_type' is missing"),
        ({"filename": "a", "content_type": PDF}, 1001, "'size_bytes' is missing"),
        ({"filename": "", "content_type": PDF, "size_bytes": 1}, 1005, "'filename' has 0 characters"),
        ({"filename": "a" * 256, "content_type": PDF, "size_bytes": 1}, 1005, "'filename' has 256 characters"),
        ({"filename": "../a", "content_type": PDF, "size_bytes": 1}, 1005, "'filename' is '../a'"),
        ({"filename": "..", "content_type": PDF, "size_bytes": 1}, 1005, "'filename' is '..'"),
        ({"filename": "a\\b", "content_type": PDF, "size_bytes": 1}, 1005, "'filename' is"),
        ({"filename": "a\x00", "content_type": PDF, "size_bytes": 1}, 1005, "'filename' is"),
        ({"filename": "a\r\nX: y", "content_type": PDF, "size_bytes": 1}, 1005, "'filename' is"),
        ({"filename": "a", "content_type": "image/webp", "size_bytes": 1}, 1005, "'content_type' is 'image/webp'"),
        ({"filename": "a", "content_type": "image/svg+xml", "size_bytes": 1}, 1005, "/docs lists the types"),
        ({"filename": "a", "content_type": "audio/ogg", "size_bytes": 1}, 1005, "'content_type'"),
        ({"filename": "a", "content_type": "audio/flac", "size_bytes": 1}, 1005, "'content_type'"),
        ({"filename": "a", "content_type": "application/x-msdownload", "size_bytes": 1}, 1005, "'content_type'"),
        ({"filename": "a", "content_type": "Application/PDF", "size_bytes": 1}, 1005, "'content_type'"),
        ({"filename": "a", "content_type": PDF, "size_bytes": 0}, 1005, "'size_bytes' is 0"),
        ({"filename": "a", "content_type": PDF, "size_bytes": -1}, 1005, "'size_bytes' is -1"),
        ({"filename": "a", "content_type": PDF, "size_bytes": MAX_SIZE + 1}, 1005, "from 1 to 104857600"),
        ({"filename": "a", "content_type": PDF, "size_bytes": "4"}, 1003, "'size_bytes'"),
    ],
)
def test_what_cannot_be_an_attachment(we: Caller, body: dict[str, Any], code: int, says: str) -> None:
    assert says in refused(we.post("/v3/attachments", body), 400, code)


def test_names_of_files_in_any_script(we: Caller) -> None:
    for name in ("Screenshot 2026-01-01 at 9.41.00\u202fAM.png", "菜单.pdf", 'a "b".pdf', "a" * 255):
        made = uploaded(we, filename=name)
        assert we.call("GET", f"/v3/attachments/{made['attachment_id']}").json()["filename"] == name


def test_only_so_many_attachments_wait_for_their_files(
    we: Caller, they: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_PENDING", 3)
    for _ in range(3):
        uploaded(we)
        asked(we)
    response = ask(we)
    asked(they)
    assert (response.status_code, response.json()["error"]["code"]) == (429, 1007)
    assert 0 < int(response.headers["retry-after"]) <= UPLOAD_WINDOW // SECOND
    clock.advance(minutes=16)
    assert ask(we).status_code == 200


def test_an_attachment_in_every_message_that_the_line_can_send(we: Caller) -> None:
    made = uploaded(we)
    begun = we.create(message=sending(made))
    sent = we.send(begun["id"], {"parts": [{"type": "text", "value": "here"}, part(made), part(made)]})
    anywhere = we.post("/v3/messages", {"to": [BOB], "message": sending(made)}).json()["message"]
    grouped = we.create(GROUP, sending(made))["message"]
    for message, index in ((begun["message"], 0), (sent, 1), (sent, 2), (anywhere, 0), (grouped, 0)):
        shown = message["parts"][index]
        assert shown.keys() == {"type", "id", "url", "filename", "mime_type", "size_bytes", "reactions"}
        assert (shown["type"], shown["id"]) == ("media", made["attachment_id"])
        assert (shown["filename"], shown["mime_type"], shown["size_bytes"]) == ("menu.pdf", PDF, 4)
        assert opens(we, shown["url"])
        assert we.message(message["id"])["parts"][index] == shown
        assert we.call("GET", f"/v3/attachments/{shown['id']}").json()["download_url"] == shown["url"]


def test_a_counterparty_sends_a_file(we: Caller) -> None:
    made = uploaded(we, b"photo", content_type="image/png", filename="cat.png")
    simulated = we.post("/admin/simulate", {"action": "message", "from": ALICE, "to": LINE, "message": sending(made)})
    assert simulated.status_code == 200, simulated.text
    received = we.message(simulated.json()["message_id"])
    assert received["is_from_me"] is False
    [shown] = received["parts"]
    assert (shown["filename"], shown["mime_type"], shown["size_bytes"]) == ("cat.png", "image/png", len(b"photo"))
    assert opens(we, url_of(received), b"photo")


def test_a_counterparty_acts_on_the_last_message_of_a_chat_with_files(we: Caller) -> None:
    made = uploaded(we)
    chat = we.create(message=sending(made))
    heard = {"action": "message", "from": ALICE, "chat_id": chat["id"], "message": sending(made)}
    received = we.post("/admin/simulate", heard).json()["message_id"]
    sent = we.send(chat["id"], sending(made))["id"]
    for action, message_id in (
        ({"action": "reaction", "type": "love"}, sent),
        ({"action": "deliver"}, sent),
        ({"action": "read"}, sent),
    ):
        response = we.post("/admin/simulate", action | {"from": ALICE, "chat_id": chat["id"]})
        assert (response.status_code, response.json().get("message_id")) == (200, message_id), response.text
    assert we.message(received)["delivery_status"] == "received"
    assert opens(we, url_of(we.message(sent)))


def test_urls_are_complete_and_fresh_wherever_a_message_is_shown(we: Caller, clock: Clock) -> None:
    subscribe(we, EventType.MESSAGE_SENT, EventType.MESSAGE_RECEIVED)
    made = uploaded(we)
    chat = we.create(message=sending(made))
    we.post("/admin/simulate", {"action": "message", "from": ALICE, "chat_id": chat["id"], "message": sending(made)})
    clock.advance(days=30)
    [received, sent] = we.messages(chat["id"])
    thread = we.pages(f"/v3/messages/{sent['id']}/thread")
    listed = we.call("GET", "/v3/chats", query="include=last_message").json()["chats"][0]["last_message"]
    for message in (received, sent, *thread, listed):
        assert opens(we, url_of(message))
    rows = we.api.opened.run(we.api.opened.store.database.fetch(_BODIES, (we.tenant.id,)))
    completion = Completion(BASE, we.api.opened.store.file_urls(BASE))
    for (body,) in rows:
        assert b"http" not in body, "a stored event has no URL that could expire"
        data = json.loads(completion.complete(body, we.tenant.id, clock()))["data"]
        assert opens(we, url_of(data))


def test_text_cannot_forge_the_url_of_an_attachment(we: Caller) -> None:
    made = uploaded(we)
    forged = f'","url":"\x1c{made["attachment_id"]}"'
    chat = we.create(message=text(forged))
    assert we.message(chat["message"]["id"])["parts"][0]["value"] == forged
    for url in (f"\x1c{made['attachment_id']}", f"attachment:{made['attachment_id']}"):
        refused(we.try_send(chat["id"], {"parts": [{"type": "media", "url": url}]}), 400, 1004)


def test_what_cannot_be_sent(we: Caller, they: Caller) -> None:
    pending, theirs, ours = asked(we), uploaded(they), uploaded(we)
    chat = we.create()["id"]
    for attachment_id in (theirs["attachment_id"], str(uuid.uuid4()), "nonsense", "\x00", ""):
        message = refused(we.try_send(chat, {"parts": [{"type": "media", "attachment_id": attachment_id}]}), 404, 2001)
        assert message.startswith("'message.parts[0].attachment_id' is ")
        assert message.endswith(", but there is no such attachment")
    assert "has not been uploaded" in refused(we.try_send(chat, sending(pending)), 400, 1004)
    both = part(ours) | {"url": "https://example.com/a.png"}
    assert "exactly one of them" in refused(we.try_send(chat, {"parts": [both]}), 400, 1004)
    assert "'attachment_id'" in refused(we.try_send(chat, {"parts": [{"type": "media"}]}), 400, 1001)
    we.call("DELETE", f"/v3/attachments/{ours['attachment_id']}")
    refused(we.try_send(chat, sending(ours)), 404, 2001)
    refused(we.try_create([BOB], sending(ours)), 404, 2001)
    refused(we.post("/v3/messages", {"to": [BOB], "message": sending(ours)}), 404, 2001)
    simulated = {"action": "message", "from": BOB, "to": LINE, "message": sending(ours)}
    refused(we.post("/admin/simulate", simulated), 404, 2001)
    assert [each["id"] for each in we.chats()] == [chat]
    assert len(we.messages(chat)) == 1


def test_a_partner_never_reaches_the_file_of_another(we: Caller, they: Caller) -> None:
    theirs = uploaded(they)
    chat = they.create(message=sending(theirs))
    by_url = they.send(chat["id"], {"parts": [{"type": "media", "url": "https://example.com/a.png"}]})
    for file_id in (theirs["attachment_id"], by_url["parts"][0]["id"], str(uuid.uuid4())):
        unknown = refused(we.call("GET", f"/v3/attachments/{file_id}"), 404, 2001)
        assert unknown == f"there is no attachment '{file_id}'"
        refused(we.call("DELETE", f"/v3/attachments/{file_id}"), 404, 2001)
    ours = theirs["download_url"].replace(f"partner={they.tenant.id}", f"partner={we.tenant.id}")
    refused(get(we.api, ours), 403, 2005)
    assert opens(they, theirs["download_url"])


def test_the_file_of_any_part_is_found_by_its_id(we: Caller) -> None:
    chat = we.create()["id"]
    sent = we.send(chat, {"parts": [{"type": "media", "url": "https://example.com/a.png"}, part(uploaded(we))]})
    body = {"parts": [{"type": "media", "url": "https://example.com/b.mov"}]}
    received = we.post("/admin/simulate", {"action": "message", "from": ALICE, "chat_id": chat, "message": body})
    heard = we.message(received.json()["message_id"])
    for message in (sent, heard):
        for shown in message["parts"]:
            read = we.call("GET", f"/v3/attachments/{shown['id']}").json()
            assert (read["id"], read["download_url"], read["status"]) == (shown["id"], shown["url"], "complete")
            assert (read["filename"], read["content_type"]) == (shown["filename"], shown["mime_type"])
    we.call("DELETE", f"/v3/messages/{sent['id']}")
    refused(we.call("GET", f"/v3/attachments/{sent['parts'][0]['id']}"), 404, 2001)
    assert we.call("GET", f"/v3/attachments/{sent['parts'][1]['id']}").status_code == 200


def test_deleting_an_attachment(we: Caller) -> None:
    made = uploaded(we)
    chat = we.create(message=sending(made))
    assert len(file_names(we)) == 1
    before = we.message(chat["message"]["id"])
    deleted = we.call("DELETE", f"/v3/attachments/{made['attachment_id']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert file_names(we) == []
    assert we.message(chat["message"]["id"]) == before, "a message keeps the part"
    for url in (made["download_url"], url_of(before)):
        assert refused(get(we.api, url), 404, 2001) == "this file does not exist any longer"
    refused(we.call("GET", f"/v3/attachments/{made['attachment_id']}"), 404, 2001)
    refused(we.call("DELETE", f"/v3/attachments/{made['attachment_id']}"), 404, 2001)
    waiting = asked(we)
    assert we.call("DELETE", f"/v3/attachments/{waiting['attachment_id']}").status_code == 204


def test_a_repeated_send_gets_the_first_response_after_the_attachment_is_deleted(we: Caller) -> None:
    made = uploaded(we)
    message = sending(made, idempotency_key="once")
    first = we.try_create(message=message)
    we.call("DELETE", f"/v3/attachments/{made['attachment_id']}")
    again = we.try_create(message=message)
    assert again.status_code == 201
    assert again.json() == first.json()


def test_etags_are_stable_within_a_day_and_change_with_the_urls(we: Caller, clock: Clock) -> None:
    we.create(message=sending(uploaded(we)))
    clock.advance(seconds=(DAY - clock() % DAY) / SECOND)
    responses: dict[str, Any] = {}
    for query in ("", "include=last_message"):
        responses[query] = we.call("GET", "/v3/chats", query=query)
    clock.advance(hours=20)
    for query, first in responses.items():
        etag = {"if-none-match": first.headers["etag"]}
        assert we.call("GET", "/v3/chats", query=query).content == first.content
        assert we.call("GET", "/v3/chats", query=query, headers=etag).status_code == 304
        moved = Caller(Api(we.api.opened, clock, base_url="https://new.example"), clock, we.tenant)
        assert moved.call("GET", "/v3/chats", query=query, headers=etag).status_code == (200 if query else 304)
    clock.advance(hours=5)
    etag = {"if-none-match": responses[""].headers["etag"]}
    assert we.call("GET", "/v3/chats", headers=etag).status_code == 304
    etag = {"if-none-match": responses["include=last_message"].headers["etag"]}
    later = we.call("GET", "/v3/chats", query="include=last_message", headers=etag)
    assert later.status_code == 200
    assert opens(we, url_of(later.json()["chats"][0]["last_message"]))


def test_what_never_got_its_file_is_forgotten(we: Caller, timed: Api, clock: Clock) -> None:
    waiting, complete = asked(we), uploaded(we)
    clock.advance(seconds=FORGET_AFTER / SECOND + 10)
    timed.opened.run(sweep(timed.opened.store, clock()))
    refused(we.call("GET", f"/v3/attachments/{waiting['attachment_id']}"), 404, 2001)
    assert we.call("GET", f"/v3/attachments/{complete['attachment_id']}").json()["status"] == "complete"
