"""The reader of Apple Messages: chats, their members and their messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sources import read_archive
from tests.sources.messages_archive import EPOCH, OLD, Archive, archived
from tests.sources.read_archive import Read, failed, text_of
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.instant import SECOND
from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Member, Reason
from trunkline.sources.imessage.reader import IMessage

LINE = "+13343284472"
ADA, BOB, CY = "+14155550001", "+14155550002", "cy@example.com"
NOON = 1_700_000_000


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path / "chat.db")
    yield archive
    archive.close()


def read(archive: Archive, region: str = "US") -> Read:
    return read_archive.read(IMessage(archive.close(), LINE, region))


def test_a_direct_chat_with_its_messages(archive: Archive) -> None:
    ada = archive.handle(ADA)
    chat = archive.chat(ADA, ada, display_name="")
    archive.message(chat, at=NOON, handle=ada, text="Hello", service="iMessage")
    archive.message(chat, at=NOON + 1, handle=ada, text="Hi", service="iMessage", is_from_me=1)
    key = f"direct:{ADA}"
    records = read(archive)
    assert records.messages == [
        ArchivedMessage(
            chat_key=key,
            identity="G1",
            sent_at=NOON * SECOND,
            sender=ADA,
            service=Service.IMESSAGE,
            status=DeliveryStatus.READ,
            parts=("Hello",),
            changed_at=NOON * SECOND,
        ),
        ArchivedMessage(
            chat_key=key,
            identity="G2",
            sent_at=(NOON + 1) * SECOND,
            sender=None,
            service=Service.IMESSAGE,
            status=DeliveryStatus.SENT,
            parts=("Hi",),
            changed_at=(NOON + 1) * SECOND,
        ),
    ]
    assert records.chats == [
        ArchivedChat(
            key=key,
            members=(Member(handle=ADA, service=Service.IMESSAGE),),
            is_group=False,
            service=Service.IMESSAGE,
            first_at=NOON * SECOND,
            last_at=(NOON + 1) * SECOND,
        )
    ]


def test_the_rows_of_one_person_on_several_services_are_one_chat(archive: Archive) -> None:
    blue, green = archive.handle(ADA, "iMessage"), archive.handle("(415) 555-0001", "SMS")
    first = archive.chat(ADA, blue)
    second = archive.chat("4155550001", green, service="SMS")
    archive.message(second, at=NOON + 9, handle=green, text="later", service="SMS")
    archive.message(first, at=NOON, handle=blue, text="sooner", service="iMessage")
    records = read(archive)
    (chat,) = records.chats
    assert {message.chat_key for message in records.messages} == {chat.key}
    assert chat.service is Service.SMS
    assert chat.members == (Member(handle=ADA, service=Service.SMS),)


def test_a_message_of_two_rows_of_one_chat_is_read_once(archive: Archive) -> None:
    blue, green = archive.handle(ADA, "iMessage"), archive.handle(ADA, "SMS")
    rows = archive.chat(ADA, blue), archive.chat(ADA, green, service="SMS")
    archive.message(*rows, at=NOON, handle=blue, text="once")
    assert len(read(archive).messages) == 1


def test_a_chat_without_messages_whose_address_is_in_mixed_case(archive: Archive) -> None:
    archive.chat("Cy@Example.com", archive.handle("Cy@Example.com"), service="RCS")
    (chat,) = read(archive).chats
    assert chat.key == f"direct:{CY}"
    assert chat.service is Service.RCS
    assert chat.members == (Member(handle=CY, service=Service.RCS),)


def test_a_direct_chat_without_listed_members_is_identified_by_its_address(archive: Archive) -> None:
    chat = archive.chat(ADA)
    archive.message(chat, at=NOON, text="Hello")
    records = read(archive)
    assert records.messages[0].sender == ADA
    assert records.chats[0].key == f"direct:{ADA}"


def test_a_group_with_its_name_and_everyone_who_joined_or_left(archive: Archive) -> None:
    ada, bob, cy = archive.handle(ADA), archive.handle(BOB, "SMS"), archive.handle(CY)
    dan, eve = archive.handle("+14155550004"), archive.handle("+14155550005")
    line = archive.handle(LINE)
    group = archive.group("chat7", ada, bob, line, display_name="Sailing")
    archive.message(group, at=NOON, handle=cy, text="I was here", service="RCS")
    archive.message(group, at=NOON + 10, handle=ada, item_type=1, group_action_type=0, other_handle=bob)
    archive.message(group, at=NOON + 20, handle=cy, item_type=3)
    archive.message(group, at=NOON + 30, handle=ada, item_type=1, group_action_type=1, other_handle=dan)
    archive.message(group, at=NOON + 40, handle=eve, text="bye", service="iMessage")
    archive.message(group, at=NOON + 50, handle=bob, item_type=1, group_action_type=0, other_handle=bob)
    archive.message(group, at=NOON + 60, is_from_me=1, item_type=3)
    archive.message(group, at=NOON + 80, handle=ada, item_type=3, group_action_type=1)
    archive.message(group, at=NOON + 90, handle=ada, item_type=1, group_action_type=1, other_handle=line)
    records = read(archive)
    assert records.chats == [
        ArchivedChat(
            key="group:ID-chat7",
            identity="ID-chat7",
            name="Sailing",
            is_group=True,
            service=Service.IMESSAGE,
            first_at=NOON * SECOND,
            last_at=(NOON + 40) * SECOND,
            members=(
                Member(handle=ADA, service=Service.IMESSAGE),
                Member(handle=BOB, service=Service.SMS, joined_at=(NOON + 10) * SECOND),
                Member(
                    handle=CY,
                    service=Service.RCS,
                    left_at=(NOON + 20) * SECOND,
                    status=ParticipantStatus.LEFT,
                ),
                Member(handle="+14155550005", service=Service.IMESSAGE, status=ParticipantStatus.LEFT),
                Member(
                    handle="+14155550004",
                    service=Service.IMESSAGE,
                    left_at=(NOON + 30) * SECOND,
                    status=ParticipantStatus.REMOVED,
                ),
            ),
        )
    ]
    assert [message.sender for message in records.messages] == [CY, "+14155550005"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("chat1", "G"), ("chat2", "G")),
        (("chat1", "G"), ("chat1", "H")),
        (("chat1", None), ("chat1", None)),
    ],
)
def test_the_rows_of_one_group_are_one_chat(
    archive: Archive, first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    ada, bob = archive.handle(ADA), archive.handle(BOB)
    one = archive.group(first[0], ada, display_name="Old", group_id=first[1])
    two = archive.group(second[0], ada, bob, display_name="New", group_id=second[1], service="SMS")
    archive.message(one, at=NOON, handle=ada, text="a")
    archive.message(two, at=NOON, handle=bob, text="b")
    (chat,) = read(archive).chats
    assert [member.handle for member in chat.members] == [ADA, BOB]
    assert chat.name == "New"


def test_two_groups_of_the_same_people_are_two_chats(archive: Archive) -> None:
    people = archive.handle(ADA), archive.handle(BOB)
    archive.group("chat1", *people)
    archive.group("chat2", *people)
    assert [one.key for one in read(archive).chats] == ["group:ID-chat1", "group:ID-chat2"]


def test_each_skipped_chat_is_reported_once_with_its_reason(archive: Archive) -> None:
    codes = archive.handle("262966", "SMS"), archive.handle("262966", "iMessage")
    for service, code in zip(("SMS", "iMessage"), codes, strict=True):
        archive.message(archive.chat("262966", code, service=service), at=NOON, handle=code, text="code")
    archive.chat("AMZN", archive.handle("AMZN"))
    archive.chat("urn:biz:1234", archive.handle("urn:biz:1234"))
    archive.group("chat1", archive.handle(ADA), codes[0])
    archive.chat("friend@aim.com", archive.handle("friend@aim.com", "AIM"), service="AIM")
    archive.chat(LINE, archive.handle(LINE))
    archive.group("chat2")
    archive.chat("")
    records = read(archive)
    assert sorted(records.reasons) == sorted(
        [
            *[Reason.NOT_A_HANDLE] * 2,
            Reason.BUSINESS,
            Reason.GROUP_NOT_A_HANDLE,
            Reason.OTHER_NETWORK,
            *[Reason.ALONE] * 2,
            Reason.NO_ADDRESS,
        ]
    )
    assert (records.chats, records.messages) == ([], [])


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("iMessage", Service.IMESSAGE),
        ("iMessageLite", Service.IMESSAGE),
        ("SMS", Service.SMS),
        ("RCS", Service.RCS),
        ("rcs", Service.RCS),
        (None, Service.SMS),
        ("something new", Service.SMS),
    ],
)
def test_the_service_of_a_message(archive: Archive, name: str | None, service: Service) -> None:
    ada = archive.handle(ADA)
    chat = archive.chat(ADA, ada, service="SMS")
    archive.message(chat, at=NOON, handle=ada, text="a", service=name)
    records = read(archive)
    assert [message.service for message in records.messages] == [service]
    assert records.chats[0].service is service


def test_a_chat_whose_service_is_any_has_the_service_of_its_handle(archive: Archive) -> None:
    archive.chat(ADA, archive.handle(ADA, "RCS"), service="any")
    assert read(archive).chats[0].service is Service.RCS


@pytest.mark.parametrize("date", [NOON - EPOCH, (NOON - EPOCH) * 1_000_000_000])
def test_dates_in_seconds_and_in_nanoseconds(archive: Archive, date: int) -> None:
    archive.message(archive.chat(ADA), at=0, date=date, text="a")
    assert read(archive).messages[0].sent_at == NOON * SECOND


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"date": None}, Reason.NO_DATE),
        ({"date": 0}, Reason.NO_DATE),
        ({"date": (0 - EPOCH) * 1_000_000_000}, Reason.NO_DATE),
        ({"date_retracted": 1}, Reason.UNSENT),
        ({"text": None, "date_edited": 1}, Reason.UNSENT),
        ({"text": "", "date_edited": 1}, Reason.UNSENT),
        ({"text": None}, Reason.EMPTY),
        ({"text": ""}, Reason.EMPTY),
        ({"text": " \n"}, Reason.EMPTY),
        ({"text": "\ufffc"}, Reason.EMPTY),
        ({"item_type": 2}, Reason.NOTICE),
        ({"item_type": 6}, Reason.NOTICE),
        ({"associated_message_type": 4000}, Reason.POLL_VOTE),
    ],
)
def test_a_row_that_is_not_a_message_is_skipped_with_its_reason(
    archive: Archive, columns: dict[str, Any], reason: Reason
) -> None:
    values: dict[str, Any] = {"text": "a"} | columns
    archive.message(archive.chat(ADA), at=NOON, **values)
    records = read(archive)
    assert (records.messages, records.skipped) == ([], [reason])
    assert records.chats[0].last_at is None


def test_a_sticker_is_a_message_and_a_deleted_message_is_skipped(archive: Archive) -> None:
    archive.message(archive.chat(ADA), at=NOON, text="a", associated_message_type=1000)
    archive.message(at=NOON, text="in no chat any more")
    archive.message(99, at=NOON, text="in a chat that is gone")
    records = read(archive)
    assert (len(records.messages), records.skipped) == (1, [Reason.NO_CHAT] * 2)


def test_the_messages_of_a_skipped_chat_are_skipped_for_its_reason(archive: Archive) -> None:
    code = archive.handle("262966", "SMS")
    chats = archive.chat("262966", code, service="SMS"), archive.chat("262966", code)
    archive.message(*chats, at=NOON, handle=code, text="in both rows")
    archive.message(archive.chat(LINE), at=NOON, text="a note to myself")
    assert read(archive).skipped == [Reason.NOT_A_HANDLE, Reason.ALONE]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"to": "p:0/gone"}, Reason.NO_TARGET),
        ({"to": "p:0/DRAFT"}, Reason.NO_TARGET),
        ({"to": "p:0/G1", "guid": "G1"}, Reason.NO_TARGET),  # to a reaction, here to itself
        ({"to": "p:0/M", "kind": 2007}, Reason.UNKNOWN_REACTION),
        ({"to": "p:0/M", "handle": 0}, Reason.UNKNOWN_REACTOR),
    ],
)
def test_a_reaction_without_its_message_kind_or_sender_is_skipped(
    archive: Archive, columns: dict[str, Any], reason: Reason
) -> None:
    ada = archive.handle(ADA)
    group = archive.group("chat1", ada, archive.handle(BOB))
    archive.message(group, at=NOON, text="a", handle=ada, guid="M")
    archive.message(group, at=NOON, handle=ada, guid="DRAFT", date=0)
    values: dict[str, Any] = {"handle": ada, "text": None} | columns
    archive.tapback(group, at=NOON, **values)
    records = read(archive)
    assert (len(records.messages), records.messages[0].reactions) == (1, ())
    assert (records.skipped, records.pieces) == ([Reason.NO_DATE], [reason])


def test_the_rows_of_one_group_that_share_a_lookup_are_one_chat(archive: Archive) -> None:
    """A group that moves from SMS to RCS gets a new row with a new address and id."""
    ada, bob = archive.handle(ADA), archive.handle(BOB)
    rows = [archive.group(f"chat{number}", ada, bob, group_id=f"G{number}") for number in range(4)]
    archive.connection.execute("CREATE TABLE chat_lookup (identifier TEXT, domain TEXT, chat INTEGER, priority)")
    for identifier, row in (("a", rows[0]), ("a", rows[2]), ("b", rows[2]), ("b", rows[3]), ("c", rows[1])):
        archive.connection.execute("INSERT INTO chat_lookup VALUES (?, 'RCS', ?, 0)", (identifier, row))
    for number, row in enumerate(rows):
        archive.message(row, at=NOON + number, handle=ada, text="a")
    records = read(archive)
    assert [chat.key for chat in records.chats] == ["group:G0", "group:G1"]
    assert [message.chat_key for message in records.messages] == ["group:G0", "group:G1", "group:G0", "group:G0"]


@pytest.mark.parametrize(("columns", "has_failed"), [({"is_from_me": 1, "error": 22}, True), ({"error": 22}, False)])
def test_only_messages_from_the_line_can_have_failed(
    archive: Archive, columns: dict[str, int], has_failed: bool
) -> None:
    archive.message(archive.chat(ADA), at=NOON, text="a", **columns)
    assert failed(read(archive).messages[0]) is has_failed


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ({"text": "STOP"}, "STOP"),
        ({"text": None, "attributedBody": archived("STOP")}, "STOP"),
        ({"text": "kept", "attributedBody": archived("unread")}, "kept"),
        ({"text": "", "attributedBody": archived("STOP")}, "STOP"),
        ({"text": "bread", "subject": "Order"}, "Order\nbread"),
        ({"text": None, "subject": "Order"}, "Order"),
        ({"text": "bread", "subject": " "}, "bread"),
        ({"text": b"caf\xe9"}, "caf\ufffd"),
    ],
)
def test_the_text_of_a_message(archive: Archive, columns: dict[str, Any], text: str | None) -> None:
    archive.message(archive.chat(ADA), at=NOON, **columns)
    assert text_of(read(archive).messages[0]) == text


def test_a_group_message_of_an_unknown_sender_is_skipped(archive: Archive) -> None:
    ada, code = archive.handle(ADA), archive.handle("AMZN")
    group = archive.group("chat1", ada, archive.handle(BOB))
    for handle in (0, code, ada):
        archive.message(group, at=NOON, handle=handle, text="a")
    records = read(archive)
    assert [message.sender for message in records.messages] == [ADA]
    assert records.skipped == [Reason.UNKNOWN_SENDER] * 2


def test_an_old_schema_is_read(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "chat.db", OLD)
    ada, bob = archive.handle(ADA), archive.handle(BOB)
    direct = archive.chat(ADA, ada, service="SMS")
    group = archive.chat("chat77", ada, bob)
    archive.message(direct, at=0, handle=ada, date=NOON - EPOCH, text="STOP")
    archive.message(group, at=0, handle=bob, date=NOON - EPOCH, text="hello")
    records = read(archive)
    assert [(text_of(message), message.service) for message in records.messages] == [
        ("STOP", Service.SMS),
        ("hello", Service.IMESSAGE),
    ]
    assert [(one.key, one.is_group) for one in records.chats] == [
        (f"direct:{ADA}", False),
        ("group:chat77", True),
    ]


def test_numbers_without_a_country_code_belong_to_the_region(archive: Archive) -> None:
    archive.chat("030 123456", archive.handle("030 123456", "SMS"), service="SMS")
    assert read(archive, "DE").chats[0].key == "direct:+4930123456"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("tel:+14155550001", f"direct:{ADA}"),
        ("mailto:Cy@Example.com", f"direct:{CY}"),
        ("<cy@example.com>", f"direct:{CY}"),
        ("+12345", "direct:+12345"),
    ],
)
def test_an_address_in_another_notation_is_the_same_handle(archive: Archive, address: str, key: str) -> None:
    archive.chat(address, archive.handle(address))
    assert [chat.key for chat in read(archive).chats] == [key]


def test_an_rcs_agent_is_a_business_account(archive: Archive) -> None:
    archive.chat("bakery_agent@rbm.goog", archive.handle("bakery_agent@rbm.goog", "RCS"), service="RCS")
    assert read(archive).reasons == [Reason.BUSINESS]
