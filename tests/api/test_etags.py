"""``ETag`` and ``If-None-Match``: an unchanged page costs only its headers (RFC 9110 §13.1.2; docs/wire.md §6)."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from httpx2 import Response

from tests.support.asgi import LIST, Api
from tests.support.chats import ALICE, LINE, NOW, OTHER_LINE, make_chat
from tests.support.counting import queries_of
from tests.support.envelope import refused
from tests.support.pages import page_of, query_of
from tests.support.partners import Tenant, new_partner, save
from trunkline.api.app import Application

QUERIES: list[dict[str, Any]] = [
    {},
    {"limit": 2},
    {"from_": LINE},
    {"to": ALICE},
    {"cursor": 2},
    {"include": "message_count"},
    {"from_": OTHER_LINE},
]


@pytest.fixture
def partner(api: Api) -> Tenant:
    """A partner with five chats."""

    async def make() -> Tenant:
        partner = await new_partner(api.opened.store)
        await save(
            api.opened.store, partner.id, *[make_chat(number, updated_at=NOW + number) for number in range(1, 6)]
        )
        return partner

    return api.opened.run(make())


def ask(
    api: Api,
    partner: Tenant,
    *listed: bytes | str,
    method: str = "GET",
    path: str = LIST,
    **parameters: str | int | None,
) -> Response:
    """A page; ``listed`` are the ``If-None-Match`` headers."""
    headers = [(b"authorization", f"Bearer {partner.secret}".encode())]
    headers += [(b"if-none-match", each.encode() if isinstance(each, str) else each) for each in listed]
    return api.ask(path, query_of(**parameters).encode(), headers, method)


def not_modified(response: Response, before: Response) -> bool:
    """Whether a response is a 304, which must then be complete."""
    if response.status_code != 304:
        assert response.status_code == 200, response.text
        return False
    assert response.content == b""
    assert response.headers.keys() == {"etag", "x-sync-token", "x-trace-id"}
    assert response.headers["etag"] == before.headers["etag"]
    assert response.headers["x-sync-token"] == before.headers["x-sync-token"]
    return True


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_unchanged_page(api: Api, partner: Tenant, query: dict[str, Any], method: str) -> None:
    before = ask(api, partner, **query)
    assert not_modified(ask(api, partner, before.headers["etag"], method=method, **query), before)
    api.opened.run(save(api.opened.store, partner.id, make_chat(3, name="changed")))
    after = ask(api, partner, before.headers["etag"], method=method, **query)
    assert not not_modified(after, before)
    assert not_modified(ask(api, partner, after.headers["etag"], **query), after)


def test_a_later_page_of_a_walk(api: Api, partner: Tenant) -> None:
    cursor = page_of(ask(api, partner, limit=2)).next_cursor
    before = ask(api, partner, limit=2, cursor=cursor)
    assert not_modified(ask(api, partner, before.headers["etag"], limit=2, cursor=cursor), before)
    api.opened.run(save(api.opened.store, partner.id, make_chat(3, name="changed")))
    after = ask(api, partner, before.headers["etag"], limit=2, cursor=cursor)
    assert not not_modified(after, before)
    assert page_of(after).chats[0]["display_name"] == "changed"
    assert not_modified(ask(api, partner, after.headers["etag"], limit=2, cursor=cursor), after)


def test_what_changed(api: Api, partner: Tenant) -> None:
    since = ask(api, partner).headers["x-sync-token"]
    empty = ask(api, partner, updated_since=since)
    assert not_modified(ask(api, partner, empty.headers["etag"], updated_since=since), empty)
    api.opened.run(save(api.opened.store, partner.id, make_chat(3)))
    one = ask(api, partner, empty.headers["etag"], updated_since=since, limit=1)
    assert not not_modified(one, empty)
    assert not_modified(ask(api, partner, one.headers["etag"], updated_since=since, limit=1), one)
    api.opened.run(save(api.opened.store, partner.id, make_chat(4)))
    more = ask(api, partner, one.headers["etag"], updated_since=since, limit=1)
    assert not not_modified(more, one), "the chat is the same, but now there is a next page"
    assert page_of(more).next_cursor is not None


def test_lists_of_tags(api: Api, partner: Tenant) -> None:
    before = ask(api, partner)
    tag = before.headers["etag"]
    hits: Sequence[tuple[bytes | str, ...]] = [
        (tag,),
        (f"W/{tag}",),
        (f'"other", {tag}',),
        (f'W/"other",W/{tag},"a,b"',),
        (f"  {tag}  ",),
        ('"other"', tag),
        (tag, "garbage"),
        (f"{tag}, x",),
        ("*",),
        (" * ",),
    ]
    for listed in hits:
        assert not_modified(ask(api, partner, *listed), before), listed
    misses: Sequence[tuple[bytes | str, ...]] = [
        (),
        ("",),
        ('""',),
        ('"other"',),
        (tag.strip('"'),),
        (tag[:-1],),
        (tag[1:],),
        (tag.swapcase(),),
        ('"*"',),
        (b"\xff\x00",),
        (f'"{tag[1:-2]}"',),
        ('"' * 10_000,),
    ]
    for listed in misses:
        assert not not_modified(ask(api, partner, *listed), before), listed


def test_a_tag_is_of_one_query_one_partner_and_one_base(api: Api, partner: Tenant) -> None:
    other = api.opened.run(new_partner(api.opened.store))
    api.opened.run(save(api.opened.store, other.id, *[make_chat(number) for number in range(1, 6)]))
    moved = Api(api.opened)
    moved._application = Application(api.opened.store, "https://a.example", "https://b.example")  # pyright: ignore[reportPrivateUsage]
    queries: list[dict[str, Any]] = [*QUERIES, {"cursor": page_of(ask(api, partner, limit=2)).next_cursor}]
    tags = [
        *[ask(api, partner, **query).headers["etag"] for query in queries],
        ask(api, other).headers["etag"],
        ask(moved, partner).headers["etag"],
    ]
    assert len(set(tags)) == len(tags)
    assert not not_modified(ask(api, other, *tags[:-2]), ask(api, other))


def test_the_same_tag_from_every_process(api: Api, partner: Tenant) -> None:
    for query in QUERIES:
        assert ask(Api(api.opened), partner, **query).headers["etag"] == ask(api, partner, **query).headers["etag"]


@pytest.mark.parametrize("listed", ["*", '"x"'])
def test_what_would_be_refused_is_refused(api: Api, partner: Tenant, listed: str) -> None:
    refused(ask(api, partner, listed, from_="+12125559999"), 403, 2006)
    refused(ask(api, partner, listed, limit=0), 400, 1005)
    refused(ask(api, partner, listed, cursor="nothing"), 400, 1005)
    refused(ask(api, partner, listed, updated_since="nothing"), 400, 1005)
    refused(api.ask(LIST, headers=[(b"if-none-match", listed.encode())]), 401, 2004)


def test_an_unchanged_first_page_costs_one_small_read(api: Api, partner: Tenant) -> None:
    before = ask(api, partner)
    with queries_of(api.opened.store) as asked:
        assert not_modified(ask(api, partner, before.headers["etag"]), before)
        assert asked == ["partner_revision"]
        asked.clear()
        assert json.loads(ask(api, partner).content)["chats"]
        assert asked == ["live"]
