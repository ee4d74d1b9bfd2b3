"""Voice memos over the wire: what can be one, and that it is a message like any other."""

import io
import struct
import wave
from typing import Any

import pytest

from tests.support.attachments import asked, get, uploaded
from tests.support.caller import GROUP, Caller, text
from tests.support.carrier_worker import Recorder, work
from tests.support.chats import ALICE, LINE
from tests.support.envelope import refused
from tests.support.events import emitted_events, subscribe
from tests.support.open_store import OpenStore
from trunkline.actions.messages import send_voice_memo
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.domain.attachment import CONTENT_TYPES, VOICE_MEMO_TYPES
from trunkline.domain.events import EventType
from trunkline.domain.message import DeliveryStatus

URL = "https://files.example.com/memos/hello.m4a"


@pytest.fixture(scope="module")
def opened(opened_with_files: OpenStore) -> OpenStore:
    """The store of this module has each kind of file store."""
    return opened_with_files


def recording(seconds: float) -> bytes:
    """A WAV file of this length."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(struct.pack("<h", 0) * round(8000 * seconds))
    return file.getvalue()


def try_memo(we: Caller, chat_id: str, body: dict[str, Any], **more: Any) -> Any:
    """The response to ``POST /v3/chats/{id}/voicememo``."""
    return we.post(f"/v3/chats/{chat_id}/voicememo", body, **more)


def memo(we: Caller, chat_id: str, **body: Any) -> dict[str, Any]:
    """The voice memo that was sent."""
    response = try_memo(we, chat_id, body)
    assert response.status_code == 202, response.text
    assert response.json().keys() == {"voice_memo"}
    return response.json()["voice_memo"]


def test_a_voice_memo_is_a_message_of_its_chat(we: Caller) -> None:
    subscribe(we, EventType.MESSAGE_SENT)
    chat = we.create()
    made = uploaded(we, recording(1.5), filename="hello.wav", content_type="audio/wav")
    sent = memo(we, chat["id"], attachment_id=made["attachment_id"])
    assert sent.keys() == {"id", "from", "to", "status", "service", "voice_memo", "created_at", "chat"}
    assert (sent["from"], sent["to"], sent["status"], sent["service"]) == (LINE, [ALICE], "pending", None)
    url = sent["voice_memo"].pop("url")
    assert get(we.api, url).content == recording(1.5)
    assert sent["voice_memo"] == {
        "id": made["attachment_id"],
        "filename": "hello.wav",
        "mime_type": "audio/x-wav",
        "size_bytes": len(recording(1.5)),
        "duration_ms": 1500,
    }
    assert sent["chat"].keys() == {"id", "handles", "is_group", "is_active", "service"}
    assert (sent["chat"]["id"], sent["chat"]["is_group"], sent["chat"]["is_active"]) == (chat["id"], False, True)
    listed = we.messages(chat["id"])[0]
    assert (listed["id"], listed["created_at"]) == (sent["id"], sent["created_at"])
    assert we.chat(chat["id"])["updated_at"] == sent["created_at"]
    [part] = listed["parts"]
    assert (part["type"], part["id"], part["url"]) == ("media", made["attachment_id"], url)
    we.receipt(sent["id"], DeliveryStatus.DELIVERED)
    [(_, event)] = [each for each in emitted_events(we) if each[1]["id"] == sent["id"]]
    assert event["parts"][0]["filename"] == "hello.wav"


def test_a_voice_memo_by_url_in_a_group(we: Caller) -> None:
    group = we.create(GROUP)
    sent = memo(we, group["id"], voice_memo_url=URL)
    assert (sent["voice_memo"]["url"], sent["voice_memo"]["mime_type"]) == (URL, "audio/x-m4a")
    assert "duration_ms" not in sent["voice_memo"]
    assert sorted(sent["to"]) == sorted(GROUP)
    assert we.call("GET", f"/v3/attachments/{sent['voice_memo']['id']}").json()["download_url"] == URL
    unknown = memo(we, group["id"], voice_memo_url="https://files.example.com/memo")
    assert unknown["voice_memo"]["mime_type"] == "application/octet-stream"


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_the_types_of_voice_memos(we: Caller, content_type: str) -> None:
    chat = we.create()
    made = uploaded(we, b"\xff\xfb\x90\x00" + bytes(500), content_type=content_type)
    response = try_memo(we, chat["id"], {"attachment_id": made["attachment_id"]})
    if CONTENT_TYPES[content_type] in VOICE_MEMO_TYPES:
        assert response.status_code == 202
    else:
        assert "a voice memo is MP3, M4A" in refused(response, 400, 1004)


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ({}, 400, 1001, "'voice_memo_url' is missing; give it, or 'attachment_id'"),
        ({"voice_memo_url": None, "attachment_id": None}, 400, 1001, "'voice_memo_url' is missing"),
        ({"voice_memo_url": URL, "attachment_id": "a"}, 400, 1004, "exactly one of them"),
        ({"voice_memo_url": "http://example.com/a.mp3"}, 400, 1004, "'voice_memo_url' is 'http://example.com/a.mp3'"),
        (
            {"voice_memo_url": "https://example.com/a.png"},
            400,
            1004,
            "'voice_memo_url' is a file of the type image/png",
        ),
        ({"voice_memo_url": "https://example.com/a.ogg"}, 400, 1004, "'voice_memo_url' is a file of the type"),
        ({"voice_memo_url": "\x1c"}, 400, 1004, "'voice_memo_url'"),
        ({"attachment_id": "nonsense"}, 404, 2001, "'attachment_id' is 'nonsense', but there is no such attachment"),
        ({"voice_memo_url": 5}, 400, 1003, "'voice_memo_url'"),
    ],
)
def test_what_cannot_be_a_voice_memo(we: Caller, body: dict[str, Any], status: int, code: int, says: str) -> None:
    chat = we.create()
    assert says in refused(try_memo(we, chat["id"], body), status, code)
    assert len(we.messages(chat["id"])) == 1


def test_a_voice_memo_whose_file_is_missing_or_anothers(we: Caller, they: Caller) -> None:
    chat = we.create()
    waiting = asked(we, content_type="audio/mpeg")
    response = try_memo(we, chat["id"], {"attachment_id": waiting["attachment_id"]})
    assert "'attachment_id' is " in refused(response, 400, 1004)
    theirs = uploaded(they, content_type="audio/mpeg")
    refused(try_memo(we, chat["id"], {"attachment_id": theirs["attachment_id"]}), 404, 2001)
    refused(try_memo(they, chat["id"], {"attachment_id": theirs["attachment_id"]}), 404, 2001)
    refused(try_memo(we, "nowhere", {"voice_memo_url": URL}), 404, 2001)


def test_opt_outs_apply_to_voice_memos(we: Caller) -> None:
    chat = we.create()["id"]
    we.hear("STOP")
    refused(try_memo(we, chat, {"voice_memo_url": URL}), 403, 2024)
    assert memo(we, chat, voice_memo_url=URL, override_optout=True)
    we.post("/v3/blocked_handles", {"handle": ALICE})
    refused(try_memo(we, chat, {"voice_memo_url": URL, "override_optout": True}), 403, 2026)


def test_voice_memos_count_for_health(we: Caller) -> None:
    chat = we.create()["id"]
    for _ in range(4):
        memo(we, chat, voice_memo_url=URL)
    assert we.health(chat) == "AT_RISK"


def test_a_repeated_voice_memo_is_sent_once(we: Caller) -> None:
    chat = we.create()["id"]
    made = uploaded(we, recording(0.5), content_type="audio/x-wav")
    body, headers = {"attachment_id": made["attachment_id"]}, {"idempotency-key": "memo"}
    first, again = (try_memo(we, chat, body, headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.json() == again.json()
    assert len(we.messages(chat)) == 2
    refused(try_memo(we, chat, {"voice_memo_url": URL}, headers=headers), 400, 1005)


def test_a_file_whose_duration_cannot_be_read(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = we.create()["id"]
    for content, content_type in ((b"RIFF", "audio/wav"), (bytes(3000), "audio/mpeg"), (b"#!AMR\n", "audio/amr")):
        made = uploaded(we, content, content_type=content_type)
        assert "duration_ms" not in memo(we, chat, attachment_id=made["attachment_id"])["voice_memo"]
    monkeypatch.setattr(send_voice_memo, "MAX_MEASURED", 1000)
    large = uploaded(we, recording(1), content_type="audio/wav")
    assert "duration_ms" not in memo(we, chat, attachment_id=large["attachment_id"])["voice_memo"]


def test_a_file_that_takes_long_to_read(we: Caller) -> None:
    chat = we.create()["id"]
    file = recording(1)
    for chunks, known in ((1000, True), (20_000, False)):
        content = file[:12] + b"junk\0\0\0\0" * chunks + file[12:]
        made = uploaded(we, content, filename="memo.wav", content_type="audio/wav")
        sent = memo(we, chat, attachment_id=made["attachment_id"])["voice_memo"]
        assert ("duration_ms" in sent) is known


def test_the_carrier_gets_urls_and_knows_which_message_is_a_voice_memo(we: Caller) -> None:
    chat = we.create(message=text("hi"))["id"]
    made = uploaded(we, recording(0.5), content_type="audio/wav")
    memo(we, chat, attachment_id=made["attachment_id"])
    we.send(chat, {"parts": [{"type": "media", "attachment_id": made["attachment_id"]}]})
    store, recorder = we.api.opened.store, Recorder()
    dispatcher = CarrierDispatcher(store, recorder, we.clock, base_url="https://chats.example")
    we.api.opened.run(work(store, we.tenant.id, dispatcher, we.clock))
    contents = [each.content for each in recorder.sent]
    assert [each.is_voice_memo for each in contents] == [False, True, False]
    for content in contents[1:]:
        [part] = content.parts
        url = getattr(part, "url", None)
        assert isinstance(url, str)
        assert get(we.api, url).content == recording(0.5)
