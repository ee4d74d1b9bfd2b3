"""Pagination: over all chats, page by page, stopped, resumed, interrupted, one page ahead."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linq import APIConnectionError, LinqApiv3Error, RateLimitError
from linq._parse import parse as real_parse
from linq._sync import transport
from linq.pagination import SyncListChatsPagination
from linq.types import Chat
from tests.sdk.clients import Half, SyncHalf
from tests.sdk.samples import PagedChats, answering, chat, page


def ids(total: int, start: int = 0) -> list[str]:
    return [chat(number)["id"] for number in range(start, total)]


@pytest.mark.parametrize("prefetch", [0, 1])
@pytest.mark.parametrize("total", [0, 1, 2, 3, 7, 8])
def test_iterating_fetches_every_page_once(half: Half, total: int, prefetch: int) -> None:
    paged = PagedChats(total)
    found = half.collect(half.client(paged).chats.list_chats(limit=2, prefetch=prefetch))
    assert [one.id for one in found] == ids(total)
    assert len(paged.requests) == max(1, -(-total // 2))


def test_a_page_that_is_shorter_than_the_limit_is_not_the_last(half: Half) -> None:
    paged = PagedChats(5, limit=1)
    found = half.collect(half.client(paged).chats.list_chats(limit=100))
    assert [one.id for one in found] == ids(5)
    assert paged.cursors == [None, "1", "2", "3", "4"]


@pytest.mark.parametrize("prefetch", [0, 1])
def test_an_empty_page_with_a_cursor_is_not_the_last(half: Half, prefetch: int) -> None:
    empty = [httpx2.Response(200, json=page([], cursor)) for cursor in ("a", "b", "c")]
    answers = [empty[0], empty[1], httpx2.Response(200, json=page([chat(1)], "d")), empty[2]]
    last = httpx2.Response(200, json=page([chat(2)]))
    found = half.collect(half.client(answering(*answers, last)).chats.list_chats(q="zoe", prefetch=prefetch))
    assert [one.id for one in found] == [chat(1)["id"], chat(2)["id"]]


def test_filters_and_extras_go_along_to_every_page(half: Half) -> None:
    paged = PagedChats(6)
    options: dict[str, Any] = {"to": "a@b.c", "extra_query": {"q": "x"}, "extra_headers": {"X-A": "1"}, "timeout": 7}
    half.collect(half.client(paged).chats.list_chats(limit=2, **options))
    assert paged.cursors == [None, "2", "4"]
    for request in paged.requests:
        assert (request.url.params["to"], request.url.params["q"], request.headers["x-a"]) == ("a@b.c", "x", "1")
        assert request.extensions["timeout"]["read"] == 7


def test_page_by_page(half: Half) -> None:
    paged = PagedChats(5)
    first = half.run(half.client(paged).chats.list_chats())
    assert first.has_next_page()
    assert first.next_page_info().params == {"cursor": "2"}
    second = half.run(first.get_next_page())
    assert [one.id for one in second.chats] == ids(4, 2)
    pages = half.collect(second.iter_pages())
    assert pages[0] is second
    assert [one.next_cursor for one in pages] == ["4", None]
    assert not pages[-1].has_next_page()
    assert pages[-1].next_page_info() is None
    with pytest.raises(LinqApiv3Error, match="last page"):
        half.run(pages[-1].get_next_page())


@given(total=st.integers(0, 30), limit=st.integers(1, 7), stop=st.integers(0, 10), prefetch=st.sampled_from([0, 1]))
def test_pagination_stopped_after_any_page_and_resumed_is_complete(
    total: int, limit: int, stop: int, prefetch: int
) -> None:
    client = SyncHalf().client(PagedChats(total, limit))
    seen: list[str] = []
    cursor: str | None = None
    for number, fetched in enumerate(client.chats.list_chats(prefetch=prefetch).iter_pages()):
        seen += [one.id for one in fetched.chats]
        cursor = fetched.next_cursor
        if number == stop:
            break
    if cursor is not None:
        seen += [one.id for one in client.chats.list_chats(cursor=cursor)]
    assert seen == ids(total)


@pytest.mark.parametrize(
    "fault",
    [
        httpx2.Response(429, headers={"retry-after-ms": "1"}),
        httpx2.Response(503, headers={"retry-after": "0"}),
    ],
)
@pytest.mark.parametrize("prefetch", [0, 1])
def test_a_fault_in_the_middle_is_retried_in_place(half: Half, fault: httpx2.Response, prefetch: int) -> None:
    paged = PagedChats(6, faults={1: fault})
    found = half.collect(half.client(paged).chats.list_chats(prefetch=prefetch))
    assert [one.id for one in found] == ids(6)
    assert paged.cursors == [None, "2", "2", "4"]


@pytest.mark.parametrize("prefetch", [0, 1])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [(httpx2.Response(429), RateLimitError), (httpx2.ReadError("cut"), APIConnectionError)],
)
def test_an_error_that_reaches_the_caller_does_not_end_the_iterator(
    half: Half, fault: httpx2.Response | Exception, kind: type[Exception], prefetch: int
) -> None:
    paged = PagedChats(6, faults={1: fault})
    chats = half.client(paged, max_retries=0).chats.list_chats(prefetch=prefetch)
    iterator = iter(chats) if half.name == "sync" else aiter(chats)
    seen = [half.step(iterator).id for _ in range(2)]
    with pytest.raises(kind):
        half.step(iterator)
    assert seen + [one.id for one in half.collect(iterator)] == ids(6)


def test_an_empty_page_in_the_middle_is_not_the_end(half: Half) -> None:
    pages = {"": page([chat(0)], "a"), "a": page([], "b"), "b": page([chat(1)])}

    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=pages[request.url.params.get("cursor", "")])

    assert [one.id for one in half.collect(half.client(handler).chats.list_chats())] == ids(2)


@pytest.mark.parametrize("prefetch", [0, 1])
def test_a_page_whose_next_page_cannot_be_requested_is_still_yielded(half: Half, prefetch: int) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        number = 1 if "cursor" in request.url.params else 0
        return httpx2.Response(200, json=page([chat(number)], "again"))

    items = half.run(half.client(handler).chats.list_chats(prefetch=prefetch)).iter_pages()
    assert [half.step(items).chats[0].id, half.step(items).chats[0].id] == ids(2)
    with pytest.raises(LinqApiv3Error, match="'again'"):
        half.step(items)


def test_a_server_that_gives_the_same_cursor_again_cannot_keep_pagination_going_for_ever(half: Half) -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json=page([chat(0)], "again"))

    with pytest.raises(LinqApiv3Error, match="'again'"):
        half.collect(half.client(handler).chats.list_chats())


def test_a_page_nobody_fetched_says_that_it_cannot_go_on() -> None:
    alone = SyncListChatsPagination[Chat].model_validate(page([chat(0)], "next"))
    with pytest.raises(LinqApiv3Error, match="not fetched by a client"):
        alone.get_next_page()


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether the condition becomes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_prefetch_fetches_the_next_page_while_this_one_is_worked_through() -> None:
    paged = PagedChats(8)
    pages = SyncHalf().client(paged).chats.list_chats(prefetch=1).iter_pages()
    next(pages)
    assert eventually(lambda: len(paged.requests) == 2)
    assert not eventually(lambda: len(paged.requests) > 2, 0.05), "one page ahead, not more"


def test_a_prefetching_iterator_that_is_dropped_leaves_no_thread_behind() -> None:
    next(iter(SyncHalf().client(PagedChats(8)).chats.list_chats(prefetch=1)))
    assert eventually(lambda: not any(thread.name == "linq-prefetch" for thread in threading.enumerate()))


def test_a_prefetched_page_is_parsed_by_the_thread_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # A daemon thread that is in pydantic when the interpreter exits aborts the process.
    threads: list[threading.Thread] = []

    def parse(*arguments: Any) -> Any:
        threads.append(threading.current_thread())
        return real_parse(*arguments)

    monkeypatch.setattr(transport, "parse", parse)
    assert len(list(SyncHalf().client(PagedChats(8)).chats.list_chats(limit=2, prefetch=1))) == 8
    assert threads == [threading.main_thread()] * 4


def test_prefetch_can_be_chosen_for_one_iterator(half: Half) -> None:
    paged = PagedChats(8)
    first = half.run(half.client(paged).chats.list_chats())
    assert len(half.collect(first.iter_pages(prefetch=1))) == 4
    with pytest.raises(ValueError, match="prefetch"):
        first.iter_pages(prefetch=3)
