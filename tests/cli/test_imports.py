"""`trunkline import`, from a file or an upstream to the list of chats."""

import base64
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewDatabase
from tests.sources.messages_archive import Archive
from tests.sources.sms_archive import backup, data_part, mms, sms, text_part
from tests.support.command import BIN, environment, error_of, get, post, run, run_json, serving
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until

LINE = "+12025550100"
FROM, TO = 137, 151  # the roles of an MMS address (OMA MMS)
JANUARY = 1_704_103_200  # 2024-01-01T10:00:00Z


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture
def key(database: str) -> str:
    """The key of a partner that has the line."""
    added = run_json("partner", "add", "Acme", database=database)
    run_json("line", "add", "Acme", LINE, database=database)
    return added["key"]


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """A small Messages database: a person over two services, a group with an email address, a short code."""
    archive = Archive(tmp_path / "chat.db")
    blue, green = archive.handle("+14155550111"), archive.handle("+14155550111", "SMS")
    email = archive.handle("Ada@Example.com")
    first = archive.chat("+14155550111", blue)
    second = archive.chat("+14155550111", green, service="SMS")
    group = archive.group("chat7", blue, email, display_name="Погода ☂")
    short = archive.chat("22395", archive.handle("22395", "SMS"), service="SMS")
    archive.message(first, at=JANUARY, handle=blue, service="iMessage", text="Hi")
    archive.message(second, at=JANUARY + 60, handle=green, service="SMS", text="STOP")
    archive.message(group, at=JANUARY + 30, service="iMessage", is_from_me=1, text="Rain")
    archive.message(short, at=JANUARY, handle=0, service="SMS", text="Your code is 1")
    return archive.close()


def listed(database: str, key: str, query: str = "limit=100") -> list[dict[str, Any]]:
    """The chats that the service lists."""
    with serving(database, "--doc-url", "https://docs.example.com") as url:
        status, page = get(f"{url}/v3/chats?{query}", key)
    assert status == 200
    return page["chats"]


def messages_of_chats(url: str, key: str) -> list[list[dict[str, Any]]]:
    """The messages of every chat that a service lists, newest first."""
    _, page = get(f"{url}/v3/chats?limit=100", key)
    found: list[list[dict[str, Any]]] = []
    for chat in page["chats"]:
        status, body = get(f"{url}/v3/chats/{chat['id']}/messages?limit=100", key)
        assert status == 200
        found.append(body["messages"])
    return found


