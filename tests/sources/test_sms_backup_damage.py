"""Backups that are damaged, malicious or very large."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources import read_archive
from tests.sources.sms_archive import AT, PROLOG, backup, data_part, document, mms, sms, text_part
from trunkline.sources.base import Attachment, DamagedSource
from trunkline.sources.sms_backup.reader import SmsBackup

ADA = "+14155550001"
LINE = "+13343284472"


def texts(path: Path) -> list[str | None]:
    return read_archive.texts(read_archive.read(SmsBackup(path, LINE, "US")).messages)


def error_of(path: Path) -> str:
    with pytest.raises(DamagedSource) as caught:
        texts(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "sms.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("", "line 1, column 1 (byte 0): the file is cut off: it ends before </smses>"),
        ("<smses>\n<sms ", "line 2, column 6 (byte 13): the file is cut off: it ends before </smses>"),
        ("<smses>\n<sms>", "line 2, column 6 (byte 13): the file is cut off: it ends before </smses>"),
        ("hello", "line 1, column 1 (byte 0): not XML: syntax error"),
        ("<smses>\n  <sms></mms>", "line 2, column 10 (byte 17): not XML: mismatched tag"),
        ("<calls/>", "line 1, column 1 (byte 0): the root element is <calls>, but a backup of messages has <smses>"),
        ('<?xml version="1.0" encoding="klingon"?><smses/>', "line 1, column 1 (byte 0): cannot be decoded: "),
        ("<!DOCTYPE smses><smses/>", "a document type declaration, which this app never writes"),
    ],
)
def test_the_error_names_the_position_and_the_problem(tmp_path: Path, content: str, wanted: str) -> None:
    path = written(tmp_path, content)
    assert error_of(path).startswith(f"{path}: ")
    assert wanted in error_of(path)


def test_the_error_names_the_position_in_the_file_even_after_removed_data(tmp_path: Path) -> None:
    large = mms(ADA, parts=[data_part("A" * 600_000), text_part("x")])
    content = document(large, large, "<sms></mms>")
    offset = content.index("</mms>", content.index("<sms>")) + 2
    line = content.count("\n", 0, offset) + 1
    found = error_of(written(tmp_path, content))
    assert f"line {line}, column 8 (byte {offset}): not XML" in found


@pytest.mark.parametrize("date", ["", "null", "soon", "-1", "1.5", "9" * 15, "9" * 5000, "\u0661"])
def test_an_invalid_date_is_an_error_with_its_position(tmp_path: Path, date: str) -> None:
    found = error_of(backup(tmp_path, sms(ADA), sms(ADA, date=date)))
    assert "line 6, column 1 " in found
    assert "<sms> has the date" in found
    assert "it must be milliseconds since 1970" in found


def test_entities_are_neither_expanded_nor_loaded(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    path = written(tmp_path, f'<!DOCTYPE smses [<!ENTITY l0 "ha">{entities}]><smses><sms body="&l9;"/></smses>')
    assert "a document type declaration" in error_of(path)
    path = written(tmp_path, '<!DOCTYPE s SYSTEM "file:///etc/passwd"><smses/>')
    assert "a document type declaration" in error_of(path)
    assert "undefined entity" in error_of(written(tmp_path, '<smses><sms body="&l9;"/></smses>'))


def test_a_tag_without_an_end_is_rejected(tmp_path: Path) -> None:
    found = error_of(written(tmp_path, '<smses><sms body="' + "a" * (9 * 1024 * 1024)))
    assert "a tag longer than 8388608 bytes" in found


def test_a_missing_file_and_a_folder_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(DamagedSource, match="there is no such file"):
        SmsBackup(tmp_path / "sms.xml", LINE, "US")
    with pytest.raises(DamagedSource, match="cannot be read: Is a directory"):
        SmsBackup(tmp_path, LINE, "US")


WHOLE = document(
    sms(ADA, "&#55357;&#56832;é😀"),
    mms(f"{ADA}~{LINE}", parts=[data_part("QUJD" * 20), text_part("b")], addrs=[(ADA, 137), (LINE, 151)]),
    sms(ADA, 'say "c"'),
).encode()


def test_a_backup_truncated_anywhere_is_rejected(tmp_path: Path) -> None:
    for cut in range(len(WHOLE)):
        assert "the file is cut off" in error_of(written(tmp_path, WHOLE[:cut]))


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(WHOLE)), garbage=st.binary(max_size=8), removed=st.integers(0, 8))
def test_a_backup_with_random_bytes_anywhere_is_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, at: int, garbage: bytes, removed: int
) -> None:
    path = written(tmp_path_factory.getbasetemp(), WHOLE[:at] + garbage + WHOLE[at + removed :])
    try:
        texts(path)
    except DamagedSource as damage:
        assert str(damage).count("\n") == 0  # noqa: PT017


def zipped(folder: Path, *names: str) -> Path:
    path = folder / "backup.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, WHOLE)
    return path


def test_a_zip_with_one_xml_file_is_read(tmp_path: Path) -> None:
    path = zipped(tmp_path, "sms-2024.XML", "readme.txt")
    source = SmsBackup(path, LINE, "US")
    assert source.size == len(WHOLE)
    assert texts(path) == ["😀é😀", "b", 'say "c"']


def test_the_files_of_the_finder_and_of_calls_in_a_zip_are_ignored(tmp_path: Path) -> None:
    names = ("backup/sms-2024.xml", "__MACOSX/backup/._sms-2024.xml", "backup/._sms-2024.xml", "backup/calls-2024.xml")
    assert len(texts(zipped(tmp_path, *names))) == 3


def test_a_gzip_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sms.xml.gz"
    path.write_bytes(gzip.compress(WHOLE))
    assert SmsBackup(path, LINE, "US").size == len(WHOLE)
    assert texts(path) == ["😀é😀", "b", 'say "c"']


@pytest.mark.parametrize("cut", [8, 40, -4])
def test_a_truncated_gzip_file_is_rejected(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "sms.xml.gz"
    path.write_bytes(gzip.compress(WHOLE)[:cut])
    assert "the gzip file is damaged or cut off" in error_of(path)


UTF_16_PROLOG = PROLOG.replace("UTF-8", "UTF-16")


@pytest.mark.parametrize("prolog", [PROLOG, UTF_16_PROLOG, ""])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_bytes_decide_the_encoding_whatever_the_header_says(tmp_path: Path, prolog: str, encoding: str) -> None:
    message = mms(ADA, parts=[data_part("QUJD" * 100_000), text_part("é😀花")])
    source = SmsBackup(written(tmp_path, document(message, prolog=prolog).encode(encoding)), LINE, "US")
    (found,) = read_archive.read(source).messages
    picture, text = found.parts
    assert isinstance(picture, Attachment)
    assert picture.location is not None
    assert b"".join(source.read_file(picture.location)) == b"ABC" * 100_000
    assert (picture.size_bytes, text) == (300_000, "é😀花")


def test_a_zip_with_several_xml_files_or_none_is_rejected(tmp_path: Path) -> None:
    assert "the zip has 2 XML files; one is needed" in error_of(zipped(tmp_path, "a.xml", "b.xml"))
    assert "the zip has 0 XML files; one is needed" in error_of(zipped(tmp_path, "a.txt"))


def test_the_error_about_a_zip_names_the_file_in_it(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sms.xml", "<smses>\n<sms></mms></smses>")
    assert f"{path} (sms.xml): line 2, column 8 (byte 15): not XML: mismatched tag" in error_of(path)


def test_an_encrypted_zip_is_rejected(tmp_path: Path) -> None:
    path = zipped(tmp_path, "sms.xml")
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    path.write_bytes(content)
    assert "the zip cannot be unpacked" in error_of(path)


@settings(max_examples=150, deadline=None)
@given(at=st.floats(0, 1), garbage=st.binary(max_size=8), cut=st.booleans())
def test_a_damaged_zip_is_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, at: float, garbage: bytes, cut: bool
) -> None:
    path = zipped(tmp_path_factory.getbasetemp(), "sms.xml")
    content = path.read_bytes()
    start = round(at * len(content))
    path.write_bytes(content[:start] + (b"" if cut else garbage + content[start + len(garbage) :]))
    try:
        texts(path)
    except DamagedSource as damage:
        assert str(damage).count("\n") == 0  # noqa: PT017


MEASURE = """
import resource, sys
from pathlib import Path
from trunkline.sources.sms_backup.reader import SmsBackup
source = SmsBackup(Path(sys.argv[1]), "+13343284472", "US")
count = sum(1 for _ in source.chats()) + sum(1 for _ in source.messages())
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "linux" else 1024))
"""


def test_a_large_backup_takes_little_memory(tmp_path: Path) -> None:
    """60 MB: one attachment of 40 MB, twenty of 1 MB, 2 000 messages. The interpreter alone takes half the limit."""
    path = tmp_path / "sms.xml"
    with path.open("w") as file:
        file.write(f"{PROLOG}<smses>\n")
        file.write(mms(ADA, parts=[data_part("A" * 40_000_000), text_part("film")]))
        for number in range(20):
            file.write(mms(ADA, parts=[data_part("A" * 1_000_000), text_part("photo")]))
            file.writelines(sms(ADA, f"message {index}", date=AT + number) + "\n" for index in range(100))
        file.write("</smses>")
    # Runs in a shell: the peak of a forked process includes that of its parent, which here is pytest.
    command = ["sh", "-c", '"$0" "$@"; exit $?', sys.executable, "-c", MEASURE, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    count, peak = map(int, run.stdout.split())
    assert count == 1 + 21 + 2_000
    assert peak < 60 * 1024
