"""Killed while changes share transactions: what was acknowledged is stored, and all else is whole or absent."""

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.changing_process import FAILING
from tests.support.chats import chat_id
from tests.support.command import run_json
from tests.support.open_store import opened_store
from tests.support.partners import new_partner
from trunkline.storage.sql import parse

ROOT = Path(__file__).parents[2]
KILLS = 4
STEP = 100_000
"""More than the changes of one process."""

QUERIES = parse("""
-- name: chats
select id, revision from chats where partner_id = :partner order by revision
-- name: records
select message_id from idempotency_records where partner_id = :partner
-- name: entries
select entity_id from outbox where partner_id = :partner
-- name: revision
select revision from partner_states where partner_id = :partner
""")


def acknowledged_by_killed(url: str, partner_id: int, first: int, output: Path, pause: float) -> dict[str, int]:
    """The chats with their revisions that a process acknowledges before it is killed, some seconds after the first."""
    command = [sys.executable, "-m", "tests.support.changing_process", url, str(partner_id), str(first)]
    with output.open("wb") as file, subprocess.Popen(command, cwd=ROOT, stdout=file) as process:
        deadline = time.monotonic() + 60
        while output.stat().st_size == 0:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(pause)
        process.kill()
    lines = output.read_text().splitlines()
    return {chat_id(int(number)): int(revision) for number, _, revision in (line.partition(" ") for line in lines)}


@pytest.mark.slow
def test_what_was_acknowledged_is_stored_and_nothing_is_half_there(database_url: str, tmp_path: Path) -> None:
    chances = random.Random(1)  # noqa: S311
    acknowledged: dict[str, int] = {}
    with opened_store(database_url) as opened:
        partner = opened.run(new_partner(opened.store))

        def read(name: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in opened.run(opened.store.database.fetch(QUERIES[name], (partner.id,)))]

        for kill in range(KILLS):
            first, pause = 1 + kill * STEP, chances.uniform(0, 0.7)
            acknowledged |= acknowledged_by_killed(
                database_url, partner.id, first, tmp_path / f"acknowledged-{kill}", pause
            )
        chats = dict(read("chats"))
        assert acknowledged.items() <= chats.items()
        for name in ("records", "entries"):
            assert {row[0] for row in read(name)} == chats.keys(), name
        numbers = [1 + kill * STEP + place for kill in range(KILLS) for place in range(10_000)]
        refused = {chat_id(number) for number in numbers if number % FAILING == 0}
        assert not refused & chats.keys()
        # Each change takes three revisions: of its chat, of its command, and one that only says where it ended.
        revisions = list(chats.values())
        assert revisions == [1 + 3 * place for place in range(len(revisions))]
        assert read("revision") == [(3 * len(revisions),)]
    assert run_json("database", "check", database=database_url)["problems"] == []
