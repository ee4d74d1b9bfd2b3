"""Whole stories of an app with a running service, through the public clients, unmodified, and through ours."""

import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from functools import cache
from typing import TypeAlias

import msgspec
import pytest

from tests.acceptance.clients.app import Partner
from tests.acceptance.clients.stories import STORIES
from tests.conftest import NewDatabase
from tests.support.chats import LINE, OTHER_LINE
from tests.support.command import ROOT, environment, serving
from tests.support.open_store import opened_store
from tests.support.partners import new_partner

PYTHON = [sys.executable, "-m", "tests.acceptance.clients.stories"]
NODE = ["node", str(ROOT / "tests" / "acceptance" / "clients" / "stories.mjs")]
NODE_STORIES = (
    "converses",
    "changes_messages",
    "lives_in_a_group",
    "opts_out_and_returns",
    "asks_of_lines_and_networks",
    "repeats_sends",
    "sends_files",
    "hears_of_everything",
)
PUBLIC = str(ROOT / ".clients" / "linq-python-0.65.0")
NPM = str(ROOT / "node_modules" / "@linqapp" / "sdk")
OURS = str(ROOT / "sdk" / "src")
PARTNER_BASE = "/api/partner"
TIMEOUT = 180  # s for all stories of a client


class Client(msgspec.Struct, frozen=True):
    """A command that runs stories, given the service's URL, the base and the partners, and the client that it uses."""

    command: Sequence[str]
    folder: str
    """Where the client is installed."""
    base: str
    stories: Sequence[str] = tuple(STORIES)


class Outcome(msgspec.Struct):
    """What a command prints: where its client is, and the traceback of each story, or None."""

    client: str
    failures: dict[str, str | None]


CLIENTS = {
    "public sync": Client([*PYTHON, "sync"], PUBLIC, ""),
    "public async": Client([*PYTHON, "async"], PUBLIC, PARTNER_BASE),
    "npm": Client(NODE, NPM, "", NODE_STORIES),
    "npm, below the partner's base": Client(NODE, NPM, PARTNER_BASE, NODE_STORIES),
    "ours sync": Client([*PYTHON, "sync"], OURS, PARTNER_BASE),
    "ours async": Client([*PYTHON, "async"], OURS, ""),
}

RunStories: TypeAlias = Callable[[str], Outcome]


@pytest.fixture(scope="module")
def run_stories(new_database: NewDatabase) -> Generator[RunStories]:
    """Runs the stories of a client, once, with one service for all clients."""
    database = new_database()
    with serving(database, "--allow-private-webhooks") as url:

        @cache
        def run(name: str) -> Outcome:
            client = CLIENTS[name]
            partners = msgspec.json.encode(partners_for(database, client.stories)).decode()
            command = [*client.command, url, client.base, partners]
            variables = environment(PYTHONPATH=client.folder)
            try:
                done = subprocess.run(
                    command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=TIMEOUT
                )
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                # Cached, so that the command does not run again for each of its stories.
                return Outcome(client.folder, dict.fromkeys(client.stories, f"{error}: {error.stderr}"))
            return msgspec.json.decode(done.stdout, type=Outcome)

        yield run


def partners_for(database: str, stories: Sequence[str]) -> dict[str, Partner]:
    """A new partner for each story, with two lines."""
    with opened_store(database) as opened:
        return {story: Partner(opened.run(new_partner(opened.store)).secret, [LINE, OTHER_LINE]) for story in stories}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("client", "story"), [(name, story) for name, client in CLIENTS.items() for story in client.stories]
)
def test_story(run_stories: RunStories, client: str, story: str) -> None:
    outcome = run_stories(client)
    assert outcome.client.startswith(CLIENTS[client].folder)
    assert outcome.failures.keys() == set(CLIENTS[client].stories)
    assert outcome.failures[story] is None, outcome.failures[story]
