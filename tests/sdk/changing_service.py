"""A service whose chats change between requests, with Trunkline's sync tokens (docs/wire.md §6)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx2

from tests.sdk.samples import chat, copied, envelope, page

Event: TypeAlias = int | httpx2.Response | Exception | None
"""What happens at a request: a chat changes, the request fails, or nothing."""


class OutOfEventsError(BaseException):
    """A request would wait for a change, and no further one is planned. The SDK converts an ``Exception``."""


@dataclass
class ChangingService:
    """Chats by number, each with the revision of its last change. Each request takes the next event."""

    events: list[Event] = field(default_factory=list[Event])
    limit: int = 3
    revision: int = 0
    chats: dict[int, int] = field(default_factory=dict[int, int])
    now: float = 1_750_000_000.0
    """Seconds since 1970; advances when a request waits, and when the client pauses."""
    slept: list[float] = field(default_factory=list[float])
    requests: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    snapshots: list[tuple[int, list[int]]] = field(default_factory=list[tuple[int, list[int]]])
    """The revision and the order of each listing that began."""

    def change(self, *numbers: int) -> None:
        for number in numbers:
            self.revision += 1
            self.chats[number] = self.revision

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        query = dict(request.url.params)
        self.requests.append(query)
        event = self.events.pop(0) if self.events else None
        if isinstance(event, int):
            self.change(event)
        elif isinstance(event, Exception):
            raise event
        elif event is not None and (event.status_code != 400 or "cursor" in query):
            return copied(event)
        return self._changes(query) if "updated_since" in query else self._listing(query)

    def _listing(self, query: dict[str, str]) -> httpx2.Response:
        if "cursor" not in query:
            order = sorted(self.chats, key=lambda number: -self.chats[number])
            self.snapshots.append((self.revision, order))
        which, start = map(int, query.get("cursor", f"{len(self.snapshots) - 1}:0").split(":"))
        revision, order = self.snapshots[which]
        end = start + self.limit
        return self._page(order[start:end], f"t{revision}", f"{which}:{end}" if end < len(order) else None)

    def _changes(self, query: dict[str, str]) -> httpx2.Response:
        since = int(query.get("cursor", query["updated_since"])[1:])
        changed = sorted((revision, number) for number, revision in self.chats.items() if revision > since)
        if not changed:
            if not self.events:
                raise OutOfEventsError
            self.now += float(query["wait"])
            return self._page([], query["updated_since"], None)
        shown, rest = changed[: self.limit], changed[self.limit :]
        token = f"t{shown[-1][0] if rest else self.revision}"
        return self._page([number for _, number in shown], token, token if rest else None)

    def _page(self, numbers: Iterable[int], token: str, next_cursor: str | None) -> httpx2.Response:
        chats = [chat(number, display_name=f"{number} r{self.chats[number]}") for number in numbers]
        return httpx2.Response(200, headers={"x-sync-token": token}, json=page(chats, next_cursor))


def expired() -> httpx2.Response:
    return httpx2.Response(400, json=envelope(400, 1005, "'cursor' began too long ago"))


def failures() -> list[Callable[[], Event]]:
    """Every failure that a follower survives."""
    return [
        lambda: httpx2.ConnectError("refused"),
        lambda: httpx2.ReadTimeout("silence"),
        lambda: httpx2.RemoteProtocolError("cut off"),
        lambda: httpx2.Response(408),
        lambda: httpx2.Response(429, headers={"retry-after": "7"}),
        lambda: httpx2.Response(500),
        lambda: httpx2.Response(503),
    ]
