"""``/admin/faults``: requests that fail on purpose, and the sandbox setting."""

from typing import Any

import pytest
from httpx2 import Response

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from trunkline.domain.faults import MAX_FAULTS

ADDRESS = "/admin/faults"
NOBODY = "00000000-0000-4000-8000-000000000000"


def add(we: Caller, effect: str = "error", **fault: Any) -> str:
    """Adds a fault, and returns its id."""
    response = we.post(ADDRESS, {"effect": effect, **fault})
    assert response.status_code == 201, response.text
    return response.json()["id"]


def faults(we: Caller) -> list[dict[str, Any]]:
    return we.call("GET", ADDRESS).json()["faults"]


def listed(we: Caller, **more: Any) -> Response:
    return we.call("GET", "/v3/chats", **more)


@pytest.mark.parametrize(
    ("effect", "http", "code", "retry_after"),
    [
        ({"effect": "rate_limit"}, 429, 1007, "1"),
        ({"effect": "rate_limit", "retry_after": 7}, 429, 1007, "7"),
        ({"effect": "error"}, 500, 3006, None),
        ({"effect": "error", "retry_after": 0}, 500, 3006, "0"),
        ({"effect": "unavailable"}, 503, 3006, None),
        ({"effect": "first_message"}, 403, 2008, None),
    ],
)
def test_an_error_for_the_next_request(
    we: Caller, effect: dict[str, Any], http: int, code: int, retry_after: str | None
) -> None:
    fault = add(we, **effect)
    response = we.try_create()
    assert (response.status_code, response.json()["error"]["code"]) == (http, code)
    assert response.headers.get("retry-after") == retry_after
    assert response.headers["x-trunkline-fault"] == fault
    assert response.json()["error"].get("retry_after") == (int(retry_after or 0) if code == 1007 else None)
    assert we.chats() == []
    assert faults(we) == []
    again = we.try_create()
    assert again.status_code == 201
    assert "x-trunkline-fault" not in again.headers


def test_the_next_requests_are_counted_exactly_even_if_they_are_concurrent(we: Caller) -> None:
    add(we, times=3)
    statuses = [each.status_code for each in we.together(*[("GET", "/v3/chats", None)] * 12)]
    assert sorted(statuses) == [200] * 9 + [500] * 3
    assert faults(we) == []


def test_a_request_has_the_first_fault_that_matches(we: Caller) -> None:
    first, second = add(we, "rate_limit"), add(we, "error", times=2)
    third = add(we, "unavailable", method="POST", times=None)
    assert [listed(we).status_code for _ in range(4)] == [429, 500, 500, 200]
    assert first != second
    assert [(each["id"], each["remaining"], each["applied"]) for each in faults(we)] == [(third, None, 0)]
    refused(we.try_create(), 503, 3006)
    [left] = faults(we)
    assert (left["fault"], left["applied"]) == ({"effect": "unavailable", "times": None, "method": "POST"}, 1)


@pytest.mark.parametrize("carried_out", [False, True])
def test_a_cut_response_promises_more_than_it_sends(we: Caller, carried_out: bool) -> None:
    add(we, "cut", carried_out=carried_out)
    response = we.try_create(message=text("hello", idempotency_key="once"))
    assert int(response.headers["content-length"]) > len(response.content)
    assert len(we.chats()) == carried_out
    we.create(message=text("hello", idempotency_key="once"))
    [chat] = we.chats()
    assert len(we.messages(chat["id"])) == 1


def test_a_response_without_a_body_can_be_cut(we: Caller) -> None:
    chat = we.create()
    add(we, "cut", carried_out=True)
    response = we.post(f"/v3/chats/{chat['id']}/read")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) > 0


def test_head_is_never_cut(we: Caller) -> None:
    fault = add(we, "cut")
    assert we.call("HEAD", "/v3/chats").status_code == 200
    assert [each["id"] for each in faults(we)] == [fault]


def test_a_delayed_request_is_carried_out(we: Caller) -> None:
    add(we, "delay", delay_seconds=0.01)
    assert we.create()["message"]["delivery_status"] == "pending"
    assert faults(we) == []


