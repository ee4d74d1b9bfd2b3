"""`trunkline webhooks`, beside a running service."""

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

from tests.conftest import NewDatabase
from tests.support.command import BIN, environment, error_of, get, post, run, run_json, serving
from tests.support.partners import new_partner
from tests.support.receiver import Received, Reply, accept, receiving
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until
from trunkline.storage.sql import Query
from trunkline.storage.store import open_store

LINE = "+12025550100"
OTHER_LINE = "+12025550101"
ALICE = "+13105550111"
URL = "https://receiver.example.com/hook"
RECEIVED = ("--events", "message.received")


async def _add_partner(database: str) -> str:
    async with open_store(database) as store:
        return (await new_partner(store, "Acme", lines=(LINE, OTHER_LINE))).secret


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    """A new database, for a partner with two lines."""
    return new_database()


@pytest.fixture
def key(database: str) -> str:
    """The partner's key."""
    return asyncio.run(_add_partner(database))


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with one partner, for commands that do not change it."""
    database = f"sqlite:///{tmp_path_factory.mktemp('acme') / 'chats.db'}"
    asyncio.run(_add_partner(database))
    return database


def write(database: str, text: str, line: str = LINE) -> None:
    """Somebody writes to a line."""
    run_json("simulate", "message", ALICE, text, "--to", line, database=database)


def subscriptions(database: str) -> list[dict[str, Any]]:
    return run_json("webhooks", "list", "Acme", database=database)["subscriptions"]


def events(database: str, *filters: str) -> list[dict[str, Any]]:
    """The latest events with their deliveries."""
    return run_json("webhooks", "list", "Acme", "--events", *filters, database=database)["events"]


class Terminal:
    """A running `trunkline webhooks listen`, whose output is read line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def json(self) -> Any:
        return json.loads(self.line())

    def interrupt(self) -> str:
        """Presses Ctrl-C, and returns what is printed then."""
        self.process.send_signal(signal.SIGINT)
        printed, complained = self.process.communicate(timeout=20)
        assert (self.process.returncode, complained) == (0, "")
        return printed


