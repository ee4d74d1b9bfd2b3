"""Concurrent readers and writers in several processes: no pagination skips or repeats a chat, and none is blocked."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.support.concurrent_process import Report, steady_chats
from tests.support.open_store import opened_store
from tests.support.partners import new_partner, save
from tests.support.pgbouncer import MODES, running_pgbouncer

ROOT = Path(__file__).parents[2]
MODULE = "tests.support.concurrent_process"
SECONDS = 4.0
CROWD = ["writer", "reader", "writer", "reader"]


@pytest.mark.slow
def test_paginations_during_writes_neither_skip_nor_repeat(database_url: str) -> None:
    paginate_during_writes(database_url)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_the_same_through_a_pooler(postgres_url: str, mode: str) -> None:
    with running_pgbouncer(postgres_url, mode) as url:
        paginate_during_writes(url)


def paginate_during_writes(database_url: str) -> None:
    """Runs the crowd, and fails if a process was blocked, or a pagination skipped or repeated a chat."""
    with opened_store(database_url) as opened:
        partner = opened.run(new_partner(opened.store))
        opened.run(save(opened.store, partner.id, *steady_chats()))

    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.support.concurrent_process",
                role,
                database_url,
                str(partner.id),
                str(SECONDS),
                str(seed),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for seed, role in enumerate(CROWD)
    ]
    outputs = [process.communicate(timeout=120) for process in processes]

    assert [errors.decode() for _, errors in outputs] == [""] * len(CROWD)
    reports = [msgspec.json.decode(output, type=Report) for output, _ in outputs]
    for role, report in zip(CROWD, reports, strict=True):
        assert report.done >= 4, f"the {role} was blocked: {report}"
        assert (report.skipped, report.repeated) == (0, 0)
