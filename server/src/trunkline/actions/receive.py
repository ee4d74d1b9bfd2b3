"""What comes in from the other side of a line: messages, reactions, edits, typing, people who come and go."""

import secrets
import uuid

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.changing_messages import ReactionChange, apply_edit, apply_reaction
from trunkline.actions.create_chat import find_chat, new_chat
from trunkline.actions.groups import depart, join
from trunkline.actions.keeping import health_now, save_chat, touched
from trunkline.actions.reading import chat_of, message_of
from trunkline.domain import events
from trunkline.domain.chat import Chat, Participant, ParticipantStatus, Service
from trunkline.domain.errors import InvalidParameter, NotAGroup, NotYourLine
from trunkline.domain.events import EventType
from trunkline.domain.health import Seen, Thresholds, is_opt_out
from trunkline.domain.instant import Instant
from trunkline.domain.message import Content, DeliveryStatus, Message
from trunkline.domain.uuid7 import RANDOM_BITS, uuid7
from trunkline.storage import consent, messages
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://trunkline.invalid/received")


class Received(msgspec.Struct, frozen=True):
    """A message from the other side. It goes into the chat that is named, or into that of the line with the sender and
    ``others``, which begins if it is not there. ``reference`` is the carrier's own id of it.
    """

    line: str
    sender: str
    content: Content
    service: Service
    chat_id: str | None = None
    others: tuple[str, ...] = ()
    reference: str | None = None
    sent_at: Instant | None = None


async def receive_message(store: Store, cause: Cause, received: Received, thresholds: Thresholds) -> Message | None:
    """Takes in a message; None where it is dropped: the sender is blocked, or the line has left the chat.

    The same ``reference`` again changes nothing. Raises ``NotYourLine``, ``NotFound`` or ``InvalidParameter``.
    """
    if not await store.partners.has_line(cause.partner_id, received.line):
        raise NotYourLine(f"{received.line} is not one of this partner's lines")
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        if await consent.blocked(opened.transaction, opened.partner_id, received.sender) is not None:
            return None
        message_id = _message_id(opened, received)
        known = await messages.message(opened.transaction, opened.partner_id, message_id)
        if known is not None:
            return known
        before, chat = await _chat(opened, received)
        if chat.me not in chat.active:
            return None
        sender = _present(chat, received.sender)
        message = Message(
            id=message_id,
            chat_id=chat.id,
            sender=sender,
            content=received.content,
            thread=await _thread(opened, received.content) or message_id,
            created_at=opened.now,
            updated_at=opened.now,
            delivery_status=DeliveryStatus.RECEIVED,
            service=received.service,
            sent_at=opened.now if received.sent_at is None else received.sent_at,
        )
        asks_to_stop = is_opt_out(received.content.text)
        if not asks_to_stop:
            await _lift_opt_out(opened, chat, received.sender, thresholds)
        elif not chat.is_group:
            await consent.opt_out(opened, received.sender, chat.id)
        newest = (Seen(from_me=False, failed=False),)
        health = await health_now(opened, chat, thresholds, newest=newest, opted_out=asks_to_stop)
        counts = {"message_count": chat.message_count + 1, "unread_count": chat.unread_count + 1}
        after = touched(chat, opened.now, health=health, service=received.service, **counts)
        await messages.add(opened, [message])
        after = await save_chat(opened, before, after, thresholds)
        if before is None:
            opened.emit(events.chat_created(after))
        opened.emit(events.message_event(EventType.MESSAGE_RECEIVED, message, after))
    return message


async def receive_reaction(
    store: Store, cause: Cause, message_id: str, sender: str, reaction: ReactionChange
) -> Message:
    """Somebody reacts to a message, or takes it back. Raises ``NoSuchMessage``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        message = await message_of(opened.transaction, opened.partner_id, message_id)
        chat = await chat_of(opened, message.chat_id)
        return await apply_reaction(opened, chat, message, _present(chat, sender), reaction)


async def receive_edit(store: Store, cause: Cause, message_id: str, part_index: int, text: str) -> Message:
    """Whoever wrote a message changed it. Raises ``NoSuchMessage``, ``InvalidParameter``, ``InvalidContent``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        message = await message_of(opened.transaction, opened.partner_id, message_id)
        if message.is_from_me:
            raise InvalidParameter("this message is the line's own; the other side cannot edit it")
        return await apply_edit(opened, await chat_of(opened, message.chat_id), message, part_index, text)


async def receive_typing(store: Store, cause: Cause, chat_id: str, sender: str, *, started: bool) -> None:
    """Somebody types, or stops. Raises ``NotFound``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await chat_of(opened, chat_id)
        kind = EventType.TYPING_STARTED if started else EventType.TYPING_STOPPED
        opened.emit(events.typing(kind, chat, _present(chat, sender)))


async def receive_membership(store: Store, cause: Cause, chat_id: str, handle: str, status: ParticipantStatus) -> Chat:
    """Somebody came into a group, left it, or was put out. Raises ``NotFound``, ``NotAGroup``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await chat_of(opened, chat_id)
        if not chat.is_group:
            raise NotAGroup("this chat is with one person; people come into groups only, and leave them")
        present = handle in [each.handle for each in chat.active]
        if present == (status is ParticipantStatus.ACTIVE):
            raise InvalidParameter(f"{handle} is {'in this group already' if present else 'not in this group'}")
        if status is ParticipantStatus.ACTIVE:
            return await join(opened, chat, handle)
        gone = next(each for each in chat.active if each.handle == handle)
        return await depart(opened, chat, gone, status)


async def _chat(opened: Change, received: Received) -> tuple[Chat | None, Chat]:
    """The chat as it was before, if it was there, and as it is."""
    if received.chat_id is not None:
        chat = await chat_of(opened, received.chat_id)
        if chat.line != received.line:
            raise InvalidParameter(f"the chat {chat.id} is not one of the line {received.line}")
        return chat, chat
    people = list(dict.fromkeys([received.sender, *received.others]))
    if received.line in people:
        raise InvalidParameter(f"{received.line} is the line itself; somebody else must have sent the message")
    chat = await find_chat(opened, received.line, people)
    return chat, chat or new_chat(received.line, people, received.service, opened.now)


async def _thread(opened: Change, content: Content) -> str | None:
    """The thread of what the message answers, if that is kept here."""
    if content.reply_to is None:
        return None
    answered = await messages.message(opened.transaction, opened.partner_id, content.reply_to.message_id)
    return None if answered is None else answered.thread


async def _lift_opt_out(opened: Change, chat: Chat, handle: str, thresholds: Thresholds) -> None:
    """They wrote something else: they are back, in every chat in which they had opted out."""
    marked = await consent.opt_outs(opened, handle)
    await consent.clear_opt_outs(opened, handle)
    for chat_id in marked:
        other = await opened.chat(chat_id)
        if other is None or other.id == chat.id:
            continue
        health = await health_now(opened, other, thresholds)
        await save_chat(opened, other, msgspec.structs.replace(other, health=health), thresholds)


def _present(chat: Chat, handle: str) -> Participant:
    participant = next((each for each in chat.active if each.handle == handle and not each.is_me), None)
    if participant is None:
        raise InvalidParameter(f"{handle} is not in this chat")
    return participant


def _message_id(opened: Change, received: Received) -> str:
    if received.reference is None:
        return uuid7(opened.now, secrets.randbits(RANDOM_BITS))
    return str(uuid.uuid5(_NAMESPACE, f"{opened.partner_id} {received.line} {received.reference}"))
