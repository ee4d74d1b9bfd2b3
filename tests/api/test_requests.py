"""Bad input over a real server: two worker processes on a real socket, with requests as the internet sends them."""

import http.client
import time
from collections.abc import Iterator

import pytest
from httpx2 import Client, Response

from tests.support.asgi import LIST
from tests.support.chats import LINE, make_chat
from tests.support.command import serving
from tests.support.envelope import refused
from tests.support.open_store import OpenStore, opened_store
from tests.support.pages import WirePage, page_of, query_of
from tests.support.partners import Tenant, new_partner, save

REVOCATION = 1.0 + 4.0  # s: docs/wire.md §2, and what a busy machine may need
LONG = "1" * 10_000

GOOD = [
    "",
    "limit=1",
    "limit=100",
    "limit=020",
    "cursor=0",
    "cursor=10000",
    "to=+12",
    "to=%2B123456789012345",
    "nul=%00",
    "include=last_message",
    "include=unread_count,%20message_count",
]
EMPTY = ["from", "to", "limit", "cursor", "updated_since", "wait", "include"]
BAD = [
    # limit: a whole number from 1 to 100
    *[
        (f"limit={value}", 1005)
        for value in [
            "0",
            "101",
            "-1",
            "+5",
            "1.0",
            "1e1",
            "0x10",
            "1,5",
            "1_0",
            "%205",
            "5%20",
            "5%00",
            "null",
            "true",
            "NaN",
            "%",
            "%ff",
            "%EF%BC%91",
            "%D9%A1",
            "99999999999999999999",
        ]
    ],
    (f"limit={LONG}", 1005),
    # from: E.164
    *[
        (f"from={value}", 1002)
        for value in [
            "%2B",
            "%2B1",
            "%2B0123456789",
            "%2B1234567890123456",
            "%2B%2B13343284472",
            "%20%2B13343284472",
            "%2B1334328%00",
            "%00",
            "abc",
            "%ff",
            "%2B13343284472%0A",
            "%C3%28",
            "%ED%A0%80",
            "%F5%80%80%80",
            "user@example.com",
            "%D9%A1%D9%A2%D9%A3",
        ]
    ],
    (f"from={LONG}", 1002),
    # to: E.164 or an e-mail address
    *[
        (f"to={value}", 1002)
        for value in [
            "%2B",
            "%2B1",
            "%2B1234567890123456",
            "user",
            "user@",
            "@example.com",
            "user@example",
            "u%00ser@example.com",
            "%ff@example.com",
            "user@exam%ffple.com",
            "us%20er@example.com",
            "user@example.com%0D%0A",
            "%00",
        ]
    ],
    (f"to={LONG}", 1002),
    (f"to={LONG}@example.com", 1002),
    (f"to={'a' * 243}@example.com", 1002),
    # cursor: a cursor of the service, or a number to skip
    *[
        (f"cursor={value}", 1005)
        for value in ["10001", "-1", "+1", "1.5", "20x", "%00", "%ff", "=", "AAAA", "x", "null", "00000000000"]
    ],
    (f"cursor={LONG}", 1005),
    (f"cursor={'A' * 60}", 1005),
    # updated_since, wait, include
    *[(f"updated_since={value}", 1005) for value in ["0", "20", "%00", "%ff", "null", "A" * 32, "A" * 60, LONG]],
    *[(f"wait={value}", 1005) for value in ["0", "30", "-1", "61", "1.5", "%ff", "null", LONG]],
    *[
        (f"include={value}", 1005)
        for value in ["id", "last_message,", "unread_count,unread_count", "%00", "%ff", "LAST_MESSAGE", LONG]
    ],
    # each parameter once
    ("limit=5&limit=5", 1005),
    (f"from={LINE[1:]}&from={LINE[1:]}", 1005),
    ("to=a@b.cd&t%6F=a@b.cd", 1005),
    ("cursor=0&x=1&cursor=0", 1005),
    ("limit=5&limit=", 1005),
    ("from=x&from=x", 1005),
    ("to=%ff&to=x", 1005),
]


