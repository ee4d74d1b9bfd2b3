"""`trunkline simulate` beside a running service, as its guide plays it through."""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.acceptance.command import BIN, ROOT, environment, get, post, refusal, run, run_json, serving
from tests.acceptance.waiting import until
from tests.conftest import NewDatabase
from tests.support.delivering import subscribe
from tests.support.receiver import Receiver, receiving
from trunkline.domain.instant import now
from trunkline.storage.store import open_store

GUIDE = ROOT / "server/src/trunkline/api/pages/sandbox.md"
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
    "participant.removed",
    "participant.added",
    "chat.typing_indicator.started",
]


class Sandbox(msgspec.Struct, frozen=True):
    """A running service with one partner, one line, and a receiver of everything that happens."""

    database: str
    url: str
    key: str
    receiver: Receiver

    def simulate(self, *arguments: str) -> Any:
        return run_json("simulate", *arguments, database=self.database)

    def send(self, text: str, *to: str) -> dict[str, Any]:
        """The chat that a message went into."""
        message = {"parts": [{"type": "text", "value": text}]}
        status, answer = post(f"{self.url}/v3/chats", {"from": LINE, "to": list(to), "message": message}, self.key)
        assert status == 201, answer
        return answer["chat"]

    def message(self, message_id: str) -> dict[str, Any]:
        return get(f"{self.url}/v3/messages/{message_id}", self.key)[1]

    def chats(self) -> list[dict[str, Any]]:
        return get(f"{self.url}/v3/chats", self.key)[1]["chats"]

    def told(self, kind: str) -> Any:
        """The data of the first event of a kind, as soon as it has arrived."""
        return until(lambda: [each.event for each in self.receiver.accepted if each.event["event_type"] == kind])[0][
            "data"
        ]


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


def test_what_is_played_in_a_terminal_is_told_by_the_service(sandbox: Sandbox) -> None:
    begun = sandbox.simulate("message", ALICE, "Is this the bakery?")
    heard = sandbox.told("message.received")
    assert (heard["id"], heard["chat"]["id"]) == (begun["message_id"], begun["chat_id"])

    sent = sandbox.send("It is.", ALICE)
    assert sent["id"] == begun["chat_id"]
    message_id = sent["message"]["id"]
    assert sandbox.told("message.delivered")["id"] == message_id
    assert sandbox.simulate("typing", ALICE)["chat_id"] == sent["id"]
    assert sandbox.told("chat.typing_indicator.started")["actor_handle"]["handle"] == ALICE
    reacted = sandbox.simulate("reaction", ALICE, "🦜")
    assert (reacted["says"], reacted["message_id"]) == (f"{ALICE} reacted: 🦜.", message_id)
    assert sandbox.told("reaction.added")["custom_emoji"] == "🦜"
    assert sandbox.simulate("read", ALICE)["messages"] == 1
    assert sandbox.told("message.read")["id"] == message_id
    assert sandbox.simulate("edit", ALICE, "Is this the butcher?")["message_id"] == begun["message_id"]
    assert sandbox.told("message.edited")["part"]["text"] == "Is this the butcher?"


def test_a_group_loses_somebody_and_gets_them_back(sandbox: Sandbox) -> None:
    group = sandbox.simulate("message", ALICE, "Sunday?", "--with", BOB, "--with", "+13105550113")["chat_id"]
    sandbox.simulate("leave", BOB, "--chat", group)
    assert sandbox.told("participant.removed")["handle"] == BOB
    sandbox.simulate("join", BOB, "--chat", group)
    assert sandbox.told("participant.added")["handle"] == BOB


def test_a_held_message_fails_and_arrives_after_all(sandbox: Sandbox) -> None:
    carol = "carol@example.com"
    kept = run_json("simulate", "rule", "set", carol, "--hold", database=sandbox.database)
    assert kept == {"rules": [{"handle": carol, "rule": {"holds": True}}]}
    message_id = sandbox.send("Your order is ready.", carol)["message"]["id"]
    until(lambda: sandbox.message(message_id)["delivery_status"] == "sent")
    assert sandbox.simulate("fail", carol, "--reason", "phone switched off")["message_id"] == message_id
    assert sandbox.told("message.failed")["reason"] == "phone switched off"
    assert sandbox.simulate("deliver", "--message", message_id)["says"] == "The message is delivered now."
    assert sandbox.message(message_id)["delivery_status"] == "delivered"
    assert run_json("simulate", "rule", "clear", database=sandbox.database) == {"rules": []}


