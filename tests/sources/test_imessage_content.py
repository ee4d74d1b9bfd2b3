"""The reader of Apple Messages: the status, times, parts, reply and reactions of a single message."""

import plistlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.sources import read_archive
from tests.sources.messages_archive import Archive, archived, nanoseconds
from trunkline.domain.instant import SECOND
from trunkline.domain.message import DeliveryStatus, ReactionType
from trunkline.sources.base import ArchivedMessage, ArchivedReaction, ArchivedReply, Attachment, Reason
from trunkline.sources.imessage.reader import IMessage

LINE = "+13343284472"
ADA, BOB = "+14155550001", "+14155550002"
NOON = 1_700_000_000


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive(tmp_path / "chat.db")
    yield archive
    archive.close()


def messages(archive: Archive) -> list[ArchivedMessage]:
    return read_archive.read(IMessage(archive.close(), LINE, "US")).messages


def one(archive: Archive, **columns: Any) -> ArchivedMessage:
    """The message of an archive that contains only this one, with these columns."""
    values: dict[str, Any] = {"text": "a"} | columns
    archive.message(archive.chat(ADA), at=NOON, **values)
    (message,) = messages(archive)
    return message


@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"is_read": 1}, DeliveryStatus.READ),
        ({"is_read": None}, DeliveryStatus.READ),
        ({"is_read": 0}, DeliveryStatus.RECEIVED),
        ({"is_read": 0, "error": 4}, DeliveryStatus.RECEIVED),
        ({"is_from_me": 1, "is_read": 0}, DeliveryStatus.SENT),
        ({"is_from_me": 1, "is_delivered": 1}, DeliveryStatus.DELIVERED),
        ({"is_from_me": 1, "date_delivered": nanoseconds(NOON + 1)}, DeliveryStatus.DELIVERED),
        ({"is_from_me": 1, "is_delivered": 1, "date_read": nanoseconds(NOON + 2)}, DeliveryStatus.READ),
        ({"is_from_me": 1, "error": 22}, DeliveryStatus.FAILED),
    ],
)
def test_the_delivery_status_of_a_message(archive: Archive, columns: dict[str, Any], status: DeliveryStatus) -> None:
    assert one(archive, **columns).status is status


def test_the_times_of_a_message(archive: Archive) -> None:
    dates = {"date_delivered": nanoseconds(NOON + 1), "date_read": nanoseconds(NOON + 2), "date_edited": 0}
    message = one(archive, is_from_me=1, **dates)
    assert message.delivered_at == (NOON + 1) * SECOND
    assert message.read_at == message.changed_at == (NOON + 2) * SECOND


def test_an_edited_message_has_its_current_text_and_the_time_of_the_edit(archive: Archive) -> None:
    message = one(archive, text="now", date_edited=nanoseconds(NOON + 60))
    assert (message.parts, message.sent_at) == (("now",), NOON * SECOND)
    assert message.changed_at == (NOON + 60) * SECOND


def summary(versions: dict[str, list[str]], unsent: Sequence[int] = ()) -> bytes:
    """The ``message_summary_info`` of a message with these versions of its edited parts."""
    edited = {part: [{"d": 1.5, "t": archived(text)} for text in texts] for part, texts in versions.items()}
    return plistlib.dumps({"ec": edited, "otr": {}, "rp": list(unsent)}, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize(
    ("info", "parts"),
    [
        (summary({"0": ["first", "now"]}), ("now",)),
        (summary({"10": ["c"], "2": ["b"], "0": ["a"]}), ("a\nb\nc",)),
        (summary({"0": ["kept"], "1": ["gone"]}, unsent=[1]), ("kept",)),
    ],
)
def test_an_edited_message_whose_text_is_only_in_its_summary(archive: Archive, info: bytes, parts: Any) -> None:
    assert one(archive, text=None, date_edited=nanoseconds(NOON + 9), message_summary_info=info).parts == parts


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (summary({"0": ["gone"]}, unsent=[0]), Reason.UNSENT),
        (b"bplist00garbage", Reason.EMPTY),
        (b"garbage", Reason.EMPTY),
        (plistlib.dumps(["a"], fmt=plistlib.FMT_BINARY), Reason.EMPTY),
        (plistlib.dumps({"ec": {"0": [{"t": b"x"}]}}, fmt=plistlib.FMT_BINARY), Reason.EMPTY),
    ],
)
def test_a_summary_without_text(archive: Archive, info: bytes, reason: Reason) -> None:
    archive.message(archive.chat(ADA), at=NOON, text=None, message_summary_info=info)
    assert read_archive.read(IMessage(archive.close(), LINE, "US")).skipped == [reason]


def test_a_subject_without_a_text_comes_after_the_files(archive: Archive) -> None:
    message = archive.message(archive.chat(ADA), at=NOON, text="\ufffc", subject="The sea")
    archive.attachment(message, transfer_name="sea.heic")
    assert messages(archive)[0].parts == (Attachment("sea.heic", None), "The sea")


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        ({"text": "\ufffcbefore\ufffcbetween"}, ("1", "before", "2", "between")),
        ({"text": None, "attributedBody": archived("\ufffcHello\ufffc")}, ("1", "Hello", "2")),
        ({"text": "Hello"}, ("Hello", "1", "2")),
        ({"text": "\ufffc \ufffc\ufffc\ufffclast"}, ("1", "2", "last")),
        ({"text": None}, ("1", "2")),
    ],
)
def test_files_take_the_positions_that_the_text_marks(
    archive: Archive, columns: dict[str, Any], parts: tuple[str, ...]
) -> None:
    message = archive.message(archive.chat(ADA), at=NOON, **columns)
    archive.attachment(message, transfer_name="1")
    archive.attachment(message, transfer_name="2")
    (read,) = messages(archive)
    assert tuple([part if isinstance(part, str) else part.filename for part in read.parts]) == parts


