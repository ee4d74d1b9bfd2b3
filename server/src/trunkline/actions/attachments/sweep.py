"""Delete the files that no attachment has, and forget the attachments that never got one."""

import asyncio
import logging

from trunkline.domain.attachment import FORGET_AFTER
from trunkline.domain.errors import FilesNotReady, NotReady, described
from trunkline.domain.instant import HOUR, Instant
from trunkline.storage import attachments
from trunkline.storage.store import Store

UNUSED_FOR: Instant = 2 * HOUR
"""How long a file may be without an attachment while it is uploaded, in microseconds: longer than any upload takes."""

_BATCH = 100

log = logging.getLogger("trunkline.attachments")


async def sweep(store: Store, now: Instant) -> int:
    """Forgets attachments that never got a file, and deletes every file that is due; returns the number of these.

    Raises ``FilesNotReady`` or ``NotReady``.
    """
    async with store.database.transaction() as transaction:
        await attachments.forget_pending(transaction, now - FORGET_AFTER)
        await attachments.limit_deletions(transaction, now + UNUSED_FOR)
    return await delete_due_files(store, now)


async def delete_due_files(store: Store, now: Instant) -> int:
    """Deletes every file that is due, and returns their number. Raises ``FilesNotReady`` or ``NotReady``."""
    deleted = 0
    while files := await attachments.due_deletions(store.database, now, _BATCH):
        for file in files:
            await store.files.delete(file)
        async with store.database.transaction() as transaction:
            await attachments.cancel_deletions(transaction, files)
        deleted += len(files)
    return deleted


async def delete_file(store: Store, partner_id: int, file: str) -> None:
    """Deletes a file that no attachment has any longer, or leaves it to the sweep if that fails now."""
    try:
        await store.files.delete(file)
        async with store.database.transaction(partner_id) as transaction:
            await attachments.cancel_deletions(transaction, [file])
    except (FilesNotReady, NotReady) as error:
        log.warning("a file is deleted later: %s", described(error))
    except asyncio.CancelledError:
        log.info("a file is deleted later: the service stops")
        raise
