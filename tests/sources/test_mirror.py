"""The mirror against upstreams that do not respond as documented, over real sockets."""

from typing import Any

import pytest

from tests.sources.upstream import upstream
from trunkline.domain.errors import CommandError

CHAT: dict[str, Any] = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "created_at": "2024-01-15T10:30:00Z",
    "display_name": None,
    "handles": [
        {
            "id": f"550e8400-e29b-41d4-a716-44665544001{index}",
            "handle": handle,
            "joined_at": "2024-01-15T10:30:00Z",
            "service": "iMessage",
            "is_me": index == 0,
        }
        for index, handle in enumerate(("+14155551234", "+14155559876"))
    ],
    "health_status": {"doc_url": "x", "status": "HEALTHY", "updated_at": "2024-01-15T10:30:00Z"},
    "is_archived": False,
    "is_group": False,
    "updated_at": "2024-01-15T10:30:00Z",
    "service": "iMessage",
}


async def test_a_repeated_cursor_is_an_error() -> None:
    async with upstream(lambda _path, _cursor: (200, {"chats": [CHAT], "next_cursor": "next"})) as source:
        assert (await source.page(None)).next_cursor == "next"
        with pytest.raises(CommandError, match="repeats the cursor 'next'"):
            await source.page("next")


async def test_an_expired_cursor_is_replaced_by_the_first_page_only_when_a_mirror_continues() -> None:
    def respond(_: str, cursor: str | None) -> tuple[int, Any]:
        return (200, {"chats": [CHAT], "next_cursor": None}) if cursor is None else (400, {"error": {"code": 1005}})

    async with upstream(respond) as source:
        assert len((await source.page("old", or_first=True)).chats) == 1
        with pytest.raises(CommandError, match="HTTP 400"):
            await source.page("old")


@pytest.mark.parametrize(
    "change",
    [
        {"updated_at": "2024-01-15T10:30:00"},
        {"created_at": "yesterday"},
        {"created_at": None},
        {"id": None},
        {"id": "chat-1"},
        {"handles": None},
        {"handles": [CHAT["handles"][0]]},
        {"handles": [CHAT["handles"][1], CHAT["handles"][1]]},
        {"service": "Fax"},
        {"health_status": {}},
    ],
    ids=str,
)
async def test_a_chat_that_is_not_as_documented_is_skipped(change: dict[str, Any]) -> None:
    async with upstream(lambda _path, _cursor: (200, {"chats": [CHAT | change, CHAT], "next_cursor": None})) as source:
        page = await source.page(None)
    assert [chat.id for chat in page.chats] == [CHAT["id"]]
    assert len(page.skipped) == 1


@pytest.mark.parametrize("body", [{}, {"chats": None, "next_cursor": None}, {"chats": {}}, [], "hello"], ids=str)
async def test_a_response_without_a_list_of_chats_is_an_error(body: Any) -> None:
    async with upstream(lambda _path, _cursor: (200, body)) as source:
        with pytest.raises(CommandError, match="does not answer as this API"):
            await source.page(None)
