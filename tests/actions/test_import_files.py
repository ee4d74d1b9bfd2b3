"""The files of imported messages become attachments, once each, on both engines and in both file stores."""

import base64
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from tests.sources.messages_archive import Archive
from tests.sources.sms_archive import backup, data_part, mms, text_part
from tests.support.chats import ALICE, LINE, NOW
from tests.support.open_store import OpenStore
from tests.support.partners import Tenant, context, new_partner
from tests.support.store_contents import Stored, stored
from trunkline.actions.attachments.attachments import delete_attachment, find_file, open_file, read_file
from trunkline.actions.attachments.sweep import UNUSED_FOR, sweep
from trunkline.actions.imports.archive import import_archive, import_archive_with_files
from trunkline.actions.imports.summary import ImportedFiles, ImportSummary
from trunkline.actions.messages.change_message import delete_message
from trunkline.actions.operator.check_store import check_store
from trunkline.domain import attachment
from trunkline.domain.errors import NoSuchAttachment
from trunkline.domain.message import MediaPart
from trunkline.sources.base import Reason, Source
from trunkline.sources.imessage.reader import IMessage
from trunkline.sources.sms_backup.reader import SmsBackup
from trunkline.storage.store import Store

START = 1_700_000_000
AT = START * 1000
JPEG = b"\xff\xd8\xff jpeg"


@pytest.fixture
def store(opened_with_files: OpenStore) -> Store:
    return opened_with_files.store


class Importer:
    """Imports archives with their files for a new partner."""

    def __init__(self, store: Store, folder: Path, tenant: Tenant) -> None:
        self.store = store
        self.folder = folder
        self.tenant = tenant

    def sms(self, *elements: str) -> SmsBackup:
        return SmsBackup(backup(self.folder, *elements), LINE, "US")

    async def add(self, source: Source) -> ImportedFiles:
        """Imports an archive with its files."""
        summary = await import_archive_with_files(
            self.store, self.tenant.id, LINE, source, clock=lambda: NOW, progress=lambda _: None
        )
        assert summary.files is not None
        assert summary.files.read == summary.files.new + summary.files.known + summary.files.skipped.total()
        return summary.files

    async def add_without_files(self, source: Source) -> ImportSummary:
        """Imports an archive without its files."""
        return await import_archive(self.store, context(self.tenant.id), LINE, source, progress=lambda _: None)

    async def stored(self) -> Stored:
        """Everything of the partner; each file must have its attachment, or be about to be deleted."""
        assert (await check_store(self.store.database, self.store.files))[1] == []
        return await stored(self.store, self.tenant.id)

    async def media(self) -> list[MediaPart]:
        """The media parts of all messages."""
        messages = (await self.stored()).messages
        return [part for message in messages for part in message.content.parts if isinstance(part, MediaPart)]

    async def content(self, part: MediaPart) -> bytes:
        """The file of a part."""
        found = await open_file(self.store, self.tenant.id, part.id)
        return b"".join([piece async for piece in read_file(self.store, found)])

    async def files(self) -> list[str]:
        """The names of this partner's files in the file store."""
        names = [name async for name in self.store.files.names()]
        return sorted([name for name in names if name.startswith(f"{self.tenant.id}/")])


async def new_importer(store: Store, folder: Path) -> Importer:
    return Importer(store, folder, await new_partner(store))


def data(content: bytes) -> str:
    return base64.b64encode(content).decode()


def messages_archive(folder: Path, files: Sequence[tuple[str, str]]) -> Path:
    """A ``chat.db`` with a message for each file, given as path below ``Attachments`` and type."""
    archive = Archive(folder / "chat.db")
    chat = archive.chat(ALICE)
    for number, (path, mime_type) in enumerate(files):
        message = archive.message(chat, at=START + number, text="\ufffc", service="iMessage")
        name = path.rpartition("/")[2]
        location = f"~/Library/Messages/Attachments/{path}"
        archive.attachment(message, filename=location, transfer_name=name, mime_type=mime_type, total_bytes=5)
    return archive.close()


