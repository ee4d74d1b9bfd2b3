"""The installed service on PostgreSQL through a real PgBouncer, in both of its modes."""

from collections.abc import Generator

import pytest

from tests.acceptance.test_postgres_outages import MESSAGE, Client
from tests.support.chats import ALICE
from tests.support.command import run, run_json, serving
from tests.support.pgbouncer import MODES, running_pgbouncer
from tests.support.waiting import until


@pytest.fixture(params=MODES)
def pooled_url(request: pytest.FixtureRequest, postgres_url: str) -> Generator[str]:
    """A new database through a PgBouncer of each mode, with as many connections to the server as it has by default."""
    with running_pgbouncer(postgres_url, request.param, size=20) as url:
        yield url


@pytest.mark.slow
def test_a_conversation_through_a_pooler(pooled_url: str) -> None:
    demo = run_json("demo", database=pooled_url)["partners"][0]
    key, [line, *_] = demo["key"], demo["lines"]
    with serving(pooled_url, "--sandbox") as url:
        client = Client(url, key)
        chats = client.ask("/v3/chats?limit=100").body["chats"]
        assert len(chats) == min(demo["chats"], 100)
        first = client.ask("/v3/chats")
        created = client.ask("/v3/chats", {"from": line, "to": [ALICE], "message": MESSAGE})
        assert created.status == 201, created.body
        changed = client.ask(f"/v3/chats?updated_since={first.headers['X-Sync-Token']}&wait=10")
        assert [chat["id"] for chat in changed.body["chats"]] == [created.body["chat"]["id"]]
        messages = f"/v3/chats/{created.body['chat']['id']}/messages"
        until(lambda: all(each["is_delivered"] for each in client.ask(messages).body["messages"]))
        assert run("simulate", "message", ALICE, "On my way!", "--to", line, database=pooled_url).returncode == 0
        assert len(client.ask(messages).body["messages"]) == 2
    assert run("database", "check", database=pooled_url).returncode == 0
