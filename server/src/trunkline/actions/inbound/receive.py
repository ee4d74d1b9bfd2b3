"""What a line receives: messages, reactions, edits, typing, contact cards, and changes of the participants."""

import uuid
from collections.abc import Sequence

import msgspec

from trunkline.actions.chats import groups
from trunkline.actions.messages import polls
from trunkline.actions.messages.change_message import apply_edit, apply_reaction
from trunkline.actions.steps.attached import with_attachments
from trunkline.actions.steps.chat_health import current_health, save_chat, updated
from trunkline.actions.steps.lookup import find_chat, require_chat, require_line, require_message
from trunkline.actions.steps.new_chat import new_chat
from trunkline.domain import contact_card
from trunkline.domain.chat import MAX_PRESENT, Chat, Participant, ParticipantStatus, Service
from trunkline.domain.chat_health import RecentMessage
from trunkline.domain.contact_card import ReceivedContactCard
from trunkline.domain.content import check_text
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter, NotAGroup, NotYourLine
from trunkline.domain.events import EventType
from trunkline.domain.ids import time_ordered_id
from trunkline.domain.instant import Instant
from trunkline.domain.message import Content, DeliveryStatus, Message, ReactionChange
from trunkline.domain.opt_out import is_opt_out
from trunkline.domain.poll import check_options, with_options
from trunkline.schemas import events, poll_events
from trunkline.storage import blocked_handles, messages, opt_outs
from trunkline.storage.change import Change
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://trunkline.invalid/received")


class Received(msgspec.Struct, frozen=True):
    """A received message. It goes to the chat with ``chat_id``, or to the chat of the line with the sender and
    ``others``, which begins if necessary. ``reference`` is the carrier's own id of the message.
    """

    line: str
    sender: str
    content: Content
    service: Service
    chat_id: str | None = None
    others: tuple[str, ...] = ()
    reference: str | None = None
    sent_at: Instant | None = None
    poll: tuple[str, ...] = ()
    """The texts of the options, if the message is a poll; its ``content`` has no parts then."""


async def receive_message(store: Store, ctx: RequestContext, received: Received) -> Message | None:
    """Stores a message; returns None if it is dropped because the sender is blocked or the line left the chat.

    A repeated ``reference`` changes nothing. Raises ``NotYourLine``, ``NotFound`` or ``InvalidParameter``.
    """
    if not await store.partners.has_line(ctx.partner_id, received.line):
        raise NotYourLine(f"{received.line} is not one of this partner's lines")
    opts_out = is_opt_out(received.content.text)
    async with store.change(ctx) as change:
        change.check_line(received.line)
        if await blocked_handles.find(change, received.sender) is not None:
            return None
        message_id = _message_id(change, received)
        known = await messages.find(change, message_id)
        if known is not None:
            return known
        content = await with_attachments(change, received.content)
        before, chat = await _chat(change, received)
        if chat.me not in chat.active:
            return None
        sender = _require_participant(chat, received.sender)
        if received.poll:
            content = msgspec.structs.replace(content, parts=(with_options(received.poll, sender),))
        message = Message(
            id=message_id,
            chat_id=chat.id,
            sender=sender,
            content=content,
            thread=await _thread(change, content) or message_id,
            created_at=change.now,
            updated_at=change.now,
            delivery_status=DeliveryStatus.RECEIVED,
            service=received.service,
            sent_at=change.now if received.sent_at is None else received.sent_at,
        )
        if not opts_out:
            await _lift_opt_outs(change, chat, received.sender)
        elif not chat.is_group:
            await opt_outs.add(change, received.sender, chat.id)
        newest = (RecentMessage(from_me=False, failed=False),)
        health = await current_health(change, chat, newest=newest, opted_out=opts_out)
        counts = {"message_count": chat.message_count + 1, "unread_count": chat.unread_count + 1}
        after = updated(chat, change.now, health=health, service=received.service, **counts)
        await messages.add(change, [message])
        after = await save_chat(change, before, after)
        if before is None:
            change.emit(events.chat_created(after))
        poll = content.poll
        if poll is not None:
            change.emit(poll_events.poll_received(message, poll, after))
        else:
            change.emit(events.message_event(EventType.MESSAGE_RECEIVED, message, after))
    return message


async def receive_reaction(
    store: Store, ctx: RequestContext, message_id: str, sender: str, reaction: ReactionChange
) -> Message:
    """A counterparty adds or removes a reaction. Raises ``NoSuchMessage``, ``MissingField``, ``InvalidParameter``."""
    reaction.check()
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        chat = await require_chat(change, message.chat_id)
        return await apply_reaction(change, chat, message, _require_participant(chat, sender), reaction)


async def receive_edit(store: Store, ctx: RequestContext, message_id: str, part_index: int, text: str) -> Message:
    """The sender of a received message edits it. Raises ``NoSuchMessage``, ``InvalidParameter``, ``InvalidContent``."""
    check_text(text, "text")
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        if message.is_from_me:
            raise InvalidParameter("this message was sent by the line; its recipients cannot edit it")
        return await apply_edit(change, await require_chat(change, message.chat_id), message, part_index, text)


