"""`trunkline database backup | restore | restored`: under load, killed at any point, and what clients notice."""

import itertools
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from tests.acceptance.killed_service import KilledService, killed_service
from tests.conftest import NewDatabase
from tests.support.command import BIN, environment, error_of, get, post, run, run_json, serving
from tests.support.postgres import PROGRAMS, PostgresServer
from tests.support.waiting import until

LINE = "+12025550100"
ALICE = "+13105550111"

# Kills its process at the n-th of the system's calls that make, move or save something.
KILLED = """
import os, signal, sys
calls, last = 0, int(sys.argv[1])
def killing(call):
    def counted(*args, **kwargs):
        global calls
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)
    return counted
import trunkline.cli
for name in ("fsync", "link", "replace", "rename", "unlink", "mkdir"):
    setattr(os, name, killing(getattr(os, name)))
sys.argv = ["trunkline", *sys.argv[2:]]
trunkline.cli.main()
"""


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """``pg_dump`` and ``pg_restore`` are those of the server's version."""
    monkeypatch.setenv("PATH", str(PROGRAMS), prepend=os.pathsep)


@pytest.fixture
def key_of() -> dict[str, str]:
    """The key of the partner, by database."""
    return {}


@pytest.fixture
def database(new_database: NewDatabase, key_of: dict[str, str]) -> str:
    """A database with one partner and one line."""
    return prepared(new_database(), key_of)


@pytest.fixture
def file(tmp_path: Path, key_of: dict[str, str]) -> Path:
    """The file of a SQLite database with one partner and one line."""
    path = tmp_path / "chats.db"
    prepared(f"sqlite:///{path}", key_of)
    return path


def prepared(database: str, key_of: dict[str, str]) -> str:
    key_of[database] = run_json("partner", "add", "Acme", database=database)["key"]
    run_json("line", "add", "Acme", LINE, database=database)
    return database


def receive(database: str, text: str, *options: str, **variables: str) -> str:
    """A message from Alice; its id."""
    arguments = ("simulate", "message", ALICE, text, *options)
    return run_json(*arguments, database=database, **variables)["message_id"]


def texts(database: str, key: str, **variables: str) -> set[str]:
    """The texts of all messages of the only chat, read from the service."""
    with serving(database, **variables) as url:
        return texts_at(url, key)


def texts_at(url: str, key: str) -> set[str]:
    found: set[str] = set()
    chats = get(f"{url}/v3/chats", key)[1]["chats"]
    for chat in chats:
        cursor: str | None = ""
        while cursor is not None:
            query = urlencode({"limit": 100} | ({"cursor": cursor} if cursor else {}))
            page = get(f"{url}/v3/chats/{chat['id']}/messages?{query}", key)[1]
            found |= {part["value"] for message in page["messages"] for part in message["parts"] if "value" in part}
            cursor = page["next_cursor"]
    return found


def entries(folder: Path, prefix: str) -> set[str]:
    """The names in a folder that begin with a prefix or hide one."""
    return {each.name for each in folder.iterdir() if each.name.lstrip(".").startswith(prefix)}


