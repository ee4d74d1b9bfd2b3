"""What every change of a chat has in common: its health, and what that does to the reputation of its line."""

from collections.abc import Sequence

import msgspec

from trunkline.domain import events
from trunkline.domain.chat import Chat, Health, HealthStatus
from trunkline.domain.health import Seen, Thresholds, reputation_of, status_after
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import lines, messages
from trunkline.storage.changes import Change


async def health_now(
    opened: Change, chat: Chat, thresholds: Thresholds, *, newest: Sequence[Seen] = (), opted_out: bool = False
) -> Health:
    """The health of a chat by its stored messages, and ``newest``, which are not stored yet.

    It keeps its date as long as the status stays.
    """
    if opted_out and not chat.is_group:
        status = HealthStatus.OPTED_OUT
    else:
        stored = await messages.latest(opened, chat.id, thresholds.window)
        seen = [Seen(each.from_me, each.delivery_status is DeliveryStatus.FAILED) for each in stored]
        status = status_after([*newest, *seen], thresholds)
    return chat.health if status is chat.health.status else Health(status, opened.now)


async def save_chat(opened: Change, known: Chat | None, chat: Chat, thresholds: Thresholds) -> Chat:
    """Stores a chat, ``known`` as it was before, if it was there. A change of its health dates it.

    Such a change, and one chat more, may change the reputation of its line, which subscribers are told.
    """
    if known is not None and known.health.status is chat.health.status:
        await _store(opened, known, chat)
        return chat
    if known is not None:
        chat = msgspec.structs.replace(chat, updated_at=max(chat.updated_at, opened.now))
    await _store(opened, known, chat)
    await _tell_of_line(opened, known, chat, thresholds)
    return chat


async def _store(opened: Change, known: Chat | None, chat: Chat) -> None:
    before = {each.handle for each in known.participants} if known is not None else set[str]()
    await opened.save([chat], members_stay=before <= {each.handle for each in chat.participants})


async def _tell_of_line(opened: Change, known: Chat | None, chat: Chat, thresholds: Thresholds) -> None:
    after = await lines.latest_health(opened.transaction, opened.partner_id, chat.line)
    before = {each: status for each, status in after.items() if each != chat.id}
    if known is not None:
        before[chat.id] = known.health.status
    previous, new = (reputation_of(list(each.values()), thresholds) for each in (before, after))
    if previous is not new:
        opened.emit(events.line_status_updated(chat.line, previous, new, opened.now))


def touched(chat: Chat, at: Instant, **changes: object) -> Chat:
    """The chat with these changes, updated at that time."""
    return msgspec.structs.replace(chat, updated_at=at, **changes)
