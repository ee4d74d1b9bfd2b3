"""Removes a partner or a line, and everything that it has, a batch at a time.

A removal begins with a transaction after which nothing else adds to what is removed: ``open_change`` raises
``PartnerRemoved``, and a change of a partner knows which lines were removed (``Change.removed_lines``). It ends with
one that deletes the partner or the line itself. In between, each batch is a transaction of its own, so others wait only
for a batch, and a removal that is interrupted continues where it stopped.
"""

from collections.abc import Sequence

import msgspec

from trunkline.domain.chat import Chat
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message
from trunkline.schemas.message import parse_message
from trunkline.storage import attachments, line_statistics, requests
from trunkline.storage.change import Change
from trunkline.storage.ports import Database, Transaction
from trunkline.storage.reader import Reader
from trunkline.storage.sql import Query, load

_QUERIES = load("removal")

_TABLES = {
    "outbox": "sequence, destination",
    "events": "sequence",
    "routing_tokens": "subscription_id, chat_id",
    "subscriptions": "id",
    "idempotency_records": "key",
    "media_parts": "id, message_id",
    "messages": "id",
    "participants": "chat_id, handle",
    "sort_key_history": "replaced_by",
    "chat_creations": "chat_id, revision",
    "opt_outs": "handle, chat_id",
    "contact_card_shares": "id",
    "contact_cards": "phone_number",
    "chats": "id",
    "blocked_handles": "handle",
    "loopback_rules": "handle",
    "faults": "position",
    "mirrors": "base_url",
    "requests": "answered_at, serial",
    "line_days": "line, day",
    "line_counts": "counted_to",
    "lines": "phone_number",
}
"""The tables whose rows are deleted in batches, with the columns that follow the partner in their primary keys."""

BATCH = 1_000
"""Rows of one transaction."""

_REMEMBERED_LINES = 100
"""A change that began to wait before a line was removed still finds it among the last ones that were."""


class Holdings(msgspec.Struct, frozen=True):
    """How much a partner has."""

    lines: int
    keys: int
    chats: int
    messages: int
    files: int
    subscriptions: int


def _deletion(table: str, columns: str) -> Query:
    text = (
        f"delete from {table} where partner_id = $1 and ({columns}) in "  # noqa: S608 - our own names
        f"(select {columns} from {table} where partner_id = $1 order by {columns} limit $2) returning 1"
    )
    return Query(f"delete_{table}", text, ("partner", "limit"))


DELETIONS = [_deletion(table, columns) for table, columns in _TABLES.items()]
"""The statements that delete a batch of a table each."""


async def holdings(database: Database, partner_id: int) -> Holdings:
    """How much a partner has now."""
    query = _QUERIES["holdings"]
    return Holdings(*(await database.fetch(query, query.values(partner=partner_id)))[0])


async def begin(transaction: Transaction, partner_id: int, now: Instant) -> None:
    """Begins the removal of a partner, or continues one: its keys and queues are gone."""
    for name in ("stop_changes", "begin", "delete_keys", "delete_queues"):
        query = _QUERIES[name]
        await transaction.fetch(query, query.values(partner=partner_id, now=now))


async def delete_batch(transaction: Transaction, deletion: Query, partner_id: int) -> int:
    """Deletes a batch of rows, and returns their number: less than ``BATCH`` if there are no more."""
    return len(await transaction.fetch(deletion, (partner_id, BATCH)))


async def delete_attachments(transaction: Transaction, partner_id: int, now: Instant) -> int:
    """The same for attachments, whose files are to be deleted now."""
    query = _QUERIES["delete_attachments"]
    rows = await transaction.fetch(query, query.values(partner=partner_id, limit=BATCH))
    for (file,) in rows:
        if file is not None:
            await attachments.schedule_deletion(transaction, file, now)
    return len(rows)


async def finish(transaction: Transaction, partner_id: int, now: Instant) -> None:
    """Deletes the partner itself, and what was added since the removal began."""
    for name in ("delete_keys", "delete_lines", "delete_queues", "delete_files_now", "delete_state", "delete_partner"):
        query = _QUERIES[name]
        await transaction.fetch(query, query.values(partner=partner_id, now=now))


async def begin_line(change: Change, line: str) -> int | None:
    """Begins the removal of a line, or continues one: from now on, the partner does not have it.

    Returns the revision after which there are no events of the line; None if there is no such line. The change must
    have its transaction for itself, because those that share one do not see this.
    """
    query = _QUERIES["begin_line"]
    if not await change.fetch(query, query.values(partner=change.partner_id, line=line, now=change.clock_time)):
        return None
    removed = [*[each for each in change.removed_lines if each != line], line][-_REMEMBERED_LINES:]
    query = _QUERIES["set_removed_lines"]
    values = query.values(partner=change.partner_id, removed_lines="".join([f"{each} " for each in removed]))
    await change.fetch(query, values)
    return change.next_revision()


async def holdings_of_line(reader: Reader, line: str) -> tuple[int, int]:
    """How many chats and messages a line has."""
    query = _QUERIES["holdings_of_line"]
    [(chats, messages)] = await reader.fetch(query, query.values(partner=reader.partner_id, line=line))
    return chats, messages


async def next_chat(reader: Reader, line: str) -> Chat | None:
    """A chat of a line."""
    query = _QUERIES["next_chat_of_line"]
    found = await reader.fetch(query, query.values(partner=reader.partner_id, line=line))
    return await reader.chat(found[0][0]) if found else None


async def next_messages(reader: Reader, chat_id: str, limit: int) -> Sequence[Message]:
    """The oldest messages of a chat."""
    query = _QUERIES["messages_of_chat"]
    rows = await reader.fetch(query, query.values(partner=reader.partner_id, chat=chat_id, limit=limit))
    return [parse_message(*row) for row in rows]


async def delete_chat(change: Change, chat: Chat) -> None:
    """Deletes a chat that has no messages. Opt-outs stay."""
    for handle in chat.recipients:
        for name in ("keep_opt_outs", "delete_opt_outs_of_chat"):
            query = _QUERIES[name]
            await change.fetch(query, query.values(partner=change.partner_id, chat=chat.id, handle=handle))
    for name in ("participants", "history", "creations", "shares", "tokens"):
        query = _QUERIES[f"delete_{name}_of_chat"]
        await change.fetch(query, query.values(partner=change.partner_id, chat=chat.id))
    await change.fetch(_QUERIES["delete_chat"], (change.partner_id, chat.id))


async def delete_events(change: Change, line: str, after: int, last: int) -> int | None:
    """Deletes the events of a line among the next ones after a sequence, up to the ``last`` one.

    Returns the sequence of the last that was looked at; None at the end.
    """
    query = _QUERIES["next_events"]
    rows = await change.fetch(query, query.values(partner=change.partner_id, after=after, last=last, limit=BATCH))
    deletion = _QUERIES["delete_event"]
    values = [deletion.values(partner=change.partner_id, sequence=row[0]) for row in rows if row[1] == line]
    if values:
        await change.transaction.run_many(deletion, values)
    return rows[-1][0] if len(rows) == BATCH else None


async def delete_line(change: Change, line: str) -> None:
    """Deletes a line that is being removed, with its contact card, its statistics, and what requests said."""
    query = _QUERIES["delete_line"]
    if await change.fetch(query, query.values(partner=change.partner_id, line=line)):
        query = _QUERIES["delete_contact_card"]
        await change.fetch(query, query.values(partner=change.partner_id, line=line))
        await line_statistics.forget_line(change, line)
        await requests.forget_all(change)
