"""The sort keys of the list of chats by creation (docs/decisions/0040).

A chat has one for each time at which it was said to be created: one, and another whenever an import adds something
older. The revision is that of the change, so a list as of a snapshot has the latest one that existed then. They are
written when a chat is created, not when a message changes it.
"""

from collections.abc import Sequence

from trunkline.domain.chat import Chat
from trunkline.domain.instant import Instant
from trunkline.storage.deferred import DeferredWrites
from trunkline.storage.ports import Transaction
from trunkline.storage.sql import Value, load

_QUERY = load("creations")["add"]
_COLUMNS = ("partner_id", "chat_id", "created_at", "revision")


def save(transaction: DeferredWrites, columns: dict[str, Value], created_at: Instant) -> None:
    """Adds the sort key of a saved chat, of which these are the columns, unless it has that time already."""
    transaction.write(_QUERY, _QUERY.values(**columns, created_at=created_at), ("chat_creations", columns["id"]))


async def load_new(transaction: Transaction, partner_id: int, chats: Sequence[tuple[int, Chat]]) -> None:
    """Adds those of chats that are all new, which have these revisions."""
    rows = [(partner_id, chat.id, chat.created_at, revision) for revision, chat in chats]
    await transaction.load("chat_creations", _COLUMNS, rows)
