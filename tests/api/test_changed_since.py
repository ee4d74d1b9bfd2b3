"""Sync tokens: the changes since a page, in order, and who may request them (docs/wire.md §6)."""

import pytest
from httpx2 import Response

from tests.support.asgi import LIST, Api
from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, OTHER_LINE, chat_id, make_chat
from tests.support.envelope import refused
from tests.support.pages import page_of, query_of
from tests.support.partners import Tenant, context, new_partner, save
from trunkline.domain.chat import Chat

FILTERS = [{}, {"from_": LINE}, {"to": ALICE}, {"from_": LINE, "to": ALICE}]


@pytest.fixture
def partner(api: Api) -> Tenant:
    """A partner with chats 1 to 5, the last of them on top."""

    async def make() -> Tenant:
        partner = await new_partner(api.opened.store)
        await save(
            api.opened.store, partner.id, *[make_chat(number, updated_at=NOW + number) for number in range(1, 6)]
        )
        return partner

    return api.opened.run(make())


def put(api: Api, partner: Tenant, *chats: Chat) -> None:
    """Saves chats, in this order."""
    api.opened.run(save(api.opened.store, partner.id, *chats))


def ask(api: Api, partner: Tenant, **parameters: str | int | None) -> Response:
    """A page."""
    return api.list(partner.secret, query_of(**parameters))


def token(response: Response) -> str:
    """The token with which to continue after a response."""
    return response.headers["x-sync-token"]


def ids(*numbers: int) -> list[str]:
    return [chat_id(number) for number in numbers]


@pytest.mark.parametrize("filters", FILTERS)
def test_what_changes_after_a_page_comes_in_the_order_of_the_changes(
    api: Api, partner: Tenant, filters: dict[str, str]
) -> None:
    since = token(ask(api, partner, **filters))
    put(api, partner, make_chat(2), make_chat(9, updated_at=NOW - 10**12))
    put(api, partner, make_chat(4, name="renamed"), make_chat(10, (BOB,), line=OTHER_LINE))
    put(api, partner, make_chat(2, name="again"))

    answer = ask(api, partner, updated_since=since, **filters)
    assert page_of(answer).ids == (ids(9, 4, 2) if filters else ids(9, 4, 10, 2))
    assert page_of(answer).next_cursor is None
    assert {chat["id"]: chat["display_name"] for chat in page_of(answer).chats}[chat_id(2)] == "again"
    assert page_of(ask(api, partner, updated_since=token(answer), **filters)).chats == []


def test_nothing_has_changed(api: Api, partner: Tenant) -> None:
    since = token(ask(api, partner))
    answer = ask(api, partner, updated_since=since)
    assert answer.json() == {"chats": [], "next_cursor": None}
    assert token(answer) == since


@pytest.mark.parametrize("going_on", ["updated_since", "cursor"])
def test_pages(api: Api, partner: Tenant, going_on: str) -> None:
    since = token(ask(api, partner))
    put(api, partner, *[make_chat(number) for number in range(5, 0, -1)])

    seen: list[str] = []
    parameters: dict[str, str] = {"updated_since": since}
    while True:
        answer = ask(api, partner, limit=2, **parameters)
        page = page_of(answer)
        seen += page.ids
        if page.next_cursor is None:
            break
        assert len(page.ids) == 2
        assert page.next_cursor == token(answer)
        parameters[going_on] = page.next_cursor
    assert seen == ids(5, 4, 3, 2, 1)
    assert page_of(ask(api, partner, updated_since=token(answer))).chats == []


def test_a_full_last_page_is_the_last(api: Api, partner: Tenant) -> None:
    since = token(ask(api, partner))
    put(api, partner, make_chat(1), make_chat(2))
    page = page_of(ask(api, partner, updated_since=since, limit=2))
    assert (page.ids, page.next_cursor) == (ids(1, 2), None)


def test_a_walk_has_the_token_of_its_beginning(api: Api, partner: Tenant) -> None:
    first = ask(api, partner, limit=2)
    put(api, partner, make_chat(5, name="changed after it was shown"))
    last = ask(api, partner, limit=10, cursor=page_of(first).next_cursor)
    assert page_of(last).ids == ids(3, 2, 1)
    assert token(last) == token(first)
    assert page_of(ask(api, partner, updated_since=token(last))).ids == ids(5)


@pytest.mark.parametrize("filters", [*FILTERS, {"to": "nobody@example.com"}, {"cursor": "100"}])
def test_an_empty_page_has_a_token(api: Api, filters: dict[str, str]) -> None:
    partner = api.opened.run(new_partner(api.opened.store))
    before = ask(api, partner, **filters)
    assert page_of(before).chats == []
    put(api, partner, make_chat(1, (ALICE, "nobody@example.com")))
    since = {name: value for name, value in filters.items() if name != "cursor"}
    assert page_of(ask(api, partner, updated_since=token(before), **since)).ids == ids(1)


