"""Raw and streaming responses."""

import json
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel

from linq import APIConnectionError, APIStatusError
from linq.types import Chat
from tests.sdk.clients import Half
from tests.sdk.samples import PagedChats, answering, chat, page
from tests.sdk.server import Server


def chats_of(client: Any, form: str, through: str) -> Any:
    return getattr(client.chats, form) if through == "resource" else getattr(client, form).chats


@pytest.mark.parametrize("through", ["resource", "client"])
def test_a_raw_answer_has_the_http_side_and_parses_to_the_page(half: Half, server: Server, through: str) -> None:
    server.total, server.faults[0] = 4, "500"
    client = half.client(base_url=server.url)
    raw = half.run(chats_of(client, "with_raw_response", through).list_chats(limit=2))
    assert (raw.status_code, raw.method, raw.retries_taken, raw.is_closed) == (200, "GET", 1, True)
    assert raw.headers["content-type"] == "application/json"
    assert str(raw.url) == str(raw.http_request.url) == f"{server.url}/v3/chats?limit=2"
    assert raw.http_response.status_code == 200
    assert raw.http_version == "HTTP/1.1"
    assert raw.elapsed.total_seconds() >= 0
    found = half.run(raw.parse())
    assert [one.id for one in half.collect(found)] == [chat(number)["id"] for number in range(4)]
    assert half.run(raw.json())["next_cursor"] == "2"
    assert json.loads(half.run(raw.text())) == json.loads(half.run(raw.read()))
    half.run(client.close())


def test_a_raw_answer_parses_to_what_it_is_told(half: Half) -> None:
    class Counted(BaseModel):
        chats: list[dict[str, object]]

    raw = half.run(half.client(PagedChats(3, limit=3)).chats.with_raw_response.list_chats())
    assert len(half.run(raw.parse(to=Counted)).chats) == 3
    assert half.run(raw.parse(to=dict[str, object]))["next_cursor"] is None
    assert half.run(raw.parse(to=str)).startswith("{")


def test_the_trace_id_is_there_to_quote(half: Half) -> None:
    answer = httpx2.Response(200, headers={"X-Trace-ID": "abc"}, json=page())
    assert half.run(half.client(answering(answer)).chats.with_raw_response.list_chats()).trace_id == "abc"


@pytest.mark.parametrize("through", ["resource", "client"])
def test_a_streamed_answer_is_read_when_asked_and_closed_at_the_end(half: Half, server: Server, through: str) -> None:
    client = half.client(base_url=server.url)
    manager = chats_of(client, "with_streaming_response", through).list_chats()
    response = half.enter(manager)
    assert not response.is_closed
    assert b"".join(half.collect(response.iter_bytes(100))).startswith(b'{"chats"')
    half.leave(manager)
    assert response.is_closed
    half.run(client.close())


@pytest.mark.parametrize(("how", "count"), [("iter_lines", 3), ("iter_text", 1)])
def test_a_stream_by_lines_and_text(half: Half, how: str, count: int) -> None:
    lines = httpx2.Response(200, text="one\ntwo\nthree")
    manager = half.client(answering(lines)).chats.with_streaming_response.list_chats()
    assert len(half.collect(getattr(half.enter(manager), how)())) == count
    half.leave(manager)


def test_a_streamed_answer_parses_to_the_page(half: Half) -> None:
    manager = half.client(PagedChats(2)).chats.with_streaming_response.list_chats()
    found = half.run(half.enter(manager).parse())
    assert isinstance(found.chats[0], Chat)
    half.leave(manager)


def test_a_streamed_error_is_an_error_with_its_body(half: Half) -> None:
    manager = half.client(answering(httpx2.Response(404, json={"x": 1}))).chats.with_streaming_response.list_chats()
    with pytest.raises(APIStatusError) as caught:
        half.enter(manager)
    assert caught.value.body == {"x": 1}


def test_a_stream_that_breaks_off_is_an_error_of_the_tree(half: Half, server: Server) -> None:
    server.faults[0] = "drop in body"
    client = half.client(base_url=server.url)
    manager = client.chats.with_streaming_response.list_chats()
    response = half.enter(manager)
    with pytest.raises(APIConnectionError, match=server.url):
        half.run(response.read())
    half.leave(manager)
    half.run(client.close())


def test_any_answer_can_be_had_as_it_is(half: Half) -> None:
    client = half.client(PagedChats(1))
    assert half.run(client.get("/v3/chats", cast_to=httpx2.Response)).status_code == 200
    assert half.run(client.get("/v3/chats", cast_to=bytes)).startswith(b"{")
    assert half.run(client.delete("/v3/chats", cast_to=type(None))) is None
    assert half.run(client.get("/v3/chats", cast_to=object))["next_cursor"] is None
