"""Send a voice memo to a chat: a message that recipients play there (docs/wire.md §4)."""

import asyncio
import logging
from functools import partial
from io import BufferedReader, FileIO
from tempfile import TemporaryFile
from typing import BinaryIO

from trunkline.actions.attachments.attachments import read_file
from trunkline.actions.messages.send_to_chat import send_to_chat
from trunkline.actions.steps.outgoing import OutgoingMessage
from trunkline.domain.attachment import VOICE_MEMO_TYPES, Attachment
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import FilesNotReady, described
from trunkline.domain.message import Content
from trunkline.schemas.voice_memos import voice_memo_sent
from trunkline.storage import attachments
from trunkline.storage.files.base import FileMissing
from trunkline.storage.store import Store

MAX_MEASURED = 16 * 1024 * 1024
"""The largest file whose duration is read, in bytes: more than an hour of speech."""

_MAX_READS = 10_000
"""How often the file is read at most: several times as often as a valid one needs, which takes a moment.

The library searches a file that is damaged, or of another type, almost byte by byte. That would take many seconds.
"""

log = logging.getLogger("trunkline.attachments")


async def send_voice_memo(store: Store, ctx: RequestContext, chat_id: str, outgoing: OutgoingMessage) -> bytes:
    """Sends a voice memo to a chat. Returns the body of a ``VoiceMemoSent``, for a repeated request the first one.

    Raises what ``send_to_chat`` raises.
    """
    duration = await _duration(store, ctx.partner_id, outgoing.content)
    return await send_to_chat(store, ctx, chat_id, outgoing, partial(voice_memo_sent, duration_ms=duration))


async def _duration(store: Store, partner_id: int, content: Content) -> int | None:
    """How long an attachment plays, in milliseconds; None if that is unknown. A file at a URL is not fetched."""
    for attachment_id in content.attachment_ids:
        attachment = await attachments.find(store.reader(partner_id), attachment_id)
        if attachment is None or attachment.file is None or attachment.size_bytes > MAX_MEASURED:
            return None
        if attachment.content_type not in VOICE_MEMO_TYPES:
            return None
        with TemporaryFile() as file:
            try:
                async for piece in read_file(store, attachment):
                    file.write(piece)
            except (FilesNotReady, FileMissing) as error:
                log.warning("the duration of the attachment %s is unknown: %s", attachment_id, described(error))
                return None
            return await asyncio.to_thread(_measure, file, attachment)
    return None


class _FewReads(BufferedReader):
    """A file that can be read ``_MAX_READS`` times. Then it raises ``ValueError``."""

    _left = _MAX_READS

    def read(self, size: int | None = -1, /) -> bytes:
        if self._left == 0:
            raise ValueError(f"{_MAX_READS} reads were not enough to find it")
        self._left -= 1
        return super().read(size)


def _measure(file: BinaryIO, attachment: Attachment) -> int | None:
    """How long an audio file plays, in milliseconds; None if it cannot be read."""
    # No other request needs the library.
    from tinytag import TinyTag  # noqa: PLC0415

    file.seek(0)
    try:
        with _FewReads(FileIO(file.fileno(), closefd=False)) as readable:
            seconds = TinyTag.get(attachment.filename, file_obj=readable, tags=False).duration
    except Exception as error:  # the library raises many kinds for a file that is damaged or of another type
        log.info("the duration of the attachment %s is unknown: %s", attachment.id, type(error).__name__)
        return None
    return round(seconds * 1000) if seconds else None