@contextmanager
def listening(database: str, *options: str, **variables: str) -> Generator[Terminal]:
    """Runs `trunkline webhooks listen` until the end of the block."""
    process = subprocess.Popen(
        [BIN / "trunkline", "webhooks", "listen", "Acme", *options],
        env=environment(TRUNKLINE_DATABASE=database, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # So that a test does not wait for a line forever.
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        yield Terminal(process)
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_events_are_listed_and_resent(database: str, key: str) -> None:
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
        until(lambda: [each["deliveries"][0]["state"] for each in events(database)] == ["failed", "done"])
        latest, first = events(database)
        assert [first["id"], latest["id"]] == [each.event_id for each in receiver.received]
        assert first["type"] == latest["type"] == "message.received"
        assert first["chat_id"] == receiver.received[0].event["data"]["chat"]["id"]
        [delivery] = latest["deliveries"]
        assert (delivery["subscription_id"], delivery["attempts"]) == (made["id"], 1)
        assert delivery["outcome"] == "HTTP 404"
        assert [each["id"] for each in events(database, "--failed")] == [latest["id"]]
        assert events(database, "--subscription", "another") == []
        assert len(events(database, "--limit", "1")) == 1

        receiver.answering = accept
        resent = run_json("webhooks", "resend", "Acme", latest["id"], database=database)
        assert resent == {"event_id": latest["id"], "subscriptions": [made["id"]]}
        until(lambda: len(receiver.received) == 3)
        assert receiver.received[2].event_id == latest["id"]
        assert receiver.received[2].body == receiver.received[1].body
        until(lambda: [each["state"] for each in events(database)[0]["deliveries"]] == ["done", "failed"])
        printed = run("webhooks", "list", "Acme", "--events", database=database).stdout.splitlines()
        assert printed[0].split("\t") == ["ID", "EVENT", "STATE", "ATTEMPTS", "OUTCOME", "WHEN", "SUBSCRIPTION"]
        assert printed[1].split("\t")[:5] == [latest["id"], "message.received", "done", "1", "HTTP 200"]
        secret = made["signing_secret"]
        assert secret not in run("webhooks", "list", "Acme", "--json", database=database).stdout


@pytest.mark.slow
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
            # The API does not show listeners.
            assert get(f"{url}/v3/webhook-subscriptions", key) == (200, {"subscriptions": []})
            [subscription] = subscriptions(database)
            assert subscription["state"] == "listening"
            assert get(f"{url}/v3/webhook-subscriptions/{subscription['id']}", key)[0] == 404
            assert terminal.interrupt() == "Stopped listening.\n"
        assert subscriptions(database) == []
        write(database, "after the end")
        assert len(receiver.received) == 4


@pytest.mark.usefixtures("key")
def test_listening_to_one_line_with_json(database: str) -> None:
    with receiving() as receiver, serving(database):
        options = ["--forward-to", receiver.url, "--line", OTHER_LINE, "--json"]
        with listening(database, *options, TRUNKLINE_DOC_URL="https://docs.example") as terminal:
            started = terminal.json()
            assert started.keys() == {"subscription_id", "signing_secret"}
            write(database, "not this")
            write(database, "this", OTHER_LINE)
            shown = [terminal.json() for _ in range(2)]
            assert [each["event"]["event_type"] for each in shown] == ["chat.created", "message.received"]
            assert {(each["status"], each["outcome"]) for each in shown} == {(200, "HTTP 200")}
            assert shown[0]["event"]["data"]["health_status"]["doc_url"].startswith("https://docs.example/guides")
            assert [each.event for each in receiver.received] == [each["event"] for each in shown]
            assert terminal.interrupt() == ""


@pytest.mark.slow
def test_versions_are_listed_and_an_event_in_two_is_one_event(database: str, key: str) -> None:
    with receiving() as older, receiving() as latest, serving(database, "--allow-private-webhooks") as url:
        targets = {f"{older.url}?version=2025-01-01": "2025-01-01", latest.url: "2026-02-03"}
        for target in targets:
            wanted = {"target_url": target, "subscribed_events": ["message.received"]}
            assert post(f"{url}/v3/webhook-subscriptions", wanted, key)[0] == 201
        listed = subscriptions(database)
        assert {each["target_url"]: each["webhook_version"] for each in listed} == targets
        header, *rows = run("webhooks", "list", "Acme", database=database).stdout.splitlines()
        assert header.split("\t") == ["ID", "TARGET", "STATE", "VERSION", "LINES", "EVENTS"]
        assert [row.split("\t")[3] for row in rows] == list(targets.values())
        shown = run_on_terminal(80, "webhooks", "list", "Acme", database=database)
        assert [line.strip() for line in shown[2::3]] == [
            f"active, version {version}, lines: all, events: message.received" for version in targets.values()
        ]

        write(database, "hello")
        until(lambda: older.accepted and latest.accepted)
        until(lambda: [each["state"] for event in events(database) for each in event["deliveries"]] == ["done"] * 2)
        [event] = events(database)
        assert {each["subscription_id"] for each in event["deliveries"]} == {each["id"] for each in listed}
        resent = run_json("webhooks", "resend", "Acme", event["id"], database=database)
        assert resent["subscriptions"] == [each["id"] for each in listed]
        until(lambda: len(older.accepted) == len(latest.accepted) == 2)
        for receiver, version in ((older, "2025-01-01"), (latest, "2026-02-03")):
            first, second = receiver.accepted
            assert first.body == second.body
            assert (first.event["webhook_version"], first.event_id) == (version, event["id"])


@pytest.mark.usefixtures("key")
def test_listening_to_the_older_version(database: str) -> None:
    with receiving() as receiver, serving(database):
        options = ["--forward-to", receiver.url, "--version", "2025-01-01", *RECEIVED]
        with listening(database, *options, "--json") as terminal:
            terminal.json()
            assert [each["webhook_version"] for each in subscriptions(database)] == ["2025-01-01"]
            write(database, "hello")
            shown = terminal.json()["event"]
            assert shown["webhook_version"] == "2025-01-01"
            assert shown["data"]["message"]["parts"][0]["value"] == "hello"
            assert receiver.received[0].event == shown
            assert terminal.interrupt() == ""


def test_an_unknown_version_names_the_known_ones(acme: str) -> None:
    done = run("webhooks", "listen", "Acme", "--forward-to", URL, "--version", "2024-01-01", database=acme)
    assert done.returncode == 2
    assert all(version in done.stderr for version in ("2024-01-01", "2025-01-01", "2026-02-03"))


@pytest.mark.usefixtures("key")
def test_the_program_does_not_run_yet(database: str) -> None:
    with reserved_port() as port, listening(database, "--forward-to", _url(port), *RECEIVED) as terminal:
        for _ in range(4):
            terminal.line()
        write(database, "hello")
        assert terminal.line().endswith(" --- message.received the connection was refused")
        [event] = events(database, "--failed")
        with receiving(port=port) as later:
            run_json("webhooks", "resend", "Acme", event["id"], database=database)
            assert " 200 message.received " in terminal.line()
            assert later.received[0].event_id == event["id"]
        terminal.interrupt()


@pytest.mark.usefixtures("key")
def test_a_new_listener_deletes_a_killed_one(database: str) -> None:
    with receiving() as receiver:
        with listening(database, "--forward-to", receiver.url, "--json") as terminal:
            first = terminal.json()["subscription_id"]
        assert [(each["id"], each["state"]) for each in subscriptions(database)] == [(first, "listening")]
        _expire_claim(database)
        assert [(each["id"], each["state"]) for each in subscriptions(database)] == [(first, "stale")]
        with listening(database, "--forward-to", receiver.url, "--json") as terminal:
            second = terminal.json()["subscription_id"]
            assert [each["id"] for each in subscriptions(database)] == [second]
            terminal.interrupt()


@pytest.mark.usefixtures("key")
def test_the_service_deletes_a_killed_listener_at_the_next_event(database: str) -> None:
    with receiving() as receiver:
        with listening(database, "--forward-to", receiver.url, "--json") as terminal:
            terminal.json()
        _expire_claim(database)
        with serving(database):
            write(database, "hello")
            until(lambda: subscriptions(database) == [])
        assert receiver.received == []
    assert {each["outcome"] for event in events(database) for each in event["deliveries"]} <= {
        "the listener has ended",
        "the subscription was deleted",
    }


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}/hook"


def _expire_claim(database: str) -> None:
    """Lets the listener's claim expire, which takes half a minute."""

    async def work() -> None:
        async with open_store(database) as store, store.database.transaction() as transaction:
            await transaction.fetch(Query("expire", "update queues set claimed_until = 1", ()), ())

    asyncio.run(work())


@pytest.mark.usefixtures("key")
def test_ids_are_not_wrapped_on_a_narrow_terminal(database: str) -> None:
    with reserved_port() as port, listening(database, "--forward-to", _url(port), *RECEIVED) as terminal:
        for _ in range(4):
            terminal.line()
        write(database, "hello")
        terminal.line()
        [event] = until(lambda: events(database, "--failed"))
        [delivery] = event["deliveries"]
        for columns in (40, 80):
            seen = run_on_terminal(columns, "webhooks", "list", "Acme", "--events", database=database)
            assert all(len(line) <= columns for line in seen)
            assert [line.strip() for line in seen][1] == event["id"]
            assert delivery["subscription_id"] in [line.split()[-1] for line in seen]
            assert delivery["outcome"] in " ".join(" ".join(seen).split())
        terminal.interrupt()


def run_on_terminal(columns: int, *arguments: str, database: str) -> list[str]:
    """Runs ``trunkline …`` on a terminal, and returns the lines that it shows, without colours."""
    controller, terminal = pty.openpty()
    variables = {"TRUNKLINE_DATABASE": database, "COLUMNS": str(columns), "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen(
        [BIN / "trunkline", *arguments], env=environment(**variables), stdout=terminal, stdin=terminal
    ) as process:
        os.close(terminal)
        seen = b""
        with suppress(OSError):  # on Linux, the end of the output
            while more := os.read(controller, 65536):
                seen += more
    os.close(controller)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", seen.decode()).splitlines()


@pytest.mark.parametrize(
    ("arguments", "error"),
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
        (
            ["listen", "Acme", "--forward-to", URL, "--line", "+12025550199"],
            "'--line' is +12025550199, which is not one of",
        ),
        (["listen", "Nobody", "--forward-to", URL], "there is no partner 'Nobody'"),
    ],
)
def test_an_error_is_one_line(acme: str, arguments: list[str], error: str) -> None:
    assert error in error_of("webhooks", *arguments, database=acme)
