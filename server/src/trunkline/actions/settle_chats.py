"""What follows for chats from messages of the past that were added to them: their counts, who opted out, their health.

It follows from what is stored alone, so it does not matter in how many pieces, or in which order, the past came in.
"""

from collections.abc import Mapping

import msgspec

from trunkline.actions.bring_messages import Brought
from trunkline.domain.chat import Chat
from trunkline.domain.health import Activity, Thresholds, health_of, is_opt_out
from trunkline.domain.instant import Instant
from trunkline.domain.message import Message
from trunkline.storage import history
from trunkline.storage.changes import Change
from trunkline.storage.cursor import BOTTOM


async def settle_chats(
    opened: Change, chats: Mapping[str, Chat], brought: Brought, thresholds: Thresholds
) -> dict[str, Chat]:
    """The chats that messages were brought into, and those in which an opt-out is lifted by them, as they are now.

    ``chats`` are, by id, those that are not stored yet as they are to be.
    """
    lifted = await history.lift_opt_outs(opened, brought.spoke)
    settled: dict[str, Chat] = {}
    for chat_id in sorted({*brought.touched, *lifted}):
        chat = chats.get(chat_id) or await opened.chat(chat_id)
        if chat is not None:
            settled[chat_id] = await _settled(opened, chat, brought, thresholds)
    return settled


async def _settled(opened: Change, chat: Chat, brought: Brought, thresholds: Thresholds) -> Chat:
    last, place = await history.last_received(opened, chat.id) or (None, BOTTOM)
    unanswered = await history.sent_since(opened, chat.id, place)
    activity = Activity(
        unanswered=[sent.at for sent in unanswered],
        failed=[sent.at for sent in unanswered if sent.failed],
        opted_out_at=None if chat.is_group else await _opted_out_at(opened, chat, last, brought.spoke),
    )
    return msgspec.structs.replace(
        chat,
        message_count=chat.message_count + brought.new[chat.id],
        unread_count=chat.unread_count + brought.unread[chat.id],
        health=health_of(activity, is_group=chat.is_group, created_at=chat.created_at, thresholds=thresholds),
    )


async def _opted_out_at(
    opened: Change, chat: Chat, last: Message | None, spoke: Mapping[str, Instant]
) -> Instant | None:
    """Since when the recipient of a direct chat has opted out in it. The store knows, or comes to know it here."""
    (handle,) = chat.recipients
    known = await history.opted_out(opened, handle, chat.id)
    if last is None:
        return known
    at = last.created_at
    if is_opt_out(last.content.text):
        if known is None and (spoke.get(handle, at) > at or await _spoke_since(opened, handle, at)):
            return None
        if known is None or known < at:
            await history.opt_out(opened, handle, chat.id, at)
            return at
    elif known is not None and known <= at:  # both within one microsecond
        await history.lift_opt_out(opened, handle, chat.id)
        return None
    return known


async def _spoke_since(opened: Change, handle: str, at: Instant) -> bool:
    """Whether somebody wrote later than that, in any chat, what is no opt-out keyword."""
    async for message in history.received_since(opened, handle, at):
        if message.sender.handle == handle and not is_opt_out(message.content.text):
            return True
    return False
