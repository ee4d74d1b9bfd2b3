"""An agent of ``eve``, a public framework, unmodified, that talks to people through a running service.

The agent is in ``clients/eve``. Its model runs in its process: it repeats what people say.
"""

import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linq import LinqAPIV3
from linq.types import Message
from tests.acceptance.installed import NODE, npm_package
from tests.conftest import NewDatabase
from tests.support.chats import LINE
from tests.support.command import ROOT, environment, run_json, serving
from tests.support.open_store import opened_store
from tests.support.partners import new_partner
from tests.support.waiting import until

EVE = "eve"
VERSION = "0.80.1"
PROJECT = ROOT / "tests" / "acceptance" / "clients" / "eve"
ROUTE = "/eve/v1/linq"
EVENTS = ("message.received", "reaction.added", "reaction.removed")
NOWHERE = "http://127.0.0.1:9/"  # until the agent's port is known
PATIENCE = 60.0  # s that a test waits for the agent, which takes one on an idle machine
ALICE, BOB, CAROL, DAVE, ERIN = "+13105550111", "+13105550112", "carol@example.com", "+13105550114", "+13105550115"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))

pytestmark = pytest.mark.slow


class Conversation(msgspec.Struct, frozen=True):
    """Plays the people who write to the agent, and reads what is in their chats."""

    database: str
    client: LinqAPIV3
    log: Path

    def play(self, *arguments: str) -> Any:
        """Runs ``trunkline simulate …``. Returns what happened."""
        return run_json("simulate", *arguments, "--to", LINE, database=self.database)

    def write(self, sender: str, parts: list[dict[str, Any]]) -> Any:
        """A person sends a message with these parts. Returns what happened."""
        played = {"action": "message", "from": sender, "to": LINE, "message": {"parts": parts}}
        return self.client.post("/admin/simulate", cast_to=object, body=played)

    def until(self, chat_id: str, condition: Callable[[list[Message]], bool]) -> list[Message]:
        """The messages of a chat, oldest first, once they meet a condition."""
        shown: list[Message] = []

        def look() -> bool:
            shown[:] = reversed(self.client.chats.messages.list(chat_id).messages)
            return condition(shown)

        try:
            until(look, PATIENCE)
        except AssertionError:
            said = [(message.from_, said_in(message)) for message in shown]
            pytest.fail(
                f"{EVE} {VERSION} did not do what was expected. The chat: {said}. Its log:\n{self.log.read_text()}"
            )
        return shown

    def texts(self, chat_id: str, *expected: str | None) -> list[Message]:
        """The messages of a chat, once they have these texts."""
        return self.until(chat_id, lambda messages: [said_in(message) for message in messages] == list(expected))


def said_in(message: Message) -> str | None:
    """The text of a message."""
    return next((part.value for part in shown_in(message) if part.type == "text"), None)


def shown_in(message: Message) -> list[Any]:
    """The parts of a message."""
    return list(message.parts or ())


@pytest.fixture(scope="session")
def built_agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the agent, as ``eve build`` leaves it."""
    npm_package(EVE, VERSION)
    folder = tmp_path_factory.mktemp("eve") / "agent"
    shutil.copytree(PROJECT, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    built = subprocess.run(
        eve("build", "--skip-sandbox-prewarm"),
        cwd=folder,
        env=environment(EVE_TELEMETRY_DISABLED="1"),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert built.returncode == 0, f"{EVE} {VERSION} build: {built.stdout}{built.stderr}"
    return folder


def eve(*arguments: str) -> list[str]:
    """The command ``eve``."""
    return [str(NODE), str(ROOT / "node_modules" / EVE / "bin" / "eve.js"), *arguments]


@pytest.fixture(scope="module")
def agent(built_agent: Path, new_database: NewDatabase) -> Generator[Conversation]:
    """The agent of a new partner, which subscribes to the events that the guide of eve's channel names."""
    database = new_database()
    with opened_store(database) as opened:
        key = opened.run(new_partner(opened.store)).secret
    with (
        serving(database, "--sandbox", "--allow-private-webhooks") as url,
        LinqAPIV3(api_key=key, base_url=url) as client,
    ):
        subscription = client.webhook_subscriptions.create(target_url=NOWHERE, subscribed_events=list(EVENTS))
        variables = {"LINQ_API_V3_BASE_URL": url, "LINQ_API_V3_API_KEY": key}
        log = built_agent / "log"
        with started(built_agent, log, LINQ_WEBHOOK_SECRET=subscription.signing_secret, **variables) as address:
            client.webhook_subscriptions.update(subscription.id, target_url=f"{address}{ROUTE}")
            yield Conversation(database, client, log)


