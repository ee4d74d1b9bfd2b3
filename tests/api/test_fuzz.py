"""Any query at all gets a page or an error in its envelope, never a server error."""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asgi import LIST, Api
from tests.support.chats import ALICE, LINE, make_chat
from tests.support.envelope import refused
from tests.support.pages import page_of
from tests.support.partners import Tenant, new_partner, save

NAMES = [
    "from",
    "to",
    "limit",
    "cursor",
    "From",
    "limit[]",
    "",
    "%66rom",
    "%ff",
    "unknown",
    "updated_since",
    "wait",
    "include",
]
VALUES = [
    LINE,
    ALICE,
    "carol@example.com",
    "20",
    "0",
    "-1",
    "1e2",
    "null",
    "\x00",
    "a\x00@b.c",
    "\ud7ff",
    "９",
    "\U0001f600@b.c",
    "A" * 60,
    "A" * 32,
    "last_message,unread_count",
    "9" * 10_000,
    "x@" + "y" * 10_000 + ".z",
]
values = st.one_of(
    st.sampled_from([value.encode() for value in VALUES]), st.binary(max_size=20), st.text(max_size=20).map(str.encode)
)
pairs = st.tuples(st.sampled_from(NAMES), values, st.booleans()).map(
    lambda pair: pair[0].encode() + b"=" + (quote_from_bytes(pair[1]).encode() if pair[2] else pair[1])
)
queries = st.one_of(st.lists(pairs, max_size=4).map(b"&".join), st.binary(max_size=60))


@pytest.fixture(scope="module")
def partner(api: Api) -> Tenant:
    """A partner with one and a half pages of chats."""

    async def make() -> Tenant:
        partner = await new_partner(api.opened.store)
        await save(api.opened.store, partner.id, *[make_chat(number) for number in range(1, 31)])
        return partner

    return api.opened.run(make())


@settings(max_examples=600)
@given(queries)
def test_any_query(api: Api, partner: Tenant, query: bytes) -> None:
    response = api.ask(LIST, query, [(b"authorization", f"Bearer {partner.secret}".encode())])
    match response.status_code:
        case 200:
            page_of(response)
        case 403:
            refused(response, 403, 2006)
        case _:
            code = 1002 if '"code":1002' in response.text else 1005
            refused(response, 400, code)


@given(st.text(max_size=30), st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"]))
def test_any_address(api: Api, path: str, method: str) -> None:
    response = api.ask("/v3/" + path, method=method)
    assert response.status_code in {200, 204, 401, 404, 405}, response.text
    assert len(response.headers["x-trace-id"]) == 32


@given(st.lists(st.tuples(st.just(b"authorization"), st.binary(max_size=80)), max_size=3))
def test_any_authorization(api: Api, headers: list[tuple[bytes, bytes]]) -> None:
    refused(api.ask(LIST, headers=headers), 401, 2004)
