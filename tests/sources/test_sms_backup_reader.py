"""The reader of SMS Backup & Restore: chats, their members and their messages."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.sources import read_archive
from tests.sources.read_archive import Read, failed, text_of, texts
from tests.sources.sms_archive import AT, backup, data_part, element, mms, sms, text_part
from trunkline.domain.chat import Service
from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Attachment, Member, Reason
from trunkline.sources.sms_backup.reader import SmsBackup

LINE = "+13343284472"
ADA, BOB, CY = "+14155550001", "+14155550002", "cy@example.com"


def read(folder: Path, *elements: str, region: str = "US") -> Read:
    return read_archive.read(SmsBackup(backup(folder, *elements), LINE, region))


def without_locations(message: ArchivedMessage) -> list[str | Attachment]:
    """The parts of a message, without where their files are."""
    return [part if isinstance(part, str) else msgspec.structs.replace(part, location=None) for part in message.parts]


def test_a_direct_chat_whose_number_is_written_in_two_ways(tmp_path: Path) -> None:
    records = read(tmp_path, sms(ADA), sms("(415) 555-0001", "Hi", kind=2, date=AT + 1))
    key = f"direct:{ADA}"
    assert records.chats == [
        ArchivedChat(
            key=key,
            members=(Member(handle=ADA, service=Service.SMS),),
            is_group=False,
            service=Service.SMS,
            first_at=AT * 1000,
            last_at=(AT + 1) * 1000,
        )
    ]
    assert [(one.chat_key, one.sent_at, one.sender, one.service, one.parts) for one in records.messages] == [
        (key, AT * 1000, ADA, Service.SMS, ("Hello",)),
        (key, (AT + 1) * 1000, None, Service.SMS, ("Hi",)),
    ]


@pytest.mark.parametrize(
    ("kind", "status", "outcome"),
    [
        (1, "-1", (ADA, DeliveryStatus.READ)),
        (1, "64", (ADA, DeliveryStatus.READ)),
        (2, "-1", (None, DeliveryStatus.SENT)),
        (2, "32", (None, DeliveryStatus.SENT)),
        (2, "0", (None, DeliveryStatus.DELIVERED)),
        (2, "64", (None, DeliveryStatus.FAILED)),
        (4, "-1", (None, DeliveryStatus.QUEUED)),
        (5, "-1", (None, DeliveryStatus.FAILED)),
        (6, "32", (None, DeliveryStatus.QUEUED)),
    ],
)
def test_the_sender_and_status_of_an_sms(
    tmp_path: Path, kind: int, status: str, outcome: tuple[str | None, DeliveryStatus]
) -> None:
    (message,) = read(tmp_path, sms(ADA, kind=kind, status=status)).messages
    assert (message.sender, message.status) == outcome


def test_the_status_of_unread_messages(tmp_path: Path) -> None:
    records = read(
        tmp_path, sms(ADA, read="0"), mms(ADA, read="0"), sms(ADA, "Hi", read="1"), sms(ADA, kind=2, read="0")
    )
    statuses = [DeliveryStatus.RECEIVED, DeliveryStatus.RECEIVED, DeliveryStatus.READ, DeliveryStatus.SENT]
    assert [message.status for message in records.messages] == statuses


def test_a_message_has_the_same_identity_in_a_later_backup(tmp_path: Path) -> None:
    before = [
        sms(ADA, kind=4),
        sms(ADA, read="0"),
        mms(ADA, parts=[text_part("one")]),
        mms(ADA, parts=[data_part("QQ==")]),
    ]
    after = [
        sms(ADA, kind=2),
        sms(ADA, status="0"),
        mms(ADA, parts=[text_part("one")]),
        mms(ADA, parts=[data_part("QQ==")], read="0"),
    ]
    identities = [message.identity for message in read(tmp_path, *before).messages]
    assert [message.identity for message in read(tmp_path, *after).messages] == identities
    assert len(set(identities)) == 4


@pytest.mark.parametrize(
    "other", [sms(ADA, "Hello!"), sms(ADA, date=AT + 1), sms(ADA, kind=2), mms(ADA, parts=[text_part("Hello")])]
)
def test_another_text_time_direction_or_kind_is_another_identity(tmp_path: Path, other: str) -> None:
    one, two = read(tmp_path, sms(ADA), other).messages
    assert one.identity != two.identity


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (mms(ADA, parts=[data_part("QQ==")]), mms(ADA, parts=[data_part("QUI=")])),
        (mms(ADA, parts=[data_part("QQ==")], m_id="1"), mms(ADA, parts=[data_part("QQ==")], m_id="2")),
        (mms(ADA, box=2, parts=[data_part("QQ==")], m_id="1"), mms(ADA, box=2, parts=[data_part("QUI=")], m_id="1")),
    ],
)
def test_two_pictures_of_one_second_and_name_have_two_identities(tmp_path: Path, one: str, two: str) -> None:
    messages = read(tmp_path, one, two).messages
    assert messages[0].identity != messages[1].identity
    assert messages[0].former_identities[-1] == messages[1].former_identities[-1]


def test_an_identity_without_the_identifier_of_the_mms_is_a_former_one(tmp_path: Path) -> None:
    queued = mms(ADA, box=4, parts=[data_part("QQ==")], m_id="null")
    sent = mms(ADA, box=2, parts=[data_part("QQ==")], m_id="1")
    before, after = read(tmp_path, queued, sent).messages
    assert before.identity in after.former_identities


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (sms(ADA, kind=3), Reason.DRAFT),
        (mms(ADA, box=3), Reason.DRAFT),
        (mms(ADA, m_type="134"), Reason.REPORT),
        (sms(ADA, kind=0), Reason.NOT_A_MESSAGE),
        (element("call", number=ADA), Reason.NOT_A_MESSAGE),
        (element("sms", address=ADA, body="a"), Reason.NOT_A_MESSAGE),
        (sms(ADA, "null"), Reason.EMPTY),
        (sms(ADA, ""), Reason.EMPTY),
        (mms(ADA, parts=[], m_type="130"), Reason.EMPTY),
        (sms(ADA, date=0), Reason.NO_DATE),
        (sms(ADA, date=86_400_000), Reason.NO_DATE),
        (sms("72645"), Reason.NOT_A_HANDLE),
        (sms(""), Reason.NO_ADDRESS),
    ],
)
def test_a_record_that_is_not_imported_is_skipped_with_its_reason(tmp_path: Path, record: str, reason: Reason) -> None:
    records = read(tmp_path, record)
    assert (records.chats, records.messages, records.skipped) == ([], [], [reason])


@pytest.mark.parametrize("date", [AT, AT // 1000])
def test_dates_in_milliseconds_and_in_seconds(tmp_path: Path, date: int) -> None:
    (message,) = read(tmp_path, mms(ADA, date=date)).messages
    assert message.sent_at == AT * 1000


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ({"sub": "Order"}, "Order\nHello"),
        ({"sub": "Bl\u00c3\u00bcten", "sub_cs": "106"}, "Blüten\nHello"),
        ({"sub": "Blüten", "sub_cs": "106"}, "Blüten\nHello"),
        ({"sub": "花", "sub_cs": "106"}, "花\nHello"),
        ({"sub": "NoSubject"}, "Hello"),
        ({"sub": "null"}, "Hello"),
    ],
)
def test_the_subject_of_an_mms_is_its_first_line(tmp_path: Path, subject: dict[str, Any], text: str) -> None:
    assert texts(read(tmp_path, mms(ADA, **subject)).messages) == [text]


def test_a_subject_alone_is_the_text(tmp_path: Path) -> None:
    assert texts(read(tmp_path, mms(ADA, parts=[], sub="Order")).messages) == ["Order"]


def test_the_types_of_parts_may_be_in_any_case_and_have_parameters(tmp_path: Path) -> None:
    parts = [
        element("part", ct="TEXT/PLAIN; charset=utf-8", text="one"),
        element("part", ct="Application/SMIL", text="layout"),
        data_part("QQ==", ct="IMAGE/JPEG"),
    ]
    (message,) = read(tmp_path, mms(ADA, parts=parts)).messages
    assert without_locations(message) == ["one", Attachment("a.jpg", "image/jpeg", 1)]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("STOP", "STOP"),
        ("&#55357;&#56832; &#10;é😀", "😀 \né😀"),
        ("STOP&#0;", "STOP\t"),
        ('"quoted" & data="x" <part data="y">'.replace("&", "&amp;"), '"quoted" & data="x" <part data="y">'),
    ],
)
def test_the_text_of_an_sms(tmp_path: Path, body: str, text: str | None) -> None:
    assert text_of(read(tmp_path, sms(ADA, body)).messages[0]) == text


def test_the_text_of_an_mms_is_in_its_text_parts(tmp_path: Path) -> None:
    smil = element("part", ct="application/smil", text="&lt;smil/>")
    parts = [smil, text_part("one"), data_part("AAAA"), text_part("null"), text_part("two")]
    records = read(tmp_path, mms(ADA, parts=parts), mms(ADA, parts=[data_part("AAAA")], box=2))
    assert texts(records.messages) == ["one\ntwo", None]
    assert [message.sender for message in records.messages] == [ADA, None]


def test_the_files_of_an_mms_keep_their_positions(tmp_path: Path) -> None:
    layout = element("part", ct="application/smil", name="layout.xml", text="null")
    unnamed = data_part("QQ==", ct="video/mp4", name="null", cl="film.mp4")
    parts = [layout, data_part("QQ=="), text_part("one"), text_part("two"), unnamed, data_part("QQ==", name="null")]
    (message,) = read(tmp_path, mms(ADA, parts=parts)).messages
    assert without_locations(message) == [
        Attachment("a.jpg", "image/jpeg", 1),
        "one\ntwo",
        Attachment("film.mp4", "video/mp4", 1),
        Attachment(None, "image/jpeg", 1),
    ]


@pytest.mark.parametrize(
    ("box", "outcome"), [(1, (ADA, False)), (2, (None, False)), (4, (None, False)), (5, (None, True))]
)
def test_the_sender_and_status_of_an_mms(tmp_path: Path, box: int, outcome: tuple[str | None, bool]) -> None:
    (message,) = read(tmp_path, mms(ADA, box=box)).messages
    assert (message.sender, failed(message)) == outcome


def test_a_group_is_identified_by_its_members_without_the_line(tmp_path: Path) -> None:
    people = [(BOB, 137), (LINE, 151), (ADA, 151), (CY, 130)]
    records = read(
        tmp_path,
        mms(f"{ADA}~{BOB}~{CY}", addrs=people),
        mms(f"{LINE}~Cy@Example.com~4155550002~{ADA}", box=2, addrs=[("insert-address-token", 137), (ADA, 151)]),
        mms(BOB, addrs=people),
    )
    (chat,) = records.chats
    assert chat.is_group
    assert chat.identity is None
    assert {member.handle for member in chat.members} == {ADA, BOB, CY}
    assert [message.sender for message in records.messages] == [BOB, None, BOB]
    assert {message.chat_key for message in records.messages} == {chat.key}


def test_another_number_of_the_phone_is_not_a_member(tmp_path: Path) -> None:
    """A message to the second SIM names that number as its recipient, and does not name the line."""
    (chat,) = read(tmp_path, mms(ADA, addrs=[(ADA, 137), ("+14155559999", 151)])).chats
    assert chat.key == f"direct:{ADA}"


def test_an_mms_whose_address_is_only_in_its_addr_elements(tmp_path: Path) -> None:
    received = mms("null", addrs=[(ADA, 137), ("insert-address-token", 151)])
    sent = mms("insert-address-token", box=2, addrs=[("+14155559999", 137), (ADA, 151)])
    records = read(tmp_path, received, sent)
    assert [(message.chat_key, message.sender) for message in records.messages] == [
        (f"direct:{ADA}", ADA),
        (f"direct:{ADA}", None),
    ]


def test_a_group_message_without_a_sender_is_from_the_first_member(tmp_path: Path) -> None:
    (message,) = read(tmp_path, mms(f"{BOB}~{ADA}")).messages
    assert message.sender == BOB


def test_each_skipped_chat_is_reported_once_with_its_reason(tmp_path: Path) -> None:
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
    assert (records.chats, records.messages) == ([], [])
    assert records.reasons[:4] == [
        Reason.NOT_A_HANDLE,
        Reason.NOT_A_HANDLE,
        Reason.GROUP_NOT_A_HANDLE,
        Reason.NO_ADDRESS,
    ]
    assert set(records.reasons[4:]) == {Reason.ALONE}


@pytest.mark.parametrize("prolog", ["", "\ufeff", "<?xml version='1.0' ?>", "<!-- <part it's a -->\n"])
def test_a_backup_with_any_prolog_or_none_is_read(tmp_path: Path, prolog: str) -> None:
    source = SmsBackup(backup(tmp_path, sms(ADA), mms(ADA, parts=[data_part("A")]), prolog=prolog), LINE, "US")
    assert len(read_archive.read(source).messages) == 2


def test_numbers_without_a_country_code_belong_to_the_region(tmp_path: Path) -> None:
    assert read(tmp_path, sms("030 123456"), region="DE").chats[0].key == "direct:+4930123456"


@pytest.mark.parametrize("between", ["~", "|", ",", ";", ", "])
def test_the_members_of_a_group_may_be_separated_in_several_ways(tmp_path: Path, between: str) -> None:
    (chat,) = read(tmp_path, mms(between.join([ADA, "tel:+14155550002;phone-context=us", CY]))).chats
    assert chat.key == f"group:{ADA},{BOB},{CY}"


def test_the_address_of_a_business_account_is_not_a_handle(tmp_path: Path) -> None:
    records = read(tmp_path, sms("bakery_agent@rbm.goog"), sms("sip:shop@botplatform.rcs.example.com;user=x", date=AT))
    assert records.reasons == [Reason.BUSINESS] * 2


def test_files_are_read_in_any_order(tmp_path: Path) -> None:
    contents = [bytes([number]) * size for number, size in enumerate((1, 400_000, 2, 700_000))]
    encoded = [data_part(base64.b64encode(each).decode()) for each in contents]
    source = SmsBackup(backup(tmp_path, *[mms(ADA, parts=[part]) for part in encoded]), LINE, "US")
    files = [part for message in read_archive.read(source).messages for part in message.parts]
    for number in (0, 1, 3, 2, 3, 0):
        file = files[number]
        assert isinstance(file, Attachment)
        assert file.location is not None
        pieces = list(source.read_file(file.location))
        assert b"".join(pieces) == contents[number]
        assert max(map(len, pieces)) <= 256 * 1024
