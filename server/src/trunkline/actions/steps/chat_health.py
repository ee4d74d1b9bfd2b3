"""The health of a changed chat, and what it does to the reputation of the line."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.chat import Chat, Health, HealthStatus
from trunkline.domain.chat_health import RecentMessage, reputation_of, status_after
from trunkline.domain.events import EventType
from trunkline.domain.instant import Instant
from trunkline.schemas import events
from trunkline.storage import messages
from trunkline.storage.change import Change


async def current_health(
    change: Change,
    chat: Chat,
    *,
    newest: Sequence[RecentMessage] = (),
    stored: Sequence[RecentMessage] | None = None,
    opted_out: bool = False,
) -> Health:
    """The health of a chat from its latest ``stored`` messages and ``newest``, which are not stored yet.

    The stored ones are read if they are None. The date changes only with the status.
    """
    if opted_out and not chat.is_group:
        status = HealthStatus.OPTED_OUT
    else:
        if stored is None:
            stored = await messages.latest(change, chat.id, change.thresholds.window)
        status = status_after([*newest, *stored], change.thresholds)
    return chat.health if status is chat.health.status else Health(status, change.now)


async def save_chat(change: Change, before: Chat | None, chat: Chat) -> Chat:
    """Stores a chat; ``before`` is the chat before the change, None if it is new. Returns the chat as stored.

    A change of health updates ``updated_at``. It can change the reputation of the line, and so can a new chat; then
    subscribers get an event.
    """
    if before is not None and before.health.status is chat.health.status:
        await _save(change, before, chat)
        return chat
    if before is not None:
        chat = msgspec.structs.replace(chat, updated_at=max(chat.updated_at, change.now))
    await _save(change, before, chat)
    await _emit_reputation(change, before, chat)
    return chat


async def _save(change: Change, before: Chat | None, chat: Chat) -> None:
    same_handles = before is not None and before.recipients == chat.recipients
    await change.save([chat], same_handles=same_handles)


async def _emit_reputation(change: Change, before: Chat | None, chat: Chat) -> None:
    if not await change.has_subscriber(EventType.LINE_STATUS_UPDATED, chat.line):
        return  # it depends on many chats, which would have to be read
    now = await change.line_health(chat.line)
    earlier = {chat_id: status for chat_id, status in now.items() if chat_id != chat.id}
    if before is not None:
        earlier[chat.id] = before.health.status
    previous, new = (reputation_of(list(each.values()), change.thresholds) for each in (earlier, now))
    if previous is not new:
        change.emit(events.line_status_updated(chat.line, previous, new, change.now))


def updated(chat: Chat, at: Instant, **fields: object) -> Chat:
    """The chat with these fields, updated at that time."""
    return msgspec.structs.replace(chat, updated_at=at, **fields)
