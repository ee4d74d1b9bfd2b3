"""Filters and orders of the list that only this service has (docs/wire.md §6)."""

import asyncio
from typing import Any

import msgspec
import pytest
from httpx2 import Response

from tests.support.asgi import LIST, Api
from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.envelope import refused
from tests.support.pages import page_of, query_of
from tests.support.partners import Tenant, new_partner, save
from trunkline.domain.chat import Chat, Health, HealthStatus, Service
from trunkline.domain.search import MAX_SEARCH
from trunkline.storage import changed_since, matching


def a_chat(number: int, *recipients: str, health: HealthStatus = HealthStatus.HEALTHY, **more: Any) -> Chat:
    chat = make_chat(number, recipients or (ALICE,), updated_at=NOW + number, **more)
    return msgspec.structs.replace(chat, health=Health(health, NOW), created_at=NOW - number)


CHATS = (
    a_chat(1, ALICE),
    a_chat(2, BOB, health=HealthStatus.AT_RISK),
    a_chat(3, ALICE, BOB, name="Zoë's team", health=HealthStatus.CRITICAL),
    a_chat(4, CAROL, service=Service.SMS, line=OTHER_LINE, health=HealthStatus.OPTED_OUT),
    a_chat(5, CAROL, service=None),
    a_chat(6, ALICE, CAROL, service=Service.RCS, line=OTHER_LINE, health=HealthStatus.AT_RISK),
)


@pytest.fixture
def partner(api: Api) -> Tenant:
    """A partner with these chats, the last of them on top."""

    async def make() -> Tenant:
        partner = await new_partner(api.opened.store)
        await save(api.opened.store, partner.id, *CHATS)
        return partner

    return api.opened.run(make())


def put(api: Api, partner: Tenant, *chats: Chat) -> None:
    api.opened.run(save(api.opened.store, partner.id, *chats))


def ask(api: Api, partner: Tenant, **parameters: str | int | None) -> Response:
    return api.list(partner.secret, query_of(**parameters))


def numbers(response: Response) -> list[int]:
    """The numbers of the chats of a page."""
    known = {chat_id(number): number for number in range(100)}
    return [known[each] for each in page_of(response).ids]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"health": "AT_RISK"}, [6, 2]),
        ({"health": "CRITICAL, AT_RISK,OPTED_OUT"}, [6, 4, 3, 2]),
        ({"health": "HEALTHY"}, [5, 1]),
        ({"health": "OPTED_OUT,HEALTHY"}, [5, 4, 1]),
        ({"health": "AT_RISK", "from_": LINE}, [2]),
        ({"health": "AT_RISK,CRITICAL", "to": ALICE}, [6, 3]),
        ({"service": "iMessage"}, [3, 2, 1]),
        ({"service": "SMS"}, [4]),
        ({"is_group": "true"}, [6, 3]),
        ({"is_group": "false"}, [5, 4, 2, 1]),
        ({"q": "zoe"}, [3]),
        ({"q": "CAROL@EXAMPLE"}, [6, 5, 4]),
        ({"q": "(310) 555-0112"}, [3, 2]),
        ({"q": LINE}, []),
        ({"sort": "created"}, [1, 2, 3, 4, 5, 6]),
        ({"sort": "updated"}, [6, 5, 4, 3, 2, 1]),
        ({"sort": "created", "from_": OTHER_LINE, "to": CAROL}, [4, 6]),
        ({"sort": "created", "is_group": "true", "q": "carol", "health": "AT_RISK", "service": "RCS"}, [6]),
        ({"health": "", "service": "", "is_group": "", "q": "", "sort": ""}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_the_list_has_the_chats_that_match(
    api: Api, partner: Tenant, filters: dict[str, str], expected: list[int]
) -> None:
    response = ask(api, partner, **filters)
    assert numbers(response) == expected
    assert response.json().keys() == {"chats", "next_cursor"}
    assert page_of(response).next_cursor is None

    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = ask(api, partner, limit=1, cursor=cursor, include="message_count", **filters)
        seen += numbers(page)
        cursor = page_of(page).next_cursor
        if cursor is None:
            break
    assert seen == expected
    assert numbers(ask(api, partner, cursor=1, **filters)) == expected[1:]


def test_another_partner_has_none_of_them(api: Api, partner: Tenant) -> None:
    other = api.opened.run(new_partner(api.opened.store))
    for filters in ({"health": "AT_RISK"}, {"sort": "created"}, {"q": "zoe"}):
        assert numbers(ask(api, other, **filters)) == []


def test_a_page_may_be_short_and_says_that_there_are_more(
    api: Api, partner: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "BATCH", 2)
    monkeypatch.setattr(matching, "MAX_ROWS", 2)
    first = ask(api, partner, q="zoe")
    assert numbers(first) == []
    cursor = page_of(first).next_cursor
    assert cursor is not None
    second = ask(api, partner, q="zoe", cursor=cursor)
    assert numbers(second) == [3]
    last = ask(api, partner, q="ZOË", cursor=page_of(second).next_cursor)
    assert (numbers(last), page_of(last).next_cursor) == ([], None)


@pytest.mark.parametrize(
    ("former", "other"),
    [
        ({"q": "a"}, {"q": "b"}),
        ({"q": "3"}, {}),
        ({}, {"health": "HEALTHY,AT_RISK,CRITICAL,OPTED_OUT"}),
        ({"is_group": "true"}, {"is_group": "false"}),
        ({"service": "iMessage"}, {"q": "iMessage"}),
        ({"sort": "created"}, {"sort": "updated"}),
        ({"sort": "created"}, {"sort": "created", "health": "HEALTHY,AT_RISK"}),
    ],
)
def test_a_cursor_is_only_of_its_filters_and_order(
    api: Api, partner: Tenant, former: dict[str, str], other: dict[str, str]
) -> None:
    cursor = page_of(ask(api, partner, limit=1, **former)).next_cursor
    assert cursor is not None
    assert ask(api, partner, cursor=cursor, **former).status_code == 200
    assert "filters and order" in refused(ask(api, partner, cursor=cursor, **other), 400, 1005)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("health=SICK", "'health' names 'SICK'; it must list any of HEALTHY, AT_RISK, CRITICAL, OPTED_OUT"),
        ("health=healthy", "'health' names 'healthy'"),
        ("health=AT_RISK,AT_RISK", "'health' names AT_RISK twice"),
        ("health=AT_RISK,", "'health' names ''"),
        ("service=mms", "'service' is 'mms'; it must be one of iMessage, SMS, RCS"),
        ("is_group=1", "'is_group' is '1'; it must be one of true, false"),
        ("sort=name", "'sort' is 'name'; it must be one of updated, created"),
        ("q=%20", "'q' is ' '; it must be a part of a name or of a handle"),
        (f"q={'x' * (MAX_SEARCH + 1)}", "'q' has 256 characters; it must have at most 255"),
        ("q=%FF", "'q' is"),
        ("q=a&q=b", "'q' is given twice"),
    ],
)
def test_a_value_that_is_not_valid_is_refused(api: Api, partner: Tenant, query: str, message: str) -> None:
    assert message in refused(api.list(partner.secret, query), 400, 1005)