def test_a_person_reads_sentences(sandbox: Sandbox) -> None:
    done = run("simulate", "message", ALICE, "hello again", database=sandbox.database)
    assert re.fullmatch(rf"\{ALICE} wrote to \{LINE}\.\nchat [0-9a-f-]{{36}}\nmessage [0-9a-f-]{{36}}\n", done.stdout)
    assert done.stderr == ""


def test_the_guide_is_true(database_url: str) -> None:
    """Every command of the guide, one after the other, in one shell."""
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
    with serving(database_url) as url:
        shell(rest, URL=url, KEY=key)
        chats = get(f"{url}/v3/chats", key)[1]["chats"]
        texts = [
            each["parts"][0]["value"]
            for chat in chats
            for each in get(f"{url}/v3/chats/{chat['id']}/messages", key)[1]["messages"]
        ]
    assert [chat["health_status"]["status"] for chat in chats] == ["HEALTHY", "HEALTHY"]
    assert texts[:2] == ["Thank you!", "Your order is ready."]
    assert "Two loaves, please" in texts
    assert "STOP" in texts


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two partners who share a line."""
    database = f"sqlite:///{tmp_path_factory.mktemp('shared') / 'chats.db'}"
    for name in ("Acme", "Globex"):
        run_json("partner", "add", name, database=database)
        run_json("line", "add", name, LINE, database=database)
    return database


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["message", ALICE, "hi", "--to", LINE], f"{LINE} is a line of Acme, Globex; say whose with --partner"),
        (["message", ALICE, "hi"], "say whose with --partner"),
        (["message", ALICE, "--to", LINE, "--partner", "Acme"], "there is nothing to write; give a TEXT"),
        (["message", "alice", "hi"], "'FROM' is 'alice'"),
        (["message", ALICE, "hi", "--to", "12"], "--to is '12'"),
        (["message", ALICE, "hi", "--to", "+12025550199"], "nobody has the line +12025550199"),
        (
            ["reaction", ALICE, "lve"],
            "the reaction is 'lve'; it must be love, like, dislike, laugh, emphasize, question, or",
        ),
        (["reaction", ALICE, "custom"], "the reaction is 'custom'"),
        (["reaction", ALICE, "lové"], "the reaction is 'lov\\xe9'"),
        (["read", ALICE, "--partner", "Acme"], f"{ALICE} has no chat with {LINE} yet"),
        (["read", "--partner", "Acme"], "'chat_id' is missing"),
        (["read", "--message", "00000000-0000-7000-8000-000000000000"], "nobody has the message"),
        (["leave", ALICE, "--chat", "00000000-0000-7000-8000-000000000000"], "nobody has the chat"),
        (["rule", "set", "--delay", "-1", "--partner", "Acme"], "this is no rule"),
        (["rule", "set", "five", "--partner", "Acme"], "'HANDLE' is 'five'"),
        (["rule", "list"], "say whose with --partner"),
        (["--carrier", "modem:open", "read", ALICE], "with the carrier 'loopback' only"),
    ],
)
def test_a_mistake_is_one_clear_line(empty: str, arguments: list[str], told: str) -> None:
    assert told in refusal("simulate", *arguments, database=empty)


def test_whose_chat_it_is_says_whose_it_is(empty: str) -> None:
    begun = run_json("simulate", "message", ALICE, "hi", "--partner", "Globex", database=empty)
    typing = run_json("simulate", "typing", ALICE, "--chat", begun["chat_id"], database=empty)
    assert typing["chat_id"] == begun["chat_id"]
    edited = run_json("simulate", "edit", ALICE, "ho", "--message", begun["message_id"], database=empty)
    assert edited["message_id"] == begun["message_id"]
