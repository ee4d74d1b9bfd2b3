"""Ask for an attachment, read it, delete it (docs/wire.md §4)."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from trunkline.actions.attachments.sweep import delete_file
from trunkline.domain.attachment import MAX_PENDING, UPLOAD_WINDOW, Attachment, AttachmentStatus, check_file
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import NoSuchAttachment, TooManyRequests
from trunkline.domain.handle import quoted
from trunkline.domain.ids import time_ordered_id
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import MediaPart
from trunkline.storage import attachments, media_parts
from trunkline.storage.files.base import FileMissing
from trunkline.storage.store import Store


class KnownFile(msgspec.Struct, frozen=True):
    """A file that a partner can see: one of its attachments, or one that it knows by URL."""

    id: str
    filename: str
    content_type: str
    size_bytes: int
    status: AttachmentStatus
    created_at: Instant
    url: str | None
    """None for an attachment, whose URL is signed when it is shown."""


async def create_attachment(
    store: Store, ctx: RequestContext, filename: str, content_type: str, size_bytes: int
) -> Attachment:
    """An attachment that waits for its file. Raises ``InvalidParameter`` or ``TooManyRequests``."""
    check_file(filename, content_type, size_bytes)
    async with store.change(ctx) as change:
        # Times are those of the clock, not of the change: the URL expires by the clock.
        waiting = await attachments.pending_since(change, ctx.now - UPLOAD_WINDOW, ctx.now, MAX_PENDING)
        if len(waiting) >= MAX_PENDING:
            seconds = max(1, -(-(waiting[0] + UPLOAD_WINDOW - ctx.now) // SECOND))
            raise TooManyRequests(seconds, f"{len(waiting)} attachments wait for their files; upload or delete some")
        attachment = Attachment(time_ordered_id(ctx.now), filename, content_type, size_bytes, ctx.now)
        await attachments.add(change, attachment)
    return attachment


async def find_file(store: Store, partner_id: int, file_id: str, now: Instant) -> KnownFile:
    """The file with the id of an attachment, or of a media part of any message. Raises ``NoSuchAttachment``."""
    reader = store.reader(partner_id)
    attachment = await attachments.find(reader, file_id)
    if attachment is not None:
        return KnownFile(
            attachment.id,
            attachment.filename,
            attachment.content_type,
            attachment.size_bytes,
            attachment.status(now),
            attachment.created_at,
            None,
        )
    found = await media_parts.find(reader, file_id)
    if found is None:
        raise no_such_attachment(file_id)
    part, message = found
    return KnownFile(
        part.id,
        part.filename,
        part.mime_type,
        part.size_bytes,
        AttachmentStatus.COMPLETE,
        message.created_at,
        part.url,
    )


async def open_file(store: Store, partner_id: int, attachment_id: str) -> Attachment:
    """An attachment that has its file. Raises ``NoSuchAttachment``."""
    attachment = await attachments.find(store.reader(partner_id), attachment_id)
    if attachment is None:
        raise NoSuchAttachment("this file does not exist any longer")
    if attachment.file is None:
        raise NoSuchAttachment("this file has not been uploaded")
    return attachment


def read_file(store: Store, attachment: Attachment, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes]:
    """The bytes of an attachment that has its file, in pieces; by default, all of them."""
    if attachment.file is None:
        raise ValueError(f"the attachment {attachment.id} has no file")
    return store.files.read(attachment.file, start, attachment.size_bytes if stop is None else stop)


async def download(
    store: Store, partner_id: int, attachment: Attachment, start: int, stop: int
) -> AsyncGenerator[bytes]:
    """The same for a client. Raises ``NoSuchAttachment`` if the attachment is deleted before its file is read."""
    async with aclosing(read_file(store, attachment, start, stop)) as pieces:
        try:
            async for piece in pieces:
                yield piece
        except FileMissing:
            await open_file(store, partner_id, attachment.id)
            raise


async def delete_attachment(store: Store, ctx: RequestContext, attachment_id: str) -> None:
    """Deletes an attachment and its file. Messages that have it keep its name and size.

    Raises ``NoSuchAttachment``.
    """
    async with store.change(ctx) as change:
        attachment = await attachments.find(change, attachment_id)
        if attachment is None:
            raise no_such_attachment(attachment_id)
        await attachments.delete(change, attachment)
    if attachment.file is not None:
        await delete_file(store, ctx.partner_id, attachment.file)


def media_part(attachment: Attachment) -> MediaPart:
    """The part of a message that shows an attachment."""
    return MediaPart(attachment.id, None, attachment.filename, attachment.content_type, attachment.size_bytes)


def no_such_attachment(attachment_id: str) -> NoSuchAttachment:
    """The error for an attachment that the partner does not have."""
    return NoSuchAttachment(f"there is no attachment {quoted(attachment_id)}")
