"""Every path lists its methods, and every path with GET also has HEAD."""

import pytest

from tests.support.asgi import Api
from tests.support.caller import GROUP, Caller
from trunkline.api.operation import Route
from trunkline.api.routes import ROUTES, not_simulated
from trunkline.domain.file_urls import FILE_PATH

METHODS = {each.path: {other.method for other in ROUTES if other.path == each.path} for each in ROUTES}
_READ_ELSEWHERE = {FILE_PATH, "/admin/requests/{trace_id}"}
"""Files are read with a signed URL instead of a key (test_downloads.py); requests have to be recorded first."""

READABLE = [
    each
    for each in ROUTES
    if each.method == "GET" and each not in not_simulated.ROUTES and each.path not in _READ_ELSEWHERE
]

BASES = ("", "/api/partner")


def has_base(base: str, path: str) -> bool:
    """Whether a path is served under a base."""
    return not base or path.startswith("/v3/")


@pytest.fixture
def ids(we: Caller) -> dict[str, str]:
    """The values of the parameters in paths."""
    group = we.create(GROUP)
    url = "https://example.com/hooks"
    made = we.post("/v3/webhook-subscriptions", {"target_url": url, "subscribed_events": ["chat.created"]})
    we.create()
    [delivery] = we.call("GET", "/admin/webhook-deliveries").json()["deliveries"]
    poll = we.post(f"/v3/chats/{group['id']}/polls", {"poll": {"options": [{"text": "Yes"}, {"text": "No"}]}}).json()
    link = we.call("GET", "/v3/available_number").json()["vcf_url"]
    asked = we.post("/v3/attachments", {"filename": "a.pdf", "content_type": "application/pdf", "size_bytes": 1})
    return {
        "chat_id": group["id"],
        "message_id": poll["message_id"],
        "delivery_id": delivery["id"],
        "subscription_id": made.json()["id"],
        "token": link.rpartition("/")[2].removesuffix(".vcf"),
        "attachment_id": asked.json()["attachment_id"],
    }


@pytest.mark.parametrize(("base", "path"), [(base, path) for base in BASES for path in METHODS if has_base(base, path)])
def test_options(timed: Api, base: str, path: str) -> None:
    expected = METHODS[path] | {"OPTIONS"}
    if "GET" in expected:
        expected.add("HEAD")
    answer = timed.ask(base + path, method="OPTIONS")
    assert (answer.status_code, answer.content) == (204, b"")
    allowed = answer.headers["allow"].split(", ")
    assert (set(allowed), len(allowed)) == (expected, len(expected))
    refused = timed.ask(base + path, method="BREW")
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == expected


@pytest.mark.parametrize(
    ("base", "path"), [(base, each.path) for base in BASES for each in READABLE if has_base(base, each.path)]
)
def test_head(we: Caller, ids: dict[str, str], base: str, path: str) -> None:
    head, get = (we.call(method, base + path.format(**ids)) for method in ("HEAD", "GET"))
    assert get.status_code == head.status_code == 200
    assert {"content-type", "content-length"} <= head.headers.keys()
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]
    missing = we.call("HEAD", base + path.format(**dict.fromkeys(ids, "nobody")))
    assert missing.status_code == (404 if "{" in path else 200)


@pytest.mark.parametrize("route", READABLE, ids=lambda route: route.path)
def test_head_needs_a_key_like_get(timed: Api, ids: dict[str, str], route: Route) -> None:
    assert timed.ask(route.path.format(**ids), method="HEAD").status_code == (401 if route.needs_key else 200)
