"""The topology of ``deploy/compose.cluster.yaml`` as processes: two services behind HAProxy, PgBouncer, PostgreSQL.

One service after the other is killed and started again while clients write and wait.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx2
import pytest

from tests.acceptance.killed_service import KilledService, killed_service
from tests.acceptance.ledger_carrier import LEDGER, offers
from tests.acceptance.rows import rows_of
from tests.acceptance.test_crashes import (
    Survived,
    check_revisions,
    check_webhooks,
    check_writes,
    first_of,
    subscribe,
    until_outbox_is_empty,
)
from tests.acceptance.writers import writing
from tests.support.command import run_json
from tests.support.haproxy import running_haproxy
from tests.support.partners import Tenant, new_partner
from tests.support.pgbouncer import running_pgbouncer
from tests.support.receiver import receiving
from trunkline.storage.store import open_store

SEED = 1
WRITERS = 4
WAIT = 2  # s of a long poll
PATIENCE = 60.0  # s for one long poll, however often it is repeated
UNAVAILABLE = {502, 503}  # 502: the service was killed while the proxy waited for its response

OPTIONS = ("--carrier", "tests.acceptance.ledger_carrier:open_carrier", "--allow-private-webhooks")


async def follow(url: str, tenant: Tenant, seen: set[str]) -> None:
    """Waits for changed chats again and again, as a client does, and notes them, until it is cancelled."""
    headers = {"Authorization": f"Bearer {tenant.secret}"}
    token = ""
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=WAIT + 10) as client:
        while True:
            query = f"?updated_since={token}&wait={WAIT}" if token else ""
            async with asyncio.timeout(PATIENCE):
                response = await ask(client, f"/v3/chats{query}")
            token = response.headers["x-sync-token"]
            seen |= {chat["id"] for chat in response.json()["chats"]}


async def ask(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """The response to a read, which is repeated while the proxy has no service for it."""
    while True:
        try:
            response = await client.get(path)
        except httpx2.TransportError:
            await asyncio.sleep(0.05)
            continue
        if response.status_code == 200:
            return response
        assert response.status_code in UNAVAILABLE, response.text
        await asyncio.sleep(0.05)


async def kill_each_in_turn(services: Sequence[KilledService]) -> None:
    """Kills one service while the other goes on, and starts it again; then the other way round."""
    for service in services:
        await asyncio.sleep(2)
        service.kill()
        await asyncio.sleep(3)
        await asyncio.to_thread(service.start)


@pytest.mark.slow
async def test_two_services_lose_and_repeat_nothing_when_one_is_killed(postgres_url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    with (
        running_pgbouncer(postgres_url, "transaction", size=40) as pooled,
        receiving() as receiver,
        killed_service(pooled, tmp_path / "first.log", *OPTIONS, **{LEDGER: str(ledger)}) as first,
        killed_service(pooled, tmp_path / "second.log", *OPTIONS, **{LEDGER: str(ledger)}) as second,
        running_haproxy(tmp_path, [first.url, second.url]) as url,
    ):
        async with open_store(postgres_url) as store:
            tenant = await new_partner(store)
            await subscribe(store, tenant, [receiver])
            await asyncio.gather(asyncio.to_thread(first.start), asyncio.to_thread(second.start))
            seen: set[str] = set()
            following = asyncio.create_task(follow(url, tenant, seen))
            async with writing(url, SEED, WRITERS, unavailable=UNAVAILABLE) as writers:
                writers.add(tenant)
                await kill_each_in_turn([first, second])
                await writers.finish()
            await until_outbox_is_empty(store)
            rows = await rows_of(store, tenant.id)
            async with asyncio.timeout(PATIENCE):
                while seen != {chat.id for chat in rows.chats}:
                    assert not following.done(), following
                    await asyncio.sleep(0.1)
            following.cancel()
            survived = Survived(
                tenants=[tenant],
                rows={tenant.id: rows},
                acknowledged=writers.acknowledged,
                offers=offers(ledger),
                received=receiver.received,
                received_by_other=receiver.received,
            )
            check_writes(survived, url)
            check_webhooks(survived)
            check_revisions(survived)
            sent = [offer.text for offer in first_of(survived.offers, lambda offer: offer.message_id)]
            assert sorted(sent) == sorted(done.write.key for task in survived.acknowledged for done in task)
            assert len(sent) > 20
        async with httpx2.AsyncClient(base_url=url) as client:
            assert (await client.get("/metrics")).status_code == 404
    assert run_json("database", "check", database=postgres_url)["problems"] == []
