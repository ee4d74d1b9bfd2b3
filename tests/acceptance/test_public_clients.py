"""The public clients, unmodified, with a running service: only the base URL and the key are set."""

import json
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import msgspec
import pytest

from tests.acceptance.installed import NODE, npm_package, python_client
from tests.conftest import NewDatabase
from tests.support.command import ROOT, environment, get, ids, run_json, serving

LIMIT = 7
PYTHON_VERSIONS = ("0.65.0", "0.50.0", "0.30.3", "0.12.0", "0.1.0")
NPM_CLIENTS = (("@linqapp/sdk", "0.28.2"), ("@linqapp/sdk-0.20", "0.20.0"))
BASES = ("", "/api/partner")
SCRIPTS = ROOT / "tests" / "acceptance" / "clients"


class Served(msgspec.Struct, frozen=True):
    """A running service with the demo data, and the chats of the first partner."""

    url: str
    key: str
    line: str
    handle: str
    chats: list[dict[str, Any]]

    def on_line(self) -> list[str]:
        return ids([chat for chat in self.chats if chat["handles"][0]["handle"] == self.line])

    def with_handle(self) -> list[str]:
        return ids([chat for chat in self.chats if self.handle in [each["handle"] for each in chat["handles"]]])


@pytest.fixture(scope="module")
def served(new_database: NewDatabase) -> Generator[Served]:
    database = new_database()
    partner = run_json("demo", database=database)["partners"][0]
    with serving(database) as url:
        _, page = get(f"{url}/v3/chats?limit=100", partner["key"])
        assert page["next_cursor"] is None
        assert len(page["chats"]) > 2 * LIMIT
        newest = page["chats"][0]["handles"]
        yield Served(url, partner["key"], partner["lines"][0], newest[1]["handle"], page["chats"])


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("version", PYTHON_VERSIONS, ids="linq-python {}".format)
def test_python_client_lists_and_pages(served: Served, version: str, base: str) -> None:
    folder = python_client(version)
    listed = _listed([sys.executable, str(SCRIPTS / "list_chats.py")], served, base, PYTHONPATH=str(folder))
    assert listed["version"] == version
    assert listed["all_async"] == ids(served.chats)
    _check(listed, served)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("package", "version"), NPM_CLIENTS, ids=["@linqapp/sdk 0.28.2", "@linqapp/sdk 0.20.0"])
def test_npm_client_lists_and_pages(served: Served, package: str, version: str, base: str) -> None:
    npm_package(package, version)
    _check(_listed([str(NODE), str(SCRIPTS / "list_chats.mjs"), package], served, base), served)


def _listed(command: list[str], served: Served, base: str, **variables: str) -> dict[str, Any]:
    done = subprocess.run(
        [*command, str(LIMIT), served.line, served.handle],
        env=environment(LINQ_API_V3_API_KEY=served.key, LINQ_API_V3_BASE_URL=served.url + base, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _check(listed: dict[str, Any], served: Served) -> None:
    assert listed["first"] == ids(served.chats)[:LIMIT]
    assert listed["next_cursor"]
    assert listed["all"] == ids(served.chats)
    assert listed["from"] == served.on_line()
    assert listed["to"] == served.with_handle()
    assert listed["handles"] == [[each["handle"], each["is_me"]] for each in served.chats[0]["handles"]]
    assert listed["foreign_line"] == ["PermissionDeniedError", 403]
    assert listed["bad_cursor"] == ["BadRequestError", 400]
