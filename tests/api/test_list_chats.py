"""List all chats: the content of a page, its order, and whether more chats follow (docs/wire.md §1)."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.support.asgi import BASE, LIST, Api
from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.envelope import refused
from tests.support.pages import list_all, page_of, query_of
from tests.support.partners import Tenant, new_partner, save
from trunkline.domain import instant
from trunkline.domain.chat import Chat, Health, HealthStatus, ParticipantStatus, Service
from trunkline.domain.instant import SECOND


@pytest.fixture(scope="module")
def partner(api: Api) -> Tenant:
    """For the filters: a partner whose two lines share people."""
    removed = make_chat(4, (BOB, CAROL))
    line, bob, carol = removed.participants
    return partner_with(
        api,
        make_chat(1, (ALICE,), updated_at=NOW + 1),
        make_chat(2, (ALICE,), line=OTHER_LINE, updated_at=NOW + 2),
        make_chat(3, (ALICE, BOB), updated_at=NOW + 3),
        replace(
            removed,
            participants=(line, replace(bob, status=ParticipantStatus.REMOVED, left_at=NOW), carol),
            updated_at=NOW + 4,
        ),
    )


def partner_with(api: Api, *chats: Chat) -> Tenant:
    """A new partner with these chats, saved in this order."""

    async def make() -> Tenant:
        partner = await new_partner(api.opened.store)
        await save(api.opened.store, partner.id, *chats)
        return partner

    return api.opened.run(make())


def many(count: int) -> list[Chat]:
    """Chats, oldest first."""
    return [make_chat(number, updated_at=NOW + number) for number in range(1, count + 1)]


def test_a_chat_on_the_wire(api: Api) -> None:
    chat = make_chat(7, (ALICE, CAROL), updated_at=NOW + 90 * SECOND + 250_000)
    line, alice, carol = chat.participants
    chat = replace(
        chat,
        participants=(line, replace(alice, left_at=NOW + SECOND, status=ParticipantStatus.LEFT), carol),
        health=Health(HealthStatus.OPTED_OUT, NOW + 2 * SECOND),
    )
    partner = partner_with(api, chat)

    response = api.list(partner.secret)

    assert response.headers["content-type"] == "application/json"
    member = {
        "joined_at": "2026-01-01T00:00:00Z",
        "service": "iMessage",
        "is_me": False,
        "left_at": None,
        "status": "active",
    }
    assert response.json() == {
        "chats": [
            {
                "id": chat_id(7),
                "created_at": "2026-01-01T00:00:00Z",
                "display_name": f"{ALICE}, {CAROL}",
                "handles": [
                    {"id": line.id, "handle": LINE, **member, "is_me": True},
                    {"id": alice.id, "handle": ALICE, **member, "left_at": "2026-01-01T00:00:01Z", "status": "left"},
                    {"id": carol.id, "handle": CAROL, **member},
                ],
                "health_status": {
                    "doc_url": f"{BASE}/guides/chats/chat-health#opted-out",
                    "status": "OPTED_OUT",
                    "updated_at": "2026-01-01T00:00:02Z",
                },
                "is_archived": False,
                "is_group": True,
                "updated_at": "2026-01-01T00:01:30.250000Z",
                "service": "iMessage",
                "group_chat_icon": None,
            }
        ],
        "next_cursor": None,
    }


@pytest.mark.parametrize("service", [None, *Service])
def test_every_service(api: Api, service: Service | None) -> None:
    partner = partner_with(api, make_chat(1, service=service))
    assert page_of(api.list(partner.secret)).chats[0]["service"] == service


def test_a_partner_without_chats(api: Api) -> None:
    assert api.list(partner_with(api).secret).json() == {"chats": [], "next_cursor": None}


def test_the_most_recently_updated_comes_first_whatever_came_in_last(api: Api) -> None:
    moments = [5, -3, 9, 0, -(10**15), 9]
    partner = partner_with(api, *[make_chat(number, updated_at=NOW + at) for number, at in enumerate(moments)])
    page = page_of(api.list(partner.secret))
    times = [instant.parse(chat["updated_at"]) for chat in page.chats]
    assert len(times) == len(moments)
    assert all(earlier >= later for earlier, later in pairwise(times))


def test_twenty_chats_unless_the_caller_says_otherwise(api: Api) -> None:
    partner = partner_with(api, *many(101))
    assert len(page_of(api.list(partner.secret)).chats) == 20
    for limit in (1, 99, 100):
        page = page_of(api.list(partner.secret, f"limit={limit}"))
        assert len(page.chats) == limit
        assert page.next_cursor is not None


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_a_full_last_page_is_the_last(api: Api, limit: int) -> None:
    partner = partner_with(api, *many(6))
    sizes: list[int] = []
    cursor = None
    while not sizes or cursor is not None:
        page = page_of(api.list(partner.secret, query_of(limit=limit, cursor=cursor)))
        sizes.append(len(page.chats))
        cursor = page.next_cursor
    assert sum(sizes) == 6
    assert all(size == limit for size in sizes[:-1])
    assert sizes[-1] > 0


def test_both_addresses_are_one_list(api: Api) -> None:
    partner = partner_with(api, *many(3))
    key = [(b"authorization", f"Bearer {partner.secret}".encode())]
    here = page_of(api.ask(LIST, b"limit=1", key))
    there = page_of(api.ask("/api/partner/v3/chats", query_of(limit=1, cursor=here.next_cursor).encode(), key))
    assert (here.ids, there.ids) == ([chat_id(3)], [chat_id(2)])


def test_a_number_as_cursor_skips_that_many(api: Api) -> None:
    partner = partner_with(api, *many(25))
    page = page_of(api.list(partner.secret, f"from={LINE.replace('+', '%2B')}&limit=20&cursor=20"))
    assert (page.ids, page.next_cursor) == ([chat_id(number) for number in (5, 4, 3, 2, 1)], None)

    page = page_of(api.list(partner.secret, "limit=2&cursor=22"))
    assert page.ids == [chat_id(3), chat_id(2)]
    assert page_of(api.list(partner.secret, query_of(cursor=page.next_cursor))).ids == [chat_id(1)]

    assert page_of(api.list(partner.secret, "cursor=0")).ids == page_of(api.list(partner.secret)).ids
    assert page_of(api.list(partner.secret, "cursor=10000")).ids == []


class TestFilters:
    """``from`` and ``to``."""

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            (f"from=%2B{LINE[1:]}", [4, 3, 1]),
            (f"from={LINE[1:]}", [4, 3, 1]),
            (f"from=+{LINE[1:]}", [4, 3, 1]),
            (f"from=%20{LINE[1:]}", [4, 3, 1]),
            (f"%66rom=%2B{LINE[1:]}", [4, 3, 1]),
            (f"from=%2B{OTHER_LINE[1:]}", [2]),
            (f"to=%2B{ALICE[1:]}", [3, 2, 1]),
            (f"to={ALICE[1:]}", [3, 2, 1]),
            (f"to=+{ALICE[1:]}", [3, 2, 1]),
            (f"to=%2B{BOB[1:]}", [4, 3]),
            ("to=carol@example.com", [4]),
            ("to=CAROL%40Example.COM", [4]),
            (f"to=%2B{LINE[1:]}", [4, 3, 1]),
            (f"to=%2B{OTHER_LINE[1:]}&from=%2B{LINE[1:]}", []),
            (f"to=%2B{ALICE[1:]}&from=%2B{OTHER_LINE[1:]}", [2]),
            ("to=nobody@example.com", []),
            ("to=%2B13105559999", []),
            ("unknown=1&unknown=%ff&=&&from_=1&From=x", [4, 3, 2, 1]),
        ],
    )
    def test_which_chats_come(self, api: Api, partner: Tenant, query: str, numbers: list[int]) -> None:
        page = page_of(api.list(partner.secret, query))
        assert page.ids == [chat_id(number) for number in numbers]
        assert page.next_cursor is None

    @pytest.mark.parametrize("filters", [{}, {"from_": LINE}, {"to": ALICE}, {"from_": LINE, "to": ALICE}])
    def test_pages_of_one_add_up(self, api: Api, partner: Tenant, filters: dict[str, str]) -> None:
        whole = page_of(api.list(partner.secret, query_of(**filters))).ids
        assert list_all(api, partner.secret, 1, **filters) == whole

    def test_a_line_without_chats_is_still_yours(self, api: Api) -> None:
        partner = partner_with(api)
        assert page_of(api.list(partner.secret, query_of(from_=LINE))).chats == []

    @pytest.mark.parametrize("more", ["", "&to=%2B13105550111", "&cursor=20", "&limit=1"])
    def test_a_line_that_is_not_yours(self, api: Api, partner: Tenant, more: str) -> None:
        message = refused(api.list(partner.secret, f"from=%2B12125559999{more}"), 403, 2006)
        assert "+12125559999" in message


class TestCursors:
    """A cursor belongs to its pagination."""

    @pytest.mark.parametrize(
        "other",
        [{}, {"from_": OTHER_LINE}, {"to": ALICE}, {"from_": LINE, "to": ALICE}, {"from_": LINE, "to": LINE}],
    )
    def test_other_filters(self, api: Api, other: dict[str, str]) -> None:
        partner = partner_with(api, *many(3))
        cursor = page_of(api.list(partner.secret, query_of(from_=LINE, limit=1))).next_cursor
        assert "cursor" in refused(api.list(partner.secret, query_of(cursor=cursor, **other)), 400, 1005)

    def test_the_same_filter_written_otherwise_and_another_limit(self, api: Api) -> None:
        partner = partner_with(api, *many(3))
        cursor = page_of(api.list(partner.secret, query_of(from_=LINE, to="+13105550111", limit=1))).next_cursor
        page = page_of(api.list(partner.secret, query_of(from_=LINE[1:], to=" 13105550111", cursor=cursor, limit=50)))
        assert page.ids == [chat_id(2), chat_id(1)]

    def test_a_page_can_be_asked_for_again(self, api: Api) -> None:
        partner = partner_with(api, *many(5))
        cursor = page_of(api.list(partner.secret, "limit=2")).next_cursor
        query = query_of(cursor=cursor, limit=2)
        assert api.list(partner.secret, query).content == api.list(partner.secret, query).content
