"""What a carrier reports of a message that it was given: sent, delivered, read, or failed."""

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.keeping import health_now, save_chat
from trunkline.actions.reading import message_of
from trunkline.domain import events
from trunkline.domain.chat import Chat, HealthStatus, Service
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import EventType
from trunkline.domain.health import Thresholds
from trunkline.domain.message import DeliveryStatus, Message, stations
from trunkline.storage import messages
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

_TIMES = {DeliveryStatus.SENT: "sent_at", DeliveryStatus.DELIVERED: "delivered_at", DeliveryStatus.READ: "read_at"}
_TOLD = {
    DeliveryStatus.SENT: EventType.MESSAGE_SENT,
    DeliveryStatus.DELIVERED: EventType.MESSAGE_DELIVERED,
    DeliveryStatus.READ: EventType.MESSAGE_READ,
}


class Receipt(msgspec.Struct, frozen=True):
    """How far a message has come, and over which network. ``reason`` is why it failed, for a person to read."""

    status: DeliveryStatus
    service: Service | None = None
    reason: str | None = None


async def receive_receipt(
    store: Store, cause: Cause, message_id: str, receipt: Receipt, thresholds: Thresholds
) -> Message:
    """Takes in a receipt: the message as it is now. Raises ``NoSuchMessage``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        message = await message_of(opened.transaction, opened.partner_id, message_id)
        if not message.is_from_me:
            raise InvalidParameter("this message was received; only one that was sent has receipts")
        return await apply_receipt(opened, message, receipt, thresholds)


async def apply_receipt(opened: Change, message: Message, receipt: Receipt, thresholds: Thresholds) -> Message:
    """The message with what the receipt adds; what it repeats, or what comes too late, changes nothing."""
    passed = stations(message.delivery_status, receipt.status)
    if not passed:
        return message
    chat = await opened.chat(message.chat_id)
    if chat is None:
        return message
    after = msgspec.structs.replace(
        message, delivery_status=receipt.status, service=receipt.service or message.service, updated_at=opened.now
    )
    unseen = [status for status in passed if status in _TIMES and getattr(message, _TIMES[status]) is None]
    after = msgspec.structs.replace(after, **{_TIMES[status]: opened.now for status in unseen})
    await messages.save(opened, [after])
    kept = await _save(opened, chat, message, after, thresholds)
    if receipt.status is DeliveryStatus.FAILED:
        opened.emit(events.message_failed(after, kept, receipt.reason or "the carrier gave no reason", opened.now))
    for status in passed:
        # Of one that was given up after it was sent, and arrives after all, it is not told again that it was sent.
        if status in _TOLD and (status in unseen or status is receipt.status):
            opened.emit(events.message_event(_TOLD[status], after, kept))
    return after


async def _save(opened: Change, chat: Chat, before: Message, message: Message, thresholds: Thresholds) -> Chat:
    after = chat
    if message.service is not None and message.service is not before.service:
        after = _on(chat, message.service)
    if DeliveryStatus.FAILED in {before.delivery_status, message.delivery_status}:
        opted_out = chat.health.status is HealthStatus.OPTED_OUT
        health = await health_now(opened, chat, thresholds, opted_out=opted_out)
        after = msgspec.structs.replace(after, health=health)
    return await save_chat(opened, chat, after, thresholds)


def _on(chat: Chat, service: Service) -> Chat:
    """The chat, whose last message went over this service; in a direct chat, that is what reaches the recipient."""
    people = chat.participants
    if not chat.is_group:
        people = tuple([msgspec.structs.replace(each, service=service) for each in people])
    return msgspec.structs.replace(chat, service=service, participants=people)