@contextmanager
def sending(url: str, key: str) -> Generator[Callable[[], list[str]]]:
    """Sends without pause until the end of the block; yields what returns the texts that were accepted."""
    accepted: list[str] = []
    failed: list[str] = []
    stop = threading.Event()

    def send() -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            body = {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": "text", "value": f"{number}"}]}}
            status, answer = post(f"{url}/v3/chats", body, key)
            if status == 201:
                accepted.append(f"{number}")
            else:
                failed.append(str(answer))

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield lambda: list(accepted)
    finally:
        stop.set()
        thread.join()
    assert failed == []


def test_a_backup_under_load_has_what_was_acknowledged_before_it(
    database: str, new_database: NewDatabase, key_of: dict[str, str], tmp_path: Path
) -> None:
    backup, key = tmp_path / "copy", key_of[database]
    with serving(database, "--workers", "2") as url, sending(url, key) as accepted:
        until(lambda: len(accepted()) >= 10)
        before = accepted()
        made = run_json("database", "backup", str(backup), database=database)
        assert made["chats"] == 1
        count = len(accepted())
        assert count > len(before), "the service accepts messages during a backup"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert made["size"] == backup.stat().st_size
    assert entries(tmp_path, "copy") <= {"copy", "copy-attachments"}
    target = new_database()
    assert run_json("database", "restore", str(backup), database=target)["chats"] == 1
    assert run_json("database", "check", database=target) == {"chats": 1, "problems": []}
    assert set(before) <= texts(target, key)


def test_pictures_are_there_after_a_restore(
    database: str, new_database: NewDatabase, key_of: dict[str, str], tmp_path: Path
) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(os.urandom(100_000))
    place, other = tmp_path / "files", tmp_path / "other"
    sent = receive(database, "Look", "--file", str(photo), TRUNKLINE_ATTACHMENTS=str(place))
    backup = tmp_path / "copy"
    run_json("database", "backup", str(backup), database=database, TRUNKLINE_ATTACHMENTS=str(place))
    target = new_database()
    restored = run_json("database", "restore", str(backup), database=target, TRUNKLINE_ATTACHMENTS=str(other))
    assert restored["files"] == {"present": 1, "missing": 0}
    with serving(target, TRUNKLINE_ATTACHMENTS=str(other)) as url:
        message = get(f"{url}/v3/messages/{sent}", key_of[database])[1]
        assert httpx2.get(message["parts"][1]["url"], trust_env=False).content == photo.read_bytes()
    checked = run_json("database", "check", database=target, TRUNKLINE_ATTACHMENTS=str(other))
    assert checked["problems"] == []


def test_a_backup_is_a_database_that_can_be_served(file: Path, key_of: dict[str, str], tmp_path: Path) -> None:
    receive(f"sqlite:///{file}", "kept")
    run_json("database", "backup", str(tmp_path / "copy.db"), database=f"sqlite:///{file}")
    assert texts(f"sqlite:///{tmp_path / 'copy.db'}", key_of[f"sqlite:///{file}"]) == {"kept"}


def _after_the_backup(database: str, new_database: NewDatabase, backup: Path) -> str:
    """The URL of the database with the backup: the same SQLite file, or another PostgreSQL database."""
    target = database if database.startswith("sqlite") else new_database()
    run_json("database", "restore", str(backup), database=target)
    return target


def test_clients_notice_that_an_older_state_was_restored(
    database: str, new_database: NewDatabase, key_of: dict[str, str], tmp_path: Path
) -> None:
    key, backup = key_of[database], tmp_path / "copy"
    for number in range(3):
        run_json("simulate", "message", f"+1310555020{number}", "Hi", database=database)
    run_json("database", "backup", str(backup), database=database)
    headers = {"Authorization": f"Bearer {key}"}
    always = ("--public-url", "https://chats.example")  # an ETag depends on it
    receive(database, "before")
    with serving(database, *always) as url:
        first = httpx2.get(f"{url}/v3/chats?limit=1", headers=headers, trust_env=False)
        assert first.status_code == 200
    target = _after_the_backup(database, new_database, backup)
    # As many changes as before, so that every revision occurs again, with another meaning.
    receive(target, "after")
    with serving(target, *always) as url:

        def again(query: str, **more: str) -> httpx2.Response:
            return httpx2.get(f"{url}/v3/chats?{query}", headers=headers | more, trust_env=False)

        same = again("limit=1", **{"If-None-Match": first.headers["etag"]})
        assert same.status_code == 200
        assert same.headers["etag"] != first.headers["etag"]
        for query in (
            urlencode({"limit": 1, "cursor": first.json()["next_cursor"]}),
            urlencode({"updated_since": first.headers["x-sync-token"]}),
        ):
            refused = again(query)
            assert refused.status_code == 400, refused.text
            assert refused.json()["error"]["code"] == 1005
        assert again(urlencode({"updated_since": same.headers["x-sync-token"]})).status_code == 200


@pytest.fixture
def service(file: Path, tmp_path: Path) -> Iterator[KilledService]:
    """A service on the database, with two workers; not started."""
    with killed_service(f"sqlite:///{file}", tmp_path / "log.txt", "--workers", "2") as service:
        yield service


def test_a_database_that_is_open_is_not_replaced_and_one_that_was_killed_is(
    service: KilledService, file: Path, key_of: dict[str, str], tmp_path: Path
) -> None:
    database, backup = f"sqlite:///{file}", tmp_path / "copy"
    key = key_of[database]
    receive(database, "old")
    run_json("database", "backup", str(backup), database=database)
    service.start()
    for command in (("database", "restore", str(backup)), ("database", "restored")):
        assert "a process has the database open" in error_of(*command, database=database)
    body = {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": "text", "value": "new"}]}}
    assert post(f"{service.url}/v3/chats", body, key)[0] == 201
    assert texts_at(service.url, key) == {"old", "new"}
    service.kill()
    assert Path(f"{file}-wal").stat().st_size > 0, "the last message is only in the log"
    replaced = run_json("database", "restore", str(backup), database=database)["replaced"]
    service.start()
    assert texts_at(service.url, key) == {"old"}
    service.stop()
    assert run_json("database", "check", database=database)["problems"] == []
    assert texts(f"sqlite:///{replaced}", key) == {"old", "new"}


def killed(number: int, *arguments: str, database: str) -> bool:
    """Runs a command that is killed at one of its calls. Returns whether it was, or had ended before."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(number), *arguments],
        env=environment(TRUNKLINE_DATABASE=database),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


@pytest.mark.slow
def test_a_backup_killed_anywhere_leaves_none_or_a_whole_one(file: Path, tmp_path: Path) -> None:
    database, backup = f"sqlite:///{file}", tmp_path / "copy"
    photo = tmp_path / "a.txt"
    photo.write_text("picture")
    receive(database, "Look", "--file", str(photo))
    kills = 0
    for number in itertools.count(1):
        if not killed(number, "database", "backup", str(backup), database=database):
            break
        kills += 1
        if backup.exists():
            assert run_json("database", "check", database=f"sqlite:///{backup}")["problems"] == []
            backup.unlink()
    assert kills >= 5
    assert entries(tmp_path, "copy") == {"copy", "copy-attachments"}


@pytest.mark.slow
def test_a_restore_killed_anywhere_leaves_one_of_the_two_databases(
    file: Path, key_of: dict[str, str], tmp_path: Path
) -> None:
    database, backup = f"sqlite:///{file}", tmp_path / "copy"
    receive(database, "old")
    run_json("database", "backup", str(backup), database=database)
    receive(database, "new")
    run_json("database", "backup", str(tmp_path / "current"), database=database)
    kills = 0
    for number in itertools.count(1):
        run_json("database", "restore", str(tmp_path / "current"), database=database)
        if not killed(number, "database", "restore", str(backup), database=database):
            break
        kills += 1
        assert run_json("database", "check", database=database)["problems"] == []
        with sqlite3.connect(file) as connection:
            assert connection.execute("select count(*) from messages").fetchone()[0] in {1, 2}
        connection.close()
    assert kills >= 5
    assert texts(database, key_of[database]) == {"old"}


def test_an_interrupted_backup_leaves_nothing(file: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{file}"
    run_json("demo", "--chats", "20000", database=database)
    process = subprocess.Popen(
        [BIN / "trunkline", "database", "backup", str(tmp_path / "copy")],
        env=environment(TRUNKLINE_DATABASE=database),
        stderr=subprocess.PIPE,
        text=True,
    )
    until((tmp_path / ".copy.partial" / "database").exists)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (130, "trunkline: interrupted; no backup was made\n")
    assert entries(tmp_path, "copy") == set()


def test_an_interrupted_check_says_so(file: Path) -> None:
    database = f"sqlite:///{file}"
    run_json("demo", "--chats", "20000", database=database)
    process = subprocess.Popen(
        [BIN / "trunkline", "database", "check"],
        env=environment(TRUNKLINE_DATABASE=database),
        stderr=subprocess.PIPE,
        text=True,
    )
    until(file.with_name("chats.db-shm").exists)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert (process.returncode, complaint) == (
        130,
        "trunkline: interrupted; the check is not complete; it changes nothing\n",
    )


def test_a_backup_that_does_not_fit_says_so(file: Path, tmp_path: Path) -> None:
    database = f"sqlite:///{file}"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({64 * 1024}, {64 * 1024}));"
    arguments = ("database", "backup", str(tmp_path / "copy"))
    done = subprocess.run(
        [sys.executable, "-c", f"{limited} import trunkline.cli; trunkline.cli.main()", *arguments],
        env=environment(TRUNKLINE_DATABASE=database),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("trunkline: cannot ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert entries(tmp_path, "copy") == set()


def test_a_copy_restored_by_pg_restore_alone_is_noticed(
    postgres: PostgresServer, key_of: dict[str, str], tmp_path: Path
) -> None:
    database, dump = prepared(postgres.new_database(), key_of), tmp_path / "dump"
    key = key_of[database]

    def token(target: str) -> str:
        with serving(target) as url:
            answer = httpx2.get(f"{url}/v3/chats", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
            return answer.headers["x-sync-token"]

    before = token(database)
    assert token(database) == before, "a restart changes nothing"
    subprocess.run([PROGRAMS / "pg_dump", "-Fc", "-f", dump, database], check=True)
    other = postgres.new_database()
    subprocess.run([PROGRAMS / "pg_restore", "--no-owner", "-d", other, dump], check=True)
    assert token(other) != before
    subprocess.run([PROGRAMS / "pg_restore", "--clean", "--no-owner", "-d", database, dump], check=True)
    assert token(database) != before


def test_postgresql_needs_its_programs(postgres_url: str, key_of: dict[str, str], tmp_path: Path) -> None:
    database = prepared(postgres_url, key_of)
    error = error_of("database", "backup", str(tmp_path / "copy"), database=database, PATH=str(tmp_path))
    assert error.startswith("pg_dump is not installed here")
    assert entries(tmp_path, "copy") == set()


def test_restored_by_other_means(database: str, key_of: dict[str, str]) -> None:
    def tokens() -> tuple[Any, Any]:
        with serving(database) as url:
            if database.startswith("postgresql"):
                assert "open" in error_of("database", "restored", database=database)
            answer = httpx2.get(
                f"{url}/v3/chats", headers={"Authorization": f"Bearer {key_of[database]}"}, trust_env=False
            )
            return answer.headers["etag"], answer.headers["x-sync-token"]

    before = tokens()
    done = run("database", "restored", "--json", database=database)
    assert json.loads(done.stdout) == {"pending_commands": 0, "pending_deliveries": 0}
    etag, token = tokens()
    assert etag != before[0]
    assert token != before[1]
