"""The command ``linq``, as a process: its output, its exit codes, its pipes, and where it stores keys."""

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.sdk.clients import KEY
from tests.sdk.endpoints import CHAT, LINE, PERSON, endpoint, message
from tests.sdk.samples import Json, chat
from tests.sdk.server import Server

Run: TypeAlias = Callable[..., "subprocess.CompletedProcess[str]"]
pytestmark = pytest.mark.acceptance

COMMAND = [sys.executable, "-c", "from linq._cli import main; main()"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path, server: Server) -> dict[str, str]:
    """A user with a key in the environment, and a terminal that is 100 characters wide."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "COLUMNS": "100",
        "TERM": "xterm-256color",
        "TZ": "UTC",
        "LINQ_API_V3_API_KEY": KEY,
        "LINQ_API_V3_BASE_URL": server.url,
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Runs ``linq`` with these arguments; ``stdin`` is text to pipe in, ``without`` names variables to omit."""

    def run_linq(*arguments: str, stdin: str = "", without: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
        variables = {name: value for name, value in environment.items() if name not in without}
        return subprocess.run(
            [*COMMAND, *arguments], input=stdin, env=variables, capture_output=True, text=True, timeout=30, check=False
        )

    return run_linq


NO_KEY = ("LINQ_API_V3_API_KEY", "LINQ_API_V3_BASE_URL")


def test_a_pipe_gets_whole_cells_separated_by_tabs(run: Run) -> None:
    done = run("chats", "list", "--limit", "2")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split("\t") == ["Who", "Service", "Health", "Updated", "Id"]
    assert lines[1].split("\t") == ["+14155559876", "iMessage", "AT_RISK", "2024-01-15 10:30", chat(0)["id"]]
    assert len(lines) == 3
    assert done.stderr == "There are more: --cursor 2, or --all\n"


def test_the_filters_are_sent(run: Run, server: Server) -> None:
    run("chats", "list", "--from", "+12223334444", "--to", "a@b.c", "--limit", "3", "--cursor", "4")
    assert server.targets == ["/v3/chats?cursor=4&from=%2B12223334444&limit=3&to=a%40b.c"]


def test_the_filters_of_trunkline_are_sent(run: Run, server: Server) -> None:
    run(
        "chats",
        "list",
        "-q",
        "Zoë",
        "--health",
        "AT_RISK,CRITICAL",
        "--service",
        "SMS",
        "--direct",
        "--sort",
        "created",
    )
    query = "health=AT_RISK%2CCRITICAL&service=SMS&is_group=false&q=Zo%C3%AB&sort=created"
    assert server.targets == [f"/v3/chats?{query}"]
    assert run("chats", "list", "--service", "MMS").returncode == 2


def test_json_is_what_the_api_answers_with(run: Run) -> None:
    one = json.loads(run("chats", "list", "--json", "--limit", "4").stdout)
    assert [each["id"] for each in one["chats"]] == [chat(number)["id"] for number in range(4)]
    assert one["next_cursor"] == "4"
    everything = run("chats", "list", "--json", "--all", "--limit", "4")
    assert len(json.loads(everything.stdout)["chats"]) == 10
    assert json.loads(everything.stdout)["next_cursor"] is None
    assert everything.stderr == ""


def test_following_prints_json_lines_and_at_the_end_the_token(run: Run, server: Server) -> None:
    server.sync_token = "t7"
    server.faults = {1: "401"}
    done = run("chats", "follow", "--to", "a@b.c", "--include", "unread_count")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [chat(number)["id"] for number in range(10)]
    assert done.returncode == 1
    resume, error = done.stderr.splitlines()
    assert resume == "Resume with: --since t7"
    assert error.startswith("Error: 401")
    assert server.targets[0] == "/v3/chats?to=a%40b.c&include=unread_count&limit=100"
    assert server.targets[-1] == "/v3/chats?to=a%40b.c&include=unread_count&limit=100&updated_since=t7&wait=60"


def test_following_stops_when_it_is_interrupted(environment: dict[str, str], server: Server) -> None:
    server.sync_token = "t7"
    server.faults = {1: "stall"}
    process = subprocess.Popen(
        [*COMMAND, "chats", "follow", "--since", "t6"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.has_received(2, within=30)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, "Resume with: --since t7\n")


def test_a_token_that_the_service_rejects_is_not_suggested_again(run: Run, server: Server) -> None:
    server.faults = {0: "401"}
    done = run("chats", "follow", "--since", "nonsense")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: 401")
    assert "Resume" not in done.stderr


def test_csv_has_a_heading_and_every_chat(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("chats", "list", "--csv", "--all").stdout)))
    assert len(rows) == 10
    assert rows[3]["id"] == chat(3)["id"]
    assert rows[3]["handles"] == "+14155551234 +14155559876"
    assert rows[3]["updated_at"] == "2024-01-15T12:30:00+02:00"


