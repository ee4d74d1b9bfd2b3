"""Reads from a real streaming replica: a client never sees a change vanish, whichever worker answers it."""

import asyncio
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB, CAROL
from tests.support.open_store import OpenStore, opened_store
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.replication import Cluster, running_standby
from tests.support.waiting import until
from trunkline.domain.errors import CommandError
from trunkline.storage import replica
from trunkline.storage.replica import AWAY, BEHIND, check_replica
from trunkline.testing.clock import Clock

# What changes on the primary without a new revision, which nothing in the service does: whoever sees it has read there.
MARK_CHATS = (
    "update chats set document = convert_to(replace(convert_from(document, 'UTF8'), 'HEALTHY', 'CRITICAL'), 'UTF8')"
)
MARK_MESSAGES = (
    "update messages set document = convert_to(replace(convert_from(document, 'UTF8'), 'hello', 'marked'), 'UTF8')"
)


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def standby(primary: PostgresServer) -> Iterator[Cluster]:
    with running_standby(primary) as server:
        yield server


class Workers:
    """Two workers with the replica, and one without; one partner, which any of them answers."""

    def __init__(self, stack: ExitStack, primary: PostgresServer, standby: Cluster) -> None:
        self.url = primary.new_database()
        self._primary = primary
        self._standby = standby
        self._plain = stack.enter_context(opened_store(self.url))
        self._standby.resume()
        self._standby.follow(primary)
        self._stores = [stack.enter_context(opened_store(self.url, replica=standby.url(self.url))) for _ in range(2)]
        self.renew()

    def renew(self) -> None:
        """Another partner calls from now on."""
        clock = Clock()
        self.plain = Caller(Api(self._plain, clock), clock)
        self.callers = [Caller(Api(store, clock), clock, self.plain.tenant) for store in self._stores]
        self.settle()

    @property
    def notices(self) -> list[str]:
        """What the first worker says."""
        return self.callers[0].call("GET", "/readyz").json().get("notices", [])

    def settle(self) -> None:
        """Returns once both use the replica, which shows all that the primary has."""
        self._standby.follow(self._primary)
        for store in self._stores:
            until(lambda store=store: store.run(_uses_replica(store)))

    def execute(self, *statements: str) -> None:
        """Runs statements in the database, at the primary."""
        self._primary.execute(*statements, url=self.url)


async def _uses_replica(store: OpenStore) -> bool:
    await asyncio.sleep(0.05)  # the tasks of the store run
    return AWAY not in store.store.notices()


@pytest.fixture
def workers(primary: PostgresServer, standby: Cluster) -> Generator[Workers]:
    with ExitStack() as stack:
        yield Workers(stack, primary, standby)


def answers(caller: Caller, chat_id: str, message_id: str) -> dict[str, str]:
    """Every read that may come from the replica."""
    reads = {
        "list": ("/v3/chats", ""),
        "list with messages": ("/v3/chats", "include=last_message"),
        "chat": (f"/v3/chats/{chat_id}", ""),
        "messages": (f"/v3/chats/{chat_id}/messages", ""),
        "message": (f"/v3/messages/{message_id}", ""),
        "thread": (f"/v3/messages/{message_id}/thread", ""),
    }
    found = {name: caller.call("GET", path, query=query).text for name, (path, query) in reads.items()}
    found["list with a former tag"] = caller.call(
        "GET", "/v3/chats", query="limit=9", headers={"if-none-match": '"former"'}
    ).text
    return found


def test_lists_chats_and_messages_are_read_from_the_replica(workers: Workers, standby: Cluster) -> None:
    chat = workers.plain.create()
    message_id = chat["message"]["id"]
    token = workers.plain.call("GET", "/v3/chats").headers["x-sync-token"]
    workers.plain.send(chat["id"])
    workers.settle()
    standby.pause()
    before = answers(workers.plain, chat["id"], message_id)
    workers.execute(MARK_CHATS, MARK_MESSAGES)
    marked = answers(workers.plain, chat["id"], message_id)
    for caller in workers.callers:
        assert answers(caller, chat["id"], message_id) == before
    assert all(marked[name] != before[name] for name in marked)
    changed = {
        query: workers.callers[0].call("GET", "/v3/chats", query=f"updated_since={token}{query}").text
        for query in ("", "&wait=1")
    }
    assert "CRITICAL" not in changed[""]
    assert "CRITICAL" in changed["&wait=1"]  # a long poll reads at the primary