@contextmanager
def started(folder: Path, log: Path, **variables: str) -> Generator[str]:
    """Runs ``eve start`` until the end of the block, and yields its URL."""
    with log.open("w") as output:
        process = subprocess.Popen(
            eve("start", "--host", "127.0.0.1", "--port", "0"),
            cwd=folder,
            env=environment(EVE_TELEMETRY_DISABLED="1", **variables),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # eve starts its server as another process
        )
    try:

        def address() -> str | None:
            assert process.poll() is None, f"{EVE} {VERSION} start: {log.read_text()}"
            _, found, rest = log.read_text().partition("server listening at ")
            return rest.partition("/\n")[0] if found and "/\n" in rest else None

        url = until(address, PATIENCE)
        assert url is not None
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_it_answers_a_message(agent: Conversation) -> None:
    chat_id = agent.play("message", ALICE, "Hello!")["chat_id"]
    asked, answer = agent.texts(chat_id, "Hello!", "You said: Hello!")
    assert (asked.is_read, answer.from_) == (True, LINE)
    [part] = shown_in(asked)
    assert [(each.type, each.is_me) for each in part.reactions] == [("love", True)]
    agent.play("message", ALICE, "And again")
    agent.texts(chat_id, "Hello!", "You said: Hello!", "And again", "You said: And again")
    assert agent.client.chats.list_chats().chats[0].id == chat_id


def test_it_answers_in_a_group(agent: Conversation) -> None:
    chat_id = agent.play("message", ALICE, "Hello, all!", "--with", BOB, "--with", CAROL)["chat_id"]
    _, answer = agent.texts(chat_id, "Hello, all!", "You said: Hello, all!")
    assert answer.chat_id == chat_id
    [chat] = [each for each in agent.client.chats.list_chats() if each.is_group]
    assert (chat.id, [each.handle for each in chat.handles]) == (chat_id, [LINE, ALICE, BOB, CAROL])


def test_it_hears_reactions(agent: Conversation) -> None:
    chat_id = agent.play("message", DAVE, "Hi")["chat_id"]
    _, answer = agent.texts(chat_id, "Hi", "You said: Hi")
    said = ["Hi", "You said: Hi"]
    for reaction, heard in (
        (["love"], "You added love"),
        (["🎉"], "You added 🎉"),
        (["🎉", "--remove"], "You removed 🎉"),
    ):
        agent.play("reaction", DAVE, *reaction, "--message", answer.id)
        said.append(heard)
        agent.texts(chat_id, *said)


def test_it_receives_files_and_sends_them_back(agent: Conversation) -> None:
    attachment_id = uploaded(agent.client, "cat.png", "image/png", PICTURE)
    parts = [{"type": "text", "value": "Look"}, {"type": "media", "attachment_id": attachment_id}]
    chat_id = agent.write(ERIN, parts)["chat_id"]
    _, copy, _ = agent.texts(chat_id, "Look", None, "You said: Look\n[image attachment: cat.png]")
    [part] = shown_in(copy)
    assert (part.filename, part.mime_type, part.size_bytes) == ("copy of cat.png", "image/png", len(PICTURE))
    with urllib.request.urlopen(part.url, timeout=10) as response:  # noqa: S310 - our own server
        assert response.read() == PICTURE


def uploaded(client: LinqAPIV3, filename: str, content_type: Any, content: bytes) -> str:
    """The id of a new attachment."""
    made = client.attachments.create(filename=filename, content_type=content_type, size_bytes=len(content))
    headers = made.required_headers
    request = urllib.request.Request(made.upload_url, content, headers, method="PUT")  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        return made.attachment_id
