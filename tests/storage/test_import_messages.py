"""Importing real archives, on both engines: every message once, what follows from them, and nothing else."""

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
from tests.support.opened import OpenStore, opened_store
from tests.support.partners import Tenant, new_partner, save
from tests.support.stored import Stored, stored, told
from trunkline.actions import import_chats as importing
from trunkline.actions.import_chats import Imported, import_chats
from trunkline.domain.chat import Chat, HealthStatus, ParticipantStatus, Service
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import SECOND
from trunkline.domain.message import Content, DeliveryStatus, MediaPart, Message, ReactionType, TextPart
from trunkline.sources.base import Source
from trunkline.sources.imessage import IMessage
from trunkline.sources.sms_backup import SmsBackup
from trunkline.storage import consent, messages
from trunkline.storage.changes import change
from trunkline.storage.store import Store, open_store

START = 1_700_000_000  # seconds, of the first message of an archive; before NOW
Build: TypeAlias = Callable[[Archive], object]


@pytest.fixture
def store(opened: OpenStore) -> Store:
    return opened.store


class Importing:
    """Imports archives for a new partner, one after the other."""

    def __init__(self, store: Store, folder: Path, tenant: Tenant) -> None:
        self.tenant = tenant
        self._store = store
        self._folder = folder
        self._count = 0

    async def imessage(self, build: Build, line: str = LINE) -> Imported:
        """The archive that ``build`` makes."""
        self._count += 1
        archive = Archive(self._folder / f"{self._count}.db")
        archive.connection.execute("BEGIN")
        build(archive)
        archive.connection.execute("COMMIT")
        return await self.source(IMessage(archive.close(), line, "US"), line)

    async def sms(self, *elements: str) -> Imported:
        """A backup of these messages."""
        return await self.source(SmsBackup(backup(self._folder, *elements), LINE, "US"), LINE)

    async def source(self, source: Source, line: str) -> Imported:
        """Any archive."""
        return await import_chats(
            self._store, self.tenant.id, line, source, thresholds=Thresholds(), now=NOW, progress=lambda _: None
        )

    async def stored(self) -> Stored:
        """What there is of the partner."""
        return await stored(self._store, self.tenant.id)


async def importing_into(store: Store, folder: Path) -> Importing:
    """For a partner of its own."""
    return Importing(store, folder, await new_partner(store))


def only(found: Stored) -> tuple[Chat, list[Message]]:
    """The only chat, and its messages."""
    (chat,) = found.chats.values()
    return chat, found.of(chat)


def talk(archive: Archive) -> None:
    """A short conversation with everything in it."""
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


