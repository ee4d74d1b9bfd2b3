"""Every attack of a bad neighbour works, on a small scale, and what another tenant sees is measured."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from bench.neighbour.__main__ import measure, table
from bench.neighbour.attacks import ATTACKS
from bench.neighbour.place import Place, Plan, Tenant
from tests.support.command import run_json, serving
from tests.support.reserved_port import reserved_port

SCALE = 0.01
LINES = ("+12025550100", "+12025550101")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plan]:
    """A plan without an attack, against a running service."""
    folder = tmp_path_factory.mktemp("neighbour")
    database = f"sqlite:///{folder}/chats.db"
    tenants: list[Tenant] = []
    for name, line in zip(("One", "Two"), LINES, strict=True):
        key = run_json("partner", "add", name, database=database)["key"]
        run_json("line", "add", name, line, database=database)
        tenants.append(Tenant(name, key, line))
    with serving(database, "--allow-private-webhooks") as url, reserved_port() as receiver_port:
        port = int(url.rpartition(":")[2])
        yield Plan("", port, database, tenants, receiver_port, str(folder), SCALE)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_asks_for_something_until_it_is_stopped(plan: Plan, name: str) -> None:
    async def attack() -> Place:
        place = Place(msgspec.structs.replace(plan, attack=name))
        await ATTACKS[name].prepare(place)
        running = asyncio.ensure_future(ATTACKS[name].run(place))
        async with asyncio.timeout(20):
            await place.is_loud.wait()
            while not place.counts.requests and not running.done():  # noqa: ASYNC110 - the attack counts by itself
                await asyncio.sleep(0.01)
        assert not running.done(), running.exception()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        return place

    assert asyncio.run(attack()).counts.failed == 0


@pytest.mark.slow
def test_another_tenant_is_measured(database_url: str) -> None:
    result = measure(database_url, "drip", seconds=0.5, rounds=1, scale=0.1)
    assert result.rate > 0
    assert result.spoilt == 0
    assert all(each > 0 for each in (*result.quiet, *result.times_quiet, *result.times_harmless))
    [_, _, quiet, loud] = table({("a store", "drip"): result}).splitlines()
    assert quiet.startswith("| a store | none |")
    assert loud.startswith("| a store | 8 targets, endless one-byte chunks |")


@pytest.mark.slow
def test_an_attack_that_fails_is_reported_and_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.neighbour.__main__.add_line", _no_line)
    with pytest.raises(RuntimeError, match="the neighbour has died"):
        measure(f"sqlite:///{tmp_path / 'chats.db'}", "flood-16", seconds=0.1, rounds=1, scale=SCALE)


async def _no_line(*_: object) -> None:
    """The neighbour's tenants have no line to send from."""
