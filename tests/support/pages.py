"""A page of the list, as a client reads it."""

from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from httpx2 import Response

from tests.support.asgi import Api


class WirePage(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a 200."""

    chats: list[dict[str, Any]]
    next_cursor: str | None
    unmatched: list[str] | msgspec.UnsetType = msgspec.UNSET

    @property
    def ids(self) -> list[str]:
        """The ids of the chats, in order."""
        return [chat["id"] for chat in self.chats]


def page_of(response: Response) -> WirePage:
    """The page in a response."""
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=WirePage)


def query_of(**parameters: str | int | None) -> str:
    """A query string; ``from_`` stands for ``from``, None for nothing."""
    named = {name.rstrip("_"): value for name, value in parameters.items() if value is not None}
    return urlencode(named, quote_via=quote)


def list_all(api: Api, secret: str, limit: int = 100, **filters: str) -> list[str]:
    """Every id of the list."""
    page = page_of(api.list(secret, query_of(limit=limit, **filters)))
    ids = page.ids
    while page.next_cursor is not None:
        page = page_of(api.list(secret, query_of(limit=limit, cursor=page.next_cursor, **filters)))
        ids += page.ids
    return ids
