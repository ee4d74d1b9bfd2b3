"""What goes wrong at the first contact is one clear line, and nothing that is shown once is lost."""

import subprocess
from pathlib import Path

import pytest

from tests.support.command import BIN, environment, error_of, get, run, run_json, stop, wait_until_ready
from tests.support.reserved_port import reserved_port

ASCII = {"PYTHONIOENCODING": "ascii"}


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'chats.db'}"


def into_full_disk(*arguments: str, database: str) -> str:
    """Runs a command whose output cannot be written, which must fail with one line. Returns the line."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [BIN / "trunkline", *arguments],
            env=environment(TRUNKLINE_DATABASE=database),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_the_service_listens_on_a_name(database: str) -> None:
    with reserved_port() as port:
        process = subprocess.Popen(
            [BIN / "trunkline", "serve", "--host", "localhost", "--port", str(port)],
            env=environment(TRUNKLINE_DATABASE=database),
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(f"http://localhost:{port}", process)
            assert get(f"http://localhost:{port}/healthz")[0] == 200
        finally:
            stop(process)


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b"])
def test_a_name_that_does_not_exist_is_one_line(database: str, host: str) -> None:
    assert host in error_of("serve", "--host", host, database=database)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user@localhost:99999/name",
        "postgresql://user@one:5432,two:99999/name",
        "postgresql://user@localhost/name?port=99999",
    ],
)
def test_a_port_of_a_database_url_that_is_too_large(url: str) -> None:
    said = error_of("partner", "list", database=url)
    assert said == "the port in the PostgreSQL URL is 99999; it must be from 1 to 65535"


def test_a_key_is_shown_on_a_stream_that_is_not_utf_8(database: str) -> None:
    done = run("partner", "add", "Łódź", database=database, **ASCII)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Partner \\u0141\\u00f3d\\u017a has the id 1" in done.stdout
    assert "\n  tk_" in done.stdout
    added = run_json("key", "add", "Łódź", "--name", "ó", database=database, **ASCII)
    assert added["name"] == "ó"
    assert run_json("partner", "list", database=database, **ASCII)["partners"][0]["name"] == "Łódź"
    assert "\\u0141" in run("partner", "list", database=database, **ASCII).stdout


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_key_that_cannot_be_printed_can_be_replaced(database: str, options: list[str]) -> None:
    said = into_full_disk("partner", "add", "Acme", *options, database=database)
    assert said == (
        "trunkline: the key could not be printed: No space left on device; the partner 1 exists; add another key with "
        "`trunkline key add 1`\n"
    )
    assert run_json("key", "add", "1", database=database)["key"]
    said = into_full_disk("key", "add", "1", *options, database=database)
    keys = run_json("key", "list", "1", database=database)["keys"]
    assert len([key for key in keys if f"`trunkline key revoke {key['id']}`" in said]) == 1
    assert "each run adds a key" in into_full_disk("demo", *options, database=database)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["partner", "list", "--json"]])
def test_output_that_cannot_be_written_is_one_line(database: str, arguments: list[str]) -> None:
    run("partner", "add", "Acme", database=database)
    assert into_full_disk(*arguments, database=database) == (
        "trunkline: cannot write the output: No space left on device\n"
    )
