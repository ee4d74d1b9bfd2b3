"""A partner of a running service, seen from outside, so that every version of the service can be measured."""

import http.client
import time
from collections.abc import Iterator, Sequence
from typing import Any, Self

import msgspec

from bench.server.servers import Server

_LIMIT = 100  # chats on a page
_PAUSE = 0.01  # s between two looks at what is not delivered yet
_PATIENCE = 120.0  # s
_ON_THE_WAY = frozenset({"pending", "queued", "sent"})


class Tenant(msgspec.Struct, frozen=True):
    """A partner, by its key. ``paths`` are those to which messages can be posted."""

    key: str
    paths: Sequence[str]

    @classmethod
    def of(cls, server: Server, key: str) -> Self:
        """The partner of a key, with the paths of the chats whose people have not opted out."""
        chats = [chat for page in _pages(server, key, "") for chat in page["chats"]]
        gone = {_recipients(chat) for chat in chats if chat["health_status"]["status"] == "OPTED_OUT"}
        return cls(key, [f"/v3/chats/{chat['id']}/messages" for chat in chats if _recipients(chat) not in gone])

    def settle(self, server: Server) -> None:
        """Waits until every message is delivered. Raises ``TimeoutError`` after two minutes."""
        deadline = time.monotonic() + _PATIENCE
        while any(_is_on_the_way(chat) for page in _pages(server, self.key, "last_message") for chat in page["chats"]):
            if time.monotonic() > deadline:
                raise TimeoutError(f"messages are not delivered after {_PATIENCE:g} s")
            time.sleep(_PAUSE)


def _recipients(chat: dict[str, Any]) -> frozenset[str]:
    return frozenset([each["handle"] for each in chat["handles"] if not each["is_me"]])


def _is_on_the_way(chat: dict[str, Any]) -> bool:
    """Whether the newest message of a chat is; the messages of a chat are delivered in order."""
    message = chat["last_message"]
    return message is not None and message["delivery_status"] in _ON_THE_WAY


def cursors(server: Server, key: str) -> list[str]:
    """The cursors of all pages but the first, of ``_LIMIT`` chats each."""
    return [page["next_cursor"] for page in _pages(server, key, "") if page["next_cursor"] is not None]


def _pages(server: Server, key: str, include: str) -> Iterator[Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {key}"}
    path = f"/v3/chats?limit={_LIMIT}" + (f"&include={include}" if include else "")
    cursor: str | None = ""
    try:
        while cursor is not None:
            connection.request("GET", f"{path}&cursor={cursor}" if cursor else path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            if response.status != http.client.OK:
                raise RuntimeError(f"{path}: {response.status} {body[:500]!r}")
            page = msgspec.json.decode(body)
            yield page
            cursor = page["next_cursor"]
    finally:
        connection.close()