def test_what_an_archive_says_is_what_there_is(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
        imported = await into.imessage(talk)
        assert (imported.messages, imported.new_messages) == (3, 3)
        chat, (ask, answer, great) = only(await into.stored())
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


def test_nobody_is_told_of_the_past(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
        await into.imessage(talk)
        assert await told(store, into.tenant.id) == []

    opened.run(play())


def test_a_backup_has_its_files_and_what_is_not_read(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
        at = START * 1000
        elements = [
            sms(ALICE, "Hello", date=at, read="0"),
            mms(ALICE, date=at + 1, parts=[text_part("Look"), data_part("QQ==")]),
            sms(ALICE, "Nice", kind=2, date=at + 2, status="0"),
        ]
        assert (await into.sms(*elements)).new_messages == 3
        # The same message twice in one backup, and a later backup that knows more.
        again = await into.sms(sms(ALICE, "Hello", date=at, read="1"), *elements, elements[2])
        assert (again.messages, again.new_messages, again.changed) == (5, 0, 1)
        chat, (hello, look, nice) = only(await into.stored())
        assert (chat.message_count, chat.unread_count) == (3, 0)
        assert hello.delivery_status is DeliveryStatus.READ
        assert nice.delivery_status is DeliveryStatus.DELIVERED
        assert [type(part) for part in look.content.parts] == [TextPart, MediaPart]

    opened.run(play())


def test_a_later_copy_brings_what_has_happened_since(opened: OpenStore, store: Store, tmp_path: Path) -> None:
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
        into = await importing_into(store, tmp_path)
        await into.imessage(before)
        imported = await into.imessage(after)
        assert (imported.changed, imported.new_messages) == (1, 1)
        chat, (first, second, _) = only(await into.stored())
        assert (chat.message_count, chat.unread_count) == (3, 0)
        assert (first.content.text, first.delivery_status) == ("edited", DeliveryStatus.READ)
        assert second.delivery_status is DeliveryStatus.READ
        assert second.content.parts[0].reactions[0].by.is_me
        # The older copy again takes nothing back.
        known = await into.stored()
        older = await into.imessage(before)
        assert (older.changed, older.new_messages) == (0, 0)
        assert await into.stored() == known

    opened.run(play())


def test_messages_join_those_that_a_chat_has(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
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
        async with change(store.database, into.tenant.id, NOW) as writing:
            await messages.add(writing, [live])
            await writing.save([chat])
        imported = await into.imessage(talk)
        assert (imported.new, imported.changed) == (0, 1)
        merged, (*past, present) = only(await into.stored())
        assert (merged.id, merged.updated_at) == (chat.id, NOW)
        assert (merged.message_count, merged.unread_count) == (4, 2)
        assert present == live
        assert len(past) == 3
        # What was answered last decides, and that is the live message.
        assert merged.health.status is HealthStatus.HEALTHY

    opened.run(play())


def test_a_reaction_that_came_live_stays(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
        await into.imessage(talk)
        _, (ask, *_) = only(await into.stored())
        edited = msgspec.structs.replace(ask, content=Content((TextPart("edited here"),)), updated_at=NOW)
        async with change(store.database, into.tenant.id, NOW) as writing:
            await messages.save(writing, [edited])
        assert (await into.imessage(talk)).changed == 0
        assert edited in (await into.stored()).messages

    opened.run(play())


def test_somebody_who_wrote_and_is_no_member_is_the_sender_all_the_same(
    opened: OpenStore, store: Store, tmp_path: Path
) -> None:
    def build(archive: Archive) -> None:
        ada, bob = archive.handle(ALICE), archive.handle(BOB)
        group = archive.group("chat7", ada, display_name="Trip")
        archive.message(group, at=START, handle=ada, text="Ready?")
        archive.message(group, at=START + 1, handle=bob, text="Yes")

    async def play() -> None:
        into = await importing_into(store, tmp_path)
        await into.imessage(build)
        chat, (_, yes) = only(await into.stored())
        gone = chat.participant(BOB)
        assert gone is not None
        assert gone.status is ParticipantStatus.LEFT
        assert (yes.sender.id, yes.sender.status) == (gone.id, ParticipantStatus.ACTIVE)

    opened.run(play())


def sent(archive: Archive, chat: int, count: int, *, start: int = START, **columns: Any) -> None:
    """So many messages of the line's own."""
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
        into = await importing_into(store, tmp_path)
        await into.imessage(lambda archive: sent(archive, archive.chat(ALICE), count, **columns))
        chat, _ = only(await into.stored())
        assert (chat.health.status, chat.health.updated_at) == (status, (START + since) * SECOND)

    opened.run(play())


def stop(archive: Archive, at: int = START, text: str = "STOP", of: str = ALICE) -> None:
    """Somebody writes that in their direct chat."""
    handle = archive.handle(of)
    archive.message(archive.chat(of, handle), at=at, handle=handle, text=text)


def test_an_opt_out_blocks_until_they_write_again_anywhere(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    def in_a_group(archive: Archive) -> None:
        ada, bob = archive.handle(ALICE), archive.handle(BOB)
        group = archive.group("chat7", ada, bob)
        archive.message(group, at=START + 5, handle=bob, text="Hello")  # somebody else
        archive.message(group, at=START + 6, handle=ada, text="STOP")  # a keyword

    def back(archive: Archive) -> None:
        in_a_group(archive)
        archive.message(1, at=START + 7, handle=1, text="Hello")

    async def play() -> None:
        into = await importing_into(store, tmp_path)
        await into.imessage(stop)
        chat, _ = only(await into.stored())
        assert (chat.health.status, chat.health.updated_at) == (HealthStatus.OPTED_OUT, START * SECOND)
        assert (await into.stored()).opt_outs == [(ALICE, chat.id, START * SECOND)]
        async with change(store.database, into.tenant.id, NOW) as reading:
            assert await consent.opt_outs(reading, ALICE) == [chat.id]
        # Over another line, and in a group: the same person.
        await into.imessage(in_a_group, OTHER_LINE)
        assert (await into.stored()).opt_outs != []
        imported = await into.imessage(back, OTHER_LINE)
        assert (imported.new_messages, imported.changed) == (1, 2)
        found = await into.stored()
        assert found.opt_outs == []
        assert found.chats[chat.id].health.status is HealthStatus.HEALTHY

    opened.run(play())


def test_who_wrote_something_later_in_another_chat_has_not_opted_out(
    opened: OpenStore, store: Store, tmp_path: Path
) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
        await into.imessage(lambda archive: stop(archive, START + 9, "Hello"), OTHER_LINE)
        await into.imessage(stop)
        found = await into.stored()
        assert found.opt_outs == []
        assert {chat.health.status for chat in found.chats.values()} == {HealthStatus.HEALTHY}

    opened.run(play())


def test_an_older_archive_lifts_no_opt_out(opened: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        into = await importing_into(store, tmp_path)
        await into.imessage(stop)
        before = (await into.stored()).opt_outs
        await into.imessage(lambda archive: stop(archive, START - 9, "Hello"), OTHER_LINE)
        await into.sms(sms(ALICE, "Hello", date=(START - 5) * 1000))
        assert (await into.stored()).opt_outs == before

    opened.run(play())


def test_nothing_is_left_of_an_import_that_fails_on_the_way(
    opened: OpenStore, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise KeyboardInterrupt

    async def play() -> None:
        into = await importing_into(store, tmp_path)
        monkeypatch.setattr(importing, "settle_chats", fail)
        with pytest.raises(KeyboardInterrupt):
            await into.imessage(talk)
        found = await into.stored()
        assert (found.chats, found.messages, found.opt_outs) == ({}, [], [])

    opened.run(play())


class Happened(msgspec.Struct, frozen=True):
    """Something in an archive: a message, or a reaction to one before it."""

    at: int
    chat: int
    by: int
    """0 is the line, the others are people."""
    text: str
    failed: bool
    unread: bool
    about: int | None
    """How many messages back the one is that this answers, or reacts to."""
    reaction: int | None


HAPPENED = st.builds(
    Happened,
    at=st.integers(1, 40),
    chat=st.integers(0, 2),
    by=st.integers(0, 2),
    text=st.sampled_from(["hello", "STOP", "opt out", "see\ufffcyou", ""]),
    failed=st.booleans(),
    unread=st.booleans(),
    about=st.none() | st.integers(1, 5),
    reaction=st.none() | st.sampled_from([2000, 2001, 2006, 3000, 3001]),
)


def build_of(happened: Sequence[Happened]) -> Build:
    """An archive of two people, with a direct chat each and a group, in which this happened."""

    def build(archive: Archive) -> None:
        people = [archive.handle(ALICE), archive.handle(BOB)]
        chats = [archive.chat(ALICE, people[0]), archive.chat(BOB, people[1]), archive.group("chat7", *people)]
        guids: list[list[str]] = [[], [], []]
        for number, each in enumerate(
            [Happened(0, chat, 0, "begin", False, False, None, None) for chat in range(3)] + list(happened)
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
    """Two stores whose partners have the same ids, and so their chats, if both get them in step."""
    with opened_store(new_database()) as one, opened_store(new_database()) as other:
        yield one, other


@settings(max_examples=40)
@given(happened=st.lists(HAPPENED, max_size=25), cut=st.floats(0, 1))
def test_in_pieces_and_again_is_the_same_as_at_once(
    pair: tuple[OpenStore, OpenStore],
    tmp_path_factory: pytest.TempPathFactory,
    happened: list[Happened],
    cut: float,
) -> None:
    whole = build_of(happened)
    prefix = build_of(happened[: round(cut * len(happened))])
    one, other = pair

    async def at_once(store: Store) -> Stored:
        into = await importing_into(store, tmp_path_factory.mktemp("whole"))
        first = await into.imessage(whole)
        found = await into.stored()
        again = await into.imessage(whole)
        assert (again.new, again.changed, again.new_messages) == (0, 0, 0)
        assert again.messages == first.messages == first.new_messages
        assert await into.stored() == found
        return found

    async def in_pieces(store: Store) -> Stored:
        into = await importing_into(store, tmp_path_factory.mktemp("pieces"))
        first = await into.imessage(prefix)
        second = await into.imessage(whole)
        assert first.new_messages + second.new_messages == second.messages
        return await into.stored()

    assert other.run(in_pieces(other.store)) == one.run(at_once(one.store))


async def test_an_archive_may_be_more_than_a_batch(database_url: str, tmp_path: Path) -> None:
    def build(archive: Archive) -> None:
        ada = archive.handle(ALICE)
        chat = archive.chat(ALICE, ada)
        for number in range(2_500):
            archive.message(chat, at=START + number, handle=ada, text=f"{number}", is_from_me=number % 2)

    with_line = make_chat(72, line=OTHER_LINE)
    async with open_store(database_url) as store:
        into = await importing_into(store, tmp_path)
        await save(store, into.tenant.id, with_line)
        imported = await into.imessage(build)
        assert (imported.messages, imported.new_messages) == (2_500, 2_500)
        found = await into.stored()
        chat = next(chat for chat in found.chats.values() if chat.id != with_line.id)
        assert [message.content.text for message in found.of(chat)] == [str(number) for number in range(2_500)]
