"""``trunkline faults``, with a service that has several workers, over sockets."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from linq import APIConnectionError, LinqAPIV3
from linq.types import MessageContentParam
from tests.support.chats import ALICE, LINE
from tests.support.command import BIN, environment, error_of, get, run, run_json, serving
from tests.support.reserved_port import reserved_port

HELLO: MessageContentParam = {"parts": [{"type": "text", "value": "Hello"}], "idempotency_key": "once"}


@pytest.fixture
def key(database_url: str) -> str:
    """The key of a partner with a line."""
    secret = run_json("partner", "add", "Acme", database=database_url)["key"]
    run("line", "add", "Acme", LINE, database=database_url)
    return secret


def test_faults_of_a_running_service(database_url: str, key: str) -> None:
    def faults(*arguments: str) -> Any:
        return run_json("faults", *arguments, database=database_url)

    with serving(database_url, "--sandbox", "--workers", "2") as url:
        faults("add", "error", "--times", "7")
        with ThreadPoolExecutor(8) as threads:
            statuses = [status for status, _ in threads.map(get, [f"{url}/v3/chats"] * 40, [key] * 40)]
            assert (statuses.count(500), statuses.count(200)) == (7, 33)

        client = LinqAPIV3(api_key=key, base_url=url, max_retries=0)
        for carried_out in ([], ["--carried-out"]):
            faults("add", "cut", *carried_out, "--handle", ALICE)
            with pytest.raises(APIConnectionError):
                client.chats.create(from_=LINE, to=[ALICE], message=HELLO)
        chat = client.chats.create(from_=LINE, to=[ALICE], message=HELLO).chat
        assert [each.id for each in client.chats.messages.list(chat.id)] == [chat.message.id]
        client.close()

        added = faults("add", "rate_limit", "--share", "0.5")
        assert faults("list") == {"faults": [added]}
        assert (added["remaining"], added["fault"]["share"]) == (None, 0.5)
        faults("remove", added["id"])
        faults("add", "delay", "--delay-seconds", "1", "--always")
        assert faults("clear") == {"removed": 1}
        assert get(f"{url}/v3/chats", key)[0] == 200


def test_people_see_a_table(database_url: str, key: str) -> None:
    assert run("faults", "list", database=database_url).stderr == "There are no faults.\n"
    said = run("faults", "add", "error", "--times", "2", "--path", "/v3/chats", database=database_url).stdout
    assert "applies to the next 2 matching requests, if the service runs with --sandbox" in said
    heading, row = run("faults", "list", database=database_url).stdout.splitlines()
    assert heading.split("\t") == ["ID", "REMAINING", "APPLIED", "FAULT"]
    assert row.split("\t")[1:] == ["2", "0", '{"effect":"error","path":"/v3/chats"}']


def test_invalid_faults(database_url: str, key: str) -> None:
    assert error_of("faults", "add", "delay", database=database_url).startswith("'delay_seconds' is missing")
    assert "--always and --times" in error_of(
        "faults", "add", "error", "--always", "--times", "1", database=database_url
    )
    assert error_of("faults", "add", "error", "--line", "2025550100", database=database_url).startswith("--line is")
    assert "more than 0" in error_of("faults", "add", "error", "--share", "0", database=database_url)
    assert (
        error_of("faults", "remove", "none", database=database_url)
        == "there is no fault 'none'; `trunkline faults list` shows them all"
    )
    for options in (["fire"], ["error", "--share", "2"], ["error", "--method", "get"], ["error", "--times", "0"]):
        assert run("faults", "add", *options, database=database_url).returncode == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "The sandbox is off"),
        (["--sandbox"], "The sandbox is on"),
        (["--sandbox", "--host", "::"], "Warning: the sandbox is on, and :: may be reachable"),
    ],
)
def test_serve_says_whether_the_sandbox_is_on(
    tmp_path_factory: pytest.TempPathFactory, options: list[str], said: str
) -> None:
    with reserved_port() as port:
        process = subprocess.Popen(
            [BIN / "trunkline", "serve", "--port", str(port), *options],
            env=environment(TRUNKLINE_DATABASE=f"sqlite:///{tmp_path_factory.mktemp('sandbox') / 'x.db'}"),
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            assert re.match(said, process.stderr.readline())
        finally:
            process.terminate()
            process.communicate(timeout=20)
