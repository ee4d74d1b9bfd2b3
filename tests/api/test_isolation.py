"""A key sees its own partner's data and nothing else: two partners with the same lines, people and chat ids."""

import json

import pytest
from httpx2 import Response

from tests.support.asgi import Api
from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.envelope import refused
from tests.support.pages import list_all, page_of, query_of
from tests.support.partners import Tenant, new_partner, save

THEIR_LINE = "+12125550177"
NOBODYS_LINE = "+12125550178"
FILTERS = [{}, {"from_": LINE}, {"to": ALICE}, {"to": LINE}, {"from_": LINE, "to": ALICE}]


@pytest.fixture
def partners(api: Api) -> tuple[Tenant, Tenant]:
    """We and they: both have chats 1 to 5, theirs with other names; they have more of everything."""

    async def make() -> tuple[Tenant, Tenant]:
        store = api.opened.store
        we, they = await new_partner(store), await new_partner(store, lines=(LINE, OTHER_LINE, THEIR_LINE))
        await save(store, we.id, *[make_chat(number, updated_at=NOW + number, name="ours") for number in range(1, 6)])
        theirs = [make_chat(number, (ALICE, BOB), updated_at=NOW - number, name="theirs") for number in range(1, 30)]
        await save(store, they.id, *theirs, make_chat(30, (CAROL,), line=THEIR_LINE, name="theirs"))
        return we, they

    return api.opened.run(make())


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_walk_holds_our_chats_only(
    api: Api, partners: tuple[Tenant, Tenant], filters: dict[str, str], limit: int
) -> None:
    we, they = partners
    assert list_all(api, we.secret, limit, **filters) == [chat_id(number) for number in (5, 4, 3, 2, 1)]
    assert {chat["display_name"] for chat in page_of(api.list(we.secret, query_of(**filters))).chats} == {"ours"}
    assert {chat["display_name"] for chat in page_of(api.list(they.secret, query_of(**filters))).chats} == {"theirs"}


@pytest.mark.parametrize("filters", FILTERS)
def test_their_changes_are_not_in_our_walk(api: Api, partners: tuple[Tenant, Tenant], filters: dict[str, str]) -> None:
    we, they = partners
    first = page_of(api.list(we.secret, query_of(limit=2, **filters)))
    api.opened.run(save(api.opened.store, they.id, *[make_chat(number, name="moved") for number in range(1, 40)]))
    rest = page_of(api.list(we.secret, query_of(limit=100, cursor=first.next_cursor, **filters)))
    assert first.ids + rest.ids == [chat_id(number) for number in (5, 4, 3, 2, 1)]
    assert {chat["display_name"] for chat in rest.chats} == {"ours"}


def test_people_whom_only_they_know(api: Api, partners: tuple[Tenant, Tenant]) -> None:
    we, they = partners
    for handle in (BOB, CAROL, THEIR_LINE):
        assert page_of(api.list(they.secret, query_of(to=handle))).chats
        theirs = api.list(we.secret, query_of(to=handle))
        nobodys = api.list(we.secret, query_of(to="nobody@example.com"))
        assert theirs.content == nobodys.content == b'{"chats":[],"next_cursor":null}'


@pytest.mark.parametrize("more", [{}, {"to": ALICE}, {"to": CAROL}, {"cursor": "1"}, {"limit": "1"}])
def test_their_line_is_refused_like_nobodys(api: Api, partners: tuple[Tenant, Tenant], more: dict[str, str]) -> None:
    we, _ = partners

    def shape(line: str) -> tuple[list[str], str]:
        response = api.list(we.secret, query_of(from_=line, **more))
        refused(response, 403, 2006)
        body = json.loads(response.content)
        return sorted(response.headers), json.dumps(body | {"trace_id": ""}).replace(line, "LINE")

    assert shape(THEIR_LINE) == shape(NOBODYS_LINE)


@pytest.mark.parametrize("filters", FILTERS)
def test_cursors_open_nothing_of_another_partner(
    api: Api, partners: tuple[Tenant, Tenant], filters: dict[str, str]
) -> None:
    we, they = partners
    theirs = page_of(api.list(they.secret, query_of(limit=2, **filters))).next_cursor
    ours = page_of(api.list(we.secret, query_of(limit=2, **filters))).next_cursor
    assert theirs is not None
    assert ours is not None

    def message(response: Response, cursor: str) -> str:
        return refused(response, 400, 1005).replace(cursor, "CURSOR")

    # Another partner's cursor is rejected like one that does not exist.
    edited = theirs[:20] + ("A" if theirs[20] != "A" else "B") + theirs[21:]
    assert message(api.list(we.secret, query_of(cursor=theirs, **filters)), theirs) == message(
        api.list(we.secret, query_of(cursor=edited, **filters)), edited
    )
    refused(api.list(they.secret, query_of(cursor=ours, **filters)), 400, 1005)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/docs", "/docs/errors", "/v3/nothing", "/"])
def test_every_other_address_says_the_same_to_everyone(api: Api, partners: tuple[Tenant, Tenant], path: str) -> None:
    def seen(headers: list[tuple[bytes, bytes]]) -> str:
        response = api.ask(path, headers=headers)
        return response.text.replace(response.headers["x-trace-id"], "TRACE")

    answers = {seen([(b"authorization", f"Bearer {partner.secret}".encode())]) for partner in partners}
    assert answers == {seen([])}
