"""Receipts: a carrier reports that a message was sent, delivered, read, or failed."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.chat_health import current_health, save_chat
from trunkline.actions.steps.lookup import no_such_message
from trunkline.domain.chat import Chat, HealthStatus, Service
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import Event, EventType
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus, Message, transitions
from trunkline.schemas import events, poll_events
from trunkline.storage import messages
from trunkline.storage.change import Change
from trunkline.storage.messages import MessageInChat
from trunkline.storage.store import Store

_TIMES = {DeliveryStatus.SENT: "sent_at", DeliveryStatus.DELIVERED: "delivered_at", DeliveryStatus.READ: "read_at"}
_EVENTS = {
    DeliveryStatus.SENT: EventType.MESSAGE_SENT,
    DeliveryStatus.DELIVERED: EventType.MESSAGE_DELIVERED,
    DeliveryStatus.READ: EventType.MESSAGE_READ,
}
_POLL_EVENTS = {
    DeliveryStatus.SENT: EventType.POLL_SENT,
    DeliveryStatus.DELIVERED: EventType.POLL_DELIVERED,
    DeliveryStatus.READ: EventType.POLL_READ,
}


class Receipt(msgspec.Struct, frozen=True):
    """The delivery status of a message, and its service. ``reason`` is why it failed, for people to read."""

    status: DeliveryStatus
    service: Service | None = None
    reason: str | None = None


async def receive_receipt(store: Store, ctx: RequestContext, message_id: str, receipt: Receipt) -> Message:
    """Applies a receipt, and returns the message as it is then. Raises ``NoSuchMessage``, ``InvalidParameter``."""
    async with store.change(ctx) as change:
        found = await messages.find_with_chat(change, message_id)
        if found is None:
            raise no_such_message(message_id)
        if not found.message.is_from_me:
            raise InvalidParameter("this message was received; only a sent message has receipts")
        return await _apply(change, found.message, found.chat, receipt)


async def apply_receipt(change: Change, message: Message, receipt: Receipt) -> Message:
    """Applies a receipt to a message, and returns the message as it is then."""
    chat = await change.chat(message.chat_id)
    return message if chat is None else await _apply(change, message, chat, receipt)


async def apply_receipts(change: Change, receipts: Sequence[tuple[MessageInChat, Receipt]]) -> None:
    """Applies receipts of messages in different chats, as they were read before; they are read again, together.

    A message that is gone has none.
    """
    known = [each for each, _ in receipts]
    found = await messages.find_all_with_chats(change, [each.message.id for each in known], known)
    for each, receipt in receipts:
        current = found.get(each.message.id)
        if current is not None:
            await _apply(change, current.message, current.chat, receipt)


async def _apply(change: Change, message: Message, chat: Chat, receipt: Receipt) -> Message:
    """Stores what a receipt adds to a message, and emits events. A repeated or late receipt changes nothing."""
    passed = transitions(message.delivery_status, receipt.status)
    if not passed:
        return message
    after = msgspec.structs.replace(
        message, delivery_status=receipt.status, service=receipt.service or message.service, updated_at=change.now
    )
    first_time = [status for status in passed if status in _TIMES and getattr(message, _TIMES[status]) is None]
    after = msgspec.structs.replace(after, **{_TIMES[status]: change.now for status in first_time})
    await messages.save(change, [after])
    saved = await _save(change, chat, message, after)
    if receipt.status is DeliveryStatus.FAILED:
        reason = receipt.reason or "the carrier gave no reason"
        messages.save_failure(change, after, reason)
        change.emit(_failed(after, saved, reason, change.now))
    for status in passed:
        # A message that was sent, failed and is delivered late was reported as sent before.
        if status in _EVENTS and (status in first_time or status is receipt.status):
            change.emit(_reached(status, after, saved))
    return after


def _reached(status: DeliveryStatus, message: Message, chat: Chat) -> Event:
    poll = message.content.poll
    if poll is not None:
        return poll_events.poll_event(_POLL_EVENTS[status], message, poll, chat)
    return events.message_event(_EVENTS[status], message, chat)


def _failed(message: Message, chat: Chat, reason: str, at: Instant) -> Event:
    poll = message.content.poll
    if poll is not None:
        return poll_events.poll_failed(message, poll, chat, reason, at)
    return events.message_failed(message, chat, reason, at)


async def _save(change: Change, chat: Chat, before: Message, message: Message) -> Chat:
    after = chat
    if message.service is not None and message.service is not before.service:
        after = _on_service(chat, message.service)
    if DeliveryStatus.FAILED in {before.delivery_status, message.delivery_status}:
        opted_out = chat.health.status is HealthStatus.OPTED_OUT
        health = await current_health(change, chat, opted_out=opted_out)
        after = msgspec.structs.replace(after, health=health)
    return await save_chat(change, chat, after)


def _on_service(chat: Chat, service: Service) -> Chat:
    """The chat after a message over this service. In a direct chat, the service also reaches the participants."""
    participants = chat.participants
    if not chat.is_group:
        participants = tuple([msgspec.structs.replace(each, service=service) for each in participants])
    return msgspec.structs.replace(chat, service=service, participants=participants)
