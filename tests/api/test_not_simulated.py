"""The methods of the API that this service does not simulate."""

import re

import pytest

from tests.support.asgi import BASE, Api
from tests.support.caller import Caller
from tests.support.envelope import refused
from trunkline.api.operation import Route
from trunkline.api.routes.not_simulated import FEATURES, ROUTES

MESSAGES = {method[2]: feature.message for feature in FEATURES for method in feature.methods}


def address(route: Route) -> str:
    """A path of the route."""
    return re.sub(r"\{\w+\}", "some-id", route.path)


@pytest.mark.parametrize("base", ["", "/api/partner"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_method_that_is_not_simulated(we: Caller, route: Route, base: str) -> None:
    assert route.operation is not None
    response = we.call(route.method, base + address(route), {} if route.method in {"POST", "PUT", "PATCH"} else None)
    assert refused(response, 501, 3006) == MESSAGES[route.operation.id]
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_without_a_key_it_is_401(timed: Api, route: Route) -> None:
    refused(timed.ask(address(route), method=route.method), 401, 2004)


def test_other_methods_of_such_a_path_are_not_allowed(we: Caller) -> None:
    response = we.call("PUT", "/v3/payments", {})
    refused(response, 405, 1005)
    assert response.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    ("path", "right"), [("/v3/v3/chats", BASE), ("/api/partner/v3/v3/messages/x", f"{BASE}/api/partner")]
)
def test_a_base_url_that_ends_in_v3(timed: Api, path: str, right: str) -> None:
    assert refused(timed.ask(path), 404, 2001).endswith(f"must not end in /v3: use {right}")


@pytest.mark.parametrize("path", ["/v3/v3", "/v3/x", "/api/partner/v3/v3x/chats", "/v3"])
def test_other_unknown_addresses(timed: Api, path: str) -> None:
    assert refused(timed.ask(path), 404, 2001) == "there is nothing at this address; /docs lists the API"
