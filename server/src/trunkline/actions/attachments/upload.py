"""Store the file of an attachment: one that a partner uploads, or one that a line receives.

The file is complete in the file store before the row of the attachment names it. What else may be in the file store is
to be deleted (``storage/attachments``).
"""

from collections.abc import AsyncIterable

from trunkline.actions.attachments.attachments import no_such_attachment
from trunkline.actions.attachments.sweep import UNUSED_FOR, delete_file
from trunkline.domain.attachment import Attachment, check_file
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import AlreadyUploaded, InvalidBody, PartnerRemoved
from trunkline.domain.ids import time_ordered_id
from trunkline.storage import attachments
from trunkline.storage.files.base import new_name
from trunkline.storage.store import Store


async def find_upload(store: Store, partner_id: int, attachment_id: str) -> Attachment:
    """The attachment that waits for its file. Raises ``NoSuchAttachment`` or ``AlreadyUploaded``."""
    attachment = await attachments.find(store.reader(partner_id), attachment_id)
    if attachment is None:
        raise no_such_attachment(attachment_id)
    if attachment.file is not None:
        raise AlreadyUploaded(
            "the file of this attachment has been uploaded and cannot be replaced; ask for another attachment"
        )
    return attachment


async def upload(store: Store, ctx: RequestContext, attachment: Attachment, content: AsyncIterable[bytes]) -> None:
    """Stores the file of an attachment. Unless the content has exactly the attachment's size, nothing has changed.

    Raises ``InvalidBody``, ``NoSuchAttachment``, ``AlreadyUploaded``, ``FilesFull`` or ``FilesNotReady``.
    """
    file = await store_file(store, ctx, _exactly(attachment.size_bytes, content))
    try:
        async with store.change(ctx) as change:
            completed = await attachments.complete(change, attachment.id, file)
    except PartnerRemoved:
        completed = False
    if not completed:
        await delete_file(store, ctx.partner_id, file)
        await find_upload(store, ctx.partner_id, attachment.id)  # says what happened to the attachment meanwhile
        raise InvalidBody("the file arrived too slowly; upload it again")


async def add_attachment(
    store: Store,
    ctx: RequestContext,
    filename: str,
    content_type: str,
    size_bytes: int,
    content: AsyncIterable[bytes],
) -> Attachment:
    """An attachment with its file, of which ``size_bytes`` is the size.

    Raises ``InvalidParameter``, ``InvalidBody``, ``FilesFull`` or ``FilesNotReady``.
    """
    check_file(filename, content_type, size_bytes)
    file = await store_file(store, ctx, _exactly(size_bytes, content))
    attachment = Attachment(time_ordered_id(ctx.now), filename, content_type, size_bytes, ctx.now)
    async with store.change(ctx) as change:
        await attachments.add(change, attachment)
        await attachments.complete(change, attachment.id, file)
    return attachment


async def store_file(store: Store, ctx: RequestContext, content: AsyncIterable[bytes]) -> str:
    """Stores a file, to be deleted unless an attachment gets it; returns its name.

    Raises ``FilesFull``, ``FilesNotReady``, and what the content raises.
    """
    file = new_name(ctx.partner_id)
    async with store.database.transaction(ctx.partner_id, ctx.origin) as transaction:
        await attachments.schedule_deletion(transaction, file, ctx.now + UNUSED_FOR)
    try:
        await store.files.write(file, content)
    except BaseException:
        await delete_file(store, ctx.partner_id, file)
        raise
    return file


async def _exactly(size: int, content: AsyncIterable[bytes]) -> AsyncIterable[bytes]:
    """The same content; raises ``InvalidBody`` unless it has this size."""
    received = 0
    async for chunk in content:
        received += len(chunk)
        if received > size:
            raise InvalidBody(f"the file has more than {size} bytes, the size that was declared for it")
        yield chunk
    if received < size:
        raise InvalidBody(f"the file ends after {received} bytes; {size} bytes were declared for it")