async def receive_options(
    store: Store, ctx: RequestContext, message_id: str, sender: str, texts: Sequence[str]
) -> Message:
    """A counterparty adds options to a poll, which keeps those that it has: a repeated report changes nothing.

    Raises ``NoSuchMessage``, ``InvalidParameter``, or ``InvalidContent`` for an option that a poll cannot have.
    """
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        chat = await require_chat(change, message.chat_id)
        by = _require_participant(chat, sender)
        poll = polls.poll_of(message)
        known = {option.text.strip() for option in poll.options}
        new = [text for text in texts if text.strip() not in known]
        if not new:
            return message
        check_options(new, "options", poll)
        return await polls.apply_options(change, chat, message, by, new)


async def receive_vote(
    store: Store, ctx: RequestContext, message_id: str, sender: str, option_id: str, *, added: bool
) -> Message:
    """A counterparty adds or removes a vote. A repeated vote changes nothing.

    Raises ``NoSuchMessage``, ``InvalidParameter``.
    """
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        chat = await require_chat(change, message.chat_id)
        by = _require_participant(chat, sender)
        return await polls.apply_vote(change, chat, message, by, option_id, added=added)


async def receive_typing(store: Store, ctx: RequestContext, chat_id: str, sender: str, *, started: bool) -> None:
    """A counterparty starts or stops typing. Raises ``NotFound``, ``InvalidParameter``."""
    async with store.change(ctx) as change:
        chat = await require_chat(change, chat_id)
        kind = EventType.TYPING_STARTED if started else EventType.TYPING_STOPPED
        change.emit(events.typing(kind, chat, _require_participant(chat, sender)))


async def receive_contact_card(store: Store, ctx: RequestContext, card: ReceivedContactCard) -> bool:
    """A counterparty shares a contact card; returns False if it is dropped because the sender is blocked.

    The card is not stored: subscribers get it. Raises ``NotYourLine``, ``InvalidParameter``.
    """
    contact_card.check(card)
    await require_line(store, ctx.partner_id, card.line, "line")
    async with store.change(ctx) as change:
        change.check_line(card.line)
        if await blocked_handles.find(change, card.sender) is not None:
            return False
        change.emit(events.contact_card_received(card))
    return True


async def receive_membership(
    store: Store, ctx: RequestContext, chat_id: str, handle: str, status: ParticipantStatus
) -> Chat:
    """A participant joined a group, or left it. Raises ``NotFound``, ``NotAGroup``, ``InvalidParameter``."""
    async with store.change(ctx) as change:
        chat = await require_chat(change, chat_id)
        if not chat.is_group:
            raise NotAGroup("this chat is with one person; only groups have participants who join and leave")
        member = next((each for each in chat.active if each.handle == handle), None)
        joins = status is ParticipantStatus.ACTIVE
        if (member is not None) == joins:
            raise InvalidParameter(f"{handle} is {'already' if joins else 'not'} in this group")
        if member is None:
            return await groups.add(change, chat, handle, MAX_PRESENT)
        return await groups.remove(change, chat, member, status)


async def _chat(change: Change, received: Received) -> tuple[Chat | None, Chat]:
    """The chat before the message, None if it is new, and the chat itself."""
    if received.chat_id is not None:
        chat = await require_chat(change, received.chat_id)
        if chat.line != received.line:
            raise InvalidParameter(f"the chat {chat.id} is not one of the line {received.line}")
        return chat, chat
    people = list(dict.fromkeys([received.sender, *received.others]))
    if received.line in people:
        raise InvalidParameter(f"{received.line} is the line itself; a received message has another sender")
    if len(people) > MAX_PRESENT:
        raise InvalidParameter(f"the message names {len(people)} people; a group has at most {MAX_PRESENT}")
    chat = await find_chat(change, received.line, people)
    return chat, chat or new_chat(received.line, people, received.service, change.now)


async def _thread(reader: Reader, content: Content) -> str | None:
    """The thread of the message that is replied to, if it is stored."""
    if content.reply_to is None:
        return None
    replied_to = await messages.find(reader, content.reply_to.message_id)
    return None if replied_to is None else replied_to.thread


async def _lift_opt_outs(change: Change, chat: Chat, handle: str) -> None:
    """Ends every opt-out of a handle, and recomputes the health of the chats, except the one being saved."""
    opted_out = await opt_outs.chats_opted_out(change, handle)
    await opt_outs.lift_everywhere(change, handle)
    for chat_id in opted_out:
        other = await change.chat(chat_id)
        if other is None or other.id == chat.id:
            continue
        health = await current_health(change, other)
        await save_chat(change, other, msgspec.structs.replace(other, health=health))


def _require_participant(chat: Chat, handle: str) -> Participant:
    participant = next((each for each in chat.active if each.handle == handle and not each.is_me), None)
    if participant is None:
        raise InvalidParameter(f"{handle} is not in this chat")
    return participant


def _message_id(change: Change, received: Received) -> str:
    if received.reference is None:
        return time_ordered_id(change.now)
    return str(uuid.uuid5(_NAMESPACE, f"{change.partner_id} {received.line} {received.reference}"))