def test_a_messages_database_becomes_chats(database: str, key: str, messages: Path) -> None:
    report = run_json("import", "imessage", str(messages), "--line", LINE, database=database)
    assert report["chats"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert (report["messages"], report["new_messages"], report["known_messages"]) == (4, 3, 0)
    short_code = [{"reason": "short code or sender name", "count": 1}]
    assert (report["skipped"], report["skipped_messages"], report["skipped_pieces"]) == (short_code, short_code, [])
    with serving(database) as url:
        (stop, hi), (rain,) = messages_of_chats(url, key)
    assert [stop["parts"][0]["value"], hi["parts"][0]["value"], rain["parts"][0]["value"]] == ["STOP", "Hi", "Rain"]
    assert (stop["from"], stop["is_from_me"], stop["sent_at"]) == ("+14155550111", False, "2024-01-01T10:01:00Z")
    assert (rain["from"], rain["is_from_me"], rain["service"]) == (LINE, True, "iMessage")
    direct, group = listed(database, key)
    assert [each["handle"] for each in direct["handles"]] == [LINE, "+14155550111"]
    assert (direct["service"], direct["is_group"], direct["display_name"]) == ("SMS", False, "+14155550111")
    assert (direct["created_at"], direct["updated_at"]) == ("2024-01-01T10:00:00Z", "2024-01-01T10:01:00Z")
    assert direct["health_status"]["status"] == "OPTED_OUT"
    assert (group["is_group"], group["display_name"]) == (True, "Погода ☂")
    assert [each["handle"] for each in group["handles"]] == [LINE, "+14155550111", "ada@example.com"]
    assert [chat["id"] for chat in listed(database, key, "to=ADA@example.COM")] == [group["id"]]


def test_importing_a_file_again_changes_nothing(database: str, key: str, messages: Path) -> None:
    run_json("import", "imessage", str(messages), "--line", LINE, database=database)
    before = listed(database, key)
    again = run_json("import", "imessage", str(messages), "--line", LINE, database=database)
    assert again["chats"] == {"new": 0, "changed": 0, "unchanged": 2}
    assert (again["messages"], again["new_messages"], again["known_messages"]) == (4, 0, 3)
    assert listed(database, key) == before


def test_an_opt_out_in_an_archive_applies(database: str, key: str, messages: Path) -> None:
    run_json("import", "imessage", str(messages), "--line", LINE, database=database)
    message = {"parts": [{"type": "text", "value": "Come back"}]}
    with serving(database) as url:
        body = {"from": LINE, "to": ["+14155550111"], "message": message}
        status, refused = post(f"{url}/v3/chats", body, key)
        assert (status, refused["error"]["code"]) == (403, 2024)
        status, _ = post(f"{url}/v3/chats", body | {"to": ["+14155550177"]}, key)
        assert status == 201


@pytest.mark.slow
def test_archives_of_one_line_merge_in_order_of_time(database: str, key: str, messages: Path, tmp_path: Path) -> None:
    run_json("import", "imessage", str(messages), "--line", LINE, database=database)
    older, newer = (JANUARY - 3600) * 1000, (JANUARY + 3600) * 1000
    archive = backup(
        tmp_path,
        sms("(415) 555-0111", "I am back", date=newer),
        sms("+14155550199", date=older),
        mms(
            "+14155550111~+14155550122",
            parts=[text_part("All of you")],
            addrs=[("+14155550111", FROM), (LINE, TO), ("4155550122", TO)],
            date=older + 1000,
        ),
    )
    report = run_json("import", "sms-backup", str(archive), "--line", LINE, database=database)
    assert report["chats"] == {"new": 2, "changed": 1, "unchanged": 0}
    chats = listed(database, key)
    assert [chat["updated_at"] for chat in chats] == sorted([chat["updated_at"] for chat in chats], reverse=True)
    assert [chat["handles"][1]["handle"] for chat in chats] == [
        "+14155550111",
        "+14155550111",
        "+14155550111",
        "+14155550199",
    ]
    assert chats[0]["health_status"]["status"] == "HEALTHY"
    assert chats[0]["created_at"] == "2024-01-01T10:00:00Z"
    for path, kind in ((messages, "imessage"), (archive, "sms-backup")):
        again = run_json("import", kind, str(path), "--line", LINE, database=database)
        assert (again["chats"]["new"], again["chats"]["changed"]) == (0, 0)
    assert listed(database, key) == chats
    assert run_json("database", "check", database=database) == {"chats": 4, "problems": []}


def test_the_error_of_a_damaged_file_names_the_position_and_nothing_changes(
    database: str, key: str, messages: Path, tmp_path: Path
) -> None:
    whole = backup(tmp_path, *[sms(f"+1415555{number:04}") for number in range(100, 200)])
    cut = tmp_path / "cut.xml"
    cut.write_bytes(whole.read_bytes()[:-400])
    error = error_of("import", "sms-backup", str(cut), "--line", LINE, database=database)
    assert str(cut) in error
    assert "line 1" in error
    data = messages.read_bytes()
    torn = tmp_path / "torn.db"
    torn.write_bytes(data[: len(data) // 2])
    assert str(torn) in error_of("import", "imessage", str(torn), "--line", LINE, database=database)
    assert listed(database, key) == []


def test_the_summary_for_people(database: str, key: str, messages: Path) -> None:
    assert key
    done = run("import", "imessage", str(messages), "--line", LINE, database=database)
    assert "2 new chats, 0 changed, 0 unchanged." in done.stdout
    assert "4 messages read: 3 new, 0 known, 1 skipped." in done.stdout
    assert "Skipped chats: 1, short code or sender name." in done.stdout
    assert "Skipped messages: 1, short code or sender name." in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_a_mirror_has_the_ids_and_times_of_the_upstream(database: str, new_database: NewDatabase) -> None:
    upstream = new_database()
    partner = run_json("demo", database=upstream)["partners"][0]
    mine = run_json("partner", "add", "Mirror", database=database)["key"]
    with serving(upstream, "--doc-url", "https://docs.example.com") as url:
        mirror = ["import", "linq", "--base-url", f"{url}/api/partner", "--key", partner["key"]]
        report = run_json(*mirror, database=database)
        assert report["chats"] == {"new": partner["chats"], "changed": 0, "unchanged": 0}
        again = run_json(*mirror, database=database)
        assert again["chats"] == {"new": 0, "changed": 0, "unchanged": partner["chats"]}
        _, there = get(f"{url}/v3/chats?limit=100", partner["key"])
        there_messages = messages_of_chats(url, partner["key"])
        assert report["new_messages"] == sum(map(len, there_messages))
        assert "answers HTTP 401" in error_of(*mirror[:-1], "tk_wrong", database=database)
    assert listed(database, mine) == there["chats"]
    with serving(database) as url:
        assert messages_of_chats(url, mine) == there_messages
    assert run_json("database", "check", database=database)["problems"] == []
    lines = run_json("line", "list", "Mirror", database=database)["lines"]
    assert {line["phone_number"] for line in lines} <= set(partner["lines"])


@pytest.mark.slow
def test_the_error_of_an_unreachable_upstream_is_one_line(database: str) -> None:
    run_json("partner", "add", "Mirror", database=database)
    with reserved_port() as port:
        upstream = f"http://127.0.0.1:{port}"
        error = error_of("import", "linq", "--base-url", upstream, "--key", "tk_secret", database=database)
    assert f"{upstream} does not answer" in error
    assert "tk_secret" not in error


PICTURE = b"\xff\xd8\xff picture"


@pytest.fixture
def place(tmp_path: Path) -> str:
    """Where files are stored."""
    return str(tmp_path / "files")


def media_parts(url: str, key: str) -> list[dict[str, Any]]:
    """The files of the messages that a service lists."""
    messages = [message for chat in messages_of_chats(url, key) for message in chat]
    return [part for message in messages for part in message["parts"] if part["type"] == "media"]


def downloaded(url: str, key: str) -> list[bytes]:
    """The files of all messages, by the URLs that the messages have."""
    files: list[bytes] = []
    for part in media_parts(url, key):
        assert part["url"].startswith(f"{url}/")
        with urllib.request.urlopen(part["url"]) as response:  # noqa: S310 - our own server
            files.append(response.read())
        assert part["size_bytes"] == len(files[-1])
    return files


def test_the_files_of_a_messages_folder_can_be_downloaded(database: str, key: str, tmp_path: Path, place: str) -> None:
    folder = tmp_path / "Messages"
    (folder / "Attachments/ab/11/GUID").mkdir(parents=True)
    (folder / "Attachments/ab/11/GUID/IMG_1.jpeg").write_bytes(PICTURE)
    archive = Archive(folder / "chat.db")
    message = archive.message(archive.chat("+14155550111"), at=JANUARY, text="\ufffcLook")
    path = "~/Library/Messages/Attachments/ab/11/GUID/IMG_1.jpeg"
    archive.attachment(message, filename=path, transfer_name="Sea.jpeg", mime_type="image/jpeg")
    archive.attachment(message, filename=path.replace("IMG_1", "gone"), mime_type="image/jpeg")
    archive.close()
    command = ["import", "imessage", str(folder), "--line", LINE, "--attachments", str(folder)]
    report = run_json(*command, database=database, TRUNKLINE_ATTACHMENTS=place)
    assert (report["files"], report["new_files"], report["known_files"]) == (2, 1, 0)
    assert report["skipped_files"] == [{"reason": "file that is missing", "count": 1}]
    again = run(*command, database=database, TRUNKLINE_ATTACHMENTS=place)
    assert "2 files: 0 new, 1 known, 1 skipped." in again.stdout
    assert "Skipped files: 1, file that is missing." in again.stdout
    with serving(database, TRUNKLINE_ATTACHMENTS=place) as url:
        ((shown,),) = messages_of_chats(url, key)
        assert [part.get("filename") for part in shown["parts"]] == ["Sea.jpeg", None, "gone.jpeg"]
        with urllib.request.urlopen(shown["parts"][0]["url"]) as response:  # noqa: S310
            assert response.read() == PICTURE


def test_a_folder_of_attachments_that_does_not_exist_is_an_error(
    database: str, key: str, messages: Path, tmp_path: Path
) -> None:
    command = ["import", "imessage", str(messages), "--line", LINE, "--attachments", str(tmp_path / "gone")]
    assert "there is no such folder" in error_of(*command, database=database)
    assert listed(database, key) == []


@pytest.mark.slow
def test_an_import_of_files_that_is_killed_continues(database: str, key: str, tmp_path: Path, place: str) -> None:
    pictures = [PICTURE + bytes([number]) * 300_000 for number in range(90)]
    archive = backup(
        tmp_path,
        *[
            mms(
                "+14155550111",
                date=JANUARY * 1000 + number,
                parts=[data_part(base64.b64encode(picture).decode())],
            )
            for number, picture in enumerate(pictures)
        ],
    )
    command = ["import", "sms-backup", str(archive), "--line", LINE, "--attachments"]
    with serving(database, TRUNKLINE_ATTACHMENTS=place) as url:
        process = subprocess.Popen(
            [BIN / "trunkline", *command],
            env=environment(TRUNKLINE_DATABASE=database, TRUNKLINE_ATTACHMENTS=place),
            stdout=subprocess.DEVNULL,
        )
        try:
            until(lambda: any(part["url"].startswith(url) for part in media_parts(url, key)))
        finally:
            process.kill()
            process.wait()
        assert not all(part["url"].startswith(url) for part in media_parts(url, key))
        done = run_json(*command, database=database, TRUNKLINE_ATTACHMENTS=place)
        assert done["new_files"] + done["known_files"] == 90
        assert 0 < done["known_files"] < 90
        assert sorted(downloaded(url, key)) == sorted(pictures)
    assert run_json("database", "check", database=database, TRUNKLINE_ATTACHMENTS=place)["problems"] == []