def test_a_token_is_for_any_filter(api: Api, partner: Tenant) -> None:
    since = token(ask(api, partner, from_=LINE))
    put(api, partner, make_chat(1), make_chat(20, (BOB,), line=OTHER_LINE), make_chat(21, (ALICE, CAROL)))
    assert page_of(ask(api, partner, updated_since=since, to=BOB)).ids == ids(20)
    assert page_of(ask(api, partner, updated_since=since, from_=OTHER_LINE, to=OTHER_LINE)).ids == ids(20)
    assert page_of(ask(api, partner, updated_since=since, from_=LINE, to=CAROL)).ids == ids(21)
    assert page_of(ask(api, partner, updated_since=since, from_=OTHER_LINE, to=LINE)).ids == []


def test_a_revision_that_changes_no_chat_is_not_a_change(api: Api, partner: Tenant) -> None:
    async def take() -> None:
        async with api.opened.store.change(context(partner.id)) as change:
            change.next_revision()

    since = token(ask(api, partner))
    api.opened.run(take())
    assert page_of(ask(api, partner, updated_since=since)).chats == []
    put(api, partner, make_chat(3))
    assert page_of(ask(api, partner, updated_since=since)).ids == ids(3)


class TestRefusals:
    """A value that is not one of this partner's tokens."""

    def test_edited(self, api: Api, partner: Tenant) -> None:
        since = token(ask(api, partner))
        for edited in (since[:-1], since + "A", since[::-1], since.swapcase(), f" {since}", "0", "x" * 10_000):
            message = refused(ask(api, partner, updated_since=edited), 400, 1005)
            assert message.startswith(("'updated_since' is ", "'updated_since' has 10,000 characters"))
            assert len(message) < 300

    def test_no_character_can_be_another(self, api: Api, partner: Tenant) -> None:
        since = token(ask(api, partner))
        for place, original in enumerate(since):
            edited = since[:place] + ("A" if original != "A" else "B") + since[place + 1 :]
            refused(ask(api, partner, updated_since=edited), 400, 1005)

    def test_another_partners(self, api: Api, partner: Tenant) -> None:
        other = api.opened.run(new_partner(api.opened.store))
        put(api, other, *[make_chat(number) for number in range(1, 6)])
        theirs, ours = token(ask(api, other)), token(ask(api, partner))
        assert theirs != ours
        answers = {
            refused(ask(api, partner, updated_since=wrong), 400, 1005).replace(wrong, "TOKEN")
            for wrong in (theirs, ours[:-1] + ("A" if ours[-1] != "A" else "B"))
        }
        assert len(answers) == 1, "another partner's token is rejected like one that does not exist"

    def test_cursors_of_a_walk(self, api: Api, partner: Tenant) -> None:
        first = ask(api, partner, limit=1)
        cursor = page_of(first).next_cursor
        assert "'updated_since'" in refused(ask(api, partner, updated_since=cursor), 400, 1005)
        for wrong in (cursor, "2", "nothing"):
            message = refused(ask(api, partner, updated_since=token(first), cursor=wrong), 400, 1005)
            assert message.startswith("'cursor' is ")

    def test_a_token_is_no_cursor_of_a_walk(self, api: Api, partner: Tenant) -> None:
        assert "'cursor'" in refused(ask(api, partner, cursor=token(ask(api, partner))), 400, 1005)

    @pytest.mark.parametrize("wait", ["-1", "61", "1.5", "x", "600", "+1", " 1", "९"])
    def test_waits(self, api: Api, partner: Tenant, wait: str) -> None:
        since = token(ask(api, partner))
        assert refused(ask(api, partner, updated_since=since, wait=wait), 400, 1005).startswith("'wait' is ")

    @pytest.mark.parametrize("wait", [0, 5])
    def test_waiting_for_nothing(self, api: Api, partner: Tenant, wait: int) -> None:
        assert "'updated_since'" in refused(ask(api, partner, wait=wait), 400, 1005)

    def test_a_line_that_is_not_yours(self, api: Api, partner: Tenant) -> None:
        since = token(ask(api, partner))
        refused(ask(api, partner, updated_since=since, from_="+12125559999"), 403, 2006)
        refused(ask(api, partner, updated_since=since, from_="+12125559999", wait=60), 403, 2006)
        assert page_of(ask(api, partner, updated_since=since, from_=OTHER_LINE)).chats == []

    def test_other_parameters_are_checked_alike(self, api: Api, partner: Tenant) -> None:
        since = token(ask(api, partner))
        refused(ask(api, partner, updated_since=since, limit=0), 400, 1005)
        refused(ask(api, partner, updated_since=since, to="nobody"), 400, 1002)
        refused(api.list(partner.secret, f"updated_since={since}&updated_since={since}"), 400, 1005)


def test_both_addresses_and_head(api: Api, partner: Tenant) -> None:
    since = token(ask(api, partner))
    put(api, partner, make_chat(3))
    key = [(b"authorization", f"Bearer {partner.secret}".encode())]
    query = query_of(updated_since=since).encode()
    answers = [
        api.ask(path, query, key, method) for path in (LIST, "/api/partner/v3/chats") for method in ("GET", "HEAD")
    ]
    assert {token(answer) for answer in answers} == {token(answers[0])}
    assert {answer.status_code for answer in answers} == {200}
    assert page_of(answers[0]).ids == ids(3)
