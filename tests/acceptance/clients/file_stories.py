"""Attachments and voice memos."""

import asyncio
import io
import urllib.error
import urllib.request
import wave
from typing import Any

import pytest

from tests.acceptance.clients.app import ALICE, PATIENCE, App, refused


async def sends_files(app: App) -> None:
    """A file is uploaded, sent, received, downloaded and deleted."""
    made = await upload(app, b"%PDF", filename="menu.pdf", content_type="application/pdf")
    part = {"type": "media", "attachment_id": made.attachment_id}
    created = app.client.chats.create(from_=app.line, to=[ALICE], message={"parts": [part]})
    chat = (await app.got(created)).chat
    [shown] = (await app.arrived(chat.message.id)).parts
    assert (shown.id, shown.filename, shown.mime_type) == (made.attachment_id, "menu.pdf", "application/pdf")
    assert await request(shown.url) == b"%PDF"

    played = await app.play("message", from_=ALICE, message={"parts": [part]})
    received = await app.got(app.client.messages.retrieve(played["message_id"]))
    file = await app.got(app.client.attachments.retrieve(received.parts[0].id))
    assert (file.filename, file.size_bytes, file.status) == ("menu.pdf", 4, "complete")
    assert await request(file.download_url) == b"%PDF"

    await app.got(app.client.attachments.delete(made.attachment_id))
    with pytest.raises(urllib.error.HTTPError):
        await request(shown.url)
    with refused(404, 2001):
        await app.got(app.client.attachments.retrieve(made.attachment_id))
    with refused(404, 2001):
        await app.got(app.client.chats.messages.send(chat.id, message={"parts": [part]}))
    with refused(400, 1005):
        await app.got(app.client.attachments.create(filename="a", content_type="image/webp", size_bytes=1))


async def sends_voice_memos(app: App) -> None:
    """A voice memo is sent from an attachment, and from a URL."""
    chat = await app.begin(ALICE)
    made = await upload(app, recording(), filename="hello.wav", content_type="audio/x-wav")
    memo = (await app.got(app.client.chats.send_voicememo(chat.id, attachment_id=made.attachment_id))).voice_memo
    assert (memo.from_, memo.to, memo.chat.id, memo.voice_memo.duration_ms) == (app.line, [ALICE], chat.id, 1000)
    assert await request(memo.voice_memo.url) == recording()
    assert (await app.arrived(memo.id)).parts[0].filename == "hello.wav"
    url = "https://files.example.com/hello.m4a"
    memo = (await app.got(app.client.chats.send_voicememo(chat.id, voice_memo_url=url))).voice_memo
    assert (memo.voice_memo.url, memo.voice_memo.mime_type) == (url, "audio/x-m4a")
    with refused(400, 1001):
        await app.got(app.client.chats.send_voicememo(chat.id))


async def upload(app: App, content: bytes, **described: Any) -> Any:
    """A new attachment with its file."""
    made = await app.got(app.client.attachments.create(size_bytes=len(content), **described))
    assert made.http_method == "PUT"
    await request(made.upload_url, content, made.required_headers)
    return made


async def request(url: str, content: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """The body of the response to a request without a key."""
    method = "GET" if content is None else "PUT"
    asked = urllib.request.Request(url, content, headers or {}, method=method)  # noqa: S310 - our own server
    with await asyncio.to_thread(urllib.request.urlopen, asked, timeout=PATIENCE) as response:
        return response.read()


def recording() -> bytes:
    """A WAV file of one second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(8000)
        written.writeframes(bytes(8000))
    return file.getvalue()


STORIES = (sends_files, sends_voice_memos)
