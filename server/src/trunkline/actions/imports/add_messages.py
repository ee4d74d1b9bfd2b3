"""Add imported messages to the store: new ones are inserted, known ones are merged.

They arrive as a stream, so an archive can be larger than memory. They are history: no event reports them, and no
carrier sends them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

import msgspec

from trunkline.domain.instant import Instant
from trunkline.domain.merge import merge_message
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.domain.opt_out import is_opt_out
from trunkline.sources.to_domain import Imported
from trunkline.storage import imported, media_parts, messages
from trunkline.storage.change import Change

BATCH = 1000  # messages stored at a time, which bounds the memory


class AddedMessages(msgspec.Struct):
    """What the messages changed."""

    known: int = 0
    """The number of messages that were stored already."""
    new: Counter[str] = msgspec.field(default_factory=Counter[str])
    """The number of new messages of each chat."""
    unread: Counter[str] = msgspec.field(default_factory=Counter[str])
    """The change in the number of unread messages of each chat; may be negative."""
    last_messages: dict[str, Instant] = {}
    """When each handle last sent a message that is not an opt-out keyword, in any chat."""
    changed_chats: set[str] = set()
    """The chats with a new or changed message."""
    claimed: dict[str, str] = {}
    """The ids of former messages that were found, and the id of the message that each of them is."""


async def add_messages(
    change: Change, stream: Iterable[Imported], progress: Callable[[], None], claimed: dict[str, str] | None = None
) -> AddedMessages:
    """Stores messages of chats that may not be stored yet themselves. Calls ``progress`` now and then.

    ``claimed`` is that of the messages that were added before, if more of an archive follow.
    """
    added = AddedMessages(claimed={} if claimed is None else claimed)
    iterator = iter(stream)
    while batch := list(islice(iterator, BATCH)):
        added.known += len(batch)
        added.known -= await _store(change, batch, added)
        progress()
    return added


def _unique(batch: Sequence[Message]) -> dict[str, Message]:
    """The messages by id. An archive can contain a message twice."""
    found: dict[str, Message] = {}
    for message in batch:
        known = found.get(message.id)
        found[message.id] = message if known is None else merge_message(known, message)
    return found


async def _store(change: Change, batch: Sequence[Imported], added: AddedMessages) -> int:
    """Stores messages, and returns how many of them are new."""
    known = await imported.known(change, [each.id for one in batch for each in (one.message, *one.former)])
    found = _unique([_identified(each, known, added.claimed) for each in batch])
    new = [message for message_id, message in found.items() if message_id not in known]
    merged = [merge_message(known[message_id], found[message_id]) for message_id in found if message_id in known]
    changed = [message for message in merged if message != known[message.id]]
    if new:
        await messages.add(change, new)
    if changed:
        await messages.save(change, changed)
        await media_parts.index_again(change.transaction, change.partner_id, changed)
    for message in new:
        added.new[message.chat_id] += 1
        added.unread[message.chat_id] += _is_unread(message)
        if not message.is_from_me and not is_opt_out(message.content.text):
            handle = message.sender.handle
            latest = added.last_messages.get(handle, message.created_at)
            added.last_messages[handle] = max(message.created_at, latest)
    for message in changed:
        added.unread[message.chat_id] += _is_unread(message) - _is_unread(known[message.id])
    added.changed_chats.update([message.chat_id for message in [*new, *changed]])
    return len(new)


def _identified(each: Imported, known: Mapping[str, Message], claimed: dict[str, str]) -> Message:
    """The message with its own id, or with a former one under which it is stored, unless that is another message."""
    if each.message.id in known:
        return each.message
    for former in each.former:
        if former.id in known and claimed.setdefault(former.id, each.message.id) == each.message.id:
            return former
    return each.message


def _is_unread(message: Message) -> bool:
    return not message.is_from_me and message.delivery_status is DeliveryStatus.RECEIVED
