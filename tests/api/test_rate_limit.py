"""Limits on requests: the rate limit of a key, and what a partner that sends more than is delivered gets."""

from typing import Any

from tests.support.asgi import LIST, Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.actions.operator.partners import add_key
from trunkline.api.operation import READ_METHODS
from trunkline.api.routes import ROUTES, not_simulated
from trunkline.domain.rate_limit import RateLimit
from trunkline.storage.partners import Partner
from trunkline.testing.clock import Clock

AUTHORIZATION = b"authorization"


def limited(response: Any) -> tuple[str, int]:
    """The message of a 429, and its ``Retry-After``, which the envelope repeats."""
    assert response.status_code == 429, response.text
    error = response.json()["error"]
    assert error["code"] == 1007
    assert int(response.headers["retry-after"]) == error["retry_after"]
    return error["message"], error["retry_after"]


def test_a_key_may_make_so_many_requests_in_a_period(opened: OpenStore, clock: Clock) -> None:
    api = Api(opened, clock, rate_limit=RateLimit.parse("3/minute"))
    partner = opened.run(new_partner(opened.store))
    assert [api.list(partner.secret).status_code for _ in range(3)] == [200, 200, 200]
    message, retry_after = limited(api.list(partner.secret))
    assert message == "your key has reached the rate limit of 3/minute; try again in 20 seconds"
    clock.advance(seconds=retry_after - 0.001)
    limited(api.list(partner.secret))
    clock.advance(seconds=0.001)
    assert api.list(partner.secret).status_code == 200
    limited(api.list(partner.secret))


def test_the_limit_is_that_of_a_key_however_it_is_written(opened: OpenStore, clock: Clock) -> None:
    api = Api(opened, clock, rate_limit=RateLimit.parse("2/hour"))
    partner = opened.run(new_partner(opened.store))
    _, second = opened.run(add_key(opened.store, Partner(partner.id, partner.name, clock()), "second", clock(), None))
    for form in ("Bearer {}", "bearer   {}"):
        header = (AUTHORIZATION, form.format(partner.secret).encode())
        assert api.ask(LIST, headers=[header]).status_code == 200
    limited(api.ask(LIST, headers=[(AUTHORIZATION, f"BEARER {partner.secret} ".encode())]))
    assert api.list(second).status_code == 200


def test_what_needs_no_key_has_no_limit(opened: OpenStore, clock: Clock) -> None:
    api = Api(opened, clock, rate_limit=RateLimit.parse("1/hour"))
    partner = opened.run(new_partner(opened.store))
    for _ in range(3):
        assert api.ask("/healthz").status_code == 200
        assert api.ask("/readyz").status_code == 200
        refused(api.list("tk_unknown"), 401, 2004)
    assert api.list(partner.secret).status_code == 200
    limited(api.list(partner.secret))
    assert api.ask("/healthz").status_code == 200


def test_without_the_setting_there_is_no_limit(we: Caller) -> None:
    assert {we.call("GET", LIST).status_code for _ in range(200)} == {200}


def test_a_partner_that_is_behind_may_do_anything_that_adds_nothing(opened: OpenStore, clock: Clock) -> None:
    behind: set[int] = set()
    api = Api(opened, clock, is_behind=behind.__contains__)
    we, other = Caller(api, clock), Caller(api, clock)
    chat = we.create()
    other_chat = other.create()
    hook = {"target_url": "https://r.example/", "subscribed_events": ["message.sent"]}
    behind.add(we.tenant.id)
    for response in (we.try_create([BOB]), we.try_send(chat["id"]), we.post(f"/v3/chats/{chat['id']}/typing")):
        message, retry_after = limited(response)
        assert message == "your messages or webhooks are delivered more slowly than you send; try again in 5 seconds"
        assert retry_after == 5
    assert len(we.chats()) == 1
    assert len(we.messages(chat["id"])) == 1
    assert we.post("/v3/webhook-subscriptions", hook).status_code == 201
    assert other.try_send(other_chat["id"]).status_code == 202
    behind.clear()
    assert we.try_send(chat["id"]).status_code == 202


def test_a_repeated_send_gets_its_first_response_once_the_partner_is_no_longer_behind(
    opened: OpenStore, clock: Clock
) -> None:
    behind: set[int] = set()
    api = Api(opened, clock, is_behind=behind.__contains__)
    we = Caller(api, clock)
    message = text("hello") | {"idempotency_key": "once"}
    first = we.try_create([ALICE], message)
    behind.add(we.tenant.id)
    limited(we.try_create([ALICE], message))
    behind.clear()
    assert we.try_create([ALICE], message).json() == first.json()


def test_every_route_that_changes_chats_or_messages_adds_deliveries() -> None:
    """A new one must say so, or be named here."""
    adds_none = {("DELETE", "/v3/messages/{message_id}")}
    undeclared = {
        (route.method, route.path)
        for route in ROUTES
        if route.path.startswith(("/v3/chats", "/v3/messages"))
        and route.method not in READ_METHODS
        and route not in not_simulated.ROUTES
        and not route.adds_deliveries
    }
    assert undeclared == adds_none
