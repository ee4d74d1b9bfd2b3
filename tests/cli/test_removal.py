"""``trunkline partner remove | line remove | webhooks remove``, while the service runs."""

import os
import pty
import subprocess
import threading
from typing import Any

import pytest

from tests.conftest import NewDatabase
from tests.support.chats import ALICE, LINE, OTHER_LINE
from tests.support.command import BIN, environment, error_of, get, post, run, run_json, serving
from tests.support.receiver import Received, Reply, receiving
from tests.support.traces import files_with
from tests.support.waiting import until

CANARY = "canary7f3a"


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    return new_database()


def added(database: str, name: str = "Acme") -> str:
    """The key of a new partner with a line."""
    key = run_json("partner", "add", name, database=database)["key"]
    run_json("line", "add", name, LINE, database=database)
    return key


def message(words: str = CANARY) -> dict[str, Any]:
    return {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": "text", "value": words}]}}


def test_a_partner_is_removed_while_it_sends_waits_and_receives_webhooks(database: str) -> None:
    arrived, release = threading.Event(), threading.Event()

    def slow(_: Received) -> Reply:
        arrived.set()
        release.wait(20)
        return Reply()

    key, other = added(database), added(database, "Globex")
    statuses: list[int] = []
    stopped = threading.Event()
    with serving(database, TRUNKLINE_ALLOW_PRIVATE_WEBHOOKS="true") as url, receiving(slow) as receiver:
        hook = {"target_url": receiver.url, "subscribed_events": ["message.sent"]}
        assert post(f"{url}/v3/webhook-subscriptions", hook, key)[0] == 201
        assert post(f"{url}/v3/chats", message(), key)[0] == 201
        assert post(f"{url}/v3/chats", message("hello"), other)[0] == 201

        def send() -> None:
            while not stopped.is_set():
                statuses.append(post(f"{url}/v3/chats", message(), key)[0])

        sending = threading.Thread(target=send)
        sending.start()
        assert arrived.wait(20)
        removed = run_json("partner", "remove", "Acme", "--yes", database=database)["removed"]
        until(lambda: statuses[-1] == 401)
        stopped.set()
        sending.join()
        release.set()
        assert set(statuses) <= {201, 401}
        assert removed["name"] == "Acme"
        assert (removed["lines"], removed["keys"], removed["chats"], removed["subscriptions"]) == (1, 1, 1, 1)
        assert removed["messages"] >= 1
        assert [each["name"] for each in run_json("partner", "list", database=database)["partners"]] == ["Globex"]
        assert len(get(f"{url}/v3/chats", other)[1]["chats"]) == 1
        assert post(f"{url}/v3/chats", message("hello again"), other)[0] == 201
        assert error_of("key", "list", "Acme", database=database).startswith("there is no partner 'Acme'")
    assert files_with(database, CANARY) == []
    assert run_json("database", "check", database=database)["problems"] == []
    run_json("partner", "add", "Acme", database=database)


def test_without_a_terminal_nothing_is_removed_unless_that_is_confirmed(database: str) -> None:
    added(database)
    error = error_of("partner", "remove", "Acme", database=database)
    assert error == (
        "This removes the partner Acme for good, with 1 line, 1 key, 0 chats, 0 messages, 0 files, "
        "0 webhook subscriptions. Nothing was removed; add --yes to remove it"
    )
    error = error_of("line", "remove", "Acme", LINE, database=database)
    assert error.endswith("Nothing was removed; add --yes to remove it")
    assert len(run_json("line", "list", "Acme", database=database)["lines"]) == 1


@pytest.mark.parametrize(("answer", "status", "left"), [(b"n\n", 1, 1), (b"y\n", 0, 0)])
def test_a_terminal_asks(database: str, answer: bytes, status: int, left: int) -> None:
    added(database)
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    done = subprocess.run(
        [BIN / "trunkline", "partner", "remove", "Acme"],
        env=environment(TRUNKLINE_DATABASE=database),
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, "Continue?" in done.stderr) == (status, True), done
    assert len(run_json("partner", "list", database=database)["partners"]) == left


def test_a_line(database: str) -> None:
    key = added(database)
    with serving(database) as url:
        assert post(f"{url}/v3/chats", message(), key)[0] == 201
        error = error_of("line", "remove", "Acme", LINE, "--yes", database=database)
        assert error == f"the line {LINE} has 1 chat and 1 message; remove them too with --with-chats"
        done = run("line", "remove", "Acme", LINE, "--with-chats", "--yes", database=database)
        assert done.stdout == f"Removed the line {LINE} of Acme, with 1 chat and 1 message.\n", done.stderr
        assert get(f"{url}/v3/chats", key)[1]["chats"] == []
        assert post(f"{url}/v3/chats", message(), key)[0] == 403
        error = error_of("line", "remove", "Acme", LINE, "--yes", database=database)
        assert error == f"Acme does not have the line {LINE}; `trunkline line list PARTNER` shows a partner's lines"
        run_json("line", "add", "Acme", LINE, database=database)
        assert post(f"{url}/v3/chats", message("hello"), key)[0] == 201
    assert files_with(database, CANARY) == []


def test_a_line_from_which_clients_send_without_pause(database: str) -> None:
    """The removal ends although they never stop creating chats and sending."""
    key = added(database)
    run_json("line", "add", "Acme", OTHER_LINE, database=database)
    stopped = threading.Event()
    statuses: dict[str, list[int]] = {LINE: [], OTHER_LINE: []}

    def send(url: str, line: str, first: int) -> None:
        number = first
        while not stopped.is_set():
            number += 1
            status, body = post(f"{url}/v3/chats", message() | {"from": line, "to": [f"+1310555{number:04}"]}, key)
            statuses[line].append(status)
            if status == 201:
                path = f"/v3/chats/{body['chat']['id']}/messages"
                statuses[line].append(post(f"{url}{path}", {"message": message()["message"]}, key)[0])

    with serving(database, "--workers", "2") as url:
        clients = [
            threading.Thread(target=send, args=(url, line, first))
            for line, first in ((LINE, 0), (LINE, 3000), (LINE, 6000), (OTHER_LINE, 0))
        ]
        for client in clients:
            client.start()
        try:
            until(lambda: len(statuses[LINE]) > 60)
            removed = run_json("line", "remove", "Acme", LINE, "--with-chats", "--yes", database=database)["removed"]
            seen = len(statuses[OTHER_LINE])
            until(lambda: statuses[LINE][-1] == 403 and len(statuses[OTHER_LINE]) > seen)
        finally:
            stopped.set()
            for client in clients:
                client.join()
        assert removed["chats"] > 0
        assert set(statuses[LINE]) <= {201, 202, 403, 404}
        assert set(statuses[OTHER_LINE]) <= {201, 202}
        assert get(f"{url}/v3/chats?from={LINE.replace('+', '%2B')}", key)[0] == 403
        lines = {each["is_me"] and each["handle"] for chat in chats_of(url, key) for each in chat["handles"]}
        assert lines == {False, OTHER_LINE}
    assert [each["phone_number"] for each in run_json("line", "list", "Acme", database=database)["lines"]] == [
        OTHER_LINE
    ]
    assert run_json("database", "check", database=database)["problems"] == []


def chats_of(url: str, key: str) -> list[dict[str, Any]]:
    """Every chat of a partner."""
    status, page = get(f"{url}/v3/chats?limit=100", key)
    assert status == 200
    found = page["chats"]
    while page["next_cursor"] is not None:
        page = get(f"{url}/v3/chats?limit=100&cursor={page['next_cursor']}", key)[1]
        found += page["chats"]
    return found


def test_a_subscription(database: str) -> None:
    key = added(database)
    with serving(database, TRUNKLINE_ALLOW_PRIVATE_WEBHOOKS="true") as url:
        hook = {"target_url": "http://127.0.0.1:9/hook", "subscribed_events": ["message.sent"]}
        made = post(f"{url}/v3/webhook-subscriptions", hook, key)[1]
        assert post(f"{url}/v3/chats", message(), key)[0] == 201
        until(lambda: run_json("webhooks", "list", "Acme", "--events", database=database)["events"])
        removed = run_json("webhooks", "remove", "Acme", made["id"], "--yes", database=database)["removed"]
        assert removed == {"id": made["id"], "target_url": hook["target_url"], "pending_deliveries": 1}
        assert run_json("webhooks", "list", "Acme", database=database)["subscriptions"] == []
    error = error_of("webhooks", "remove", "Acme", made["id"], "--yes", database=database)
    assert error == f"there is no subscription '{made['id']}'; `trunkline webhooks list PARTNER` shows them"
