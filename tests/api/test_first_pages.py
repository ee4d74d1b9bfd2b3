"""First pages that are kept: the same bytes as without, one small read, and nothing for longer than necessary."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from httpx2 import Response
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.test_sync_model import EVENTS, Scene
from tests.support.asgi import Api
from tests.support.caller import Caller
from tests.support.chats import ALICE, BOB, LINE, OTHER_LINE
from tests.support.counting import queries_of
from tests.support.envelope import refused
from tests.support.examples import examples
from tests.support.pages import page_of, query_of
from trunkline.actions.operator import remove
from trunkline.api import first_pages
from trunkline.api.first_pages import FirstPage, FirstPages
from trunkline.api.responses import json_response
from trunkline.domain.errors import TrunklineError
from trunkline.domain.instant import SECOND
from trunkline.testing.clock import Clock

QUERIES = [
    query_of(),
    query_of(limit=1),
    query_of(from_=LINE),
    query_of(to=BOB, limit=2),
    query_of(from_=OTHER_LINE, to=ALICE),
    query_of(cursor=1),
    query_of(include="unread_count,last_message"),
]
events = st.tuples(st.sampled_from(EVENTS), st.integers(0, 60))
pauses = st.sampled_from([0.0, 0.0, 0.3, 1.0, 90.0])
CONDITIONS = ("", "*", '"other"')


def listed(api: Api, caller: Caller, query: str = "", known: str = "") -> Response:
    """A page, without moving the clock; ``known`` is ``If-None-Match``."""
    headers = [(b"authorization", f"Bearer {caller.tenant.secret}".encode())]
    headers += [(b"if-none-match", known.encode())] if known else []
    return api.ask("/v3/chats", query.encode(), headers)


def seen(response: Response) -> tuple[int, dict[str, str], bytes]:
    """All of a response but its trace id."""
    headers = {name: value for name, value in response.headers.items() if name != "x-trace-id"}
    return response.status_code, headers, response.content


def test_a_service_that_keeps_pages_answers_like_one_that_does_not(timed: Api, clock: Clock, engine: str) -> None:
    @settings(max_examples=examples(24, engine))
    @given(st.lists(st.one_of(events, pauses), max_size=12), st.sampled_from(CONDITIONS))
    def agree(script: list[tuple[Callable[[Scene, int], None], int] | float], known: str) -> None:
        caller = Caller(timed, clock)
        scene = Scene(caller)
        caller.create((ALICE,))
        caller.create((BOB,))
        for step in script:
            if not isinstance(step, tuple):
                clock.advance(seconds=step)
            else:
                happen, pick = step
                with suppress(TrunklineError, ZeroDivisionError):  # rejected, or there is no message to choose
                    happen(scene, pick)
            for query in QUERIES:
                uncached = seen(listed(Api(timed.opened, clock), caller, query, known))
                for _ in range(3):
                    assert seen(listed(timed, caller, query, known)) == uncached

    agree()


def test_a_page_that_is_requested_again_costs_one_small_read(timed: Api, we: Caller, clock: Clock) -> None:
    chat = we.create()
    service = Api(timed.opened, clock)
    with queries_of(timed.opened.store) as asked:
        pages = [listed(service, we) for _ in range(4)]
        assert asked == ["live", "live", "partner_revision", "partner_revision"]
        assert len({response.content for response in pages}) == 1
    we.send(chat["id"])
    with queries_of(timed.opened.store) as asked:
        assert page_of(listed(service, we)).chats != page_of(pages[0]).chats
    assert asked == ["partner_revision", "live"]


def test_a_page_that_changes_before_each_request_costs_no_second_read(timed: Api, we: Caller, clock: Clock) -> None:
    chat = we.create()
    service = Api(timed.opened, clock)
    for _ in range(3):
        listed(service, we)
    reads: list[list[str]] = []
    for _ in range(3):
        we.send(chat["id"])
        with queries_of(timed.opened.store) as asked:
            listed(service, we)
        reads.append(asked)
    assert reads == [["partner_revision", "live"], ["live"], ["live"]]


def test_the_cursor_of_a_kept_page_is_of_the_time_of_the_request(timed: Api, we: Caller, clock: Clock) -> None:
    for people in ((ALICE,), (BOB,)):
        we.create(people)
    for _ in range(3):
        listed(timed, we, "limit=1")
    for _ in range(4):
        clock.advance(hours=20)
        with queries_of(timed.opened.store) as asked:
            cursor = page_of(listed(timed, we, "limit=1")).next_cursor
        assert "live" not in asked
        assert len(page_of(listed(timed, we, query_of(cursor=cursor))).chats) == 1, "it has not expired"


def test_a_kept_page_is_of_one_partner(timed: Api, we: Caller, they: Caller) -> None:
    we.create((ALICE,))
    they.create((BOB,))
    for _ in range(3):
        assert page_of(listed(timed, we)).ids != page_of(listed(timed, they)).ids


def test_a_key_that_is_revoked_gets_no_kept_page(timed: Api, we: Caller, clock: Clock) -> None:
    we.create()
    for _ in range(3):
        listed(timed, we)
    partners = timed.opened.store.partners
    [key] = timed.opened.run(partners.keys(we.tenant.id))
    timed.opened.run(partners.revoke_key(key.id, clock()))
    clock.advance(seconds=1)
    refused(listed(timed, we), 401, 2004)


def test_a_removed_chat_is_in_no_kept_page(timed: Api, we: Caller, clock: Clock) -> None:
    removed, other = we.create((ALICE,)), we.create((BOB,), line=OTHER_LINE)
    for _ in range(3):
        listed(timed, we)
        listed(timed, we, query_of(from_=LINE))
    store = timed.opened.store
    partner = timed.opened.run(store.partners.by_id(we.tenant.id))
    assert partner is not None
    timed.opened.run(remove.remove_line(store, partner, LINE, clock, lambda _: None, with_chats=True))
    assert removed["id"] != other["id"]
    assert page_of(listed(timed, we)).ids == [other["id"]]
    refused(listed(timed, we, query_of(from_=LINE)), 403, 2006)
    refused(listed(timed, we, query_of(from_=LINE), "*"), 403, 2006)


# What is kept, and for how long.


def page(version: str = "1", size: int = 100) -> FirstPage:
    return FirstPage(version, None, SECOND, json_response(b"x" * size))


async def test_a_page_is_worth_keeping_if_it_was_read_before_with_the_same_version() -> None:
    pages = FirstPages()
    assert [pages.is_repeated((1, b""), version) for version in ("1", "1", "2", "2", "1")] == [0, 1, 0, 1, 0]
    for number in range(first_pages.MAX_NOTED):
        pages.is_repeated((2, b"limit=%d" % number), "1")
    assert not pages.is_repeated((1, b""), "1"), "so many others were read meanwhile"


async def test_another_version_takes_the_place_of_the_kept_one() -> None:
    pages = FirstPages()
    pages.keep((1, b""), page())
    assert not pages.is_repeated((1, b""), "2")
    assert pages.get((1, b"")) is None


async def test_the_pages_with_the_least_recent_requests_are_dropped() -> None:
    pages = FirstPages(max_bytes=5_000)
    for number in range(4):
        pages.keep((number, b""), page())
    assert pages.get((0, b"")) is not None
    pages.keep((4, b""), page())
    assert kept(pages) == [0, 2, 3, 4]
    for _ in range(100):
        pages.keep((4, b""), page())
    assert kept(pages) == [0, 2, 3, 4], "what was replaced takes no place"
    pages.keep((5, b""), page(size=3_000))
    assert kept(pages) == [5]


async def test_what_is_not_requested_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_pages, "UNUSED", 0.05)
    now = 0.0
    pages = FirstPages(clock=lambda: now)
    for number in (1, 2):
        pages.is_repeated((number, b""), "1")
        pages.keep((number, b""), page())
    now = 0.04
    assert pages.get((2, b"")) is not None
    now = 0.06
    await asyncio.sleep(0.08)
    assert kept(pages) == [2]
    assert not pages.is_repeated((2, b""), "1"), "what was noted is forgotten, too"


def kept(pages: FirstPages) -> list[int]:
    """The partners of the pages that are kept."""
    return [number for number in range(10) if pages.get((number, b"")) is not None]