def test_a_change_is_seen_at_once_through_any_worker_while_the_replica_is_behind(
    workers: Workers, standby: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = workers.callers
    old = first.create()
    workers.settle()
    standby.pause()
    chat = first.create([BOB])
    assert [each["id"] for each in second.chats()] == [chat["id"], old["id"]]
    assert second.chat(chat["id"])["id"] == chat["id"]
    edited = first.call("PATCH", f"/v3/messages/{chat['message']['id']}", {"part_index": 0, "text": "changed"})
    assert edited.status_code == 200, edited.text
    assert second.message(chat["message"]["id"])["parts"][0]["value"] == "changed"
    assert first.call("DELETE", f"/v3/messages/{chat['message']['id']}").status_code == 204
    assert second.messages(chat["id"]) == []
    assert workers.notices == []  # it is behind since a moment ago
    monkeypatch.setattr(replica, "LAG", 0.0)
    first.chats()
    first.chats()
    assert workers.notices == [BEHIND]


def test_a_change_that_the_primary_does_not_show_yet_is_not_shown_by_the_replica(
    workers: Workers, primary: PostgresServer, standby: Cluster
) -> None:
    caller = workers.callers[0]
    caller.create()
    workers.settle()
    primary.execute("alter system set synchronous_standby_names = 'none'")
    try:
        with ThreadPoolExecutor(1) as pool:
            # The change is in the log and waits there for a standby that does not exist.
            creating = pool.submit(workers.callers[1].create, [BOB])
            count = "select count(*) from chats"
            until(lambda: standby.value(count, url=standby.url(workers.url)) == 2)
            assert primary.value(count, url=workers.url) == 1
            assert len(caller.chats()) == 1
            primary.execute("alter system reset synchronous_standby_names")
            creating.result(10)
    finally:
        primary.execute("alter system reset synchronous_standby_names")
    assert len(caller.chats()) == 2


def test_a_replica_that_goes_away_is_left_and_used_again_by_itself(
    workers: Workers, primary: PostgresServer, standby: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    caller = workers.callers[0]
    chat = caller.create()
    workers.settle()
    standby.crash()
    try:
        for _ in range(3):
            assert len(caller.chats()) == 1
        assert workers.notices == [AWAY]
        caller.send(chat["id"])
        assert len(caller.messages(chat["id"])) == 2
    finally:
        standby.start()
    workers.settle()
    assert workers.notices == []
    assert len([text for text in caplog.messages if AWAY in text]) == 1
    standby.pause()
    workers.execute(MARK_CHATS)
    assert caller.health(chat["id"]) == "HEALTHY"


def test_a_replica_that_hangs_delays_one_round_of_reads(
    workers: Workers, standby: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = workers.callers[0]
    caller.create()
    workers.settle()
    monkeypatch.setattr(replica, "TIMEOUT", 0.3)
    with standby.hanging():
        for bound in (1.5, 0.5):
            started = time.monotonic()
            found = caller.together(*[("GET", "/v3/chats", None)] * 20)
            assert time.monotonic() - started < bound
            assert {len(each.json()["chats"]) for each in found} == {1}
        assert workers.notices == [AWAY]
    workers.settle()


def test_a_server_that_is_no_standby_of_the_database_is_not_used(
    primary: PostgresServer, standby: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    url, other = primary.new_database(), primary.new_database()
    with opened_store(other):
        standby.follow(primary)
    for replica_url, reason in (
        (url, "it is no standby"),
        (standby.url(other), "it is a replica of another database"),
        (standby.url(url).replace("/test_", "/none_"), "does not exist"),
    ):
        caplog.clear()
        with opened_store(url, replica=replica_url) as store:
            until(lambda store=store: store.run(_uses_replica(store)) or caplog.messages)
            assert store.store.notices() == [AWAY]
        assert len(caplog.messages) == 1
        assert reason in caplog.messages[0]


@pytest.mark.parametrize(
    ("database", "replica_url", "error"),
    [
        ("sqlite:///chats.db", "postgresql://db/app", "a read replica needs a PostgreSQL database"),
        ("postgresql://db/app", "sqlite:///chats.db", "the URL of the read replica must be postgresql://"),
        (
            "postgresql://db/app",
            "postgresql://db/app?target_session_attrs=none",
            "it must be any, .* or prefer-standby",
        ),
    ],
)
def test_a_url_that_cannot_be_a_replica_is_refused(database: str, replica_url: str, error: str) -> None:
    with pytest.raises(CommandError, match=error):
        check_replica(replica_url, database)


def shown(response: Response) -> Any:
    """What a response says, whatever the time in its cursor."""
    body = response.json()
    return body | {"next_cursor": body["next_cursor"] is None}, response.headers.get("x-sync-token")


PEOPLE = (ALICE, BOB, CAROL)


def test_no_change_ever_vanishes(workers: Workers, standby: Cluster) -> None:
    """Whatever any worker has answered is in what every worker answers next, while replay pauses and goes on."""

    class Reading(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            standby.resume()
            workers.renew()
            self.chat_ids: list[str] = []
            self.tokens: list[str] = []

        @rule(worker=st.integers(0, 1), person=st.sampled_from(PEOPLE))
        def send(self, worker: int, person: str) -> None:
            chat = workers.callers[worker].create([person], text("hello"))
            self.chat_ids.append(chat["id"])

        @rule(person=st.sampled_from(PEOPLE))
        def receive(self, person: str) -> None:
            workers.plain.hear("hi", person)

        @precondition(lambda self: self.chat_ids)
        @rule(worker=st.integers(0, 1), number=st.integers(0, 100))
        def mark_as_read(self, worker: int, number: int) -> None:
            chat_id = self.chat_ids[number % len(self.chat_ids)]
            assert workers.callers[worker].post(f"/v3/chats/{chat_id}/read").status_code == 204

        @rule(is_paused=st.booleans())
        def replay(self, is_paused: bool) -> None:
            standby.pause() if is_paused else standby.resume()

        @rule()
        def settle(self) -> None:
            standby.resume()
            workers.settle()

        @invariant()
        def every_worker_answers_what_the_primary_has(self) -> None:
            queries = ["include=last_message,unread_count,message_count", "limit=1"]
            queries += [f"updated_since={token}" for token in self.tokens[-1:]]
            paths = [("/v3/chats", query) for query in queries]
            paths += [(f"/v3/chats/{chat_id}/messages", "") for chat_id in self.chat_ids[-1:]]
            for path, query in paths:
                expected = workers.plain.call("GET", path, query=query)
                assert expected.status_code == 200
                for caller in workers.callers:
                    found = caller.call("GET", path, query=query)
                    assert shown(found) == shown(expected)
            self.tokens.append(workers.plain.call("GET", "/v3/chats").headers["x-sync-token"])

    run_state_machine_as_test(Reading, settings=settings(max_examples=4, stateful_step_count=10))
