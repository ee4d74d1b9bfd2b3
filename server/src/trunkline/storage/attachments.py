"""Attachments, as rows; and the files of the file store that no attachment has.

    upload begins ──▶ to delete, in two hours ──(the whole file has arrived)──▶ the attachment's
    attachment deleted ──▶ to delete, now

A file is to be deleted from before its first byte is stored until an attachment has it. So whenever a process ends, the
sweep finds every file that nothing else will ever find.
"""

from collections.abc import Sequence

import msgspec

from trunkline.domain.attachment import Attachment
from trunkline.domain.instant import Instant
from trunkline.storage.change import Change
from trunkline.storage.files.base import partner_of
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import load

_QUERIES = load("attachments")


async def add(change: Change, attachment: Attachment) -> None:
    """Stores a new attachment."""
    query = _QUERIES["add"]
    await change.fetch(query, query.values(partner=change.partner_id, **msgspec.structs.asdict(attachment)))


async def find(reader: Reader, attachment_id: str) -> Attachment | None:
    """The attachment with this id."""
    if "\0" in attachment_id:
        return None  # PostgreSQL rejects such a text, so no id contains one
    found = await reader.fetch(_QUERIES["attachment"], (reader.partner_id, attachment_id))
    return Attachment(*found[0]) if found else None


async def pending_since(reader: Reader, since: Instant, now: Instant, limit: int) -> Sequence[Instant]:
    """When the partner asked for the attachments that still wait for their files, oldest first, at most ``limit``.

    Only those that were asked for from ``since`` until ``now``: any others were dated by a clock that was wrong.
    """
    query = _QUERIES["pending"]
    rows = await reader.fetch(query, query.values(partner=reader.partner_id, since=since, limit=limit))
    return [row[0] for row in rows if row[0] <= now]


async def complete(change: Change, attachment_id: str, file: str) -> bool:
    """Gives an attachment its file, which is then no longer to be deleted.

    Returns False, and changes nothing, if the attachment does not wait for one, or the file may already be deleted.
    """
    attachment = await find(change, attachment_id)
    if attachment is None or attachment.file is not None:
        return False
    if not await change.fetch(_QUERIES["cancel_deletion"], (change.partner_id, file)):
        return False
    query = _QUERIES["complete"]
    await change.fetch(query, query.values(partner=change.partner_id, id=attachment_id, file=file))
    return True


async def delete(change: Change, attachment: Attachment) -> None:
    """Deletes an attachment; its file is to be deleted now."""
    await change.fetch(_QUERIES["delete"], (change.partner_id, attachment.id))
    if attachment.file is not None:
        await schedule_deletion(change.transaction, attachment.file, change.clock_time)


async def forget_pending(transaction: Transaction, horizon: Instant) -> None:
    """Deletes the attachments of all partners that were asked for before ``horizon`` and have no file."""
    await transaction.fetch(_QUERIES["forget_pending"], (horizon,))


async def schedule_deletion(transaction: Transaction, file: str, due_at: Instant) -> None:
    """Notes that a file is to be deleted at ``due_at``, unless an attachment gets it before."""
    query = _QUERIES["schedule_deletion"]
    await transaction.fetch(query, query.values(partner=partner_of(file), file=file, due_at=due_at))


async def limit_deletions(transaction: Transaction, latest: Instant) -> None:
    """Lets no file be deleted later than ``latest``. Later times were written before the clock was set back."""
    await transaction.fetch(_QUERIES["limit_deletions"], (latest,))


async def cancel_deletions(transaction: Transaction, files: Sequence[str]) -> None:
    """Notes that these files are deleted."""
    await transaction.run_many(_QUERIES["cancel_deletion"], [(partner_of(file), file) for file in files])


async def due_deletions(database: Database, now: Instant, limit: int) -> Sequence[str]:
    """The files to delete now, at most ``limit``."""
    return [row[0] for row in await database.fetch(_QUERIES["due_deletions"], (now, limit))]
