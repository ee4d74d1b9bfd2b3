"""A real cluster of Citus, which ``TRUNKLINE_TEST_CITUS`` names (docs/scaling.md). No other test may be skipped."""

import os
import re
import time
from pathlib import Path

import asyncpg
import pytest

from tests.storage.test_one_partition import DUE_WORK, queries, with_values
from tests.support.command import get, post, run, run_json, serving
from tests.support.nodes import CLUSTER, Cluster
from trunkline.storage.distribution import REFERENCE_TABLES

pytestmark = pytest.mark.skipif(CLUSTER not in os.environ, reason=f"{CLUSTER} names no cluster of Citus")

LINE, ALICE = "+12025550100", "+12025550111"
PATIENCE = 30.0  # s until a message is delivered


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(os.environ[CLUSTER])


def test_a_database_of_the_cluster_is_distributed_and_delivers(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.empty_database()
    key = run_json("partner", "add", "Acme", database=url)["key"]
    run_json("line", "add", "Acme", LINE, database=url)
    placed = run_json("database", "distribute", database=url)
    assert set(placed["reference"]) == REFERENCE_TABLES
    assert run_json("database", "distribute", database=url) == {"reference": [], "distributed": []}
    body = {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": "text", "value": "hello"}]}}
    with serving(url, TRUNKLINE_ATTACHMENTS=str(tmp_path)) as service:
        status, sent = post(f"{service}/v3/chats", body, key)
        assert status == 201, sent
        assert len(get(f"{service}/v3/chats", key)[1]["chats"]) == 1
        messages = f"{service}/v3/chats/{sent['chat']['id']}/messages"
        deadline = time.monotonic() + PATIENCE
        while get(messages, key)[1]["messages"][0]["delivery_status"] != "delivered":
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert run("database", "check", database=url, TRUNKLINE_ATTACHMENTS=str(tmp_path)).returncode == 0


async def test_a_statement_of_a_partner_is_one_task(distributed_url: str) -> None:
    connection = await asyncpg.connect(distributed_url)
    try:
        spread: set[str] = set()
        for name, query in queries():
            plan = "\n".join(
                [row[0] for row in await connection.fetch(f"explain {await with_values(connection, query)}")]
            )
            if any(int(count) > 1 for count in re.findall(r"Task Count: (\d+)", plan)):
                spread.add(name)
    finally:
        await connection.close()
    assert spread == DUE_WORK


@pytest.fixture
def distributed_url(cluster: Cluster) -> str:
    return cluster.new_database()
