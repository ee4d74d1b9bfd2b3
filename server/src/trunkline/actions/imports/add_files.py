"""Add the files of imported messages to the store, as attachments.

The messages are stored already. Each file becomes an attachment with the id of its part, in one transaction with the
message that gets it, whose time of change stays. So an interrupted import continues with the first message that lacks a
file, and the file that was being copied is deleted by the sweep, as after an interrupted upload.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain

import msgspec

from trunkline.actions.attachments.sweep import delete_file
from trunkline.actions.attachments.upload import store_file
from trunkline.actions.imports.summary import ImportedFiles
from trunkline.domain import content as contents
from trunkline.domain.attachment import CONTENT_TYPES, MAX_SIZE, Attachment, safe_filename
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import FilesNotReady
from trunkline.domain.instant import Clock
from trunkline.domain.message import MediaPart, Message
from trunkline.sources.base import NoFile, Reason
from trunkline.sources.to_domain import Imported
from trunkline.storage import attachments, media_parts, messages
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

PROGRESS_STEP = 100  # messages between two progress reports


async def add_files(
    store: Store,
    partner_id: int,
    records: Iterable[Imported],
    read_file: Callable[[str], Generator[bytes]],
    *,
    clock: Clock,
    progress: Callable[[], None],
) -> ImportedFiles:
    """Adds the files of stored messages that do not have them. Raises ``FilesFull`` or ``FilesNotReady``."""
    adder = _Adder(store, partner_id, read_file, clock)
    for count, each in enumerate(records):
        if each.files:
            await adder.add(each)
        if each.files or count % PROGRESS_STEP == 0:
            progress()
    return ImportedFiles(adder.new, adder.known, adder.skipped)


class _Adder:
    """Adds the files of one message after the other."""

    def __init__(
        self, store: Store, partner_id: int, read_file: Callable[[str], Generator[bytes]], clock: Clock
    ) -> None:
        self.new = 0
        self.known = 0
        self.skipped: Counter[str] = Counter()
        self._store = store
        self._partner_id = partner_id
        self._read_file = read_file
        self._clock = clock

    async def add(self, imported: Imported) -> None:
        """Adds the files that the stored message lacks."""
        wanted, stored = await _stored(self._store.reader(self._partner_id), imported)
        parts = {part.id: part for part in stored.content.parts if isinstance(part, MediaPart)} if stored else {}
        found: list[Attachment] = []
        for index, file in imported.files:
            part = parts.get(wanted[index])
            if part is None:
                self.skipped[Reason.CHANGED] += 1
            elif part.url is None:
                self.known += 1
            else:
                try:
                    found.append(await self._stored_file(part, file.location))
                except NoFile as problem:
                    self.skipped[problem.reason] += 1
        if stored is not None and found:
            await self._attach(stored.id, found)

    async def _stored_file(self, part: MediaPart, location: str | None) -> Attachment:
        """The attachment for a part, whose file is in the file store. Raises ``NoFile``."""
        if location is None:
            raise NoFile(Reason.NO_FILE)
        content_type = _content_type(part)
        ctx = RequestContext(self._partner_id, self._clock())
        with closing(self._read_file(location)) as pieces:
            content = _Content(pieces)
            name = await store_file(self._store, ctx, content.pieces())
        return Attachment(part.id, safe_filename(part.filename), content_type, content.size, ctx.now, name)

    async def _attach(self, message_id: str, found: list[Attachment]) -> None:
        """Stores attachments, and the message with them, unless it has them or is gone by now."""
        unused: list[Attachment] = []
        async with self._store.change(RequestContext(self._partner_id, self._clock())) as change:
            message = await messages.find(change, message_id)
            lacking = _lacking(message)
            for each in found:
                if each.id in lacking and each.file is not None:
                    await attachments.add(change, msgspec.structs.replace(each, file=None))
                    if not await attachments.complete(change, each.id, each.file):
                        raise FilesNotReady("a file was deleted while it was imported; import again")
                else:
                    unused.append(each)
            if message is not None and len(unused) < len(found):
                changed = _with_attachments(message, {each.id: each for each in found})
                await media_parts.forget(change.transaction, change.partner_id, message)
                await media_parts.index_again(change.transaction, change.partner_id, [changed])
                await messages.save(change, [changed])
        self.new += len(found) - len(unused)
        for each in unused:
            self.skipped[Reason.CHANGED] += 1
            if each.file is not None:
                await delete_file(self._store, self._partner_id, each.file)


class _Content:
    """The content of a file that an archive has, while it is copied. Raises ``NoFile`` if it is missing or empty."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.size = 0
        """The bytes that were copied so far."""
        self._pieces = pieces
        # They are read before anything is stored, so that nothing is stored if there is no file.
        self._first = next((piece for piece in pieces if piece), b"")
        if not self._first:
            raise NoFile(Reason.NO_BYTES)

    async def pieces(self) -> AsyncGenerator[bytes]:
        """The content, in pieces. Raises ``NoFile``."""
        for piece in chain([self._first], self._pieces):
            self.size += len(piece)
            if self.size > MAX_SIZE:
                raise NoFile(Reason.TOO_LARGE)
            yield piece


async def _stored(reader: Reader, imported: Imported) -> tuple[list[str], Message | None]:
    """The stored message, and the ids of its parts according to the archive."""
    for each in (imported.message, *imported.former):
        found = await messages.find(reader, each.id)
        if found is not None:
            return [part.id if isinstance(part, MediaPart) else "" for part in each.content.parts], found
    return [""] * len(imported.message.content.parts), None


def _content_type(part: MediaPart) -> str:
    """The type of a file, or that of its name. Raises ``NoFile`` if the API has neither."""
    for content_type in (part.mime_type.lower(), contents.media_part(part.id, part.filename).mime_type):
        if content_type in CONTENT_TYPES:
            return content_type
    raise NoFile(Reason.TYPE)


def _lacking(message: Message | None) -> set[str]:
    """The ids of the parts of a message whose files are not attachments."""
    parts = () if message is None else message.content.parts
    return {part.id for part in parts if isinstance(part, MediaPart) and part.url is not None}


def _with_attachments(message: Message, found: dict[str, Attachment]) -> Message:
    parts = [
        msgspec.structs.replace(
            part,
            url=None,
            filename=found[part.id].filename,
            mime_type=found[part.id].content_type,
            size_bytes=found[part.id].size_bytes,
        )
        if isinstance(part, MediaPart) and part.id in found
        else part
        for part in message.content.parts
    ]
    return msgspec.structs.replace(message, content=msgspec.structs.replace(message.content, parts=tuple(parts)))