def test_the_files_of_a_backup_are_attachments_of_its_messages(
    opened_with_files: OpenStore, store: Store, tmp_path: Path
) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        elements = mms(ALICE, date=AT, parts=[text_part("Look"), data_part(data(JPEG), name="sea/1.jpg")])
        assert await importer.add(importer.sms(elements)) == ImportedFiles(1, 0, Counter())
        (part,) = await importer.media()
        assert (part.url, part.filename, part.mime_type) == (None, "sea_1.jpg", "image/jpeg")
        assert part.size_bytes == len(JPEG)
        assert await importer.content(part) == JPEG
        found = await find_file(store, importer.tenant.id, part.id, NOW)
        assert (found.status, found.size_bytes, found.url) == ("complete", len(JPEG), None)

    opened_with_files.run(play())


def test_importing_again_adds_and_copies_nothing(opened_with_files: OpenStore, store: Store, tmp_path: Path) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        elements = [mms(ALICE, date=AT + n, parts=[data_part(data(JPEG + bytes([n])))]) for n in range(3)]
        assert (await importer.add(importer.sms(*elements))).new == 3
        before, files = await importer.stored(), await importer.files()
        again = await importer.add(importer.sms(*elements, elements[0]))
        assert (again.new, again.known) == (0, 4)
        assert (await importer.add_without_files(importer.sms(*elements))).changed == 0
        assert (await importer.stored(), await importer.files()) == (before, files)

    opened_with_files.run(play())


def test_files_are_added_to_messages_that_were_imported_without(
    opened_with_files: OpenStore, store: Store, tmp_path: Path
) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        elements = [mms(ALICE, date=AT, parts=[text_part("Look"), data_part(data(JPEG))]), mms(ALICE, date=AT + 1)]
        await importer.add_without_files(importer.sms(*elements))
        before = await importer.stored()
        (part,) = await importer.media()
        assert (part.url or "").startswith("https://trunkline.invalid/")
        assert (await importer.add(importer.sms(*elements))).new == 1
        after = await importer.stored()
        (added,) = await importer.media()
        assert (added.id, added.url) == (part.id, None)
        assert after.chats == before.chats
        assert [each.updated_at for each in after.messages] == [each.updated_at for each in before.messages]

    opened_with_files.run(play())


def test_the_files_of_messages_are_read_from_the_folder(
    opened_with_files: OpenStore, store: Store, tmp_path: Path
) -> None:
    files = [
        ("ab/11/G/IMG_1.jpeg", "image/jpeg"),
        ("ab/11/G/IMG_1.jpeg", "image/jpeg"),  # two messages with the same file
        ("ab/12/G/clip.MOV", "application/octet-stream"),  # its name has the type
        ("ab/13/G/gone.jpeg", "image/jpeg"),
        ("../../secret.jpeg", "image/jpeg"),
        ("ab/14/G/sticker.webp", "image/webp"),
        ("ab/15/G/empty.jpeg", "image/jpeg"),
        ("ab/16/G/large.jpeg", "image/jpeg"),
        ("ab/17/G/note.pdf", "application/pdf"),
    ]
    folder = tmp_path / "Messages"
    for name, content in {"11/G/IMG_1.jpeg": JPEG, "12/G/clip.MOV": b"m", "14/G/sticker.webp": b"w"}.items():
        (folder / "Attachments/ab" / name).parent.mkdir(parents=True)
        (folder / "Attachments/ab" / name).write_bytes(content)
    for name in ("15/G/empty.jpeg", "16/G/large.jpeg"):
        (folder / "Attachments/ab" / name).parent.mkdir(parents=True)
        (folder / "Attachments/ab" / name).touch()
    (folder / "Attachments/ab/17/G/note.pdf").mkdir(parents=True)
    with (folder / "Attachments/ab/16/G/large.jpeg").open("wb") as file:
        file.truncate(attachment.MAX_SIZE + 1)
    (tmp_path / "secret.jpeg").write_bytes(b"secret")
    path = messages_archive(tmp_path, files)

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        added = await importer.add(IMessage(path, LINE, "US", folder))
        assert (added.new, added.known) == (3, 0)
        assert added.skipped == {
            Reason.NO_FILE: 1,
            Reason.OUTSIDE: 1,
            Reason.TYPE: 1,
            Reason.NO_BYTES: 1,
            Reason.TOO_LARGE: 1,
            Reason.NOT_A_FILE: 1,
        }
        one, two, clip, gone, *_ = await importer.media()
        assert one.id != two.id
        assert [await importer.content(each) for each in (one, two, clip)] == [JPEG, JPEG, b"m"]
        assert (clip.mime_type, clip.size_bytes) == ("video/quicktime", 1)
        assert (gone.url or "").startswith("https://trunkline.invalid/")
        # A file that appears later is added then, and one that was deleted here stays away.
        (folder / "Attachments/ab/13/G").mkdir(parents=True)
        (folder / "Attachments/ab/13/G/gone.jpeg").write_bytes(JPEG)
        await delete_attachment(store, context(importer.tenant.id), one.id)
        again = await importer.add(IMessage(path, LINE, "US", folder))
        assert (again.new, again.known, again.skipped.total()) == (1, 3, 5)
        assert len(await importer.files()) == 3

    opened_with_files.run(play())


