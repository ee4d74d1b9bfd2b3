"""``POST /v3/capability/…``: which handles a network reaches, according to the carrier."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from tests.support.asgi import BASE, Api
from tests.support.caller import Caller
from tests.support.carrier_worker import Recorder
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.actions.sandbox.rules import set_rule
from trunkline.api.app import Application
from trunkline.carriers import CarrierUnavailable
from trunkline.carriers.loader import network_of
from trunkline.domain.chat import Service
from trunkline.domain.loopback_rules import Rule

IMESSAGE = "/v3/capability/check_imessage"
RCS = "/v3/capability/check_rcs"


def checked(we: Caller, path: str, address: str, **more: str) -> dict[str, Any]:
    response = we.post(path, {"address": address, **more})
    assert response.status_code == 200, response.text
    return response.json()


def only(we: Caller, handle: str, *services: Service) -> None:
    """A handle that only these services reach."""
    we.api.opened.run(set_rule(we.api.opened.store, we.tenant.id, handle, Rule(services=services)))


def test_without_rules_everything_is_reached(we: Caller) -> None:
    assert checked(we, IMESSAGE, ALICE) == {"address": ALICE, "available": True, "selected_service": "iMessage"}
    assert checked(we, RCS, ALICE) == {"address": ALICE, "available": True, "selected_service": "RCS"}
    assert checked(we, IMESSAGE, "Carol@Example.COM", **{"from": OTHER_LINE}) == {
        "address": CAROL,
        "available": True,
        "selected_service": "iMessage",
    }


def test_what_does_not_reach_falls(we: Caller) -> None:
    only(we, ALICE, Service.SMS)
    only(we, BOB, Service.IMESSAGE)
    only(we, CAROL)
    missing = {"available": False, "reason": "not_supported"}
    assert checked(we, IMESSAGE, ALICE) == {"address": ALICE, **missing, "selected_service": "SMS"}
    assert checked(we, RCS, ALICE) == {"address": ALICE, **missing, "selected_service": "SMS"}
    assert checked(we, RCS, BOB) == {"address": BOB, **missing, "selected_service": "iMessage"}
    assert checked(we, IMESSAGE, CAROL) == {"address": CAROL, **missing}


def test_another_partners_rules_do_not_matter(we: Caller, they: Caller) -> None:
    only(they, ALICE, Service.SMS)
    assert checked(we, IMESSAGE, ALICE)["available"]


@pytest.mark.parametrize(
    ("path", "body", "http", "code", "told"),
    [
        (IMESSAGE, {}, 400, 1001, "'address' is missing"),
        (RCS, {}, 400, 1001, "'address' is missing"),
        (IMESSAGE, {"address": None}, 400, 1001, "'address' is null"),
        (IMESSAGE, {"address": "12-34"}, 400, 1002, "'address' is '12-34'"),
        (RCS, {"address": CAROL}, 400, 1002, f"'address' is '{CAROL}'"),
        (IMESSAGE, {"address": 5}, 400, 1003, "'address' is not valid"),
        (IMESSAGE, {"address": ALICE, "from": "five"}, 400, 1002, "'from' is 'five'"),
        (IMESSAGE, {"address": ALICE, "from": "+12125550199"}, 403, 2006, "which is not one of your lines"),
    ],
)
def test_a_mistake_is_told(we: Caller, path: str, body: dict[str, Any], http: int, code: int, told: str) -> None:
    assert told in refused(we.post(path, body), http, code)


def test_a_partner_without_lines_cannot_ask(timed: Api, we: Caller) -> None:
    nobody = Caller(timed, we.clock, timed.opened.run(new_partner(timed.opened.store, lines=[])))
    assert "you have no line" in refused(nobody.post(IMESSAGE, {"address": ALICE}), 400, 1005)


class Asked(Recorder):
    """A carrier whose answers the test sets."""

    def __init__(self, reached: Callable[[str, str], Awaitable[frozenset[Service]]]) -> None:
        super().__init__()
        self._reached = reached

    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        return await self._reached(line, handle)


def ask(opened: OpenStore, we: Caller, carrier: Asked, body: dict[str, Any]) -> Response:
    """The response of a service with another carrier."""
    app: Any = Application(opened.store, BASE, BASE, we.clock, network=network_of("modem:open", carrier))

    async def post() -> Response:
        async with AsyncClient(transport=ASGITransport(app), base_url=BASE) as client:
            return await client.post(IMESSAGE, json=body, headers={"authorization": f"Bearer {we.tenant.secret}"})

    return opened.run(post())


def test_another_carrier_is_asked(opened: OpenStore, we: Caller) -> None:
    asked: list[tuple[str, str]] = []

    async def reached(line: str, handle: str) -> frozenset[Service]:
        asked.append((line, handle))
        return frozenset({Service.SMS})

    response = ask(opened, we, Asked(reached), {"address": ALICE})
    assert response.json()["selected_service"] == "SMS"
    ask(opened, we, Asked(reached), {"address": ALICE, "from": OTHER_LINE})
    assert asked == [(LINE, ALICE), (OTHER_LINE, ALICE)]


def test_a_carrier_that_is_away_is_no_answer(opened: OpenStore, we: Caller) -> None:
    async def reached(line: str, handle: str) -> frozenset[Service]:
        raise CarrierUnavailable("no signal")

    assert "no signal" in refused(ask(opened, we, Asked(reached), {"address": ALICE}), 503, 3006)
