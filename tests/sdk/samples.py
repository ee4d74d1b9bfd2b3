"""Chats as they are on the wire, pages of them, and a handler that serves them."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import httpx2

Json: TypeAlias = dict[str, Any]
Faults: TypeAlias = dict[int, httpx2.Response | Exception]
Handler: TypeAlias = Callable[[httpx2.Request], httpx2.Response]


def chat(number: int = 0, **changes: object) -> Json:
    """The chat with that number: every documented field and no other."""
    return {
        "id": f"550e8400-e29b-41d4-a716-{number:012d}",
        "created_at": "2024-01-15T10:30:00Z",
        "display_name": "+14155559876",
        "handles": [
            {
                "id": f"650e8400-e29b-41d4-a716-{number:06d}{side:06d}",
                "handle": handle,
                "joined_at": "2025-05-21T15:30:00.000Z",
                "service": "iMessage",
                "is_me": side == 0,
                "left_at": None,
                "status": "active",
            }
            for side, handle in enumerate(("+14155551234", "+14155559876"))
        ],
        "health_status": {
            "doc_url": "https://example.com/guides/chats/chat-health#at-risk",
            "status": "AT_RISK",
            "updated_at": "2026-05-01T18:28:25Z",
        },
        "is_archived": False,
        "is_group": False,
        "updated_at": "2024-01-15T12:30:00+02:00",
        "service": "iMessage",
        **changes,
    }


def page(chats: Iterable[Json] = (), next_cursor: str | None = None) -> Json:
    return {"chats": list(chats), "next_cursor": next_cursor}


def envelope(status: int, code: int, message: str, **more: object) -> Json:
    """The error body of docs/wire.md §2."""
    error = {"status": status, "code": code, "message": message, "doc_url": "https://example.com/errors", **more}
    return {"success": False, "error": error, "trace_id": "0af7651916cd43dd8448eb211c80319c"}


class PagedChats:
    """Responds as a server with ``total`` chats would, and records the requests; ``faults`` come first, in order.

    A fault is an answer, or an exception to raise, for the request with that number (0 is the first).
    """

    def __init__(
        self, total: int, limit: int = 2, faults: dict[int, httpx2.Response | Exception] | None = None
    ) -> None:
        self.total = total
        self.limit = limit
        self.faults = faults or {}
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        number = len(self.requests)
        self.requests.append(request)
        fault = self.faults.get(number)
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            return copied(fault)
        start = int(request.url.params.get("cursor", "0"))
        end = min(start + self.limit, self.total)
        return httpx2.Response(200, json=page(map(chat, range(start, end)), str(end) if end < self.total else None))

    @property
    def cursors(self) -> list[str | None]:
        """The cursor of every request so far."""
        return [request.url.params.get("cursor") for request in self.requests]


def answering(*answers: httpx2.Response | Exception) -> Handler:
    """A handler that returns these responses in turn, and then repeats the last one."""
    left = list(answers)

    def handler(request: httpx2.Request) -> httpx2.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return copied(answer)

    return handler


def copied(answer: httpx2.Response) -> httpx2.Response:
    """The same response, not yet bound to a request."""
    return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


def body_of(request: httpx2.Request) -> object:
    return json.loads(request.content) if request.content else None
