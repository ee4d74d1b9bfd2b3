"""The command `trunkline`, as a person and as a script use it."""

import re
import signal
import socket
import subprocess
import time

import pytest

from tests.conftest import NewDatabase
from tests.support.command import BIN, environment, error_of, get, run, run_json, serving, wait_until_ready
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until
from trunkline.api.auth import RECHECK
from trunkline.domain.instant import SECOND

LINE = "+12025550100"
REVOKED_WITHIN = 5 * RECHECK / SECOND  # s; a worker checks a key again after RECHECK, and this machine may be slow
STOP_WITHIN = 30.0  # s


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with one partner, for commands that do not change it."""
    database = f"sqlite:///{tmp_path_factory.mktemp('acme') / 'chats.db'}"
    run_json("partner", "add", "Acme", database=database)
    return database


def test_set_up_by_json_alone(database: str) -> None:
    added = run_json("partner", "add", "Acme", database=database)
    assert added["partner"]["name"] == "Acme"
    line = run_json("line", "add", "Acme", LINE, "--label", "support", database=database)["line"]
    assert line["phone_number"] == LINE
    assert [each["phone_number"] for each in run_json("line", "list", "Acme", database=database)["lines"]] == [LINE]
    partners = run_json("partner", "list", database=database)["partners"]
    assert [(each["id"], each["name"], each["chats"]) for each in partners] == [(added["partner"]["id"], "Acme", 0)]
    with serving(database) as url:
        assert get(f"{url}/v3/chats?from=%2B12025550100", added["key"]) == (200, {"chats": [], "next_cursor": None})


@pytest.mark.slow
def test_keys_are_shown_once_expire_and_can_be_revoked(database: str) -> None:
    first = run_json("partner", "add", "Acme", database=database)["key"]
    second = run_json("key", "add", "Acme", "--name", "ci", "--expires", "2999-12-31", database=database)
    assert second["expires_at"] == "2999-12-31T23:59:59.999999Z"
    listed = run("key", "list", "Acme", "--json", database=database).stdout
    assert first not in listed
    assert second["key"] not in listed
    assert second["id"] in listed
    with serving(database, "--workers", "2") as url:
        assert get(f"{url}/v3/chats", second["key"])[0] == 200
        assert run_json("key", "revoke", second["id"], database=database) == {"revoked": second["id"]}
        until(lambda: [get(f"{url}/v3/chats", second["key"])[0] for _ in range(10)] == [401] * 10, REVOKED_WITHIN)
        assert get(f"{url}/v3/chats", first)[0] == 200


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["line", "add", "Nobody", LINE], "there is no partner 'Nobody'"),
        (["line", "add", "Acme", "12-34"], "the line is '12-34'; it must be a phone number with + and country code"),
        (["line", "add", "Acme", "2025550100"], "the line is '2025550100'; it must be a phone number with +"),
        (
            ["partner", "add", "Acme"],
            "there is already a partner named 'Acme'; `trunkline partner list` shows them all",
        ),
        (["partner", "add", "  "], "'' is not a valid partner name: it must contain a character that is not a digit"),
        (["key", "add", "Acme", "--expires", "2001-01-01"], "a key cannot expire in the past"),
        (["key", "add", "Acme", "--expires", "soon"], "--expires is 'soon'; it must be a date such as 2027-01-31"),
        (["key", "revoke", "key_none"], "there is no key 'key_none'"),
        (["import", "imessage", "no/such/chat.db", "--line", LINE], "add it with `trunkline line add PARTNER"),
        (["import", "sms-backup", "x.xml", "--line", "five"], "--line is 'five'"),
        (["serve", "--port", "99999"], "the port is 99999; it must be from 1 to 65535"),
        (["serve", "--workers", "0"], "the number of workers is 0; it must be at least 1"),
        (["serve", "--public-url", "example.com"], "it must begin with http:// or https://"),
        (["demo", "--chats", "0"], "cannot make 0 chats: it must be from 1 to 10000000"),
    ],
)
def test_an_error_is_one_line(acme: str, arguments: list[str], error: str) -> None:
    assert error in error_of(*arguments, database=acme)


@pytest.mark.parametrize(
    "url",
    ["mysql://root:hunter2@localhost/db", "sqlite://x.db", "trunkline.db", "postgresql://u:hunter2@127.0.0.1:1/x"],
)
def test_the_error_of_an_invalid_database_has_no_password(url: str) -> None:
    assert "hunter2" not in error_of("partner", "list", database=url)


def test_a_missing_folder_and_a_file_that_is_not_a_database(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("files")
    assert "there is no folder" in error_of("partner", "list", database=f"sqlite:///{folder}/none/x.db")
    (folder / "notes.txt").write_text("these are not chats " * 100)
    assert "is not a Trunkline database" in error_of("partner", "list", database=f"sqlite:///{folder}/notes.txt")
    assert (folder / "notes.txt").read_text() == "these are not chats " * 100


def test_a_port_in_use_is_reported_before_any_worker_starts(acme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1, port {port}" in error_of("serve", "--port", port, database=acme)


def test_usage_errors_have_exit_status_2_and_help_shows_defaults(acme: str) -> None:
    assert run("serve", "--no-such-option", database=acme).returncode == 2
    shown = re.sub(r"[\s│]+", " ", run("serve", "--help", database=acme, COLUMNS="200").stdout)
    for part in ("TRUNKLINE_DATABASE", "sqlite:///trunkline.db", "TRUNKLINE_PORT", "8080", "127.0.0.1"):
        assert part in shown
    assert run("--version", database=acme).stdout.startswith("trunkline ")


def test_output_to_a_pipe_is_plain_lines_and_the_pipe_may_close_early(database: str) -> None:
    run_json("demo", database=database)
    listed = run("partner", "list", database=database).stdout.splitlines()
    assert listed[0].split("\t") == ["ID", "NAME", "SINCE", "CHATS"]
    assert len(listed) == 3
    done = subprocess.run(
        f"{BIN}/trunkline partner list | head -c 1",
        shell=True,
        env=environment(TRUNKLINE_DATABASE=database),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_the_database_can_be_upgraded_and_checked(database: str) -> None:
    made = run_json("database", "upgrade", database=database)
    assert made["before"] == 0
    assert run_json("database", "upgrade", database=database) == {"before": made["after"], "after": made["after"]}
    chats = sum(partner["chats"] for partner in run_json("demo", database=database)["partners"])
    assert run_json("database", "check", database=database) == {"chats": chats, "problems": []}


def test_loading_the_demo_again_only_adds_a_key(database: str) -> None:
    first = run_json("demo", database=database)["partners"]
    second = run_json("demo", database=database)["partners"]
    assert [each["chats"] for each in second] == [each["chats"] for each in first]
    with serving(database) as url:
        pages = [get(f"{url}/v3/chats?limit=100", made[0]["key"]) for made in (first, second)]
    assert pages[0] == pages[1]
    assert pages[0][0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["demo", "--chats", "400000"]])
def test_ctrl_c_interrupts_long_work_and_leaves_a_sound_database(database: str, arguments: list[str]) -> None:
    run_json("database", "upgrade", database=database)
    process = subprocess.Popen(
        [BIN / "trunkline", *arguments],
        env=environment(TRUNKLINE_DATABASE=database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any(each["name"] for each in run_json("partner", "list", database=database)["partners"]):
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=20)
    assert process.returncode == 130, complaint
    assert "interrupted; unfinished changes were rolled back" in complaint
    assert "Traceback" not in complaint
    assert run_json("database", "check", database=database)["problems"] == []


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(database: str) -> None:
    with reserved_port() as port:
        for _ in range(2):
            command = [str(BIN / "trunkline"), "serve", "--port", str(port), "--workers", "2"]
            with subprocess.Popen(command, env=environment(TRUNKLINE_DATABASE=database)) as process:
                wait_until_ready(f"http://127.0.0.1:{port}", process)
                process.kill()
            until(lambda: _nobody_listens(port), STOP_WITHIN)


def _nobody_listens(port: int) -> bool:
    """Whether a socket can be bound as `trunkline serve` checks it; the reservation of the port does not listen."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
