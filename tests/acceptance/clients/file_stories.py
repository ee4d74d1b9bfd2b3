"""Attachments and voice memos."""

import asyncio
import urllib.request
from typing import Any

from tests.acceptance.clients.app import ALICE, PATIENCE, App, Stories, refused

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SOUND = b"\x00\x00\x00\x1cftypM4A " + bytes(64)
UNKNOWN = "550e8400-e29b-41d4-a716-446655440000"


async def sends_and_receives_files(app: App) -> None:
    """A file is uploaded once, sent twice, read by both ids of it, and deleted; the recipient sends one, too."""
    calls = app.client.attachments
    attachment_id = await uploaded(app, "cat.png", "image/png", PICTURE)
    known = await app.got(calls.retrieve(attachment_id))
    assert (known.filename, known.content_type, known.size_bytes) == ("cat.png", "image/png", len(PICTURE))
    assert known.status == "complete"
    assert await fetched(known.download_url) == PICTURE

    chat = await app.begin(ALICE)
    picture = {"type": "media", "attachment_id": attachment_id}
    for parts in ([picture], [{"type": "text", "value": "again"}, picture]):
        sent = (await app.got(app.client.chats.messages.send(chat.id, message={"parts": parts}))).message
        shown = (await app.got(app.client.messages.retrieve(sent.id))).parts[-1]
        assert (shown.filename, shown.mime_type, shown.size_bytes) == ("cat.png", "image/png", len(PICTURE))
        assert await fetched(shown.url) == PICTURE
        assert (await app.got(calls.retrieve(shown.id))).filename == "cat.png"

    received = (await app.play("message", from_=ALICE, message={"parts": [picture]}))["message_id"]
    [part] = (await app.got(app.client.messages.retrieve(received))).parts
    assert await fetched(part.url) == PICTURE
    assert (await app.got(calls.retrieve(part.id))).size_bytes == len(PICTURE)

    await app.got(calls.delete(attachment_id))
    with refused(404, 2001):
        await app.got(calls.retrieve(attachment_id))
    for refused_type in ("image/webp", "application/x-msdownload"):
        with refused(400, 1005):
            await app.got(calls.create(filename="cat", content_type=refused_type, size_bytes=1))
    with refused(404, 2001):
        message = {"parts": [{"type": "media", "attachment_id": UNKNOWN}]}
        await app.got(app.client.chats.messages.send(chat.id, message=message))


async def sends_voice_memos(app: App) -> None:
    """A voice memo is a message of its chat, whether it is uploaded or linked."""
    chat = await app.begin(ALICE)
    attachment_id = await uploaded(app, "memo.m4a", "audio/mp4", SOUND)
    for source in ({"attachment_id": attachment_id}, {"voice_memo_url": "https://example.com/memo.mp3"}):
        memo = (await app.got(app.client.chats.send_voicememo(chat.id, **source))).voice_memo
        assert (memo.chat.id, memo.from_, memo.to) == (chat.id, app.line, [ALICE])
        await app.arrived(memo.id)
    [page] = await app.pages(app.client.chats.messages.list(chat.id))
    assert len(page.messages) == 3
    with refused(400, 1001):
        await app.got(app.client.chats.send_voicememo(chat.id))


async def uploaded(app: App, filename: str, content_type: str, content: bytes) -> str:
    """The id of a new attachment with this content."""
    asked = app.client.attachments.create(filename=filename, content_type=content_type, size_bytes=len(content))
    made = await app.got(asked)
    headers = made.required_headers
    request = urllib.request.Request(made.upload_url, content, headers, method=made.http_method)  # noqa: S310 - our own server
    await asyncio.to_thread(_response, request)
    return made.attachment_id


async def fetched(url: str) -> bytes:
    """What is at a URL, which needs no key."""
    return await asyncio.to_thread(_response, url)


def _response(request: Any) -> bytes:
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 - our own server
        return response.read()


STORIES: Stories = {
    sends_and_receives_files: (0, 12),
    sends_voice_memos: (0, 12),
}
