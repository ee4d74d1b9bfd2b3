"""Which handles are in which chats. The handles in many chats are indexed (docs/decisions/0033).

A list of the chats of a handle looks up its few chats by their ids, and sorts them. If there are more than
``MAX_UNINDEXED``, each row of the handle in ``participants`` repeats the sort key of its chat, and indexes keep these
rows in order. So a message rewrites rows of ``participants`` only if an indexed handle is in its chat. The line of a
chat has no row: ``chats`` has indexes on it.

A handle becomes indexed in the change in which it joins one chat too many, and stays so.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from trunkline.domain.chat import Chat
from trunkline.storage.deferred import DeferredWrites
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import Value, load

MAX_UNINDEXED = 20
"""Chats of a handle that is not indexed."""

_QUERIES = load("participants")
_COLUMNS = ("partner_id", "chat_id", "handle", "since_revision", "line", "updated_at", "revision")


def update_sort_key(transaction: DeferredWrites, columns: dict[str, Value]) -> None:
    """Repeats the sort key of a saved chat, of which these are the columns, in the rows of indexed handles."""
    query = _QUERIES["update_sort_key"]
    transaction.write(query, query.values(**columns), ("participants", columns["id"]))


async def save(transaction: Transaction, partner_id: int, chats: Sequence[Chat], first: int) -> None:
    """Stores who is in saved chats, whose revisions are ``first`` and later."""
    rows = await transaction.fetch_many(_QUERIES["handles"], [(partner_id, chat.id) for chat in chats])
    stored: defaultdict[str, set[str]] = defaultdict(set)
    for chat_id, handle in rows:
        stored[chat_id].add(handle)
    add = _QUERIES["add"]
    joined: list[tuple[Value, ...]] = []
    gone: list[tuple[Value, ...]] = []
    for chat in chats:
        handles = _handles(chat)
        joined += [
            add.values(partner=partner_id, id=chat.id, handle=handle)
            for handle in handles
            if handle not in stored[chat.id]
        ]
        gone += [(partner_id, chat.id, handle) for handle in stored[chat.id].difference(handles)]
    if gone:
        await transaction.run_many(_QUERIES["delete"], gone)
    if joined:
        await transaction.run_many(add, joined)
        await _index_where_needed(transaction, partner_id, first)


async def load_new(transaction: Transaction, partner_id: int, chats: Sequence[tuple[int, Chat]]) -> None:
    """Stores who is in chats that are all new, which have these revisions, ascending."""
    members = [(revision, chat, handle) for revision, chat in chats for handle in _handles(chat)]
    counts = Counter([handle for _, _, handle in members])
    many = [handle for handle, count in counts.items() if count > MAX_UNINDEXED]
    rows: list[tuple[Value, ...]] = []
    for revision, chat, handle in members:
        sort_key = (chat.line, chat.updated_at, revision) if counts[handle] > MAX_UNINDEXED else (None, None, None)
        rows.append((partner_id, chat.id, handle, revision, *sort_key))
    await transaction.load("participants", _COLUMNS, rows)
    await _index(transaction, partner_id, many)
    if chats:
        await _index_where_needed(transaction, partner_id, chats[0][0])


def _handles(chat: Chat) -> Sequence[str]:
    return [handle for handle in dict.fromkeys(chat.recipients) if handle != chat.line]


async def _index_where_needed(transaction: Transaction, partner_id: int, first: int) -> None:
    """Indexes those handles that need it, of all that have joined chats from the revision ``first`` on."""
    query = _QUERIES["to_index"]
    rows = await transaction.fetch(query, query.values(partner=partner_id, first=first, most=MAX_UNINDEXED))
    await _index(transaction, partner_id, [handle for (handle,) in rows])


async def _index(transaction: Transaction, partner_id: int, handles: Sequence[str]) -> None:
    if handles:
        query = _QUERIES["index"]
        await transaction.run_many(query, [query.values(partner=partner_id, handle=handle) for handle in handles])
