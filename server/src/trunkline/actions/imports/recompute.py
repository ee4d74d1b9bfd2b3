"""Recompute what follows from imported messages: the counts, opt-outs and health of chats.

It follows from the stored messages alone, so the number of imports and their order make no difference.
"""

from collections.abc import Mapping

import msgspec

from trunkline.actions.imports.add_messages import AddedMessages
from trunkline.domain.chat import Chat, Health, HealthStatus
from trunkline.domain.chat_health import health_since
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message
from trunkline.domain.opt_out import is_opt_out
from trunkline.storage import imported, opt_outs
from trunkline.storage.change import Change
from trunkline.storage.cursor import MIN_SORT_KEY


async def recompute_chats(
    change: Change,
    chats: Mapping[str, Chat],
    added: AddedMessages,
    last_messages: Mapping[str, Instant] | None = None,
) -> dict[str, Chat]:
    """The chats with added messages, and those whose opt-out they end, by id, as they are now.

    ``chats`` are those that are not stored yet, by id, as they will be. ``last_messages`` are like those of ``added``,
    of the whole archive, of which other messages are added later.
    """
    latest = added.last_messages if last_messages is None else last_messages
    lifted = await opt_outs.lift_before(change, added.last_messages)
    recomputed: dict[str, Chat] = {}
    for chat_id in sorted({*added.changed_chats, *lifted}):
        chat = chats.get(chat_id) or await change.chat(chat_id)
        if chat is not None:
            recomputed[chat_id] = await _recomputed(change, chat, added, latest)
    return recomputed


async def _recomputed(change: Change, chat: Chat, added: AddedMessages, last_messages: Mapping[str, Instant]) -> Chat:
    last, sort_key = await imported.last_received(change, chat.id) or (None, MIN_SORT_KEY)
    unanswered = await imported.sent_since(change, chat.id, sort_key)
    opted_out_at = None if chat.is_group else await _opted_out_at(change, chat, last, last_messages)
    return msgspec.structs.replace(
        chat,
        message_count=chat.message_count + added.new[chat.id],
        unread_count=chat.unread_count + added.unread[chat.id],
        health=health_since(unanswered, chat.created_at, change.thresholds)
        if opted_out_at is None
        else Health(HealthStatus.OPTED_OUT, opted_out_at),
    )


async def _opted_out_at(
    change: Change, chat: Chat, last: Message | None, last_messages: Mapping[str, Instant]
) -> Instant | None:
    """When the recipient of a direct chat opted out in it, None if they have not. Updates the stored opt-outs."""
    (handle,) = chat.recipients
    known = await opt_outs.opted_out_at(change, handle, chat.id)
    if last is None:
        return known
    at = last.created_at
    if is_opt_out(last.content.text):
        if known is None and (last_messages.get(handle, at) > at or await _has_message_since(change, handle, at)):
            return None
        if known is None or known < at:
            await opt_outs.set_at(change, handle, chat.id, at)
            return at
    elif known is not None and known <= at:  # both within one microsecond
        await opt_outs.lift(change, handle, chat.id)
        return None
    return known


async def _has_message_since(change: Change, handle: str, at: Instant) -> bool:
    """Whether a handle sent a message later than ``at``, in any chat, that is not an opt-out keyword."""
    async for message in imported.received_since(change, handle, at):
        if message.sender.handle == handle and not is_opt_out(message.content.text):
            return True
    return False
