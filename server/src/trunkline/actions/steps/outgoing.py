"""What every way to send a message has in common, within the change."""

import hashlib
from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.attached import with_attachments
from trunkline.actions.steps.chat_health import current_health, save_chat, updated
from trunkline.domain import content as contents
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.chat_health import RecentMessage
from trunkline.domain.errors import HandleBlocked, InvalidParameter, NoSuchMessage, OptedOut
from trunkline.domain.handle import quoted
from trunkline.domain.ids import time_ordered_id
from trunkline.domain.message import MAX_IDEMPOTENCY_KEY, Content, DeliveryStatus, Message
from trunkline.storage import idempotency, messages, opt_outs
from trunkline.storage.change import Change
from trunkline.storage.idempotency import IdempotencyRecord
from trunkline.storage.outbox import Command


class OutgoingMessage(msgspec.Struct, frozen=True):
    """A message to send."""

    content: Content
    idempotency_key: str | None = None
    fingerprint: bytes = b""
    """Distinguishes the request from another one with the same idempotency key; needed only with a key."""
    override_optout: bool = False


def fingerprint_of(request: bytes) -> bytes:
    """The fingerprint of a whole request in canonical form."""
    return hashlib.blake2b(request, digest_size=16).digest()


def check_outgoing(outgoing: OutgoingMessage) -> None:
    """Checks what can be checked before the change, which must be short. Raises ``InvalidContent``, or
    ``InvalidParameter`` for the idempotency key.
    """
    check_idempotency_key(outgoing.idempotency_key)
    contents.check(outgoing.content)


def check_idempotency_key(key: str | None) -> None:
    """Raises ``InvalidParameter`` if an idempotency key is not valid."""
    if key is None:
        return
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY:
        raise InvalidParameter(
            f"the idempotency key has {len(key)} characters; it must have 1 to {MAX_IDEMPOTENCY_KEY}"
        )
    if "\0" in key:
        raise InvalidParameter(f"the idempotency key is {quoted(key)}; it must not contain a NUL")


async def recorded_response(change: Change, outgoing: OutgoingMessage) -> bytes | None:
    """The response to the same request before; None if the request is new.

    Raises ``InvalidParameter`` if the key was used for another request, ``NoSuchMessage`` if its message was deleted.
    """
    if outgoing.idempotency_key is None:
        return None
    return response_of(await idempotency.find(change, outgoing.idempotency_key), outgoing)


def response_of(record: IdempotencyRecord | None, outgoing: OutgoingMessage) -> bytes | None:
    """The response in the record of an idempotency key; None if there is none. Raises as ``recorded_response``."""
    if record is None:
        return None
    if record.fingerprint != outgoing.fingerprint:
        raise InvalidParameter(
            "the idempotency key was used for another request; use a new key for a new message, or none"
        )
    if record.is_forgotten:
        raise NoSuchMessage(
            "the message that was sent with this idempotency key has been deleted; it is not sent again"
        )
    return record.body


async def record_response(change: Change, outgoing: OutgoingMessage, message: Message, body: bytes) -> None:
    """Stores the response for a repeated request with the same idempotency key."""
    if outgoing.idempotency_key is not None:
        record = IdempotencyRecord(outgoing.fingerprint, message.id, body)
        await idempotency.save(change, outgoing.idempotency_key, record)


async def check_consent(change: Change, recipients: Sequence[str], outgoing: OutgoingMessage) -> None:
    """Raises ``HandleBlocked`` or ``OptedOut`` if a single recipient must not be messaged (docs/wire.md §3, §4)."""
    if len(recipients) == 1:
        blocked, opted_out = await opt_outs.send_restrictions(change, recipients[0])
        check_restrictions(recipients, outgoing, blocked=blocked, opted_out=opted_out)


def check_restrictions(recipients: Sequence[str], outgoing: OutgoingMessage, *, blocked: bool, opted_out: bool) -> None:
    """Raises ``HandleBlocked`` or ``OptedOut`` if a single recipient, of whom this is known, must not be messaged."""
    if len(recipients) != 1:
        return
    (handle,) = recipients
    if blocked:
        raise HandleBlocked(f"{handle} is blocked; unblock it before you send it a message")
    if opted_out and not outgoing.override_optout:
        raise OptedOut(
            f"{handle} has opted out of your messages; their next message that is not an opt-out keyword ends the "
            "opt-out; set 'override_optout' to send this message anyway"
        )


async def send(
    change: Change,
    chat: Chat,
    outgoing: OutgoingMessage,
    *,
    is_new: bool = False,
    latest: Sequence[RecentMessage] | None = None,
) -> tuple[Message, Chat]:
    """Stores a message of the line, and gives it to the carrier. Returns the message and the updated chat.

    The content has been checked. ``latest`` are the latest messages of the chat; they are read if it is None.
    """
    content = await with_attachments(change, outgoing.content)
    contents.check_mentions(content, chat)
    message_id = time_ordered_id(change.now)
    message = Message(
        id=message_id,
        chat_id=chat.id,
        sender=chat.me,
        content=content,
        thread=await _thread(change, chat, content) or message_id,
        created_at=change.now,
        updated_at=change.now,
        delivery_status=DeliveryStatus.PENDING,
        idempotency_key=outgoing.idempotency_key,
    )
    opted_out = chat.health.status is HealthStatus.OPTED_OUT
    newest = (RecentMessage(from_me=True, failed=False),)
    health = await current_health(change, chat, newest=newest, stored=latest, opted_out=opted_out)
    after = updated(chat, change.now, message_count=chat.message_count + 1, health=health)
    await messages.add(change, [message])
    after = await save_chat(change, None if is_new else chat, after)
    change.command(Command.SEND, chat, message.id)
    return message, after


async def _thread(change: Change, chat: Chat, content: Content) -> str | None:
    if content.reply_to is None:
        return None
    replied_to = await messages.find(change, content.reply_to.message_id)
    if replied_to is None or replied_to.chat_id != chat.id:
        raise NoSuchMessage("'message.reply_to.message_id' is not a message of this chat")
    if not 0 <= content.reply_to.part_index < len(replied_to.content.parts):
        raise InvalidParameter(
            f"'message.reply_to.part_index' is {content.reply_to.part_index}; parts are counted from 0, and "
            f"this message has {len(replied_to.content.parts)}"
        )
    return replied_to.thread
