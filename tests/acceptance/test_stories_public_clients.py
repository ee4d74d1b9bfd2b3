"""Whole stories of an app with a running service, through the public clients, unmodified, and through ours."""

import re
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from functools import cached_property, partial
from pathlib import Path

import msgspec
import pytest

from tests.acceptance.clients.app import Partner
from tests.acceptance.clients.stories import SINCE, Outcome
from tests.acceptance.installed import NODE, npm_calls, npm_package, python_calls, python_client
from tests.conftest import NewDatabase
from tests.support.chats import LINE, OTHER_LINE
from tests.support.command import ROOT, environment, get, serving
from tests.support.open_store import opened_store
from tests.support.partners import new_partner

CURRENT = "0.65.0"
PARTNER_BASE = "/api/partner"
TIMEOUT = 180  # s for all stories of a client
NPM_STORIES = (
    "converses",
    "changes_messages",
    "lives_in_a_group",
    "opts_out_and_returns",
    "asks_of_lines_and_networks",
    "repeats_sends",
    "shares_a_contact_card",
    "sends_and_receives_files",
    "sends_voice_memos",
    "hears_of_everything",
)
SINCE_0_28 = ("sends_without_a_line", "gives_a_number_to_a_new_person")


class Client(msgspec.Struct, frozen=True):
    """A command that runs stories, given the service's URL, the base and the partners, and the client that it uses."""

    command: Sequence[str]
    folder: Callable[[], Path]
    """Where the client is installed."""
    base: str
    stories: Sequence[str]
    calls: Callable[[Path], set[str]]
    """The calls of the API that the client in a folder can make."""


def python(version: str, half: str, base: str) -> Client:
    """A version of the public Python client, with the stories that it can tell."""
    installed = tuple(int(number) for number in version.split("."))
    stories = tuple(name for name, since in SINCE.items() if since <= installed)
    age = "current" if version == CURRENT else "older"
    return Client(_python_command(half, age), partial(python_client, version), base, stories, python_calls)


def npm(package: str, version: str, base: str, *more: str) -> Client:
    """A version of the public npm client, as installed under a name, with the stories that it can tell."""
    command = [str(NODE), str(ROOT / "tests" / "acceptance" / "clients" / "stories.mjs"), package]
    return Client(command, partial(npm_package, package, version), base, (*NPM_STORIES, *more), npm_calls)


def ours(half: str, base: str) -> Client:
    """The SDK of this repository, which can make every call that the current public client can."""
    called = partial(python_client, CURRENT)
    return Client(
        _python_command(half, "current"),
        lambda: ROOT / "sdk" / "src",
        base,
        tuple(SINCE),
        lambda _: python_calls(called()),
    )


def _python_command(half: str, age: str) -> Sequence[str]:
    return [sys.executable, "-m", "tests.acceptance.clients.stories", half, age]


CLIENTS = {
    "linq-python 0.65.0 sync": python("0.65.0", "sync", ""),
    "linq-python 0.65.0 async": python("0.65.0", "async", PARTNER_BASE),
    "linq-python 0.50.0 async": python("0.50.0", "async", ""),
    "linq-python 0.30.3 sync": python("0.30.3", "sync", PARTNER_BASE),
    "linq-python 0.12.0 async": python("0.12.0", "async", ""),
    "@linqapp/sdk 0.28.2": npm("@linqapp/sdk", "0.28.2", "", *SINCE_0_28),
    "@linqapp/sdk 0.28.2 below the partner's base": npm("@linqapp/sdk", "0.28.2", PARTNER_BASE, *SINCE_0_28),
    "@linqapp/sdk 0.20.0": npm("@linqapp/sdk-0.20", "0.20.0", ""),
    "ours sync": ours("sync", PARTNER_BASE),
    "ours async": ours("async", ""),
}


class Service:
    """A running service, and what happened to each client that has run its stories with it."""

    def __init__(self, url: str, database: str) -> None:
        self._url = url
        self._database = database
        self._outcomes: dict[str, Outcome] = {}

    def outcome(self, name: str) -> Outcome:
        """What happens in the stories of a client, which run once."""
        if name not in self._outcomes:
            self._outcomes[name] = self._run(CLIENTS[name])
        return self._outcomes[name]

    @cached_property
    def operations(self) -> set[str]:
        """The calls that the service answers, such as ``GET /v3/chats/{}``."""
        _, description = get(f"{self._url}/openapi.json")
        return {
            f"{method.upper()} {re.sub('{[^}]*}', '{}', path)}"
            for path, operations in description["paths"].items()
            for method, operation in operations.items()
            if any(status.startswith("2") for status in operation["responses"])
        }

    def _run(self, client: Client) -> Outcome:
        folder = client.folder()
        partners = msgspec.json.encode(partners_for(self._database, client.stories)).decode()
        command = [*client.command, self._url, client.base, partners]
        variables = environment(PYTHONPATH=str(folder))
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=TIMEOUT
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            return Outcome(str(folder), dict.fromkeys(client.stories, f"{error}: {error.stderr}"), set())
        return msgspec.json.decode(done.stdout, type=Outcome)


@pytest.fixture(scope="module")
def service(new_database: NewDatabase) -> Generator[Service]:
    """One service for all clients."""
    database = new_database()
    with serving(database, "--sandbox", "--allow-private-webhooks") as url:
        yield Service(url, database)


def partners_for(database: str, stories: Sequence[str]) -> dict[str, Partner]:
    """A new partner for each story, with two lines."""
    with opened_store(database) as opened:
        return {story: Partner(opened.run(new_partner(opened.store)).secret, [LINE, OTHER_LINE]) for story in stories}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("client", "story"), [(name, story) for name, client in CLIENTS.items() for story in client.stories]
)
def test_story(service: Service, client: str, story: str) -> None:
    outcome = service.outcome(client)
    assert outcome.client.startswith(str(CLIENTS[client].folder()))
    assert outcome.failures.keys() == set(CLIENTS[client].stories)
    failure = outcome.failures[story]
    assert failure is None, f"{client}, {story}: {failure}"


@pytest.mark.slow
@pytest.mark.parametrize("client", CLIENTS)
def test_the_stories_make_every_call(service: Service, client: str) -> None:
    calls = CLIENTS[client].calls(CLIENTS[client].folder())
    assert len(calls) > 30
    unused = (calls & service.operations) - service.outcome(client).called
    assert unused == set(), f"no story of {client} makes these calls with success"
