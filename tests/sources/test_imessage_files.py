"""The files of Apple Messages: found wherever a folder was copied to, and never outside of it."""

import hashlib
import os
import unicodedata
from pathlib import Path

import pytest

from trunkline.domain.errors import CommandError
from trunkline.sources.base import NoFile, Reason
from trunkline.sources.imessage.files import AttachmentFolder

MAC = "~/Library/Messages/Attachments/ab/11/GUID/IMG_1.jpeg"


def write(path: Path, content: bytes = b"picture") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read(folder: Path, location: str) -> bytes:
    return b"".join(AttachmentFolder(folder).read(location))


def reason(folder: Path, location: str) -> Reason:
    with pytest.raises(NoFile) as caught:
        read(folder, location)
    return caught.value.reason


@pytest.mark.parametrize(
    "location",
    [
        MAC,
        "/Users/ada/Library/Messages/Attachments/ab/11/GUID/IMG_1.jpeg",
        "~/Library/SMS/Attachments/ab/11/GUID/IMG_1.jpeg",
        "/var/mobile/Library/SMS/Attachments/ab/11/GUID/IMG_1.jpeg",
    ],
)
@pytest.mark.parametrize(
    "place", ["Attachments", ".", "Library/SMS/Attachments", "Library/Messages/Attachments", "Messages/Attachments"]
)
def test_a_file_is_found_in_the_folder_a_copy_or_a_home(tmp_path: Path, location: str, place: str) -> None:
    write(tmp_path / place / "ab/11/GUID/IMG_1.jpeg")
    assert read(tmp_path, location) == b"picture"


def test_a_file_is_found_in_the_backup_of_a_phone(tmp_path: Path) -> None:
    name = hashlib.sha1(b"MediaDomain-Library/SMS/Attachments/ab/11/GUID/IMG_1.jpeg").hexdigest()  # noqa: S324
    write(tmp_path / name[:2] / name)
    assert read(tmp_path, "~/Library/SMS/Attachments/ab/11/GUID/IMG_1.jpeg") == b"picture"


@pytest.mark.parametrize(("stored", "named"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_with_an_accent_is_found_in_either_form(tmp_path: Path, stored: str, named: str) -> None:
    location = MAC.replace("IMG_1", "Café")
    write(tmp_path / "Attachments" / "ab/11/GUID" / unicodedata.normalize(stored, "Café.jpeg"))  # type: ignore[arg-type]
    assert read(tmp_path, unicodedata.normalize(named, location)) == b"picture"  # type: ignore[arg-type]


def test_a_large_file_is_read_in_pieces(tmp_path: Path) -> None:
    content = os.urandom(1_000_000)
    write(tmp_path / "Attachments/ab/11/GUID/IMG_1.jpeg", content)
    pieces = list(AttachmentFolder(tmp_path).read(MAC))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 256 * 1024


@pytest.mark.parametrize(
    "location",
    [
        "/etc/passwd",
        "~/.ssh/id_rsa",
        "../secret",
        "~/Library/Messages/Attachments/../../secret",
        "~/Library/Messages/Attachments/ab/../../../secret",
        "~/Library/Messages/Attachments/link.jpeg",
        "~/Library/Messages/Attachments/elsewhere/secret",
        "~/Library/Messages/Attachments/chain.jpeg",
        "~/Library/Messages/Attachments/a\0b",
        "",
    ],
)
def test_nothing_outside_of_the_folder_is_read(tmp_path: Path, location: str) -> None:
    write(tmp_path / "secret", b"secret")
    folder = tmp_path / "Messages"
    (folder / "Attachments").mkdir(parents=True)
    (folder / "Attachments/link.jpeg").symlink_to(tmp_path / "secret")
    (folder / "Attachments/chain.jpeg").symlink_to("link.jpeg")
    (folder / "Attachments/elsewhere").symlink_to(tmp_path)
    assert reason(folder, location) is Reason.OUTSIDE


def test_a_link_that_stays_in_the_folder_and_a_link_to_the_folder_are_followed(tmp_path: Path) -> None:
    write(tmp_path / "Messages/Attachments/real.jpeg")
    (tmp_path / "Messages/Attachments/ab").mkdir()
    (tmp_path / "Messages/Attachments/ab/link.jpeg").symlink_to("../real.jpeg")
    (tmp_path / "here").symlink_to(tmp_path / "Messages")
    assert read(tmp_path / "here", "~/Library/Messages/Attachments/ab/link.jpeg") == b"picture"


def test_a_missing_file_a_broken_link_and_a_loop(tmp_path: Path) -> None:
    (tmp_path / "Attachments").mkdir()
    (tmp_path / "Attachments/broken").symlink_to("gone")
    (tmp_path / "Attachments/loop").symlink_to("loop")
    for name in ("gone", "broken", "loop", "n" * 300, "caf\udce9"):
        assert reason(tmp_path, f"~/Library/Messages/Attachments/{name}") is Reason.NO_FILE


def test_a_folder_and_a_pipe_are_not_files(tmp_path: Path) -> None:
    (tmp_path / "Attachments/note.rtfd").mkdir(parents=True)
    os.mkfifo(tmp_path / "Attachments/pipe")
    for name in ("note.rtfd", "pipe"):
        assert reason(tmp_path, f"~/Library/Messages/Attachments/{name}") is Reason.NOT_A_FILE


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no such folder"):
        AttachmentFolder(tmp_path / "gone")
