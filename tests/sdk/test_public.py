"""Compared with the public client: the same names, parameters, requests and results."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.sdk.endpoints import ENDPOINTS
from tests.sdk.server import Asked, Server

ROOT = Path(__file__).parents[2]
CLIENTS = {"public": ROOT / ".clients" / "linq-python-0.65.0", "ours": ROOT / "sdk" / "src"}
OURS_ALONE = {"ChatHealth", "ChatInclude", "HealthStatus", "MessageInclude", "OtherWebhookEvent", "UnknownPart"}
BY_THEIR_MEMBERS = {"UnwrapWebhookEvent"}
"""What the names in it say already; the public one has events that for us are one type."""


class Client:
    """A client as ``api_description.py`` describes it, and its requests to the server."""

    def __init__(self, path: Path) -> None:
        with Server(total=2, limit=1) as server:
            command = [sys.executable, "-m", "tests.sdk.api_description", server.url]
            done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(path)}, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr.decode()
            self.requests = dict(zip((one.name for one in ENDPOINTS), server.requests, strict=True))
        self.described: dict[str, Any] = json.loads(done.stdout)


@pytest.fixture(scope="module")
def public() -> Client:
    return Client(CLIENTS["public"])


@pytest.fixture(scope="module")
def ours() -> Client:
    return Client(CLIENTS["ours"])


@pytest.mark.parametrize("half", ["methods", "async"])
def test_methods_take_the_same_parameters(public: Client, ours: Client, half: str) -> None:
    assert ours.described[half] == public.described[half]
    assert ours.described["unwrap"] == public.described["unwrap"]


def test_methods_ask_the_same(public: Client, ours: Client) -> None:
    def of(asked: Asked) -> Any:
        return asked.method, asked.target, asked.body

    assert {name: of(asked) for name, asked in ours.requests.items()} == {
        name: of(asked) for name, asked in public.requests.items()
    }
    key = "idempotency-key"
    assert ours.requests["messages.create"].headers[key] == public.requests["messages.create"].headers[key] == "key-1"


def test_methods_give_the_same(public: Client, ours: Client) -> None:
    assert ours.described["answers"] == public.described["answers"]
    assert set(ours.described["pages"]) == set(public.described["pages"])


def test_the_older_payload_of_a_webhook_is_read_the_same_way(public: Client, ours: Client) -> None:
    assert ours.described["older webhook"] == public.described["older webhook"]
    assert ours.described["older webhook"]["text"] == "hi"


def test_types_have_the_public_names_and_everything_that_is_in_them(public: Client, ours: Client) -> None:
    for package, types in ours.described["types"].items():
        there = public.described["types"][package]
        assert types.keys() - there.keys() <= OURS_ALONE
        shared = (types.keys() & there.keys()) - BY_THEIR_MEMBERS
        assert [each for name in shared for each in lacking(there[name], types[name], name)] == []


def lacking(public: Any, ours: Any, path: str) -> Iterator[str]:
    """What a public type has and ours lacks, and what ours requires and the public type lacks."""
    if path.endswith(".event_type"):  # ours is the one value that distinguishes the events
        assert ours["one of"]
        assert set(ours["one of"]) <= set(public["one of"])
    elif "fields" in public:
        theirs = public["fields"]
        for name, (required, kind) in theirs.items():
            if name not in ours["fields"] or ours["fields"][name][0] != required:
                yield f"{path}.{name} (required: {required})"
            else:
                yield from lacking(kind, ours["fields"][name][1], f"{path}.{name}")
        yield from (
            f"{path}.{name} (more)" for name, (required, _) in ours["fields"].items() if required and name not in theirs
        )
    elif "either" in public:
        by_type = {type_of(each): each for each in ours["either"]}
        for each in public["either"]:
            yield from lacking(each, by_type[type_of(each)], f"{path}[{type_of(each)}]")
    elif "keys" in public:
        yield from (f"{path}.{name}" for name in set(public["keys"]) - set(ours["keys"]))
    elif "list" in public:
        yield from lacking(public["list"], ours["list"], f"{path}[]")
    elif public != ours and not (path.endswith(".doc_url") and ours == "str"):
        yield f"{path}: {public}, not {ours}"


def type_of(part: Any) -> str:
    """The one value of ``type`` that distinguishes a kind of part from the others."""
    [value] = part["fields"]["type"][1]["one of"]
    return cast("str", value)
