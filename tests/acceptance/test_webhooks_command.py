"""`trunkline webhooks`, beside a running service, as whoever looks after a receiver uses it."""

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.acceptance.command import BIN, environment, get, post, refusal, run, run_json, serving
from tests.acceptance.waiting import until
from tests.conftest import NewDatabase
from tests.support.partners import new_partner
from tests.support.receiver import Received, Reply, accept, receiving
from trunkline.storage.sql import Query
from trunkline.storage.store import open_store

LINE = "+12025550100"
OTHER_LINE = "+12025550101"
ALICE = "+13105550111"
URL = "https://receiver.example.com/hook"


async def _acme(database: str) -> str:
    async with open_store(database) as store:
        return (await new_partner(store, "Acme", lines=(LINE, OTHER_LINE))).secret


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    """A new database, for a partner that has two lines."""
    return new_database()


@pytest.fixture
def key(database: str) -> str:
    """The partner's key."""
    return asyncio.run(_acme(database))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database for what leaves it as it is."""
    database = f"sqlite:///{tmp_path_factory.mktemp('acme') / 'chats.db'}"
    asyncio.run(_acme(database))
    return database


def write(database: str, text: str, line: str = LINE) -> None:
    """Somebody writes to a line."""
    run_json("simulate", "message", ALICE, text, "--to", line, database=database)


def subscriptions(database: str) -> list[dict[str, Any]]:
    return run_json("webhooks", "list", "Acme", database=database)["subscriptions"]


def told(database: str, *filters: str) -> list[dict[str, Any]]:
    """The latest events with their deliveries."""
    return run_json("webhooks", "list", "Acme", "--events", *filters, database=database)["events"]


class Terminal:
    """`trunkline webhooks listen` while it runs; what it prints is read line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def json(self) -> Any:
        return json.loads(self.line())

    def interrupt(self) -> str:
        """Ctrl-C; what it prints then."""
        self.process.send_signal(signal.SIGINT)
        printed, complained = self.process.communicate(timeout=20)
        assert (self.process.returncode, complained) == (0, "")
        return printed