def test_a_line_that_is_not_yours_is_refused(api: Api, partner: Tenant) -> None:
    assert "'from'" in refused(ask(api, partner, from_="+12125559999", health="AT_RISK"), 403, 2006)


def test_a_kept_page_is_served_again_only_for_the_same_filters(api: Api, partner: Tenant) -> None:
    for _ in range(3):
        assert numbers(ask(api, partner, q="zoe")) == [3]
        assert numbers(ask(api, partner, q="carol", sort="created")) == [4, 5, 6]
    put(api, partner, a_chat(3, ALICE, BOB, name="Max"))
    assert numbers(ask(api, partner, q="zoe")) == []


def test_a_page_of_changes_has_those_that_match_and_names_the_others(api: Api, partner: Tenant) -> None:
    listed = ask(api, partner, health="AT_RISK", from_=LINE)
    since = listed.headers["x-sync-token"]
    put(api, partner, a_chat(2, BOB), a_chat(1, ALICE, health=HealthStatus.AT_RISK))
    put(api, partner, a_chat(6, ALICE, CAROL, line=OTHER_LINE))

    changed = ask(api, partner, health="AT_RISK", from_=LINE, updated_since=since)
    assert numbers(changed) == [1]
    assert changed.json()["unmatched"] == [chat_id(2)]
    after = ask(api, partner, health="AT_RISK", from_=LINE, updated_since=changed.headers["x-sync-token"])
    assert after.json() == {"chats": [], "next_cursor": None, "unmatched": []}
    assert "unmatched" not in ask(api, partner, from_=LINE, updated_since=since).json()


@pytest.mark.parametrize("rows", [2, changed_since.MAX_ROWS])
def test_a_copy_that_follows_the_changes_is_the_list(
    api: Api, partner: Tenant, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(changed_since, "MAX_ROWS", rows)
    filters = {"q": "e", "is_group": "true"}
    first = ask(api, partner, **filters)
    copy = {chat["id"]: chat for chat in page_of(first).chats}
    put(api, partner, *[a_chat(number, ALICE, BOB, name="Eve") for number in range(7, 12)])
    put(api, partner, a_chat(3, ALICE, BOB, name="Max"), a_chat(8, ALICE, BOB, name="Max"), a_chat(1, ALICE, name="e"))
    put(api, partner, a_chat(9, ALICE, BOB, name="Eva"))
    token: str | None = first.headers["x-sync-token"]
    while token is not None:
        response = ask(api, partner, updated_since=token, limit=2, **filters)
        for gone in response.json()["unmatched"]:
            copy.pop(gone, None)
        copy |= {chat["id"]: chat for chat in page_of(response).chats}
        token = page_of(response).next_cursor
    every = {chat["id"]: chat for chat in page_of(ask(api, partner, **filters)).chats}
    assert copy == every


def test_a_long_poll_ends_when_a_chat_no_longer_matches(api: Api, partner: Tenant) -> None:
    since = ask(api, partner, health="AT_RISK").headers["x-sync-token"]

    async def play() -> Response:
        headers = [(b"authorization", f"Bearer {partner.secret}".encode())]
        query = query_of(health="AT_RISK", updated_since=since, wait=60).encode()
        waiting = asyncio.create_task(api.answer(LIST, query, headers))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await save(api.opened.store, partner.id, a_chat(2, BOB))
        return await asyncio.wait_for(waiting, 10)

    response = api.opened.run(play())
    assert (numbers(response), response.json()["unmatched"]) == ([], [chat_id(2)])
