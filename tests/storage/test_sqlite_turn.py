"""Processes that write to one SQLite file take turns, and one that stands still keeps nobody waiting."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.changing_process import FAILING, change
from tests.support.open_store import opened_store
from tests.support.partners import context, new_partner
from trunkline.storage import sqlite_turn
from trunkline.storage.sqlite_turn import ProcessTurn
from trunkline.storage.store import Store, open_store

ROOT = Path(__file__).parents[2]
OWN = 10_000_001
"""A number of a change that does not fail, beyond those of other processes."""

assert OWN % FAILING != 0


@contextmanager
def changing(url: str, partner_id: int) -> Generator[None]:
    """A process whose tasks make one change after the other, from its first change until the end of the block."""
    command = [sys.executable, "-m", "tests.support.changing_process", url, str(partner_id), "1"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        try:
            yield
        finally:
            process.kill()


async def test_who_waits_for_the_write_lock_gets_it_before_who_has_just_had_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chats.db"
    order: list[str] = []
    async with open_store(url) as busy, open_store(url) as other:
        partner = await new_partner(busy)

        async def write(store: Store, name: str) -> None:
            async with store.change(context(partner.id)):
                order.append(name)

        async with busy.change(context(partner.id)):
            order.append("busy")
            waiting = asyncio.create_task(write(other, "other"))
            for _ in range(10):
                await asyncio.sleep(0)
        await write(busy, "busy")
        await waiting
    assert order == ["busy", "other", "busy"]


def test_processes_that_write_without_pause_do_not_keep_another_one_waiting(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chats.db"
    with opened_store(url) as opened:
        first, second, third = [opened.run(new_partner(opened.store)) for _ in range(3)]
        with changing(url, first.id), changing(url, second.id):
            for number in range(20):
                began = time.monotonic()
                opened.run(change(opened.store, third.id, OWN + FAILING * number))
                assert time.monotonic() - began < 5  # of which a shared transaction of each takes 0.1 s


async def test_a_process_that_was_stopped_in_its_turn_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_turn, "MAX_WAIT", 0.05)
    log = tmp_path / "chats.db-wal"
    log.touch()
    stopped, other, third = ProcessTurn(log), ProcessTurn(log), ProcessTurn(log)
    await stopped.begin()
    async with asyncio.timeout(5):
        await other.begin()
    other.end()
    waiting = asyncio.create_task(third.begin())
    await asyncio.sleep(0)
    stopped.close()  # as at the end of its process
    async with asyncio.timeout(5):
        await waiting
    other.close()
    third.close()


async def test_there_are_no_turns_before_there_is_a_log(tmp_path: Path) -> None:
    turn = ProcessTurn(tmp_path / "chats.db-wal")
    await turn.begin()
    turn.end()
    turn.close()