@contextmanager
def listening(database: str, *options: str, **variables: str) -> Generator[Terminal]:
    """A person listens, until the end of the block."""
    process = subprocess.Popen(
        [BIN / "trunkline", "webhooks", "listen", "Acme", *options],
        env=environment(TRUNKLINE_DATABASE=database, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # A line that never comes ends the wait for it.
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        yield Terminal(process)
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def test_what_was_told_is_listed_and_told_again(database: str, key: str) -> None:
    def moody(received: Received) -> Reply:
        return Reply(404 if b'"no"' in received.body else 200)

    with receiving(moody) as receiver, serving(database, "--allow-private-webhooks") as url:
        assert subscriptions(database) == []
        wanted = {"target_url": receiver.url, "subscribed_events": ["message.received"]}
        status, made = post(f"{url}/v3/webhook-subscriptions", wanted, key)
        assert status == 201
        [subscription] = subscriptions(database)
        assert (subscription["id"], subscription["state"]) == (made["id"], "active")
        assert subscription["target_url"] == receiver.url
        write(database, "yes")
        write(database, "no")
        until(lambda: len(receiver.received) == 2)
        until(lambda: [each["deliveries"][0]["state"] for each in told(database)] == ["failed", "done"])
        latest, first = told(database)
        assert [first["id"], latest["id"]] == [each.event_id for each in receiver.received]
        assert first["type"] == latest["type"] == "message.received"
        assert first["chat_id"] == receiver.received[0].event["data"]["chat"]["id"]
        [delivery] = latest["deliveries"]
        assert (delivery["subscription_id"], delivery["attempts"]) == (made["id"], 1)
        assert delivery["outcome"] == "HTTP 404"
        assert [each["id"] for each in told(database, "--failed")] == [latest["id"]]
        assert told(database, "--subscription", "another") == []
        assert len(told(database, "--limit", "1")) == 1

        receiver.answering = accept
        resent = run_json("webhooks", "resend", "Acme", latest["id"], database=database)
        assert resent == {"event_id": latest["id"], "subscriptions": [made["id"]]}
        until(lambda: len(receiver.received) == 3)
        assert receiver.received[2].event_id == latest["id"]
        assert receiver.received[2].body == receiver.received[1].body
        until(lambda: [each["state"] for each in told(database)[0]["deliveries"]] == ["done", "failed"])
        printed = run("webhooks", "list", "Acme", "--events", database=database).stdout.splitlines()
        assert printed[0].split("\t") == ["ID", "EVENT", "STATE", "ATTEMPTS", "OUTCOME", "WHEN", "SUBSCRIPTION"]
        assert printed[1].split("\t")[:5] == [latest["id"], "message.received", "done", "1", "HTTP 200"]
        secret = made["signing_secret"]
        assert secret not in run("webhooks", "list", "Acme", "--json", database=database).stdout


def test_listening_forwards_and_shows_each_event(database: str, key: str) -> None:
    def moody(received: Received) -> Reply:
        return Reply(500 if b'"trouble"' in received.body else 200)

    with receiving(moody) as receiver, serving(database) as url:
        with listening(database, "--forward-to", receiver.url, "--events", "message.received,chat.created") as terminal:
            assert receiver.url in terminal.line()
            secret = re.sub(r"\s", "", terminal.line() + terminal.line() + terminal.line())
            write(database, "hello")
            write(database, "trouble")
            write(database, "hello again")
            shown = [terminal.line() for _ in range(4)]
            assert all(re.match(r"\d\d:\d\d:\d\d ", each) for each in shown)
            assert all(len(each) <= 60 for each in shown)
            assert [each.split()[1:3] for each in shown] == [
                ["200", "chat.created"],
                ["200", "message.received"],
                ["500", "message.received"],
                ["200", "message.received"],
            ]
            for received in receiver.received:
                assert Webhook(secret).verify(received.body, dict(received.headers))["event_id"] == received.event_id
            # It is nobody's business but the operator's.
            assert get(f"{url}/v3/webhook-subscriptions", key) == (200, {"subscriptions": []})
            [subscription] = subscriptions(database)
            assert subscription["state"] == "listening"
            assert get(f"{url}/v3/webhook-subscriptions/{subscription['id']}", key)[0] == 404
            assert "Nobody listens" in terminal.interrupt()
        assert subscriptions(database) == []
        write(database, "into the void")
        assert len(receiver.received) == 4


@pytest.mark.usefixtures("key")
def test_listening_as_a_script_to_one_line(database: str) -> None:
    with receiving() as receiver, serving(database):
        options = ["--forward-to", receiver.url, "--line", OTHER_LINE, "--json"]
        with listening(database, *options, TRUNKLINE_DOC_URL="https://docs.example") as terminal:
            begun = terminal.json()
            assert begun.keys() == {"subscription_id", "signing_secret"}
            write(database, "not this")
            write(database, "this", OTHER_LINE)
            shown = [terminal.json() for _ in range(2)]
            assert [each["event"]["event_type"] for each in shown] == ["chat.created", "message.received"]
            assert {(each["status"], each["outcome"]) for each in shown} == {(200, "HTTP 200")}
            assert shown[0]["event"]["data"]["health_status"]["doc_url"].startswith("https://docs.example/guides")
            assert [each.event for each in receiver.received] == [each["event"] for each in shown]
            assert terminal.interrupt() == ""


@pytest.mark.usefixtures("key")
def test_a_program_that_is_not_there_yet(database: str) -> None:
    with receiving() as receiver:
        pass
    with listening(database, "--forward-to", receiver.url, "--events", "message.received") as terminal:
        for _ in range(4):
            terminal.line()
        write(database, "hello")
        assert terminal.line().endswith(" --- message.received the connection was refused")
        [event] = told(database, "--failed")
        with receiving(port=receiver.port) as later:
            run_json("webhooks", "resend", "Acme", event["id"], database=database)
            assert " 200 message.received " in terminal.line()
            assert later.received[0].event_id == event["id"]
        terminal.interrupt()


@pytest.mark.usefixtures("key")
def test_what_a_killed_listener_left_is_cleared_away_by_the_next(database: str) -> None:
    with receiving() as receiver:
        with listening(database, "--forward-to", receiver.url, "--json") as terminal:
            first = terminal.json()["subscription_id"]
        assert [(each["id"], each["state"]) for each in subscriptions(database)] == [(first, "listening")]
        _as_if_later(database)
        assert [(each["id"], each["state"]) for each in subscriptions(database)] == [(first, "stale")]
        with listening(database, "--forward-to", receiver.url, "--json") as terminal:
            second = terminal.json()["subscription_id"]
            assert [each["id"] for each in subscriptions(database)] == [second]
            terminal.interrupt()


@pytest.mark.usefixtures("key")
def test_what_a_killed_listener_left_is_deleted_by_the_service_when_there_is_an_event(database: str) -> None:
    with receiving() as receiver:
        with listening(database, "--forward-to", receiver.url, "--json") as terminal:
            terminal.json()
        _as_if_later(database)
        with serving(database):
            write(database, "hello")
            until(lambda: subscriptions(database) == [])
        assert receiver.received == []
    assert {each["outcome"] for event in told(database) for each in event["deliveries"]} <= {
        "nobody listens any more",
        "the subscription was deleted",
    }


def _as_if_later(database: str) -> None:
    """Half a minute passes for the claim."""

    async def work() -> None:
        async with open_store(database) as store, store.database.transaction() as transaction:
            await transaction.fetch(Query("later", "update queues set claimed_until = 1", ()), ())

    asyncio.run(work())


@pytest.mark.usefixtures("key")
def test_on_a_narrow_terminal_ids_and_words_are_whole(database: str) -> None:
    with receiving() as receiver:
        pass
    with listening(database, "--forward-to", receiver.url, "--events", "message.received") as terminal:
        for _ in range(4):
            terminal.line()
        write(database, "hello")
        terminal.line()
        [event] = until(lambda: told(database, "--failed"))
        [delivery] = event["deliveries"]
        for columns in (40, 80):
            seen = on_a_terminal(columns, "webhooks", "list", "Acme", "--events", database=database)
            assert all(len(line) <= columns for line in seen)
            assert [line.strip() for line in seen][1] == event["id"]
            assert seen[-1].split()[-1] == delivery["subscription_id"]
            assert delivery["outcome"] in " ".join(" ".join(seen).split())
        terminal.interrupt()


def on_a_terminal(columns: int, *arguments: str, database: str) -> list[str]:
    """The lines that a person sees, without colours."""
    controller, terminal = pty.openpty()
    variables = {"TRUNKLINE_DATABASE": database, "COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [BIN / "trunkline", *arguments], env=environment(**variables), stdout=terminal, stdin=terminal
    ) as process:
        os.close(terminal)
        seen = b""
        with suppress(OSError):  # Linux says so at the end
            while more := os.read(controller, 65536):
                seen += more
    os.close(controller)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", seen.decode()).splitlines()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["list", "Nobody"], "there is no partner 'Nobody'"),
        (["resend", "Acme", "none"], "there is no event 'none'; `trunkline webhooks list PARTNER --events` shows"),
        (
            ["listen", "Acme", "--forward-to", "localhost:3000"],
            "--forward-to is 'localhost:3000'; it must be a URL: http://localhost:3000",
        ),
        (["listen", "Acme", "--forward-to", "/webhooks"], "--forward-to is '/webhooks'; it must be an absolute URL"),
        (["listen", "Acme", "--forward-to", URL, "--events", "message.recieved"], "--events has 'message.recieved'"),
        (["listen", "Acme", "--forward-to", URL, "--events", "message.sent,"], "--events has ''"),
        (["listen", "Acme", "--forward-to", URL, "--line", "12"], "--line is '12'"),
        (["listen", "Acme", "--forward-to", URL, "--line", "+12025550199"], "+12025550199 is not one of"),
        (["listen", "Nobody", "--forward-to", URL], "there is no partner 'Nobody'"),
    ],
)
def test_a_mistake_is_one_clear_line(untouched: str, arguments: list[str], complaint: str) -> None:
    assert complaint in refusal("webhooks", *arguments, database=untouched)
