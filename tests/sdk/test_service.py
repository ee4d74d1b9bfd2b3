"""Both halves against the real service, over a real socket."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import linq
from tests.acceptance.command import run_json, serving
from tests.sdk.halves import Half

CHATS = 250


@dataclass(frozen=True)
class Service:
    url: str
    key: str
    line: str


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with sample chats."""
    database = f"sqlite:///{tmp_path_factory.mktemp('service') / 'trunkline.db'}"
    [partner] = run_json("demo", "--chats", str(CHATS), database=database)["partners"]
    with serving(database) as url:
        yield Service(url, partner["key"], partner["lines"][0])


@pytest.mark.parametrize("path", ["", "/api/partner"])
@pytest.mark.parametrize("prefetch", [0, 1])
def test_a_walk_finds_every_chat_once_and_typed(half: Half, service: Service, path: str, prefetch: int) -> None:
    client = half.client(base_url=service.url + path, api_key=service.key)
    chats = half.collect(client.chats.list_chats(limit=100, prefetch=prefetch))
    assert len({chat.id for chat in chats}) == len(chats) == CHATS
    assert all(chat.handles[0].is_me and chat.updated_at.tzinfo for chat in chats)
    assert [chat.updated_at for chat in chats] == sorted((chat.updated_at for chat in chats), reverse=True)
    half.run(client.close())


def test_filters_reach_the_service(half: Half, service: Service) -> None:
    client = half.client(base_url=service.url, api_key=service.key)
    chats = half.collect(client.chats.list_chats(from_=service.line))
    assert {chat.handles[0].handle for chat in chats} == {service.line}
    other = chats[0].handles[1].handle
    found = half.collect(client.chats.list_chats(to=other))
    assert all(other in [handle.handle for handle in chat.handles] for chat in found)
    assert chats[0].id in [chat.id for chat in found]
    half.run(client.close())


@pytest.mark.parametrize(
    ("options", "arguments", "kind", "code"),
    [
        ({"api_key": "tk_nobody"}, {}, linq.AuthenticationError, 2004),
        ({}, {"limit": 0}, linq.BadRequestError, 1005),
        ({}, {"from_": "12 34"}, linq.BadRequestError, 1002),
        ({}, {"from_": "+12223334444"}, linq.PermissionDeniedError, 2006),
        ({}, {"cursor": "edited"}, linq.BadRequestError, 1005),
    ],
)
def test_the_services_refusals_are_told_with_code_and_trace_id(
    half: Half,
    service: Service,
    options: dict[str, Any],
    arguments: dict[str, Any],
    kind: type[linq.APIStatusError],
    code: int,
) -> None:
    client = half.client(None, **{"base_url": service.url, "api_key": service.key} | options)
    with pytest.raises(kind) as caught:
        half.run(client.chats.list_chats(**arguments))
    assert caught.value.code == code
    assert caught.value.trace_id == caught.value.response.headers["x-trace-id"]
    assert len(caught.value.trace_id or "") == 32
    half.run(client.close())
