"""Every address says by which methods it can be asked, and whatever can be got can be asked for by HEAD."""

import pytest

from tests.support.asgi import Api
from tests.support.caller import GROUP, Caller
from trunkline.api.routes import ROUTES

PATHS = {each.path: {other.method for other in ROUTES if other.path == each.path} for each in ROUTES}
BASES = ("", "/api/partner")


@pytest.fixture
def ids(we: Caller) -> dict[str, str]:
    """What stands for the parameters of addresses."""
    group = we.create(GROUP)
    url = "https://example.com/hooks"
    made = we.post("/v3/webhook-subscriptions", {"target_url": url, "subscribed_events": ["message.sent"]})
    return {"chat_id": group["id"], "message_id": group["message"]["id"], "subscription_id": made.json()["id"]}


@pytest.mark.parametrize(
    ("base", "path"), [(base, path) for base in BASES for path in PATHS if not base or path.startswith("/v3/")]
)
def test_options(timed: Api, base: str, path: str) -> None:
    expected = PATHS[path] | {"OPTIONS"}
    if path == "/v3/chats" or "GET" in expected:
        expected |= {"GET", "HEAD"}
    answer = timed.ask(base + path, method="OPTIONS")
    assert (answer.status_code, answer.content) == (204, b"")
    allowed = answer.headers["allow"].split(", ")
    assert (set(allowed), len(allowed)) == (expected, len(expected))
    refused = timed.ask(base + path, method="BREW")
    assert refused.status_code == 405
    assert set(refused.headers["allow"].split(", ")) == expected


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("path", [path for path, methods in PATHS.items() if "GET" in methods])
def test_head(we: Caller, ids: dict[str, str], path: str, base: str) -> None:
    head, get = (we.call(method, base + path.format(**ids)) for method in ("HEAD", "GET"))
    assert get.status_code == head.status_code == 200
    assert {"content-type", "content-length"} <= head.headers.keys()
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]
    missing = we.call("HEAD", base + path.format(**dict.fromkeys(ids, "nobody")))
    assert missing.status_code == (404 if "{" in path else 200)


@pytest.mark.parametrize("path", [path for path, methods in PATHS.items() if "GET" in methods])
def test_head_needs_a_key(timed: Api, path: str) -> None:
    assert timed.ask(path, method="HEAD").status_code == 401
