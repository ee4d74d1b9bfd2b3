"""Imports of real archives store every message once and what follows from the messages, on both engines."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NewDatabase
from tests.sources.messages_archive import Archive, nanoseconds
from tests.sources.sms_archive import backup, data_part, mms, sms, text_part
from tests.support.chats import ALICE, BOB, LINE, NOW, OTHER_LINE, make_chat
from tests.support.examples import examples
from tests.support.open_store import OpenStore, opened_store
from tests.support.partners import Tenant, context, new_partner, save
from tests.support.store_contents import Stored, outbox_and_events, stored
from trunkline.actions.imports import archive as archive_import
from trunkline.actions.imports.archive import import_archive
from trunkline.actions.imports.summary import ImportSummary
from trunkline.domain.chat import Chat, HealthStatus, ParticipantStatus, Service
from trunkline.domain.instant import SECOND
from trunkline.domain.message import Content, DeliveryStatus, MediaPart, Message, ReactionType, TextPart
from trunkline.sources.base import Source
from trunkline.sources.imessage.reader import IMessage
from trunkline.sources.sms_backup.reader import SmsBackup
from trunkline.storage import messages, opt_outs
from trunkline.storage.store import Store, open_store

START = 1_700_000_000  # seconds, of the first message of an archive; before NOW
Build: TypeAlias = Callable[[Archive], object]


@pytest.fixture
def store(opened: OpenStore) -> Store:
    return opened.store


class Importer:
    """Imports archives for a new partner, one after the other."""

    def __init__(self, store: Store, folder: Path, tenant: Tenant) -> None:
        self.tenant = tenant
        self._store = store
        self._folder = folder
        self._count = 0

    async def imessage(self, build: Build, line: str = LINE) -> ImportSummary:
        """Imports the archive that ``build`` makes."""
        self._count += 1
        archive = Archive(self._folder / f"{self._count}.db")
        archive.connection.execute("BEGIN")
        build(archive)
        archive.connection.execute("COMMIT")
        return await self.source(IMessage(archive.close(), line, "US"), line)

    async def sms(self, *elements: str) -> ImportSummary:
        """Imports a backup of these messages."""
        return await self.source(SmsBackup(backup(self._folder, *elements), LINE, "US"), LINE)

    async def source(self, source: Source, line: str) -> ImportSummary:
        """Imports any archive."""
        return await import_archive(self._store, context(self.tenant.id), line, source, progress=lambda _: None)

    async def stored(self) -> Stored:
        """Everything of the partner."""
        return await stored(self._store, self.tenant.id)


async def new_importer(store: Store, folder: Path) -> Importer:
    """An importer for a new partner."""
    return Importer(store, folder, await new_partner(store))


def only(found: Stored) -> tuple[Chat, list[Message]]:
    """The only chat, and its messages."""
    (chat,) = found.chats.values()
    return chat, found.of(chat)


def build_chat(archive: Archive) -> None:
    """Builds a chat with every kind of message."""
    ada = archive.handle(ALICE)
    chat = archive.chat(ALICE, ada)
    archive.message(chat, at=START, handle=ada, text="Is there bread?", guid="ASK", service="iMessage")
    archive.message(
        chat,
        at=START + 10,
        is_from_me=1,
        text="There is\ufffc",
        guid="ANSWER",
        service="iMessage",
        thread_originator_guid="ASK",
        thread_originator_part="0:0:15",
        date_delivered=nanoseconds(START + 11),
    )
    archive.attachment(2, transfer_name="Brot & Butter.heic", mime_type="image/heic", total_bytes=77)
    archive.message(chat, at=START + 20, handle=ada, text="Great", is_read=0, service="SMS")
    archive.tapback(chat, at=START + 30, handle=ada, to="p:1/ANSWER", kind=2001)


def test_every_detail_of_an_archive_is_stored(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        imported = await importer.imessage(build_chat)
        assert (imported.messages, imported.new_messages) == (3, 3)
        chat, (ask, answer, great) = only(await importer.stored())
        assert (chat.message_count, chat.unread_count) == (3, 1)
        assert (ask.content.text, ask.sender, ask.delivery_status) == ("Is there bread?", chat.participants[1], "read")
        assert ask.thread == ask.id
        assert (answer.sender, answer.delivery_status, answer.thread) == (chat.me, "delivered", ask.id)
        assert answer.content.reply_to is not None
        assert answer.content.reply_to.message_id == ask.id
        assert answer.created_at == answer.sent_at == (START + 10) * SECOND
        assert answer.delivered_at == (START + 11) * SECOND
        assert answer.updated_at == (START + 30) * SECOND
        text, media = answer.content.parts
        assert text == TextPart("There is")
        assert isinstance(media, MediaPart)
        assert (media.filename, media.mime_type, media.size_bytes) == ("Brot & Butter.heic", "image/heic", 77)
        assert media.url == f"https://trunkline.invalid/attachments/{media.id}/Brot%20%26%20Butter.heic"
        (liked,) = media.reactions
        assert (liked.type, liked.by) == (ReactionType.LIKE, chat.participants[1])
        assert (great.delivery_status, great.service) == (DeliveryStatus.RECEIVED, Service.SMS)

    opened.run(play())


def test_an_import_emits_no_events_and_no_commands(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(build_chat)
        assert await outbox_and_events(store, importer.tenant.id) == []

    opened.run(play())


def test_a_backup_has_its_files_and_its_unread_messages(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        at = START * 1000
        elements = [
            sms(ALICE, "Hello", date=at, read="0"),
            mms(ALICE, date=at + 1, parts=[text_part("Look"), data_part("QQ==")]),
            sms(ALICE, "Nice", kind=2, date=at + 2, status="0"),
        ]
        assert (await importer.sms(*elements)).new_messages == 3
        # A later backup that knows more and contains two messages twice.
        again = await importer.sms(sms(ALICE, "Hello", date=at, read="1"), *elements, elements[2])
        assert (again.messages, again.new_messages, again.changed) == (5, 0, 1)
        chat, (hello, look, nice) = only(await importer.stored())
        assert (chat.message_count, chat.unread_count) == (3, 0)
        assert hello.delivery_status is DeliveryStatus.READ
        assert nice.delivery_status is DeliveryStatus.DELIVERED
        assert [type(part) for part in look.content.parts] == [TextPart, MediaPart]

    opened.run(play())


def test_a_later_copy_adds_what_has_happened_since(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    def before(archive: Archive) -> None:
        chat = archive.chat(ALICE)
        archive.message(chat, at=START, text="to be edited", is_from_me=1)
        archive.message(chat, at=START + 1, text="unread", is_read=0)

    def after(archive: Archive) -> None:
        chat = archive.chat(ALICE)
        edited = {"date_edited": nanoseconds(START + 60), "date_read": nanoseconds(START + 50)}
        archive.message(chat, at=START, text="edited", is_from_me=1, is_delivered=1, **edited)
        archive.message(chat, at=START + 1, text="unread", is_read=1)
        archive.message(chat, at=START + 2, text="new", is_from_me=1)
        archive.tapback(chat, at=START + 3, to="G2", is_from_me=1)

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(before)
        imported = await importer.imessage(after)
        assert (imported.changed, imported.new_messages) == (1, 1)
        chat, (first, second, _) = only(await importer.stored())
        assert (chat.message_count, chat.unread_count) == (3, 0)
        assert (first.content.text, first.delivery_status) == ("edited", DeliveryStatus.READ)
        assert second.delivery_status is DeliveryStatus.READ
        assert second.content.parts[0].reactions[0].by.is_me
        # The older copy reverts nothing.
        known = await importer.stored()
        older = await importer.imessage(before)
        assert (older.changed, older.new_messages) == (0, 0)
        assert await importer.stored() == known

    opened.run(play())


def test_imported_messages_join_the_live_messages_of_a_chat(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        chat = msgspec.structs.replace(make_chat(71), message_count=1, unread_count=1)
        live = Message(
            id="00000000-0000-0000-0000-000000000001",
            chat_id=chat.id,
            sender=chat.participants[1],
            content=Content((TextPart("live"),)),
            thread="00000000-0000-0000-0000-000000000001",
            created_at=NOW,
            updated_at=NOW,
            delivery_status=DeliveryStatus.RECEIVED,
        )
        async with store.change(context(importer.tenant.id)) as change:
            await messages.add(change, [live])
            await change.save([chat])
        imported = await importer.imessage(build_chat)
        assert (imported.new, imported.changed) == (0, 1)
        merged, (*past, present) = only(await importer.stored())
        assert (merged.id, merged.updated_at) == (chat.id, NOW)
        assert (merged.message_count, merged.unread_count) == (4, 2)
        assert present == live
        assert len(past) == 3
        # The last received message decides, and that is the live one.
        assert merged.health.status is HealthStatus.HEALTHY

    opened.run(play())


def test_an_edit_after_the_import_stays(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(build_chat)
        _, (ask, *_) = only(await importer.stored())
        edited = msgspec.structs.replace(ask, content=Content((TextPart("edited here"),)), updated_at=NOW)
        async with store.change(context(importer.tenant.id)) as change:
            await messages.save(change, [edited])
        assert (await importer.imessage(build_chat)).changed == 0
        assert edited in (await importer.stored()).messages

    opened.run(play())


def test_a_sender_who_is_no_longer_a_member_stays_the_sender(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    def build(archive: Archive) -> None:
        ada, bob = archive.handle(ALICE), archive.handle(BOB)
        group = archive.group("chat7", ada, display_name="Trip")
        archive.message(group, at=START, handle=ada, text="Ready?")
        archive.message(group, at=START + 1, handle=bob, text="Yes")

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(build)
        chat, (_, yes) = only(await importer.stored())
        gone = chat.participant(BOB)
        assert gone is not None
        assert gone.status is ParticipantStatus.LEFT
        assert (yes.sender.id, yes.sender.status) == (gone.id, ParticipantStatus.ACTIVE)

    opened.run(play())


def add_sent(archive: Archive, chat: int, count: int, *, start: int = START, **columns: Any) -> None:
    """Adds messages from the line."""
    for number in range(count):
        archive.message(chat, at=start + number, is_from_me=1, text="?", **columns)


@pytest.mark.parametrize(
    ("count", "columns", "status", "since"),
    [
        (4, {}, HealthStatus.HEALTHY, 0),
        (5, {}, HealthStatus.AT_RISK, 4),
        (40, {}, HealthStatus.CRITICAL, 14),
        (2, {"error": 4}, HealthStatus.AT_RISK, 1),
    ],
)
def test_health_follows_from_the_messages(
    opened: OpenStore,
    store: Store,
    tmp_path: Path,
    count: int,
    columns: dict[str, Any],
    status: HealthStatus,
    since: int,
) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(lambda archive: add_sent(archive, archive.chat(ALICE), count, **columns))
        chat, _ = only(await importer.stored())
        assert (chat.health.status, chat.health.updated_at) == (status, (START + since) * SECOND)

    opened.run(play())


def stop(archive: Archive, at: int = START, text: str = "STOP", of: str = ALICE) -> None:
    """Adds a message from somebody in their direct chat."""
    handle = archive.handle(of)
    archive.message(archive.chat(of, handle), at=at, handle=handle, text=text)


def test_an_opt_out_lasts_until_they_write_again_in_any_chat(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    def in_a_group(archive: Archive) -> None:
        ada, bob = archive.handle(ALICE), archive.handle(BOB)
        group = archive.group("chat7", ada, bob)
        archive.message(group, at=START + 5, handle=bob, text="Hello")  # somebody else
        archive.message(group, at=START + 6, handle=ada, text="STOP")  # a keyword

    def back(archive: Archive) -> None:
        in_a_group(archive)
        archive.message(1, at=START + 7, handle=1, text="Hello")

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(stop)
        chat, _ = only(await importer.stored())
        assert (chat.health.status, chat.health.updated_at) == (HealthStatus.OPTED_OUT, START * SECOND)
        assert (await importer.stored()).opt_outs == [(ALICE, chat.id, START * SECOND)]
        async with store.change(context(importer.tenant.id)) as change:
            assert await opt_outs.chats_opted_out(change, ALICE) == [chat.id]
        # The same person, on another line and in a group.
        await importer.imessage(in_a_group, OTHER_LINE)
        assert (await importer.stored()).opt_outs != []
        imported = await importer.imessage(back, OTHER_LINE)
        assert (imported.new_messages, imported.changed) == (1, 2)
        found = await importer.stored()
        assert found.opt_outs == []
        assert found.chats[chat.id].health.status is HealthStatus.HEALTHY

    opened.run(play())


def test_a_later_message_in_another_chat_ends_an_opt_out(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(lambda archive: stop(archive, START + 9, "Hello"), OTHER_LINE)
        await importer.imessage(stop)
        found = await importer.stored()
        assert found.opt_outs == []
        assert {chat.health.status for chat in found.chats.values()} == {HealthStatus.HEALTHY}

    opened.run(play())


def test_an_older_archive_ends_no_opt_out(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        await importer.imessage(stop)
        before = (await importer.stored()).opt_outs
        await importer.imessage(lambda archive: stop(archive, START - 9, "Hello"), OTHER_LINE)
        await importer.sms(sms(ALICE, "Hello", date=(START - 5) * 1000))
        assert (await importer.stored()).opt_outs == before

    opened.run(play())


def test_an_import_that_fails_leaves_nothing(
    opened: OpenStore, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyboardInterrupt

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        monkeypatch.setattr(archive_import, "recompute_chats", fail)
        with pytest.raises(KeyboardInterrupt):
            await importer.imessage(build_chat)
        found = await importer.stored()
        assert (found.chats, found.messages, found.opt_outs) == ({}, [], [])

    opened.run(play())


class Incident(msgspec.Struct, frozen=True):
    """A message in an archive, or a reaction to an earlier message."""

    at: int
    chat: int
    by: int
    """0 is the line; the others are people."""
    text: str
    failed: bool
    unread: bool
    about: int | None
    """How many messages back the one is that this replies or reacts to."""
    reaction: int | None


INCIDENTS = st.builds(
    Incident,
    at=st.integers(1, 40),
    chat=st.integers(0, 2),
    by=st.integers(0, 2),
    text=st.sampled_from(["hello", "STOP", "opt out", "see\ufffcyou", ""]),
    failed=st.booleans(),
    unread=st.booleans(),
    about=st.none() | st.integers(1, 5),
    reaction=st.none() | st.sampled_from([2000, 2001, 2006, 3000, 3001]),
)


def build_of(incidents: Sequence[Incident]) -> Build:
    """Builds an archive with a direct chat with each of two people and a group, and these incidents in them."""

    def build(archive: Archive) -> None:
        people = [archive.handle(ALICE), archive.handle(BOB)]
        chats = [archive.chat(ALICE, people[0]), archive.chat(BOB, people[1]), archive.group("chat7", *people)]
        guids: list[list[str]] = [[], [], []]
        for number, each in enumerate(
            [Incident(0, chat, 0, "begin", False, False, None, None) for chat in range(3)] + list(incidents)
        ):
            by = each.by if each.chat == 2 or each.by == 0 else each.chat + 1
            columns: dict[str, Any] = {"handle": people[by - 1] if by else 0, "is_from_me": int(by == 0)}
            about = guids[each.chat][-each.about] if each.about and each.about <= len(guids[each.chat]) else None
            at = START + each.at
            if about is not None and each.reaction is not None:
                emoji = {"associated_message_emoji": "🥐"} if each.reaction == 2006 else {}
                archive.tapback(chats[each.chat], at=at, to=f"p:0/{about}", kind=each.reaction, **columns, **emoji)
                continue
            guid = f"M{number}"
            message = archive.message(
                chats[each.chat],
                at=at,
                guid=guid,
                text=each.text or None,
                error=int(each.failed),
                is_read=int(not each.unread),
                thread_originator_guid=about,
                service="iMessage",
                **columns,
            )
            if "\ufffc" in each.text:
                archive.attachment(message, transfer_name="photo.jpg")
            guids[each.chat].append(guid)

    return build


@pytest.fixture(scope="module")
def pair(new_database: NewDatabase) -> Iterator[tuple[OpenStore, OpenStore]]:
    """Two stores. If both add a partner for each example, the partners and their chats have the same ids."""
    with opened_store(new_database()) as one, opened_store(new_database()) as other:
        yield one, other


@pytest.mark.slow
def test_an_archive_in_two_parts_gives_the_same_as_at_once(
    pair: tuple[OpenStore, OpenStore], tmp_path_factory: pytest.TempPathFactory, engine: str
) -> None:
    one, other = pair

    async def import_at_once(store: Store, whole: Build) -> Stored:
        importer = await new_importer(store, tmp_path_factory.mktemp("whole"))
        first = await importer.imessage(whole)
        found = await importer.stored()
        again = await importer.imessage(whole)
        assert (again.new, again.changed, again.new_messages) == (0, 0, 0)
        assert (again.messages, again.known_messages) == (first.messages, first.new_messages)
        assert await importer.stored() == found
        return found

    async def import_in_parts(store: Store, prefix: Build, whole: Build) -> Stored:
        importer = await new_importer(store, tmp_path_factory.mktemp("parts"))
        first = await importer.imessage(prefix)
        second = await importer.imessage(whole)
        assert first.new_messages + second.new_messages == second.messages - second.skipped.messages.total()
        return await importer.stored()

    @settings(max_examples=examples(40, engine))
    @given(incidents=st.lists(INCIDENTS, max_size=25), cut=st.floats(0, 1))
    def agree(incidents: list[Incident], cut: float) -> None:
        whole = build_of(incidents)
        prefix = build_of(incidents[: round(cut * len(incidents))])
        in_parts = other.run(import_in_parts(other.store, prefix, whole))
        assert in_parts == one.run(import_at_once(one.store, whole))

    agree()


class Row(msgspec.Struct, frozen=True):
    """A row of ``message`` that may be damaged, in any chats, by anyone; ``about``: a reaction to an earlier row."""

    chats: list[int]
    handle: int
    columns: dict[str, Any]
    about: int | None


ROWS = st.builds(
    Row,
    chats=st.lists(st.integers(0, 5), max_size=2, unique=True),
    handle=st.integers(0, 4),
    columns=st.fixed_dictionaries(
        {},
        optional={
            "date": st.sampled_from([None, 0, -5]),
            "text": st.sampled_from([None, "", " "]),
            "item_type": st.sampled_from([1, 3, 6]),
            "is_from_me": st.just(1),
            "associated_message_type": st.sampled_from([4000, 1000]),
            "date_retracted": st.just(1),
            "date_edited": st.just(1),
        },
    ),
    about=st.none() | st.integers(0, 30),
)
KEYS = ["a", "b", "code", "code", "group", "alone"]
"""Which chat each ``chat`` row of the archive belongs to; the last one has nobody but the line."""


@pytest.mark.slow
@settings(max_examples=40)
@given(rows=st.lists(ROWS, max_size=20))
def test_every_row_of_a_messages_archive_is_counted_once(
    pair: tuple[OpenStore, OpenStore], tmp_path_factory: pytest.TempPathFactory, rows: list[Row]
) -> None:
    def build(archive: Archive) -> None:
        ada, bob, code = archive.handle(ALICE), archive.handle(BOB), archive.handle("72645", "SMS")
        other = archive.handle("AMZN")
        chats = [archive.chat(ALICE, ada), archive.chat(BOB, bob)]
        chats += [archive.chat("72645", code), archive.chat("72645", code, service="SMS")]
        chats += [archive.group("chat7", ada, bob), archive.group("chat8")]
        for number, row in enumerate(rows):
            columns: dict[str, Any] = {"text": "a", "guid": f"M{number}"} | row.columns
            if row.about is not None:
                columns |= {"associated_message_guid": f"p:0/M{row.about}", "associated_message_type": 2000}
            handle = (0, ada, bob, code, other)[row.handle]
            archive.message(*[chats[chat] for chat in row.chats], at=START + number, handle=handle, **columns)

    # A row in several chats counts in each of them.
    expected = sum([max(1, len({KEYS[chat] for chat in row.chats})) for row in rows if row.about is None])

    async def play(store: Store) -> None:
        importer = await new_importer(store, tmp_path_factory.mktemp("rows"))
        imports = [await importer.imessage(build) for _ in range(2)]
        for found in imports:
            read = found.new_messages + found.known_messages + found.skipped.messages.total()
            assert read == found.messages == expected
        assert imports[1].new_messages == 0
        assert len((await importer.stored()).messages) == imports[1].known_messages

    pair[0].run(play(pair[0].store))


ELEMENTS = st.lists(
    st.sampled_from(
        [
            sms(ALICE),
            sms(ALICE, "Hi", kind=2),
            sms(ALICE, kind=3),
            sms(ALICE, ""),
            sms(ALICE, date=0),
            sms(ALICE, kind=0),
            sms("72645"),
            sms(""),
            sms(LINE),
            mms(f"{ALICE}~{BOB}"),
            mms(f"{ALICE}~72645"),
            mms(ALICE, m_type="134"),
            mms(ALICE, parts=[]),
            mms(ALICE, parts=[data_part("QQ==")]),
            mms(ALICE, parts=[data_part("QUI=")]),
            mms(ALICE, parts=[data_part("QUI=")], m_id="1"),
            mms(ALICE, parts=[data_part("QUI=")], m_id="2"),
            "<call />",
        ]
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(elements=ELEMENTS)
def test_every_element_of_a_backup_is_counted_once(
    pair: tuple[OpenStore, OpenStore], tmp_path_factory: pytest.TempPathFactory, elements: list[str]
) -> None:
    async def play(store: Store) -> None:
        importer = await new_importer(store, tmp_path_factory.mktemp("elements"))
        imports = [await importer.sms(*elements) for _ in range(2)]
        for found in imports:
            read = found.new_messages + found.known_messages + found.skipped.messages.total()
            assert read == found.messages == len(elements)
        assert imports[1].new_messages == 0
        assert len((await importer.stored()).messages) == imports[0].new_messages

    pair[0].run(play(pair[0].store))


def test_two_pictures_of_one_second_and_name_are_two_messages(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    pictures = [mms(ALICE, parts=[data_part(data)], m_id=number) for data, number in (("QQ==", "1"), ("QUI=", "2"))]

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        assert (await importer.sms(*pictures)).new_messages == 2
        again = await importer.sms(*reversed(pictures), pictures[0])
        assert (again.new_messages, again.known_messages, again.changed) == (0, 3, 0)

    opened.run(play())


def test_a_picture_that_an_earlier_version_imported_is_not_imported_again(
    opened: OpenStore, store: Store, tmp_path: Path
) -> None:
    """An earlier version identified a picture by its sender, time, name and type alone, as if it had no bytes."""
    empty = mms(ALICE, parts=[data_part("")])
    pictures = [mms(ALICE, parts=[data_part(data)]) for data in ("QQ==", "QUI=")]

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        assert (await importer.sms(empty)).new_messages == 1
        first = await importer.sms(*pictures, pictures[0])
        assert (first.new_messages, first.known_messages) == (1, 2)
        for elements in (pictures, pictures[::-1]):
            again = await importer.sms(*elements)
            assert (again.new_messages, again.changed) == (0, 0)

    opened.run(play())


async def test_an_archive_may_be_larger_than_a_batch(database_url: str, tmp_path: Path) -> None:
    def build(archive: Archive) -> None:
        ada = archive.handle(ALICE)
        chat = archive.chat(ALICE, ada)
        for number in range(2_500):
            archive.message(chat, at=START + number, handle=ada, text=f"{number}", is_from_me=number % 2)

    with_line = make_chat(72, line=OTHER_LINE)
    async with open_store(database_url) as store:
        importer = await new_importer(store, tmp_path)
        await save(store, importer.tenant.id, with_line)
        imported = await importer.imessage(build)
        assert (imported.messages, imported.new_messages) == (2_500, 2_500)
        found = await importer.stored()
        chat = next(chat for chat in found.chats.values() if chat.id != with_line.id)
        assert [message.content.text for message in found.of(chat)] == [str(number) for number in range(2_500)]