@pytest.mark.parametrize(
    ("columns", "attachment"),
    [
        (
            {"filename": "~/Library/A/IMG_1.HEIC", "transfer_name": "Sea.heic", "mime_type": "image/heic"},
            Attachment("Sea.heic", "image/heic", 0, "~/Library/A/IMG_1.HEIC"),
        ),
        ({"filename": "/var/x/IMG_1.HEIC", "total_bytes": 77}, Attachment("IMG_1.HEIC", None, 77, "/var/x/IMG_1.HEIC")),
        ({"total_bytes": -1}, Attachment(None, None)),
        ({"transfer_name": b"caf\xe9.txt"}, Attachment("caf\ufffd.txt", None)),
    ],
)
def test_the_name_type_and_size_of_a_file(archive: Archive, columns: dict[str, Any], attachment: Attachment) -> None:
    archive.attachment(archive.message(archive.chat(ADA), at=NOON), **columns)
    assert messages(archive)[0].parts == (attachment,)


@pytest.mark.parametrize(
    "columns", [{"hide_attachment": 1}, {"filename": "~/x/ab.pluginPayloadAttachment", "transfer_name": None}]
)
def test_the_preview_of_a_link_is_not_a_file(archive: Archive, columns: dict[str, Any]) -> None:
    archive.attachment(archive.message(archive.chat(ADA), at=NOON, text="https://example.com"), **columns)
    assert messages(archive)[0].parts == ("https://example.com",)


@pytest.mark.parametrize(("part", "index"), [("0:0:17", 0), ("2:18:9", 2), (None, 0), ("garbage", 0)])
def test_a_reply_names_the_first_message_of_its_thread(archive: Archive, part: str | None, index: int) -> None:
    message = one(archive, thread_originator_guid="G-first", thread_originator_part=part)
    assert message.reply_to == ArchivedReply("G-first", index)


KINDS = ["love", "like", "dislike", "laugh", "emphasize", "question"]


@pytest.mark.parametrize(("kind", "name"), list(enumerate(KINDS, 2000)))
def test_the_type_of_a_tapback(archive: Archive, kind: int, name: str) -> None:
    chat = archive.chat(ADA)
    archive.message(chat, at=NOON, text="a", guid="M")
    archive.tapback(chat, at=NOON + 5, to="p:0/M", kind=kind)
    (message,) = messages(archive)
    assert message.reactions == (ArchivedReaction(ADA, ReactionType(name), 0),)
    assert message.changed_at == (NOON + 5) * SECOND


def test_an_emoji_is_a_custom_reaction(archive: Archive) -> None:
    chat = archive.chat(ADA)
    archive.message(chat, at=NOON, text="a", guid="M")
    archive.tapback(chat, at=NOON, to="M", kind=2006, associated_message_emoji="🥐", is_from_me=1)
    assert messages(archive)[0].reactions == (ArchivedReaction(None, ReactionType.CUSTOM, 0, "🥐"),)


@pytest.mark.parametrize(("to", "part"), [("p:1/M", 1), ("bp:M", 0), ("M", 0), ("p:9/M", 1), ("p:x/M", 0)])
def test_the_part_that_a_reaction_refers_to(archive: Archive, to: str, part: int) -> None:
    chat = archive.chat(ADA)
    archive.attachment(archive.message(chat, at=NOON, text="\ufffclook", guid="M"))
    archive.tapback(chat, at=NOON, to=to)
    assert messages(archive)[0].reactions == (ArchivedReaction(ADA, ReactionType.LOVE, part),)


def test_a_person_has_at_most_one_reaction_to_a_part_until_they_remove_it(archive: Archive) -> None:
    ada, bob = archive.handle(ADA), archive.handle(BOB)
    group = archive.group("chat1", ada, bob)
    archive.message(group, at=NOON, text="a", handle=ada, guid="M")
    for at, handle, kind in (
        (1, ada, 2000),
        (2, ada, 2003),  # replaces the first
        (3, bob, 2001),
        (4, bob, 3001),
        (5, ada, 3000),  # removes a reaction that was replaced
    ):
        archive.tapback(group, at=NOON + at, handle=handle, to="p:0/M", kind=kind)
    (message,) = messages(archive)
    assert message.reactions == (ArchivedReaction(ADA, ReactionType.LAUGH, 0),)
    assert message.changed_at == (NOON + 5) * SECOND


def test_a_reaction_stored_before_its_message_is_read(archive: Archive) -> None:
    """Rows are in the order of arrival. Messages synchronised from iCloud arrive in any order."""
    chat = archive.chat(ADA)
    archive.tapback(chat, at=NOON + 1, to="p:0/M")
    archive.message(chat, at=NOON, text="a", guid="M")
    assert messages(archive)[0].reactions == (ArchivedReaction(ADA, ReactionType.LOVE, 0),)


@pytest.mark.parametrize("kind", [2007, 3007, 2999])
def test_an_unknown_kind_of_reaction_is_ignored(archive: Archive, kind: int) -> None:
    chat = archive.chat(ADA)
    archive.message(chat, at=NOON, text="a", guid="M")
    archive.tapback(chat, at=NOON, to="p:0/M", kind=kind)
    assert messages(archive)[0].reactions == ()


def test_reactions_and_files_of_missing_messages_are_ignored(archive: Archive) -> None:
    chat = archive.chat(ADA)
    archive.tapback(chat, at=NOON, to="p:0/gone")
    archive.attachment(99_999, transfer_name="lost.jpg")
    archive.message(chat, at=NOON, text="a")
    (message,) = messages(archive)
    assert (message.parts, message.reactions) == (("a",), ())
