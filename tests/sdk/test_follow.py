"""``chats.follow``, and the parameters of ``list_chats`` that it builds on."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linq import (
    APIConnectionError,
    AsyncLinqAPIV3,
    AuthenticationError,
    BadRequestError,
    LinqApiv3Error,
    PermissionDeniedError,
)
from linq.types import Message
from tests.sdk.changing_service import ChangingService, Event, OutOfEventsError, expired, failures
from tests.sdk.clients import Half, SyncHalf
from tests.sdk.endpoints import message
from tests.sdk.samples import PagedChats, answering, chat, page
from tests.sdk.server import Server


def following(half: Half, service: ChangingService, since: str | None = None, **options: Any) -> Any:
    """A follower with the clock of the service."""
    client = half.client(service, clock=service.clock)
    follower = client.chats.follow(since, **options)
    follower.sleep = service.asleep if isinstance(client, AsyncLinqAPIV3) else service.sleep
    return follower


def steps(half: Half, follower: Any) -> Iterator[str]:
    """The names of the chats yielded until no event is left."""
    while True:
        try:
            yield half.step(follower).display_name
        except OutOfEventsError:
            return


def service_of(chats: int, *events: Event) -> ChangingService:
    service = ChangingService(list(events))
    service.change(*range(chats))
    return service


def test_without_a_token_all_chats_come_first_and_then_those_that_change(half: Half) -> None:
    service = service_of(5, None, None, 2, 4, None, 0)
    found = list(steps(half, following(half, service)))
    assert found == ["4 r5", "3 r4", "2 r3", "1 r2", "0 r1", "2 r6", "4 r7", "0 r8"]
    assert service.requests[0] == {"limit": "100"}
    assert service.requests[1] == {"limit": "100", "cursor": "0:3"}
    assert service.requests[2] == {"limit": "100", "updated_since": "t5", "wait": "60"}
    assert service.requests[3]["updated_since"] == "t6"


def test_a_change_during_the_first_listing_is_not_missed(half: Half) -> None:
    service = service_of(5, None, 4)
    assert list(steps(half, following(half, service)))[-1] == "4 r6"


def test_with_a_token_only_changes_come(half: Half) -> None:
    service = service_of(5, 1)
    options: dict[str, Any] = {"from_": "+1", "to": "a@b.c", "include": ["unread_count", "last_message"]}
    assert list(steps(half, following(half, service, "t3", wait=5, limit=50, **options))) == ["3 r4", "4 r5", "1 r6"]
    query = {"from": "+1", "to": "a@b.c", "include": "unread_count,last_message", "limit": "50", "wait": "5"}
    assert service.requests[0] == {**query, "updated_since": "t3"}


def test_the_token_advances_once_a_page_has_been_consumed(half: Half) -> None:
    service = service_of(4)
    follower = following(half, service)
    seen: list[str | None] = []
    for _ in range(4):
        half.step(follower)
        seen.append(follower.token)
    assert seen == [None] * 4, "the last chat may not be processed yet"
    service.events = [1, httpx2.Response(401)]
    half.step(follower)
    assert follower.token == "t4"
    with pytest.raises(AuthenticationError):
        half.step(follower)
    assert follower.token == "t5"


@pytest.mark.parametrize("failure", failures())
def test_it_survives_failures_with_growing_pauses(half: Half, failure: Any) -> None:
    service = service_of(4, *(failure() for _ in range(12)), None, failure(), None, failure(), 3)
    assert list(steps(half, following(half, service))) == ["3 r4", "2 r3", "1 r2", "0 r1", "3 r5"]
    if isinstance(failure(), httpx2.Response) and "retry-after" in failure().headers:
        assert set(service.slept) == {7}
    else:
        assert all(0.75 * 0.5 * 2**n <= pause <= 0.5 * 2**n for n, pause in enumerate(service.slept[:6]))
        assert all(22.5 <= pause <= 30 for pause in service.slept[6:12])
        assert all(pause <= 0.5 for pause in service.slept[12:]), "a success starts the pauses over"


def test_it_waits_as_long_as_the_server_asks(half: Half) -> None:
    service = service_of(1, httpx2.Response(429, headers={"retry-after": "3600"}))
    assert list(steps(half, following(half, service))) == ["0 r1"]
    assert service.slept == [3600]


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadRequestError), (401, AuthenticationError), (403, PermissionDeniedError)]
)
def test_a_refusal_is_raised_and_the_next_step_sends_the_same_request(
    half: Half, status: int, kind: type[Exception]
) -> None:
    refusal = httpx2.Response(status)
    follower = half.client(answering(refusal, refusal)).chats.follow("t0")
    for _ in range(2):
        with pytest.raises(kind):
            half.step(follower)
    service = service_of(1, httpx2.Response(403), 0)
    follower = following(half, service, "t0")
    with pytest.raises(PermissionDeniedError):
        half.step(follower)
    assert list(steps(half, follower)) == ["0 r2"]
    assert service.slept == []


def test_what_cannot_be_sent_is_raised(half: Half) -> None:
    with pytest.raises(APIConnectionError):
        half.step(following(half, ChangingService([httpx2.UnsupportedProtocol("ftp")])))


def test_an_expired_cursor_begins_the_listing_again(half: Half) -> None:
    service = service_of(5, None, expired(), None, expired(), 2)
    found = list(steps(half, following(half, service)))
    assert found == ["4 r5", "3 r4", "2 r3"] * 2 + ["2 r6", "4 r5", "3 r4", "1 r2", "0 r1"]
    assert service.slept == []


def test_a_cursor_that_is_always_refused_is_an_error(half: Half) -> None:
    service = service_of(5, *[None, expired()] * 9)
    with pytest.raises(BadRequestError):
        list(steps(half, following(half, service)))
    assert len(service.snapshots) == 4


def listed(token: str, *numbers: int) -> httpx2.Response:
    """A whole listing of these chats."""
    return httpx2.Response(200, headers={"x-sync-token": token}, json=page([chat(number) for number in numbers]))


def test_an_empty_page_with_a_cursor_is_not_the_end_of_the_listing(half: Half) -> None:
    empty = httpx2.Response(200, headers={"x-sync-token": "t1"}, json=page([], "next"))
    follower = half.client(answering(empty, listed("t2", 0, 1))).chats.follow()
    assert [half.step(follower).id for _ in range(2)] == [chat(number)["id"] for number in (0, 1)]


def test_a_token_that_was_valid_and_is_refused_begins_the_listing_again(half: Half) -> None:
    refused = httpx2.Response(400)
    follower = half.client(answering(listed("t2", 0, 1), refused, listed("n1", 2, 0))).chats.follow()
    found = [half.step(follower).id for _ in range(4)]
    assert found == [chat(number)["id"] for number in (0, 1, 2, 0)]
    assert follower.token is None, "a program that resumes lists all chats"


def test_tokens_that_are_always_refused_are_an_error(half: Half) -> None:
    answers = [listed("t2", 0), httpx2.Response(400)] * 9
    follower = half.client(answering(*answers)).chats.follow()
    with pytest.raises(BadRequestError):
        list(steps(half, follower))


def test_empty_responses_that_did_not_wait_do_not_make_a_busy_loop(half: Half) -> None:
    quick = httpx2.Response(200, headers={"x-sync-token": "t1"}, json=page())
    service = service_of(1, *[quick] * 8, None, quick, 0)
    assert list(steps(half, following(half, service, "t1"))) == ["0 r2"]
    assert service.slept == [0.5, 1, 2, 4, 8, 16, 30, 30, 0.5]


def test_closing_ends_it(half: Half) -> None:
    service = service_of(3)
    follower = following(half, service)
    entered = half.enter(follower)
    half.step(entered)
    half.leave(follower)
    assert half.collect(follower) == []
    assert follower.token is None
    assert len(service.requests) == 1


def test_a_service_without_sync_tokens_is_one_clear_error(half: Half) -> None:
    with pytest.raises(LinqApiv3Error, match=r"does not send the header X-Sync-Token, so follow\(\) cannot"):
        half.step(half.client(PagedChats(3)).chats.follow())
    with pytest.raises(LinqApiv3Error, match="X-Sync-Token"):
        half.step(half.client(PagedChats(3)).chats.follow("t1"))


def test_a_server_that_repeats_its_token_cannot_keep_it_going_for_ever(half: Half) -> None:
    again = httpx2.Response(200, headers={"x-sync-token": "t1"}, json=page([chat(0)]))
    follower = half.client(answering(again)).chats.follow("t1")
    for _ in range(2):
        with pytest.raises(LinqApiv3Error, match="'t1'"):
            half.step(follower)


def test_a_server_that_repeats_its_cursor_cannot_keep_it_going_for_ever(half: Half) -> None:
    again = httpx2.Response(200, headers={"x-sync-token": "t1"}, json=page([chat(0)], "again"))
    follower = half.client(answering(again)).chats.follow()
    half.step(follower)
    with pytest.raises(LinqApiv3Error, match="'again'"):
        half.step(follower)


@pytest.mark.parametrize("wait", [0, -1, 61, 1.5])
def test_wait_must_be_possible(half: Half, wait: Any) -> None:
    with pytest.raises(ValueError, match=f"wait must be a whole number of seconds from 1 to 60, not {wait}"):
        half.client(PagedChats(1)).chats.follow(wait=wait)


event = st.one_of(
    st.integers(0, 7),
    st.none(),
    st.sampled_from(failures()).map(lambda failure: failure()),
    st.just(None).map(lambda _: expired()),
)


@given(
    chats=st.integers(0, 8),
    events=st.lists(event, max_size=30),
    crashes=st.sets(st.integers(1, 40), max_size=8),
    limit=st.integers(1, 4),
)
def test_whatever_happens_no_change_is_missed(chats: int, events: list[Event], crashes: set[int], limit: int) -> None:
    """A program that crashes at any chat, before it has processed it, and resumes with the token, has every change."""
    half = SyncHalf()
    service = service_of(chats, *events)
    service.limit = limit
    copy: dict[str, int] = {}
    follower = following(half, service)
    count = restarts = 0
    while True:
        try:
            name = half.step(follower).display_name
        except OutOfEventsError:
            break
        except BadRequestError:  # too many cursors expired in a row
            restarts += 1
            assert restarts < 30
            continue
        count += 1
        if count in crashes:
            follower = following(half, service, follower.token)
            continue
        number, _, revision = name.partition(" r")
        copy[number] = int(revision)
    assert copy == {str(number): revision for number, revision in service.chats.items()}


def test_over_real_sockets(half: Half, server: Server) -> None:
    server.sync_token = "t1"
    server.faults = {1: "drop", 3: "drop in body", 4: "500", 6: "429", 8: "404"}
    client = half.client(base_url=server.url)
    follower = client.chats.follow(limit=2)
    pauses = ChangingService()
    follower.sleep = pauses.asleep if half.name == "async" else pauses.sleep
    found = [half.step(follower).id for _ in range(8)]
    with pytest.raises(LinqApiv3Error, match="404"):
        half.step(follower)
    found += [half.step(follower).id for _ in range(2)]
    assert found == [chat(number)["id"] for number in range(10)]
    assert len(pauses.slept) == 4
    half.run(client.close())


@pytest.mark.parametrize("include", [["last_message", "unread_count"], "last_message,unread_count"])
def test_list_chats_takes_our_parameters_and_pages_have_a_sync_token(half: Half, include: Any) -> None:
    body = chat(1, last_message=message(3), unread_count=2, message_count=9)
    requests: list[httpx2.Request] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(200, headers={"X-Sync-Token": "t5"}, json=page([body]))

    client = half.client(handler)
    found = half.run(client.chats.list_chats(updated_since="t4", wait=30, include=include))
    assert dict(requests[0].url.params) == {
        "updated_since": "t4",
        "wait": "30",
        "include": "last_message,unread_count",
    }
    assert found.sync_token == "t5"
    (only,) = found.chats
    assert isinstance(only.last_message, Message)
    assert only.last_message.created_at.tzinfo is not None
    assert (only.unread_count, only.message_count) == (2, 9)
    raw = half.run(client.chats.with_raw_response.list_chats(updated_since="t4"))
    assert half.run(raw.parse()).sync_token == "t5"


def test_without_include_the_fields_are_unset(half: Half) -> None:
    found = half.run(half.client(PagedChats(1)).chats.list_chats())
    (only,) = found.chats
    assert (only.last_message, only.unread_count, only.message_count) == (None, None, None)
    assert not {"last_message", "unread_count", "message_count"} & only.to_dict().keys()
    assert found.sync_token is None


def test_changes_are_paged_with_the_token_as_the_cursor(half: Half) -> None:
    service = service_of(8)
    found = half.collect(half.client(service).chats.list_chats(updated_since="t1"))
    assert [one.display_name for one in found] == [f"{number} r{number + 1}" for number in range(1, 8)]
    cursors = [request.get("cursor") for request in service.requests]
    assert cursors == [None, "t4", "t7"]
    assert {request["updated_since"] for request in service.requests} == {"t1"}


@pytest.mark.parametrize(
    ("client_timeout", "timeout", "wait", "read"),
    [
        (None, {}, 0, None),
        (10, {}, 50, 60),
        (10, {"timeout": 5}, 50, 55),
        (10, {"timeout": None}, 50, None),
        (10, {"timeout": httpx2.Timeout(3, connect=1)}, 7, 10),
        ("default", {}, 50, 110),
    ],
)
def test_the_time_that_a_request_waits_is_added_to_the_read_timeout(
    half: Half, client_timeout: Any, timeout: dict[str, Any], wait: int, read: float | None
) -> None:
    paged = PagedChats(1)
    client = half.client(paged) if client_timeout == "default" else half.client(paged, timeout=client_timeout)
    if client_timeout == "default":  # the HTTP client's own
        timeout = {"timeout": 60}
    half.run(client.chats.list_chats(updated_since="t", wait=wait, **timeout))
    given = paged.requests[0].extensions["timeout"]
    assert given["read"] == read
    if isinstance(timeout.get("timeout"), httpx2.Timeout):
        assert given["connect"] == 1