def test_a_share_of_the_requests(we: Caller) -> None:
    add(we, share=1)
    assert [listed(we).status_code for _ in range(3)] == [500] * 3
    [fault] = faults(we)
    assert (fault["remaining"], fault["applied"]) == (None, 3)
    we.call("DELETE", ADDRESS)
    add(we, share=1, times=2)
    assert [listed(we).status_code for _ in range(3)] == [500, 500, 200]


def test_requests_that_name_a_line_or_a_handle(we: Caller) -> None:
    to_alice = we.create([ALICE])["id"]
    group = we.create([ALICE, BOB], line=OTHER_LINE)
    to_bob = we.create([BOB])["id"]
    hello = {"message": text("hello")}
    requests: list[tuple[str, str, Any, str]] = [
        ("GET", f"/v3/chats/{to_alice}", None, ""),
        ("POST", f"/v3/chats/{to_alice}/messages", hello, ""),
        ("POST", f"/v3/chats/{group['id']}/messages", hello, ""),
        ("GET", f"/v3/messages/{group['message']['id']}", None, ""),
        ("POST", f"/v3/chats/{to_bob}/messages", hello, ""),
        ("GET", "/v3/chats", None, f"to=%2B{ALICE[1:]}"),
        ("GET", "/v3/chats", None, f"from=%2B{OTHER_LINE[1:]}"),
        ("GET", "/v3/chats", None, f"from={LINE[1:]}"),
        ("POST", "/v3/chats", {"from": LINE, "to": [ALICE], **hello}, ""),
        ("POST", "/v3/messages", {"to": [ALICE], **hello}, ""),
        ("POST", "/v3/messages", {"to": [CAROL], "from": OTHER_LINE, **hello}, ""),
        ("POST", "/v3/capability/check_imessage", {"address": ALICE}, ""),
        ("GET", f"/v3/chats/{NOBODY}", None, ""),
        ("POST", "/v3/chats", [ALICE], ""),
        ("POST", f"/v3/chats/{to_bob}/polls", {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}}, ""),
        ("POST", f"/v3/chats/{to_bob}/voicememo", {"voice_memo_url": "https://example.com/memo.m4a"}, ""),
        ("GET", f"/v3/messages/{group['message']['id']}/poll", None, ""),
        ("POST", f"/v3/chats/{to_alice}/share_contact_card", None, ""),
        ("GET", "/v3/available_number", None, f"to=%2B{BOB[1:]},{CAROL}"),
        ("GET", "/v3/available_number", None, f"to={CAROL}&to=%2B{BOB[1:]}"),
        ("POST", "/v3/contact_card", {"phone_number": OTHER_LINE, "first_name": "Ada"}, ""),
        ("PATCH", "/v3/contact_card", {"first_name": "Ada"}, f"phone_number=%2B{OTHER_LINE[1:]}"),
        ("POST", "/v3/attachments", {"filename": "a.pdf", "content_type": "application/pdf", "size_bytes": 1}, ""),
    ]

    def failing(**fault: str) -> list[int]:
        add(we, times=None, **fault)
        found = [
            number
            for number, (method, path, body, query) in enumerate(requests)
            if we.call(method, path, body, query=query).status_code == 500
        ]
        assert we.call("DELETE", ADDRESS).json() == {"removed": 1}
        return found

    assert failing(handle=ALICE) == [0, 1, 2, 3, 5, 8, 9, 11, 16, 17]
    assert failing(handle=ALICE[1:], method="GET") == [0, 3, 5, 16]
    assert failing(handle=CAROL) == [10, 18, 19]
    assert failing(line=OTHER_LINE) == [2, 3, 6, 10, 16, 20, 21]
    assert failing(line=OTHER_LINE, handle=BOB) == [2, 3, 16]
    assert failing(line=LINE, path="/v3/chats") == [7, 8]
    assert failing(path="/v3/chats/*", method="POST") == [1, 2, 4, 14, 15, 17]
    assert failing(path="/v3/chats?*to=*") == [5]


def test_the_other_base_path_is_the_same_path(we: Caller) -> None:
    add(we, path="/v3/chats")
    refused(we.call("GET", "/api/partner/v3/chats"), 500, 3006)


