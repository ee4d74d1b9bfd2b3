"""Deletes a message with everything that repeats what it says, within the change."""

from collections.abc import Sequence

from trunkline.domain.attachment import is_imported
from trunkline.domain.message import Message
from trunkline.storage import attachments, events, idempotency, media_parts, messages, requests
from trunkline.storage.change import Change


async def forget(change: Change, message: Message) -> Sequence[str]:
    """Deletes a message, and its content in its events, its idempotency record and the journal of requests.

    The attachments of a received or imported message are deleted too, unless another message has them. Those that the
    partner uploaded stay, because it can send them again. Returns the names of the files to delete once the change has
    committed.
    """
    await messages.delete(change, message)
    await events.forget_message(change.transaction, change.partner_id, message.id)
    await idempotency.forget(change, message)
    await requests.forget_message(change, message.id)
    files: list[str] = []
    for attachment_id in dict.fromkeys(message.content.attachment_ids):
        if message.is_from_me and not is_imported(attachment_id):
            continue
        attachment = await attachments.find(change, attachment_id)
        if attachment is not None and not await media_parts.is_used(change, attachment_id):
            await attachments.delete(change, attachment)
            if attachment.file is not None:
                files.append(attachment.file)
    return files
