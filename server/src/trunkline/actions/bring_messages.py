"""Bring messages from elsewhere into the store: those that are new are added, those that are there are brought on.

They come as a stream, so that an archive may be larger than the memory. They are the past: no event tells of them, and
no carrier is to send them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

import msgspec

from trunkline.domain.health import is_opt_out
from trunkline.domain.instant import Instant
from trunkline.domain.merge import merge_message
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.storage import history, messages
from trunkline.storage.changes import Change

BATCH = 1000  # messages stored at a time, to bound the memory


class Brought(msgspec.Struct):
    """What came of the messages that were brought."""

    read: int = 0
    new: Counter[str] = msgspec.field(default_factory=Counter[str])
    """How many messages each chat has more."""
    unread: Counter[str] = msgspec.field(default_factory=Counter[str])
    """How many more of each chat are unread, which may be fewer than none."""
    spoke: dict[str, Instant] = {}
    """When people last wrote something that was no opt-out keyword, in any chat."""
    touched: set[str] = set()
    """The chats with a message that is new or has changed."""


async def bring_messages(opened: Change, told: Iterable[Message], progress: Callable[[], None]) -> Brought:
    """Stores messages of chats, which may not be stored yet themselves. ``progress`` is called now and then."""
    brought = Brought()
    stream = iter(told)
    while batch := list(islice(stream, BATCH)):
        brought.read += len(batch)
        await _store(opened, _each_once(batch), brought)
        progress()
    return brought


def _each_once(batch: Sequence[Message]) -> dict[str, Message]:
    """The messages by their ids; whoever tells of them may tell of one twice."""
    found: dict[str, Message] = {}
    for message in batch:
        known = found.get(message.id)
        found[message.id] = message if known is None else merge_message(known, message)
    return found


async def _store(opened: Change, batch: Mapping[str, Message], brought: Brought) -> None:
    known = await history.known(opened, batch)
    new = [message for message_id, message in batch.items() if message_id not in known]
    merged = [merge_message(known[message_id], batch[message_id]) for message_id in known]
    changed = [message for message in merged if message != known[message.id]]
    if new:
        await messages.add(opened, new)
    if changed:
        await messages.save(opened, changed)
    for message in new:
        brought.new[message.chat_id] += 1
        brought.unread[message.chat_id] += _is_unread(message)
        if not message.is_from_me and not is_opt_out(message.content.text):
            handle = message.sender.handle
            brought.spoke[handle] = max(message.created_at, brought.spoke.get(handle, message.created_at))
    for message in changed:
        brought.unread[message.chat_id] += _is_unread(message) - _is_unread(known[message.id])
    brought.touched.update([message.chat_id for message in [*new, *changed]])


def _is_unread(message: Message) -> bool:
    return not message.is_from_me and message.delivery_status is DeliveryStatus.RECEIVED