class Server:
    """A running service, with the store behind it."""

    def __init__(self, url: str, opened: OpenStore) -> None:
        self.url = url
        self.opened = opened
        self.client = Client(base_url=url)
        self.partner = opened.run(self._partner())

    async def _partner(self) -> Tenant:
        partner = await new_partner(self.opened.store)
        await save(self.opened.store, partner.id, *[make_chat(number) for number in range(1, 31)])
        return partner

    def list(self, query: str, path: str = LIST) -> Response:
        """The response to a query with the partner's key."""
        return self.client.get(f"{path}?{query}", headers={"Authorization": f"Bearer {self.partner.secret}"})

    def statuses(self, secret: str, count: int = 40) -> set[int]:
        """The responses to a key on separate connections, so that every worker handles some."""
        found: set[int] = set()
        for _ in range(count):
            connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
            connection.request("GET", LIST, headers={"Authorization": f"Bearer {secret}"})
            found.add(connection.getresponse().status)
            connection.close()
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One service for the module."""
    database = f"sqlite:///{tmp_path_factory.mktemp('requests') / 'trunkline.db'}"
    with opened_store(database) as opened, serving(database, "--workers", "2") as url:
        running = Server(url, opened)
        with running.client:
            yield running


def short(value: object) -> str | None:
    """A short name for a parametrised test."""
    return value[:40] if isinstance(value, str) else None


@pytest.mark.parametrize("query", GOOD, ids=short)
def test_good_queries(server: Server, query: str) -> None:
    response = server.list(query)
    page_of(response)
    assert len(response.headers["x-trace-id"]) == 32


@pytest.mark.parametrize("query", [*EMPTY, *[f"{name}=" for name in EMPTY], "=&".join([*EMPTY, ""])], ids=short)
def test_a_parameter_without_a_value_is_absent(server: Server, query: str) -> None:
    assert page_of(server.list(query)).chats == page_of(server.list("")).chats


@pytest.mark.parametrize(("query", "code"), BAD, ids=short)
def test_bad_queries(server: Server, query: str, code: int) -> None:
    for path in (LIST, "/api/partner/v3/chats"):
        message = refused(server.list(query, path), 400, code)
        assert f"'{query.partition('=')[0]}'" in message
        assert len(message) < 500


def first_page(server: Server, limit: int = 7) -> WirePage:
    """A page that is not the last one."""
    return page_of(server.list(f"limit={limit}"))


def test_every_request_has_a_trace_id_of_its_own(server: Server) -> None:
    answers = [server.list("") for _ in range(10)] + [server.list("limit=0") for _ in range(10)]
    assert len({answer.headers["x-trace-id"] for answer in answers}) == 20
    parent = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{parent}-00f067aa0ba902b7-01", "X-Trace-ID": parent}
    assert server.client.get(LIST, headers=headers).headers.get_list("x-trace-id") != [parent]


def test_cursors_edited_byte_by_byte(server: Server) -> None:
    cursor = first_page(server).next_cursor
    assert cursor is not None
    for place, original in enumerate(cursor):
        for other in {"A", "-", "_", "+", "/", "\x00", "%"} - {original}:
            edited = cursor[:place] + other + cursor[place + 1 :]
            refused(server.list(query_of(cursor=edited)), 400, 1005)


def test_cursors_cut_and_lengthened_byte_by_byte(server: Server) -> None:
    cursor = first_page(server).next_cursor
    assert cursor is not None
    for length in range(len(cursor)):
        for piece in (cursor[:length], cursor[length + 1 :]):
            if piece and not piece.isdigit():  # no cursor, or a number, which means to skip that many
                refused(server.list(query_of(cursor=piece)), 400, 1005)
    for addition in ("=", "==", "A", "AAAA", " ", "\n", "\x00"):
        refused(server.list(query_of(cursor=cursor + addition)), 400, 1005)
    assert len(page_of(server.list(query_of(cursor=cursor))).chats) == 20


def test_a_walk_over_both_workers(server: Server) -> None:
    ids: list[str] = []
    cursor = None
    while not ids or cursor is not None:
        with Client(base_url=server.url) as client:
            headers = {"Authorization": f"Bearer {server.partner.secret}"}
            page = page_of(client.get(f"{LIST}?{query_of(limit=2, cursor=cursor)}", headers=headers))
        ids += page.ids
        cursor = page.next_cursor
    assert len(ids) == len(set(ids)) == 30


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("path", [LIST, "/api/partner/v3/chats"])
def test_wrong_methods(server: Server, path: str, method: str) -> None:
    response = server.client.request(method, path, content=b"{" * 10_000)
    assert method in refused(response, 405, 1005)
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


@pytest.mark.parametrize("method", ["POST", "DELETE", "BREW"])
def test_wrong_methods_elsewhere(server: Server, method: str) -> None:
    response = server.client.request(method, "/healthz")
    refused(response, 405, 1005)
    assert "GET" in response.headers["allow"]


def test_head_has_the_headers_of_get(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.partner.secret}"}
    head, get = (server.client.request(method, LIST, headers=headers) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


@pytest.mark.parametrize(
    "path",
    [
        "/v3",
        "/v3/chat",
        "/v3/chats/",
        "/v3/chats/x/y/z",
        "/v3/chats/x/messages/",
        "/v3//chats",
        "//v3/chats",
        "/V3/chats",
        "/%ff",
        "/%00",
        "/v3/%2e%2e/chats",
        "/api/partner",
        "/api/partner/docs",
        "/api/partner/api/partner/v3/chats",
        "/" + LONG,
    ],
    ids=short,
)
def test_unknown_addresses(server: Server, path: str) -> None:
    refused(server.client.get(server.url + path), 404, 2001)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Basic dXNlcjpwYXNz")],
        [("Authorization", "Bearer " + LONG)],
        [("Authorization", "Bearer ключ".encode())],
        [("Authorization", b"\xff\xfe")],
        [("Authorization", "KEY")],
        [("Authorization", "Bearer KEY"), ("Authorization", "Bearer KEY")],
        [("Authorization", "Bearer KEY, Bearer KEY")],
    ],
    ids=lambda headers: short(str(headers)),
)
def test_odd_authorization(server: Server, headers: list[tuple[str, str | bytes]]) -> None:
    key = server.partner.secret
    filled = [
        (name.encode(), value if isinstance(value, bytes) else value.replace("KEY", key).encode())
        for name, value in headers
    ]
    assert key not in refused(server.client.get(LIST, headers=filled), 401, 2004)


def test_a_revoked_key_is_refused_by_every_worker(server: Server) -> None:
    partner = server.opened.run(new_partner(server.opened.store))
    assert server.statuses(partner.secret) == {200}
    partners = server.opened.store.partners
    [key] = server.opened.run(partners.keys(partner.id))
    server.opened.run(partners.revoke_key(key.id, time.time_ns() // 1000))
    revoked = time.monotonic()
    while server.statuses(partner.secret) != {401}:
        assert time.monotonic() < revoked + REVOCATION
        time.sleep(0.1)
