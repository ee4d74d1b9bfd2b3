"""`trunkline simulate` beside a running service, and the guide to it."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from linq import LinqAPIV3
from tests.conftest import NewDatabase
from tests.support.command import BIN, ROOT, environment, error_of, get, post, run, run_json, serving
from tests.support.receiver import Receiver, receiving
from tests.support.waiting import until
from tests.support.webhook_worker import subscribe
from trunkline.domain.instant import now
from trunkline.storage.store import open_store

GUIDE = ROOT / "server/src/trunkline/api/html/sandbox.md"
LINE = "+12025550100"
ALICE = "+13105550111"
BOB = "bob@example.com"
EVENTS = [
    "message.received",
    "message.read",
    "message.failed",
    "message.edited",
    "message.delivered",
    "reaction.added",
    "poll.received",
    "poll.vote.added",
    "participant.removed",
    "participant.added",
    "chat.typing_indicator.started",
    "contact_card.received",
]


class Sandbox(msgspec.Struct, frozen=True):
    """A running service with one partner, one line, and a receiver of every event."""

    database: str
    url: str
    key: str
    receiver: Receiver

    def simulate(self, *arguments: str) -> Any:
        return run_json("simulate", *arguments, database=self.database)

    def send(self, text: str, *to: str) -> dict[str, Any]:
        """Sends a message, and returns its chat."""
        message = {"parts": [{"type": "text", "value": text}]}
        status, answer = post(f"{self.url}/v3/chats", {"from": LINE, "to": list(to), "message": message}, self.key)
        assert status == 201, answer
        return answer["chat"]

    def message(self, message_id: str) -> dict[str, Any]:
        return get(f"{self.url}/v3/messages/{message_id}", self.key)[1]

    def chats(self) -> list[dict[str, Any]]:
        return get(f"{self.url}/v3/chats", self.key)[1]["chats"]

    def event(self, kind: str) -> Any:
        """The data of the first event of a type, as soon as it has arrived."""
        events = until(lambda: [each.event for each in self.receiver.accepted if each.event["event_type"] == kind])
        return events[0]["data"]


@pytest.fixture(scope="module")
def sandbox(new_database: NewDatabase) -> Iterator[Sandbox]:
    database = new_database()
    added = run_json("partner", "add", "Acme", database=database)
    run_json("line", "add", "Acme", LINE, database=database)

    async def listen(target: str) -> None:
        async with open_store(database) as store:
            await subscribe(store, added["partner"]["id"], target, EVENTS, at=now())

    with receiving() as receiver, serving(database, "--allow-private-webhooks") as url:
        asyncio.run(listen(receiver.url))
        yield Sandbox(database, url, added["key"], receiver)


@pytest.mark.slow
def test_the_service_sends_the_events_of_simulated_actions(sandbox: Sandbox) -> None:
    first = sandbox.simulate("message", ALICE, "Is this the bakery?")
    received = sandbox.event("message.received")
    assert (received["id"], received["chat"]["id"]) == (first["message_id"], first["chat_id"])

    sent = sandbox.send("It is.", ALICE)
    assert sent["id"] == first["chat_id"]
    message_id = sent["message"]["id"]
    assert sandbox.event("message.delivered")["id"] == message_id
    assert sandbox.simulate("typing", ALICE)["chat_id"] == sent["id"]
    assert sandbox.event("chat.typing_indicator.started")["actor_handle"]["handle"] == ALICE
    reacted = sandbox.simulate("reaction", ALICE, "🦜")
    assert (reacted["says"], reacted["message_id"]) == (f"{ALICE} reacted: 🦜.", message_id)
    assert sandbox.event("reaction.added")["custom_emoji"] == "🦜"
    assert sandbox.simulate("read", ALICE)["messages"] == 1
    assert sandbox.event("message.read")["id"] == message_id
    assert sandbox.simulate("edit", ALICE, "Is this the butcher?")["message_id"] == first["message_id"]
    assert sandbox.event("message.edited")["part"]["text"] == "Is this the butcher?"


def test_votes_in_polls_of_both_sides(sandbox: Sandbox) -> None:
    dave = "+13105550114"
    chat = sandbox.send("Which one?", dave)["id"]
    poll = {"poll": {"options": [{"text": "Rye"}, {"text": "Spelt"}]}}
    status, sent = post(f"{sandbox.url}/v3/chats/{chat}/polls", poll, sandbox.key)
    assert status == 201
    assert sandbox.simulate("vote", dave, "Spelt")["says"] == f"{dave} voted: Spelt."
    assert sandbox.event("poll.vote.added")["option_id"] == sent["poll"]["options"][1]["option_id"]
    assert sandbox.simulate("options", dave, "Both", "None")["says"] == f"{dave} added 2 options."
    received = sandbox.simulate("poll", dave, "At seven", "At eight")
    assert sandbox.event("poll.received")["message_id"] == received["message_id"]
    removed = sandbox.simulate("vote", dave, "Spelt", "--message", sent["message_id"], "--remove")
    assert removed["message_id"] == sent["message_id"]
    found = get(f"{sandbox.url}/v3/messages/{sent['message_id']}/poll", sandbox.key)[1]["poll"]
    assert [each["text"] for each in found["options"]] == ["Rye", "Spelt", "Both", "None"]
    assert found["total_voters"] == 0
    error = error_of("simulate", "vote", dave, "Oats", database=sandbox.database)
    assert "'option' is 'Oats'; it must be one of the options of this poll" in error


def test_a_member_leaves_a_group_and_returns(sandbox: Sandbox) -> None:
    group = sandbox.simulate("message", ALICE, "Sunday?", "--with", BOB, "--with", "+13105550113")["chat_id"]
    sandbox.simulate("leave", BOB, "--chat", group)
    assert sandbox.event("participant.removed")["handle"] == BOB
    sandbox.simulate("join", BOB, "--chat", group)
    assert sandbox.event("participant.added")["handle"] == BOB


def test_a_held_message_fails_and_is_delivered_late(sandbox: Sandbox) -> None:
    carol = "carol@example.com"
    set_rule = run_json("simulate", "rule", "set", carol, "--hold", database=sandbox.database)
    assert set_rule == {"rules": [{"handle": carol, "rule": {"holds": True}}]}
    message_id = sandbox.send("Your order is ready.", carol)["message"]["id"]
    until(lambda: sandbox.message(message_id)["delivery_status"] == "sent")
    assert sandbox.simulate("fail", carol, "--reason", "phone switched off")["message_id"] == message_id
    assert sandbox.event("message.failed")["reason"] == "phone switched off"
    assert sandbox.simulate("deliver", "--message", message_id)["says"] == "The message is now delivered."
    assert sandbox.message(message_id)["delivery_status"] == "delivered"
    assert run_json("simulate", "rule", "clear", database=sandbox.database) == {"rules": []}


def test_contact_cards_in_both_directions(sandbox: Sandbox) -> None:
    dora = "dora@example.com"
    chat = sandbox.send("Hello", dora)["id"]
    card = {"phone_number": LINE, "first_name": "Harbor", "last_name": "Bakery"}
    assert post(f"{sandbox.url}/v3/contact_card", card, sandbox.key)[0] == 200
    empty = run("simulate", "contact-cards", dora, database=sandbox.database)
    assert (empty.stdout, empty.stderr) == ("", f"{LINE} has not shared its contact card in this chat.\n")
    with LinqAPIV3(api_key=sandbox.key, base_url=sandbox.url) as client:
        client.chats.share_contact_card(chat)
    shown = until(
        lambda: [each for each in sandbox.simulate("contact-cards", dora)["contact_cards"] if each["shown_at"]]
    )
    assert [each["card"]["first_name"] for each in shown] == ["Harbor"]
    table = run("simulate", "contact-cards", "--chat", chat, database=sandbox.database).stdout.splitlines()
    assert [line.split("\t")[0] for line in table] == ["NAME", "Harbor Bakery"]

    done = sandbox.simulate("share-contact-card", dora, "Dora", "Diaz", "--image", "https://example.com/dora.png")
    assert done["chat_id"] == chat
    received = sandbox.event("contact_card.received")
    assert (received["first_name"], received["sender_handle"], received["owner_handle"]) == ("Dora", dora, LINE)


def test_output_for_people(sandbox: Sandbox) -> None:
    done = run("simulate", "message", ALICE, "hello again", database=sandbox.database)
    assert re.fullmatch(
        rf"\{ALICE} sent a message to \{LINE}\.\nchat [0-9a-f-]{{36}}\nmessage [0-9a-f-]{{36}}\n", done.stdout
    )
    assert done.stderr == ""


@pytest.mark.slow
def test_the_guide(database_url: str) -> None:
    """Every command of the guide works, in order, in one shell."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = [block.replace("$$", "$").replace("curl -s", "curl -s --fail-with-body -o /dev/null") for block in blocks]
    setup, rest = script[0].replace("export TRUNKLINE_DATABASE=sqlite:///sandbox.db\n", ""), "".join(script[1:])

    def shell(text: str, **variables: str) -> None:
        variables |= {"TRUNKLINE_DATABASE": database_url, "PATH": f"{BIN}:/usr/bin:/bin"}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            env=environment(**variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    assert len(blocks) > 5
    shell(setup)
    key = run_json("key", "add", "Sandbox", database=database_url)["key"]
    with serving(database_url, "--sandbox") as url:
        shell(rest, URL=url, KEY=key)
        chats = get(f"{url}/v3/chats", key)[1]["chats"]
        texts = [
            each["parts"][0]["value"]
            for chat in chats
            for each in get(f"{url}/v3/chats/{chat['id']}/messages", key)[1]["messages"]
            if each["parts"]  # a poll has none
        ]
    assert [chat["health_status"]["status"] for chat in chats] == ["HEALTHY", "HEALTHY"]
    assert texts[:2] == ["Thank you!", "Your order is ready."]
    assert "Two loaves, please" in texts
    assert "STOP" in texts


@pytest.fixture(scope="module")
def shared_line(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with two partners that have the same line."""
    database = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'chats.db'}"
    for name in ("Acme", "Globex"):
        run_json("partner", "add", name, database=database)
        run_json("line", "add", name, LINE, database=database)
    return database


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["message", ALICE, "hi", "--to", LINE],
            f"more than one partner has the line {LINE}: Acme, Globex; choose one with --partner",
        ),
        (["message", ALICE, "hi"], "there is more than one partner: Acme, Globex; choose one with --partner"),
        (
            ["message", ALICE, "--to", LINE, "--partner", "Acme"],
            "the message is empty; give TEXT, or a file with --file or --media",
        ),
        (
            ["message", "alice", "hi"],
            "'FROM' is 'alice'; it must be a phone number in E.164 format, such as +13343284472, ",
        ),
        (["message", ALICE, "hi", "--to", "12"], "--to is '12'; it must be a phone number with + and country code"),
        (
            ["message", ALICE, "hi", "--to", "+12025550199"],
            "no partner has the line +12025550199; add it with `trunkline line add PARTNER NUMBER`",
        ),
        (
            ["reaction", ALICE, "lve"],
            "the reaction is 'lve'; it must be love, like, dislike, laugh, emphasize, question, or",
        ),
        (["reaction", ALICE, "custom"], "the reaction is 'custom'"),
        (["reaction", ALICE, "lové"], "the reaction is 'lov\\xe9'"),
        (["read", ALICE, "--partner", "Acme"], f"{ALICE} has no chat with {LINE} yet"),
        (["read", "--partner", "Acme"], "'chat_id' is missing"),
        (
            ["read", "--message", "00000000-0000-7000-8000-000000000000"],
            "no partner has the message 00000000-0000-7000-8000-000000000000",
        ),
        (
            ["leave", ALICE, "--chat", "00000000-0000-7000-8000-000000000000"],
            "no partner has the chat 00000000-0000-7000-8000-000000000000",
        ),
        (
            ["rule", "set", "--delay", "-1", "--partner", "Acme"],
            "the rule is not valid: Expected `int` >= 0 - at `$.delay_seconds`",
        ),
        (["rule", "set", "five", "--partner", "Acme"], "'HANDLE' is 'five'"),
        (["rule", "list"], "there is more than one partner: Acme, Globex; choose one with --partner"),
        (
            ["--carrier", "modem:open", "read", ALICE],
            "the sandbox works with the carrier 'loopback' only, and this service has the carrier 'modem:open'",
        ),
    ],
)
def test_an_error_is_one_line(shared_line: str, arguments: list[str], error: str) -> None:
    assert error in error_of("simulate", *arguments, database=shared_line)


def test_a_chat_or_message_names_its_partner(shared_line: str) -> None:
    message = run_json("simulate", "message", ALICE, "hi", "--partner", "Globex", database=shared_line)
    typing = run_json("simulate", "typing", ALICE, "--chat", message["chat_id"], database=shared_line)
    assert typing["chat_id"] == message["chat_id"]
    edited = run_json("simulate", "edit", ALICE, "ho", "--message", message["message_id"], database=shared_line)
    assert edited["message_id"] == message["message_id"]
