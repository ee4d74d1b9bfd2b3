"""What the reader of SMS Backup & Restore makes of a backup."""

from pathlib import Path

import pytest

from tests.sources.sms_archive import AT, backup, data_part, element, mms, sms, text_part
from trunkline.domain.chat import Service
from trunkline.sources.base import Conversation, Member, Message, Reason, Record, Skipped
from trunkline.sources.sms_backup import SmsBackup

LINE = "+13343284472"
ADA, BOB, CY = "+14155550001", "+14155550002", "cy@example.com"


def read(folder: Path, *elements: str, region: str = "US") -> list[Record]:
    source = SmsBackup(backup(folder, *elements), LINE, region)
    assert source.size > 0
    records = list(source.records())
    assert source.position == source.size
    return records


def conversations(records: list[Record]) -> list[Conversation]:
    return [record for record in records if isinstance(record, Conversation)]


def messages(records: list[Record]) -> list[Message]:
    return [record for record in records if isinstance(record, Message)]


def reasons(records: list[Record]) -> list[str]:
    return [record.reason for record in records if isinstance(record, Skipped)]


def test_a_direct_chat_however_its_number_is_written(tmp_path: Path) -> None:
    records = read(tmp_path, sms(ADA), sms("(415) 555-0001", "Hi", kind=2, date=AT + 1))
    key = f"direct:{ADA}"
    assert records == [
        Conversation(key=key, members=(Member(handle=ADA, service=Service.SMS),), is_group=False, service=Service.SMS),
        Message(key=key, sent_at=AT * 1000, sender=ADA, service=Service.SMS, text="Hello"),
        Message(key=key, sent_at=(AT + 1) * 1000, sender=None, service=Service.SMS, text="Hi"),
    ]


@pytest.mark.parametrize(
    ("kind", "status", "outcome"),
    [
        (1, "-1", (ADA, False)),
        (1, "64", (ADA, False)),
        (2, "0", (None, False)),
        (2, "64", (None, True)),
        (4, "-1", (None, False)),
        (5, "-1", (None, True)),
        (6, "32", (None, False)),
    ],
)
def test_kinds_of_sms(tmp_path: Path, kind: int, status: str, outcome: tuple[str | None, bool]) -> None:
    (message,) = messages(read(tmp_path, sms(ADA, kind=kind, status=status)))
    assert (message.sender, message.failed) == outcome


def test_drafts_and_reports_are_not_messages(tmp_path: Path) -> None:
    assert read(tmp_path, sms(ADA, kind=3), mms(ADA, box=3), mms(ADA, m_type="134"), element("call", number=ADA)) == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("STOP", "STOP"),
        ("null", None),
        ("", None),
        ("&#55357;&#56832; &#10;é😀", "😀 \né😀"),
        ("STOP&#0;", "STOP\t"),
        ('"quoted" & data="x" <part data="y">'.replace("&", "&amp;"), '"quoted" & data="x" <part data="y">'),
    ],
)
def test_bodies(tmp_path: Path, body: str, text: str | None) -> None:
    assert messages(read(tmp_path, sms(ADA, body)))[0].text == text


def test_the_text_of_an_mms_is_that_of_its_text_parts(tmp_path: Path) -> None:
    smil = element("part", ct="application/smil", text="&lt;smil/>")
    parts = [smil, text_part("one"), data_part("AAAA"), text_part("null"), text_part("two")]
    records = read(tmp_path, mms(ADA, parts=parts), mms(ADA, parts=[data_part("AAAA")], box=2))
    assert [(message.text, message.sender) for message in messages(records)] == [("one\ntwo", ADA), (None, None)]


@pytest.mark.parametrize(
    ("box", "outcome"), [(1, (ADA, False)), (2, (None, False)), (4, (None, False)), (5, (None, True))]
)
def test_boxes_of_mms(tmp_path: Path, box: int, outcome: tuple[str | None, bool]) -> None:
    (message,) = messages(read(tmp_path, mms(ADA, box=box)))
    assert (message.sender, message.failed) == outcome


def test_a_group_is_its_set_of_members_without_the_line(tmp_path: Path) -> None:
    people = [(BOB, 137), (LINE, 151), (ADA, 151), (CY, 130)]
    records = read(
        tmp_path,
        mms(f"{ADA}~{BOB}~{CY}", addrs=people),
        mms(f"{LINE}~Cy@Example.com~4155550002~{ADA}", box=2, addrs=[("insert-address-token", 137), (ADA, 151)]),
        mms(BOB, addrs=people),
    )
    (conversation,) = conversations(records)
    assert conversation.is_group
    assert conversation.identity is None
    assert {member.handle for member in conversation.members} == {ADA, BOB, CY}
    assert [message.sender for message in messages(records)] == [BOB, None, BOB]
    assert {message.key for message in messages(records)} == {conversation.key}


def test_another_number_of_the_phone_is_no_member(tmp_path: Path) -> None:
    """A message to the second SIM names that number as its recipient, and the line nowhere."""
    (conversation,) = conversations(read(tmp_path, mms(ADA, addrs=[(ADA, 137), ("+14155559999", 151)])))
    assert conversation.key == f"direct:{ADA}"


def test_an_mms_whose_address_is_only_in_addr(tmp_path: Path) -> None:
    received = mms("null", addrs=[(ADA, 137), ("insert-address-token", 151)])
    sent = mms("insert-address-token", box=2, addrs=[("+14155559999", 137), (ADA, 151)])
    records = read(tmp_path, received, sent)
    assert [(message.key, message.sender) for message in messages(records)] == [
        (f"direct:{ADA}", ADA),
        (f"direct:{ADA}", None),
    ]


def test_a_group_message_that_names_no_sender_is_of_the_first_member(tmp_path: Path) -> None:
    (message,) = messages(read(tmp_path, mms(f"{BOB}~{ADA}")))
    assert message.sender == BOB


def test_what_is_left_out_and_why_once_for_each_chat(tmp_path: Path) -> None:
    records = read(
        tmp_path,
        sms("262966"),
        mms("262966", addrs=[("262966", 137), (LINE, 151)]),
        sms("AMZN"),
        mms(f"{ADA}~262966"),
        mms(f"262966~{ADA}"),
        sms("null"),
        sms(""),
        sms(LINE),
        sms("3343284472", kind=2),
    )
    assert [record for record in records if not isinstance(record, Skipped)] == []
    assert reasons(records)[:4] == [
        Reason.NOT_A_HANDLE,
        Reason.NOT_A_HANDLE,
        Reason.GROUP_NOT_A_HANDLE,
        Reason.NO_ADDRESS,
    ]
    assert set(reasons(records)[4:]) == {Reason.ALONE}


@pytest.mark.parametrize("prolog", ["", "\ufeff", "<?xml version='1.0' ?>", "<!-- <part it's a -->\n"])
def test_with_and_without_a_prolog(tmp_path: Path, prolog: str) -> None:
    source = SmsBackup(backup(tmp_path, sms(ADA), mms(ADA, parts=[data_part("A")]), prolog=prolog), LINE, "US")
    assert len(messages(list(source.records()))) == 2


def test_numbers_without_a_country_are_of_the_region(tmp_path: Path) -> None:
    assert conversations(read(tmp_path, sms("030 123456"), region="DE"))[0].key == "direct:+4930123456"
