"""Uploading and downloading files without a server."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response

from tests.support.asgi import Api, Headers, arriving
from tests.support.caller import Caller

PDF = "application/pdf"


def ask(we: Caller, filename: str = "menu.pdf", content_type: str = PDF, size_bytes: int = 4, **more: Any) -> Response:
    """The response to ``POST /v3/attachments``."""
    body = {"filename": filename, "content_type": content_type, "size_bytes": size_bytes} | more
    return we.post("/v3/attachments", body)


def asked(we: Caller, size_bytes: int = 4, **more: Any) -> dict[str, Any]:
    """A new attachment, which waits for its file."""
    response = ask(we, size_bytes=size_bytes, **more)
    assert response.status_code == 200, response.text
    return response.json()


def put(
    api: Api,
    url: str,
    content: bytes | Sequence[bytes],
    content_type: str | None = PDF,
    length: int | str | None = -1,
    *,
    breaks: bool = False,
    stalls: bool = False,
) -> Response:
    """The response to an upload; ``content`` arrives in these pieces. The length is the true one unless given.

    After the last piece, the client disconnects (``breaks``), or sends nothing more (``stalls``).
    """
    return api.opened.run(putting(api, url, content, content_type, length, breaks=breaks, stalls=stalls))


async def putting(
    api: Api,
    url: str,
    content: bytes | Sequence[bytes],
    content_type: str | None = PDF,
    length: int | str | None = -1,
    *,
    breaks: bool = False,
    stalls: bool = False,
    receive: Callable[[], Awaitable[dict[str, Any]]] | None = None,
) -> Response:
    """The same within the event loop; with ``receive``, the content comes from there."""
    pieces = [content] if isinstance(content, bytes) else list(content)
    given = {"content-type": content_type, "content-length": sum(map(len, pieces)) if length == -1 else length}
    headers = [(name.encode(), str(value).encode()) for name, value in given.items() if value is not None]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    if breaks:
        messages.append({"type": "http.disconnect"})
    elif messages and not stalls:
        messages[-1]["more_body"] = False
    parts = urlsplit(url)
    return await api.exchange(parts.path, parts.query.encode(), headers, "PUT", receive or arriving(messages))


def get(api: Api, url: str, method: str = "GET", **headers: str) -> Response:
    """The response to a request for a file."""
    parts = urlsplit(url)
    named: Headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return api.ask(parts.path, parts.query.encode(), named, method)


def uploaded(we: Caller, content: bytes = b"file", **more: Any) -> dict[str, Any]:
    """An attachment with its file."""
    made = asked(we, len(content), **more)
    response = put(we.api, made["upload_url"], content, made["required_headers"]["Content-Type"])
    assert response.status_code == 200, response.text
    return made


def part(attachment: dict[str, Any]) -> dict[str, Any]:
    """The part of a message that sends an attachment."""
    return {"type": "media", "attachment_id": attachment["attachment_id"]}


def sending(attachment: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A message that sends an attachment."""
    return {"parts": [part(attachment)], **more}


def file_names(we: Caller) -> list[str]:
    """The names of the partner's files in the file store."""

    async def names() -> list[str]:
        return [name async for name in we.api.opened.store.files.names() if name.startswith(f"{we.tenant.id}/")]

    return we.api.opened.run(names())
