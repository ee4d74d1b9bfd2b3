"""Files at the command line: received from this machine, and checked."""

import os
from pathlib import Path

import httpx2
import pytest

from tests.conftest import FILE_STORES, NewDatabase, NewPlace
from tests.support.command import error_of, get, run, run_json, serving

LINE = "+12025550100"
ALICE = "+13105550111"


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    """A database with one partner and one line."""
    database = new_database()
    run_json("partner", "add", "Acme", database=database)
    run_json("line", "add", "Acme", LINE, database=database)
    return database


@pytest.mark.parametrize("kind", FILE_STORES)
def test_a_file_of_this_machine_is_received(database: str, new_place: NewPlace, tmp_path: Path, kind: str) -> None:
    photo = tmp_path / "cät.jpg"
    photo.write_bytes(os.urandom(400_000))
    place = new_place(kind)
    key = run_json("key", "add", "Acme", database=database)["key"]
    received = run_json(
        "simulate", "message", ALICE, "Look", "--file", str(photo), database=database, TRUNKLINE_ATTACHMENTS=place
    )
    with serving(database, TRUNKLINE_ATTACHMENTS=place) as url:
        message = get(f"{url}/v3/messages/{received['message_id']}", key)[1]
        _, part = message["parts"]
        assert (part["filename"], part["mime_type"], part["size_bytes"]) == ("cät.jpg", "image/jpeg", 400_000)
        assert httpx2.get(part["url"], trust_env=False).content == photo.read_bytes()
    checked = run_json("database", "check", database=database, TRUNKLINE_ATTACHMENTS=place)
    assert checked == {"chats": 1, "problems": []}


def test_check_compares_attachments_with_their_files(database: str, tmp_path: Path) -> None:
    place = tmp_path / "files"
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("content")
        run_json(
            *("simulate", "message", ALICE, "--file", str(tmp_path / name)),
            database=database,
            TRUNKLINE_ATTACHMENTS=str(place),
        )
    first, second, third = sorted(place.glob("*/*"))
    first.unlink()
    second.write_text("cont")
    stray = third.with_name("00000000-0000-4000-8000-000000000000")
    stray.write_text("stray")
    (place / "notes.txt").write_text("mine")
    done = run("database", "check", database=database, TRUNKLINE_ATTACHMENTS=str(place))
    assert done.returncode == 1
    problems = done.stderr.splitlines()
    assert any(f"the file 1/{first.name} of attachment" in each and each.endswith(" is missing") for each in problems)
    assert any(f"1/{second.name}" in each and each.endswith("has 4 bytes instead of 7") for each in problems)
    assert f"nothing refers to the file 1/{stray.name}" in problems
    assert len(problems) == 4


def test_files_that_cannot_be_sent(database: str, tmp_path: Path) -> None:
    program = tmp_path / "virus.exe"
    program.write_text("x")
    empty = tmp_path / "empty.txt"
    empty.touch()
    for path, says in ((program, "'content_type' is "), (empty, "'size_bytes' is 0")):
        place = str(tmp_path / "files")
        error = error_of(
            "simulate", "message", ALICE, "--file", str(path), database=database, TRUNKLINE_ATTACHMENTS=place
        )
        assert error.startswith(says)
    assert run_json("database", "check", database=database)["chats"] == 0


def test_the_service_does_not_start_without_its_place(database: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, says in (
        (str(tmp_path / "file"), "cannot use the folder of attachments"),
        ("gs://bucket", "cannot use the place of the attachments"),
        ("s3://bucket?endpoint=http://127.0.0.1:9", "cannot use the attachments in s3://bucket"),
    ):
        variables = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "TRUNKLINE_ATTACHMENTS": place}
        assert says in error_of("serve", "--port", "1", database=database, **variables)
