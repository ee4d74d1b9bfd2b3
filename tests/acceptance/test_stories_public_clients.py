"""Whole stories of an app, told to a running service by the public clients, unmodified, and by ours."""

import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from functools import cache
from typing import TypeAlias

import msgspec
import pytest

from tests.acceptance.clients.app import Partner
from tests.acceptance.clients.stories import STORIES
from tests.acceptance.command import ROOT, environment, serving
from tests.conftest import NewDatabase
from tests.support.chats import LINE, OTHER_LINE
from tests.support.opened import opened_store
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
    "hears_of_everything",
)
PUBLIC = str(ROOT / ".clients" / "linq-python-0.65.0")
NPM = str(ROOT / "node_modules" / "@linqapp" / "sdk")
OURS = str(ROOT / "sdk" / "src")
PARTNER_BASE = "/api/partner"
TIMEOUT = 180  # s for all stories of a teller


class Teller(msgspec.Struct, frozen=True):
    """Whoever tells the stories: a command, which is given the URL, the base and the partners, and a client."""

    command: Sequence[str]
    client: str
    base: str
    stories: Sequence[str] = tuple(STORIES)


class Told(msgspec.Struct):
    """What a teller prints: where its client is, and what went wrong in each story."""

    client: str
    told: dict[str, str | None]


TELLERS = {
    "public sync": Teller([*PYTHON, "sync"], PUBLIC, ""),
    "public async": Teller([*PYTHON, "async"], PUBLIC, PARTNER_BASE),
    "npm": Teller(NODE, NPM, "", NODE_STORIES),
    "npm, below the partner's base": Teller(NODE, NPM, PARTNER_BASE, NODE_STORIES),
    "ours sync": Teller([*PYTHON, "sync"], OURS, PARTNER_BASE),
    "ours async": Teller([*PYTHON, "async"], OURS, ""),
}

Telling: TypeAlias = Callable[[str], Told]


@pytest.fixture(scope="module")
def telling(new_database: NewDatabase) -> Generator[Telling]:
    """What a teller tells, once, to one service."""
    database = new_database()
    with serving(database, "--allow-private-webhooks") as url:

        @cache
        def told(name: str) -> Told:
            teller = TELLERS[name]
            partners = msgspec.json.encode(partners_for(database, teller.stories)).decode()
            command = [*teller.command, url, teller.base, partners]
            variables = environment(PYTHONPATH=teller.client)
            try:
                done = subprocess.run(
                    command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=TIMEOUT
                )
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
                # It is not told again for each of its stories.
                return Told(teller.client, dict.fromkeys(teller.stories, f"{error}: {error.stderr}"))
            return msgspec.json.decode(done.stdout, type=Told)

        yield told


def partners_for(database: str, stories: Sequence[str]) -> dict[str, Partner]:
    """A new partner for each story, with two lines."""
    with opened_store(database) as opened:
        return {story: Partner(opened.run(new_partner(opened.store)).secret, [LINE, OTHER_LINE]) for story in stories}


@pytest.mark.parametrize(
    ("teller", "story"), [(name, story) for name, teller in TELLERS.items() for story in teller.stories]
)
def test_story(telling: Telling, teller: str, story: str) -> None:
    answer = telling(teller)
    assert answer.client.startswith(TELLERS[teller].client)
    assert answer.told.keys() == set(TELLERS[teller].stories)
    assert answer.told[story] is None, answer.told[story]