def test_a_reader_that_has_seen_enough_is_no_error_to_tell(environment: dict[str, str], server: Server) -> None:
    server.total = 5000
    pipe = f"{sys.executable} -c 'from linq._cli import main; main()' chats list --all | head -n 2"
    done = subprocess.run(["sh", "-c", pipe], env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr == ""


def test_messages_are_listed_as_chats_are(run: Run, server: Server) -> None:
    server.total = 5
    done = run("messages", "list", CHAT, "--limit", "2")
    assert done.returncode == 0
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines[0] == ["When", "From", "Text", "Status", "Id"]
    words = "Hello 🎂 Ann [media a.png] https://example.com [imessage_app] [app_clip https://x]"
    assert lines[1] == ["2026-05-01 12:00", LINE, words, "delivered", message(0)["id"]]
    assert len(lines) == 3
    assert done.stderr == "There are more: --cursor 2, or --all\n"
    assert server.targets == [f"/v3/chats/{CHAT}/messages?limit=2"]


def test_all_messages_as_json_and_csv(run: Run, server: Server) -> None:
    server.total = 5
    done = run("messages", "list", CHAT, "--all", "--limit", "2", "--json")
    assert [each["id"] for each in json.loads(done.stdout)["messages"]] == [message(n)["id"] for n in range(5)]
    assert json.loads(done.stdout)["next_cursor"] is None
    one = json.loads(run("messages", "list", CHAT, "--cursor", "1", "--limit", "1", "--json").stdout)
    assert (one["messages"][0]["from"], one["next_cursor"]) == (LINE, "2")
    rows = list(csv.DictReader(io.StringIO(run("messages", "list", CHAT, "--all", "--csv").stdout)))
    assert [row["id"] for row in rows] == [message(number)["id"] for number in range(5)]
    assert (rows[0]["from"], rows[0]["sent_at"]) == (LINE, "2026-05-01T12:00:00+00:00")


def test_odd_messages_are_shown_all_the_same(run: Run, server: Server) -> None:
    server.total = 1
    server.changes = {"parts": [{"type": "poll"}, 7, {}], "from_handle": None, "from": None, "sent_at": None}
    done = run("messages", "list", CHAT)
    assert done.stdout.splitlines()[1].split("\t")[1:3] == ["", "[poll] [None] [None]"]


def test_a_poll_is_shown_as_one(run: Run, server: Server) -> None:
    server.total = 1
    server.changes = {"parts": []}
    assert run("messages", "list", CHAT).stdout.splitlines()[1].split("\t")[2] == "[poll]"


@pytest.mark.parametrize(
    ("arguments", "target", "body"),
    [
        (["--from", LINE, "--to", PERSON], "/v3/chats", {"from": LINE, "to": [PERSON]}),
        (["--to", PERSON, "--to", "a@b.c"], "/v3/messages", {"to": [PERSON, "a@b.c"]}),
        (["--chat", CHAT], f"/v3/chats/{CHAT}/messages", {}),
    ],
)
def test_send_takes_the_way_that_its_options_ask_for(
    run: Run, server: Server, arguments: list[str], target: str, body: Json
) -> None:
    done = run("send", *arguments, "Hé [bold] there")
    assert (done.returncode, done.stderr) == (0, "")
    (asked,) = server.requests
    assert (asked.method, asked.target) == ("POST", target)
    assert asked.body == {**body, "message": {"parts": [{"type": "text", "value": "Hé [bold] there"}]}}
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines == [["Status", "Message", "Chat"], ["pending", message()["id"], CHAT]]
    as_json = run("send", *arguments, "Hello", "--json")
    known = endpoint("POST", target)
    assert known is not None
    assert json.loads(as_json.stdout).keys() == (known.answer or {}).keys()
    assert as_json.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["chats", "list", "--json", "--csv"], 2, "pass only one of --json and --csv"),
        (["chats", "list", "--limit", "many"], 2, "--limit"),
        (["messages", "list", CHAT, "--json", "--csv"], 2, "pass only one of --json and --csv"),
        (["messages", "list"], 2, "Missing argument"),
        (["messages", "list", ".."], 2, "'..' is not an id"),
        (["send", "--chat", "", "Hello"], 2, "'' is not an id"),
        (["send", "Hello"], 2, "name a recipient"),
        (["send", "--from", LINE, "Hello"], 2, "name a recipient"),
        (["send", "--to", PERSON], 2, "Missing argument"),
        (["send", "--chat", CHAT, "--to", PERSON, "Hello"], 2, "pass --chat alone"),
        (["chats", "nonsense"], 2, "No such command"),
        (["chats", "list", "--profile", "work"], 1, "Error: There is no profile 'work' (there is: none yet)"),
        (["--version"], 0, ""),
    ],
)
def test_exit_codes(run: Run, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_an_error_is_one_line_on_standard_error(run: Run, server: Server) -> None:
    server.faults = dict.fromkeys(range(9), "500")
    done = run("chats", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: 500 - {}\n"


def test_without_a_key_it_says_what_to_do(run: Run) -> None:
    done = run("chats", "list", without=NO_KEY)
    assert done.returncode == 1
    assert done.stderr == "Error: No API key: run linq login, or set the environment variable LINQ_API_V3_API_KEY\n"


def test_login_keeps_a_key_per_profile_for_the_users_eyes_only(run: Run, home: Path, server: Server) -> None:
    assert run("login", "--base-url", server.url, stdin="first-key\n", without=NO_KEY).returncode == 0
    assert run("login", "--profile", "work", "--base-url", server.url, stdin=f"{KEY}\n", without=NO_KEY).returncode == 0
    (file,) = home.rglob("profiles.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    kept = json.loads(file.read_text())
    assert {name: values["api_key"] for name, values in kept.items()} == {"default": "first-key", "work": KEY}
    for arguments in (["chats", "list"], ["chats", "list", "--profile", "work"]):
        assert run(*arguments, without=NO_KEY).returncode == 0
    assert list(file.parent.iterdir()) == [file], "nothing half-written is left behind"


def test_a_key_that_the_service_refuses_is_not_kept(run: Run, home: Path, server: Server) -> None:
    server.faults = {0: "401"}
    done = run("login", "--base-url", server.url, stdin=f"{KEY}\n", without=NO_KEY)
    assert done.returncode == 1
    assert "does not accept this key, so it was not stored" in done.stderr
    assert KEY not in done.stderr + done.stdout
    assert list(home.rglob("profiles.json")) == []


def test_a_damaged_profile_file_is_named(run: Run, home: Path) -> None:
    run("login", "--no-check", stdin=f"{KEY}\n")
    (file,) = home.rglob("profiles.json")
    file.write_text('{"default": []}')
    done = run("chats", "list", without=NO_KEY)
    assert done.returncode == 1
    assert f"{file} cannot be read" in done.stderr


def test_doctor_finds_nothing_wrong(run: Run, server: Server) -> None:
    done = run("doctor")
    assert done.returncode == 0
    assert "✗" not in done.stdout
    assert f"The base URL is {server.url}" in done.stdout
    assert "the key is valid" in done.stdout
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variables", "found", "remedy"),
    [
        ({"LINQ_API_V3_API_KEY": ""}, "No API key", ""),
        ({"LINQ_API_V3_API_KEY": "two\nlines"}, "contains a line break", ""),
        ({"LINQ_API_V3_BASE_URL": "http://127.0.0.1:9"}, "failed: ", "nothing listens there"),
        ({"LINQ_API_V3_BASE_URL": "http://no-such-host.invalid"}, "travels unencrypted", "the host does not exist"),
        ({"LINQ_API_V3_BASE_URL": "nonsense"}, "not 'nonsense'", ""),
    ],
)
def test_doctor_says_what_is_wrong_and_what_to_do(
    run: Run, environment: dict[str, str], variables: dict[str, str], found: str, remedy: str
) -> None:
    environment.update(variables)
    done = run("doctor")
    assert done.returncode == 1
    assert "✗" in done.stdout
    assert found in done.stdout
    assert remedy in done.stdout


def test_doctor_tells_a_wrong_scheme_a_refused_key_and_a_wrong_path(
    run: Run, environment: dict[str, str], server: Server
) -> None:
    server.faults = {0: "401", 1: "404"}
    assert "linq login with a new one" in run("doctor").stdout
    assert "for the public API it ends in /api/partner" in run("doctor").stdout
    environment["LINQ_API_V3_BASE_URL"] = server.url.replace("http:", "https:")
    assert "→" in run("doctor").stdout


def test_doctor_sees_a_file_that_others_can_read(run: Run, home: Path) -> None:
    run("login", "--no-check", stdin=f"{KEY}\n")
    (file,) = home.rglob("profiles.json")
    file.chmod(0o644)
    done = run("doctor")
    assert done.returncode == 1
    assert "→ chmod 600" in done.stdout


def on_a_terminal(environment: dict[str, Any], *arguments: str) -> str:
    """What a person who runs ``linq`` with these arguments sees."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments], env=environment, stdout=terminal, stderr=terminal, stdin=terminal
    ) as one:
        os.close(terminal)
        seen = b""
        while True:
            try:
                seen += os.read(controller, 65536)
            except OSError:
                break
    os.close(controller)
    assert one.returncode == 0
    return seen.decode()


def test_a_terminal_gets_a_table_in_colour(environment: dict[str, str]) -> None:
    seen = on_a_terminal(environment, "chats", "list")
    assert "\x1b[33mAT_RISK" in seen
    assert "+14155559876" in seen
    assert "Health" in seen


COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def lines_at(columns: int, environment: dict[str, str], *arguments: str) -> list[str]:
    """The lines that a terminal of this width shows; none is longer."""
    seen = on_a_terminal({**environment, "COLUMNS": str(columns)}, *arguments)
    lines = [line.rstrip() for line in COLOURS.sub("", seen).splitlines()]
    assert all(len(line) <= columns for line in lines)
    return lines


@pytest.mark.parametrize("columns", [38, 40, 80, 100, 130])
def test_whatever_the_width_ids_and_handles_are_whole(
    environment: dict[str, str], server: Server, columns: int
) -> None:
    server.total = 2
    listed = "\n".join(lines_at(columns, environment, "chats", "list"))
    for number in range(2):
        assert chat(number)["id"] in listed
    assert listed.count("+14155559876") == 2
    shown = "\n".join(lines_at(columns, environment, "messages", "list", CHAT))
    assert message(0)["id"] in shown
    assert "Hello 🎂 Ann [media" in shown
    sent = "\n".join(lines_at(columns, environment, "send", "--chat", CHAT, "Hello"))
    assert message()["id"] in sent
    assert CHAT in sent
    assert "Chat" in sent


def test_a_narrow_terminal_gets_lines_instead_of_columns(environment: dict[str, str], server: Server) -> None:
    server.total = 1
    chat_id = chat(0)["id"]
    assert lines_at(80, environment, "chats", "list") == [
        "+14155559876",
        f"  iMessage  AT_RISK  2024-01-15 10:30  {chat_id}",
    ]
    assert lines_at(40, environment, "chats", "list") == [
        "+14155559876",
        "  iMessage  AT_RISK  2024-01-15 10:30",
        f"  {chat_id}",
    ]
    assert lines_at(80, environment, "send", "--chat", CHAT, "Hello") == [
        "Status  pending",
        f"Message  {message()['id']}",
        f"Chat  {CHAT}",
    ]


def test_joined_emoji_stay_joined(run: Run, server: Server) -> None:
    server.total = 1
    family = "👩\u200d👧 ❤\ufe0f"
    server.changes = {"parts": [{"type": "text", "value": f"{family}\x07\u202e!"}]}
    assert run("messages", "list", CHAT).stdout.splitlines()[1].split("\t")[2] == f"{family}  !"


def test_send_takes_what_is_piped_in(run: Run, server: Server) -> None:
    assert run("send", "--chat", CHAT, "-", stdin="Hé\nthere -\n").returncode == 0
    (asked,) = server.requests
    assert asked.body == {"message": {"parts": [{"type": "text", "value": "Hé\nthere -"}]}}
    nothing = run("send", "--chat", CHAT, "-", stdin="\n")
    assert nothing.returncode == 2
    assert "standard input is empty" in nothing.stderr
    assert len(server.requests) == 1


def test_all_shows_progress_on_a_terminal(environment: dict[str, str]) -> None:
    assert "chats" in on_a_terminal(environment, "chats", "list", "--all")
    assert json.loads(on_a_terminal(environment, "chats", "list", "--all", "--json"))["next_cursor"] is None


def test_names_cannot_command_the_terminal(environment: dict[str, str], server: Server) -> None:
    server.changes = {"display_name": "\x1b[2Jevil\tname\n[bold]x"}
    seen = on_a_terminal(environment, "chats", "list")
    assert "[2Jevil name [bold]x" in seen
    assert "\x1b[2J" not in seen


@pytest.mark.parametrize("arguments", [["chats", "list"], ["chats", "follow"], ["doctor"]])
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("LINQ_API_V3_BASE_URL", "http://a\nb", "is not a URL"),
        ("LINQ_API_V3_BASE_URL", "http://[::1", "is not a URL"),
        (
            "LINQ_API_V3_BASE_URL",
            "http://ann:secret@a:99999",
            "'http://***@a:99999' has the port 99999; it must be from 1 to 65535",
        ),
        ("ALL_PROXY", "socks5://127.0.0.1:9", "ALL_PROXY is a SOCKS proxy, which needs another package: pip install"),
        ("SSL_CERT_FILE", "/nowhere.pem", "'/nowhere.pem', which cannot be read: No such file or directory; set it to"),
        ("SSL_CERT_FILE", os.devnull, "which cannot be read"),
    ],
)
def test_an_environment_that_prevents_a_connection_is_one_line(
    run: Run, environment: dict[str, str], arguments: list[str], variable: str, value: str, said: str
) -> None:
    environment[variable] = value
    done = run(*arguments)
    assert done.returncode == 1
    reported = done.stdout.splitlines()[-1] if arguments == ["doctor"] else done.stderr
    assert said in reported
    assert reported.strip().count("\n") == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["chats", "list"], ["chats", "list", "--json"], ["doctor"]])
def test_output_that_cannot_be_written_is_one_line(environment: dict[str, str], arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Error: The output cannot be written: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written_is_one_line(run: Run, environment: dict[str, str], home: Path) -> None:
    home.write_text("not a folder")
    done = run("login", "--no-check", stdin=f"{KEY}\n", without=NO_KEY)
    assert done.returncode == 1
    assert "profiles.json cannot be" in done.stderr
    assert "set LINQ_API_V3_API_KEY" in done.stderr
    assert done.stderr.count("\n") == 1
    environment["HOME"] = "/proc"
    done = run("login", "--no-check", stdin=f"{KEY}\n", without=NO_KEY)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in done.stderr


def test_a_stream_that_is_not_utf_8_gets_escapes(run: Run, environment: dict[str, str], server: Server) -> None:
    server.changes = {"display_name": "Łódź"}
    environment["PYTHONIOENCODING"] = "ascii"
    assert "\\u0141\\u00f3d" in run("chats", "list").stdout
    assert json.loads(run("chats", "list", "--json").stdout)["chats"][0]["display_name"] == "Łódź"
