"""Sending: what every way to send a message has in common, within the transaction of the send."""

import hashlib
import secrets
from collections.abc import Sequence

import msgspec

from trunkline.actions.keeping import health_now, save_chat, touched
from trunkline.domain import content as contents
from trunkline.domain.chat import Chat, HealthStatus
from trunkline.domain.errors import ChatLeft, HandleBlocked, InvalidParameter, NoSuchMessage, OptedOut
from trunkline.domain.handle import shown
from trunkline.domain.health import Seen, Thresholds
from trunkline.domain.message import Content, DeliveryStatus, Message
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.storage import answers, consent, messages
from trunkline.storage.answers import Answer
from trunkline.storage.changes import Change
from trunkline.storage.outbox import Command

MAX_KEY = 255  # characters


class Send(msgspec.Struct, frozen=True):
    """A message to send. ``request`` is the whole request, which an idempotency key stands for."""

    content: Content
    request: bytes
    idempotency_key: str | None = None
    override_optout: bool = False

    @property
    def fingerprint(self) -> bytes:
        """What tells this request from another one with the same key."""
        return hashlib.blake2b(self.request, digest_size=16).digest()


def check_key(key: str | None) -> None:
    """Raises ``InvalidParameter`` for an idempotency key that is none."""
    if key is None:
        return
    if not 1 <= len(key) <= MAX_KEY:
        raise InvalidParameter(f"the idempotency key has {len(key)} characters; it must have 1 to {MAX_KEY}")
    if "\0" in key:
        raise InvalidParameter(f"the idempotency key is {shown(key)}; it must not have a NUL in it")


async def first_answer(opened: Change, send: Send) -> bytes | None:
    """The body that the same send was answered with before, or None for a new one.

    Raises ``InvalidParameter`` where the key was used for something else, ``NoSuchMessage`` where its message is gone.
    """
    if send.idempotency_key is None:
        return None
    known = await answers.answer(opened, send.idempotency_key)
    if known is None:
        return None
    if known.fingerprint != send.fingerprint:
        raise InvalidParameter(
            "the idempotency key was used for another request; a new message needs a new key, or none"
        )
    if await messages.message(opened.transaction, opened.partner_id, known.message_id) is None:
        raise NoSuchMessage(
            "the message that was sent with this idempotency key has been deleted; it is not sent again"
        )
    return known.body


async def keep_answer(opened: Change, send: Send, message: Message, body: bytes) -> None:
    """Keeps the answer for the next send with the same key."""
    if send.idempotency_key is not None:
        await answers.keep(opened, send.idempotency_key, Answer(send.fingerprint, message.id, body))


async def check_consent(opened: Change, recipients: Sequence[str], send: Send) -> None:
    """Raises ``HandleBlocked`` or ``OptedOut`` where a direct recipient is not to be written to (CONTRACT §3)."""
    if len(recipients) != 1:
        return
    (handle,) = recipients
    blocked, opted_out = await consent.objections(opened, handle)
    if blocked:
        raise HandleBlocked(f"{handle} is blocked; unblock it before you write to it")
    if opted_out and not send.override_optout:
        raise OptedOut(
            f"{handle} has opted out of your messages; the first message from them that is not an opt-out keyword "
            "lifts it, and 'override_optout' sends this one all the same"
        )


def require_present(chat: Chat) -> None:
    """Raises ``ChatLeft`` where the line has left the chat."""
    if chat.me not in chat.active:
        raise ChatLeft("your line has left this chat; nothing can be done in it until somebody adds it again")


async def write(
    opened: Change, chat: Chat, send: Send, thresholds: Thresholds, *, is_new: bool = False
) -> tuple[Message, Chat]:
    """Stores a message of the line's and has the carrier send it: the message, and the chat as it is now."""
    contents.check(send.content)
    contents.check_mentions(send.content, chat)
    message_id = uuid7(opened.now, secrets.randbits(RANDOM_BITS))
    message = Message(
        id=message_id,
        chat_id=chat.id,
        sender=chat.me,
        content=send.content,
        thread=await _thread(opened, chat, send.content) or message_id,
        created_at=opened.now,
        updated_at=opened.now,
        delivery_status=DeliveryStatus.PENDING,
        idempotency_key=send.idempotency_key,
    )
    opted_out = chat.health.status is HealthStatus.OPTED_OUT
    newest = (Seen(from_me=True, failed=False),)
    health = await health_now(opened, chat, thresholds, newest=newest, opted_out=opted_out)
    after = touched(chat, opened.now, message_count=chat.message_count + 1, health=health)
    await messages.add(opened, [message])
    after = await save_chat(opened, None if is_new else chat, after, thresholds)
    opened.command(Command.SEND, chat.id, message.id)
    return message, after


async def _thread(opened: Change, chat: Chat, content: Content) -> str | None:
    if content.reply_to is None:
        return None
    answered = await messages.message(opened.transaction, opened.partner_id, content.reply_to.message_id)
    if answered is None or answered.chat_id != chat.id:
        raise NoSuchMessage("'message.reply_to.message_id' is no message of this chat")
    if not 0 <= content.reply_to.part_index < len(answered.content.parts):
        raise InvalidParameter(
            f"'message.reply_to.part_index' is {content.reply_to.part_index}; the message has "
            f"{len(answered.content.parts)} parts, counted from 0"
        )
    return answered.thread
