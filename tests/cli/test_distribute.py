"""`trunkline database distribute`, on PostgreSQL with a stand-in for Citus (tests/support/nodes.py)."""

import re
from pathlib import Path

from tests.support.command import error_of, get, post, run, run_json, serving
from tests.support.nodes import NODES, with_nodes
from tests.support.postgres import PostgresServer
from trunkline.storage.distribution import REFERENCE_TABLES

LINE, ALICE = "+12025550100", "+12025550111"
MESSAGE = {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": "text", "value": "hello"}]}}


def test_a_database_with_rows_is_distributed_and_goes_on(postgres: PostgresServer, postgres_url: str) -> None:
    url = with_nodes(postgres, postgres_url)
    key = run_json("partner", "add", "Acme", database=url)["key"]
    run_json("line", "add", "Acme", LINE, database=url)
    with serving(url) as service:
        assert post(f"{service}/v3/chats", MESSAGE, key)[0] == 201
        assert "a process has the database open" in error_of("database", "distribute", database=url)

    done = run("database", "distribute", database=url)
    assert done.returncode == 0, done.stderr
    assert re.match("Distributed by partner: partner_states, .*chats, .*outbox", done.stdout), done.stdout
    assert "Copied to every node: keys, lines, partners, store." in done.stdout.replace("\n", " ")
    again = run_json("database", "distribute", database=url)
    assert again == {"reference": [], "distributed": []}
    assert postgres.value("show enable_seqscan", url=url) == "off"

    with serving(url) as service:
        assert len(get(f"{service}/v3/chats", key)[1]["chats"]) == 1
        chat = get(f"{service}/v3/chats", key)[1]["chats"][0]["id"]
        assert post(f"{service}/v3/chats/{chat}/messages", {"message": MESSAGE["message"]}, key)[0] == 202
    assert run("database", "check", database=url).returncode == 0


def test_every_table_is_distributed_or_everywhere(postgres: PostgresServer, postgres_url: str) -> None:
    placed = run_json("database", "distribute", database=with_nodes(postgres, postgres_url))
    assert set(placed["reference"]) == REFERENCE_TABLES
    assert placed["distributed"][0] == "partner_states"
    spread = postgres.value(
        "select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r'",
        url=postgres_url,
    )
    assert spread == NODES * len(placed["distributed"])


def test_a_database_that_cannot_be_distributed_says_so(postgres_url: str, tmp_path: Path) -> None:
    assert error_of("database", "distribute", database=postgres_url) == (
        "the database has no extension citus; connect to the coordinator of a cluster, and run "
        "`create extension citus` there (docs/scaling.md)"
    )
    file = tmp_path / "chats.db"
    assert error_of("database", "distribute", database=f"sqlite:///{file}") == (
        "a SQLite database is one file, which cannot be distributed; name the coordinator of a Citus cluster with "
        "--database postgresql://…"
    )
    assert not file.exists()


def test_a_table_without_a_partner_is_refused(postgres: PostgresServer, postgres_url: str) -> None:
    url = with_nodes(postgres, postgres_url)
    run("database", "upgrade", database=url)
    postgres.execute("create table notes (id bigint primary key)", url=url)
    assert "the table notes would stay on one node" in error_of("database", "distribute", database=url)
    assert postgres.value("select count(*) from pg_dist_partition", url=url) == 0