@pytest.mark.parametrize("box", [1, 2])  # received, sent
def test_the_file_of_an_imported_message_goes_with_it(
    opened_with_files: OpenStore, store: Store, tmp_path: Path, box: int
) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        ctx = context(importer.tenant.id)
        for number in range(2):
            await importer.add(importer.sms(mms(ALICE, date=AT + number, box=box, parts=[data_part(data(JPEG))])))
        first, second = (await importer.stored()).messages
        assert first.is_from_me is (box == 2)
        await delete_message(store, ctx, first.id)
        [kept] = await importer.media()
        assert len(await importer.files()) == 1
        assert await importer.content(kept) == JPEG
        await delete_message(store, ctx, second.id)
        assert await importer.files() == []
        with pytest.raises(NoSuchAttachment):
            await find_file(store, importer.tenant.id, kept.id, NOW)

    opened_with_files.run(play())


class Interrupted(SmsBackup):
    """A backup whose import is interrupted while the second file is copied."""

    opened = 0

    def read_file(self, location: str) -> Generator[bytes]:
        self.opened += 1
        for piece in super().read_file(location):
            yield piece[:1]
            if self.opened == 2:
                raise KeyboardInterrupt
            yield piece[1:]


def test_an_interrupted_import_continues_and_leaves_no_file(
    opened_with_files: OpenStore, store: Store, tmp_path: Path
) -> None:
    elements = [mms(ALICE, date=AT + n, parts=[data_part(data(JPEG + bytes([n])))]) for n in range(4)]

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        with pytest.raises(KeyboardInterrupt):
            await importer.add(Interrupted(backup(tmp_path, *elements), LINE, "US"))
        assert [part.url is None for part in await importer.media()] == [True, False, False, False]
        done = await importer.add(importer.sms(*elements))
        assert (done.new, done.known) == (3, 1)
        assert [await importer.content(part) for part in await importer.media()] == [
            JPEG + bytes([n]) for n in range(4)
        ]
        await sweep(store, NOW + 2 * UNUSED_FOR)
        assert len(await importer.files()) == 4

    opened_with_files.run(play())


@pytest.mark.parametrize("content", ["====", "QQ=Q", "Q", "ÿ"])
def test_base64_that_is_damaged_is_skipped(
    opened_with_files: OpenStore, store: Store, tmp_path: Path, content: str
) -> None:
    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        source = importer.sms(mms(ALICE, date=AT, parts=[data_part(content)]))
        assert (await importer.add(source)).skipped == {Reason.UNREADABLE: 1}
        assert await importer.files() == []

    opened_with_files.run(play())


def test_white_space_in_base64_is_ignored(opened_with_files: OpenStore, store: Store, tmp_path: Path) -> None:
    content = JPEG * 1000
    lines = base64.encodebytes(content).decode()

    async def play() -> None:
        importer = await new_importer(store, tmp_path)
        wrapped = [mms(ALICE, date=AT + n, parts=[data_part(lines.replace("\n", n * "&#10;"))]) for n in (1, 2)]
        assert (await importer.add(importer.sms(*wrapped))).new == 2
        assert [await importer.content(part) for part in await importer.media()] == [content] * 2

    opened_with_files.run(play())
