"""A key that is revoked, or expires, while its request runs: a request that has waited gets nothing any longer."""

import asyncio
from collections.abc import Awaitable, Callable

from httpx2 import Response

from tests.support.asgi import LIST, Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, LINE, NOW
from tests.support.envelope import refused
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.actions.operator.partners import revoke_key
from trunkline.domain.instant import SECOND
from trunkline.testing.clock import Clock


async def revoked(we: Caller) -> None:
    """Revokes the key of a partner, and lets the second pass in which a worker may not know it."""
    store = we.api.opened.store
    [key] = await store.partners.keys(we.tenant.id)
    await revoke_key(store, key.id, we.clock())
    we.clock.advance(seconds=1)


def waiting(we: Caller, seconds: int, meanwhile: Callable[[], Awaitable[object]]) -> Response:
    """The response to a long poll during which something happens."""
    token = we.call("GET", LIST).headers["x-sync-token"]

    async def wait() -> Response:
        answer = asyncio.ensure_future(we.calling("GET", LIST, query=f"updated_since={token}&wait={seconds}"))
        await asyncio.sleep(0.1)
        assert not answer.done()
        await meanwhile()
        return await answer

    return we.api.opened.run(wait())


def test_a_change_does_not_reach_a_key_that_was_revoked_during_the_wait(we: Caller) -> None:
    we.create()

    async def meanwhile() -> None:
        await revoked(we)
        await we.hearing("are you there?")

    refused(waiting(we, 60, meanwhile), 401, 2004)


def test_a_wait_that_ends_without_a_change_says_that_the_key_is_revoked(we: Caller) -> None:
    refused(waiting(we, 1, lambda: revoked(we)), 401, 2004)


def test_a_key_that_expires_during_the_wait(opened: OpenStore, timed: Api, clock: Clock) -> None:
    we = Caller(timed, clock, opened.run(new_partner(opened.store, expires_at=clock() + 10 * SECOND)))

    async def meanwhile() -> None:
        clock.advance(seconds=11)
        await we.hearing("are you there?")

    refused(waiting(we, 60, meanwhile), 401, 2004)


def test_a_valid_key_gets_the_change(we: Caller) -> None:
    async def meanwhile() -> None:
        we.clock.advance(seconds=2)
        await we.hearing("are you there?")

    assert [each["is_group"] for each in waiting(we, 60, meanwhile).json()["chats"]] == [False]


def test_a_body_that_arrives_after_the_key_is_revoked_is_not_carried_out(we: Caller) -> None:
    chat = we.create()["id"]
    body = f'{{"message": {{"parts": [{{"type": "text", "value": "late, {NOW}"}}]}}}}'.encode()
    pieces = [body[:20], body[20:]]

    async def receive() -> dict[str, object]:
        if len(pieces) == 1:
            await revoked(we)
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    headers = [(b"authorization", f"Bearer {we.tenant.secret}".encode())]
    path = f"/v3/chats/{chat}/messages"
    refused(we.api.opened.run(we.api.exchange(path, b"", headers, "POST", receive)), 401, 2004)


def test_a_delayed_request_is_not_carried_out(we: Caller) -> None:
    fault = {"effect": "delay", "delay_seconds": 1, "method": "POST", "path": "/v3/chats"}
    made = we.post("/admin/faults", fault)
    assert made.status_code == 201, made.text
    body = {"from": LINE, "to": [ALICE], "message": text("late")}

    async def ask() -> Response:
        answer = asyncio.ensure_future(we.calling("POST", "/v3/chats", body))
        await asyncio.sleep(0.1)
        await revoked(we)
        return await answer

    refused(we.api.opened.run(ask()), 401, 2004)