def test_what_never_has_a_fault(we: Caller) -> None:
    fault = add(we, times=None)
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/guides/sandbox", "/admin/faults"):
        assert we.call("GET", path).status_code == 200
    assert we.post("/admin/simulate", {"action": "rules"}).status_code == 200
    refused(listed(we, headers={"authorization": "Bearer nobody"}), 401, 2004)
    refused(we.call("GET", "/v3/nothing"), 404, 2001)
    assert [(each["id"], each["applied"]) for each in faults(we)] == [(fault, 0)]


def test_faults_belong_to_one_partner(we: Caller, they: Caller) -> None:
    fault = add(we)
    assert listed(they).status_code == 200
    assert faults(they) == []
    refused(they.call("DELETE", f"{ADDRESS}/{fault}"), 404, 2001)
    assert they.call("DELETE", ADDRESS).json() == {"removed": 0}
    assert listed(we).status_code == 500


def test_removing_faults(we: Caller) -> None:
    first, second, third = add(we), add(we), add(we)
    assert we.call("DELETE", f"{ADDRESS}/{second}").status_code == 204
    assert [each["id"] for each in faults(we)] == [first, third]
    refused(we.call("DELETE", f"{ADDRESS}/{second}"), 404, 2001)
    assert we.call("DELETE", ADDRESS).json() == {"removed": 2}
    assert listed(we).status_code == 200


def test_a_partner_has_a_limited_number(we: Caller) -> None:
    for _ in range(MAX_FAULTS):
        add(we)
    assert f"you have {MAX_FAULTS} faults" in refused(we.post(ADDRESS, {"effect": "error"}), 400, 1005)
    assert len(faults(we)) == MAX_FAULTS


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({}, 1001, "'effect' is missing"),
        ({"effect": "fire"}, 1003, "it must be rate_limit, first_message, error, unavailable, delay or cut"),
        ({"effect": "delay"}, 1001, "'delay_seconds' is missing"),
        ({"effect": "delay", "delay_seconds": 301}, 1003, "'delay_seconds' is not valid"),
        ({"effect": "error", "delay_seconds": 1}, 1005, "it applies only to delay"),
        ({"effect": "cut", "retry_after": 1}, 1005, "it applies only to rate_limit, error, unavailable"),
        ({"effect": "error", "carried_out": True}, 1005, "it applies only to cut"),
        ({"effect": "error", "times": 0}, 1003, "'times' is not valid"),
        ({"effect": "error", "share": 0}, 1003, "'share' is not valid"),
        ({"effect": "error", "share": 1.5}, 1003, "'share' is not valid: it must be at most 1"),
        ({"effect": "error", "method": "post"}, 1003, "'method' is not valid"),
        ({"effect": "error", "path": "v3/chats"}, 1005, "'path' is 'v3/chats'; it must begin with /v3/ or *"),
        ({"effect": "error", "path": "/admin/faults"}, 1005, "it must begin with /v3/ or *"),
        ({"effect": "error", "line": "five"}, 1002, "'line' is 'five'"),
        ({"effect": "error", "handle": "five"}, 1002, "'handle' is 'five'"),
        ({"effect": "cut", "method": "HEAD"}, 1005, "it cannot be cut"),
        ({"effect": "error", "probability": 1}, 1003, "probability"),
    ],
)
def test_an_invalid_fault(we: Caller, body: dict[str, Any], code: int, said: str) -> None:
    assert said in refused(we.post(ADDRESS, body), 400, code)
    assert faults(we) == []


def test_without_the_sandbox_admin_is_closed_and_faults_have_no_effect(opened: OpenStore, we: Caller) -> None:
    add(we)
    closed = Caller(Api(opened, we.clock), we.clock, we.tenant)
    for method, path, body in (
        ("POST", "/admin/simulate", {"action": "rules"}),
        ("GET", ADDRESS, None),
        ("DELETE", f"{ADDRESS}/{NOBODY}", None),
    ):
        assert "trunkline serve --sandbox" in refused(closed.call(method, path, body), 404, 2001)
    assert listed(closed).status_code == 200
    assert listed(we).status_code == 500
