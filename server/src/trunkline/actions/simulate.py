"""The other side of a line, played by a developer: whatever a carrier could tell of, without one.

Each is the action that a carrier's report takes, so that what an app sees of it is the real thing. What is needed
besides, the chat or the message that is meant, is looked up here, for a person who types it.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.actions.cause import Cause
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.create_chat import MAX_RECIPIENTS, find_chat
from trunkline.actions.partners import only_partner, owner_of_line
from trunkline.actions.reading import chat_of, message_of
from trunkline.actions.receipts import Receipt, apply_receipt, receive_receipt
from trunkline.actions.receive import (
    Received,
    receive_edit,
    receive_membership,
    receive_message,
    receive_reaction,
    receive_typing,
)
from trunkline.actions.rules import RuleOf
from trunkline.domain.carrier_rules import LOOPBACK
from trunkline.domain.chat import Chat, ParticipantStatus, Service
from trunkline.domain.errors import CommandError, InvalidParameter, MissingField, NoSuchMessage, NotFound, NotYourLine
from trunkline.domain.health import Thresholds
from trunkline.domain.message import Content, DeliveryStatus, Message, ReactionType
from trunkline.storage import chats, messages
from trunkline.storage.changes import change
from trunkline.storage.messages import Order
from trunkline.storage.partners import Partner
from trunkline.storage.store import Store

MAX_EMOJI = 50  # characters, as in POST /v3/messages/{id}/reactions

DROPPED = "Dropped: the sender is blocked, or the line has left the chat."


class Side(msgspec.Struct, frozen=True):
    """Somebody on the other side, and where: in the chat with this id, or in their direct chat with a line.

    The line may be left out where the partner has only one.
    """

    handle: str | None = None
    chat_id: str | None = None
    line: str | None = None


class Simulated(msgspec.Struct, frozen=True):
    """What was done."""

    says: Annotated[str, Meta(description="What was done, for a person to read.")]
    chat_id: Annotated[str | None, Meta(description="The chat that it was in.")] = None
    message_id: Annotated[str | None, Meta(description="The message that it was about; of several, the last.")] = None
    messages: Annotated[int, Meta(ge=0, description="How many messages it was about.")] = 0
    rules: Annotated[list[RuleOf] | None, Meta(description="All rules as they are now, where it was about rules.")] = (
        None
    )


def require_loopback(carrier: str) -> None:
    """Raises ``NotFound`` where another carrier than the loopback has the lines: then the other side is real."""
    if carrier != LOOPBACK:
        raise NotFound(
            f"the other side can be played with the carrier {LOOPBACK!r} only, and this service has {carrier!r}"
        )


async def write(
    store: Store,
    cause: Cause,
    side: Side,
    content: Content,
    thresholds: Thresholds,
    *,
    others: Sequence[str] = (),
    service: Service | None = None,
    reference: str | None = None,
) -> Simulated:
    """They write a message; with ``others``, into the group of all of them, which begins if it is not there.

    Raises ``MissingField``, ``NotYourLine``, ``NotFound``, ``NoSuchMessage`` or ``InvalidParameter``.
    """
    handle = _handle(side)
    if others and side.chat_id is not None:
        raise InvalidParameter("'others' is given with 'chat_id'; who is in that chat is known")
    if len(others) >= MAX_RECIPIENTS:
        raise InvalidParameter(f"'others' lists {len(others)} handles; it must be {MAX_RECIPIENTS - 1} at most")
    if content.reply_to is not None:
        await message_of(store.database, cause.partner_id, content.reply_to.message_id)
    line, chat = await _place(store, cause, side, others)
    received = Received(
        line=line,
        sender=handle,
        content=content,
        service=service or (None if chat is None else chat.service) or Service.IMESSAGE,
        chat_id=side.chat_id,
        others=tuple(others),
        reference=reference,
    )
    message = await receive_message(store, cause, received, thresholds)
    if message is None:
        return Simulated(DROPPED, None if chat is None else chat.id)
    return _about(message, f"{handle} wrote to {line}.")


async def react(store: Store, cause: Cause, side: Side, message_id: str | None, reaction: ReactionChange) -> Simulated:
    """They react to a message, by default the line's last one, or take it back."""
    handle = _handle(side)
    if reaction.type is ReactionType.CUSTOM and not 1 <= len(reaction.custom_emoji or "") <= MAX_EMOJI:
        raise InvalidParameter(f"'custom_emoji' must be an emoji, of {MAX_EMOJI} characters at most")
    if reaction.type is not ReactionType.CUSTOM and reaction.custom_emoji is not None:
        raise InvalidParameter(f"'custom_emoji' is given, but the type is {reaction.type}; only custom has one")
    message_id = message_id or await _last(store, cause, side, _is_sent)
    message = await receive_reaction(store, cause, message_id, handle, reaction)
    what = reaction.custom_emoji or reaction.type
    return _about(message, f"{handle} {'reacted' if reaction.added else 'took a reaction back'}: {what}.")


async def read(store: Store, cause: Cause, side: Side, message_id: str | None, thresholds: Thresholds) -> Simulated:
    """They read a message of the line's; by default, all that they were sent in the chat."""
    if message_id is not None:
        message = await receive_receipt(store, cause, message_id, Receipt(DeliveryStatus.READ), thresholds)
        return _about(message, "The message was read.")
    chat = await _chat(store, cause, side)
    unread = await _unread(store, cause.partner_id, chat)
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        for each in reversed(unread):
            message = await message_of(opened.transaction, opened.partner_id, each)
            await apply_receipt(opened, message, Receipt(DeliveryStatus.READ), thresholds)
    says = "One message was read." if len(unread) == 1 else f"{len(unread)} messages were read."
    return Simulated(says, chat.id, unread[0] if unread else None, len(unread))


async def type_text(store: Store, cause: Cause, side: Side, *, started: bool) -> Simulated:
    """They type, or stop."""
    handle = _handle(side)
    chat = await _chat(store, cause, side)
    await receive_typing(store, cause, chat.id, handle, started=started)
    return Simulated(f"{handle} {'types' if started else 'stopped typing'}.", chat.id)


async def move(store: Store, cause: Cause, side: Side, status: ParticipantStatus) -> Simulated:
    """They come into a group (``ACTIVE``), or leave it (``LEFT``)."""
    handle = _handle(side)
    if side.chat_id is None:
        raise MissingField("'chat_id' is missing; it must be the id of a group")
    chat = await receive_membership(store, cause, side.chat_id, handle, status)
    return Simulated(f"{handle} {'joined' if status is ParticipantStatus.ACTIVE else 'left'}.", chat.id)


async def edit(store: Store, cause: Cause, side: Side, message_id: str | None, text: str, part_index: int) -> Simulated:
    """They change the text of a message of theirs, by default the last one."""
    if message_id is None:
        handle = _handle(side)
        message_id = await _last(store, cause, side, lambda each: each.sender == handle)
    return _about(await receive_edit(store, cause, message_id, part_index, text), "The message was edited.")


async def report(
    store: Store, cause: Cause, side: Side, message_id: str | None, receipt: Receipt, thresholds: Thresholds
) -> Simulated:
    """The network reports how a message of the line's fares, by default its last one: ``FAILED``, or ``DELIVERED``."""
    message_id = message_id or await _last(store, cause, side, _is_sent)
    message = await receive_receipt(store, cause, message_id, receipt, thresholds)
    if message.delivery_status is not receipt.status and receipt.status is DeliveryStatus.FAILED:
        raise InvalidParameter(
            f"the message is {message.delivery_status} already and cannot fail any more; a rule that 'holds' messages "
            "leaves time for it, and one with 'fail' lets them fail at once"
        )
    if message.delivery_status is not receipt.status:
        return _about(message, f"Nothing changed: the message was {message.delivery_status} already.")
    return _about(message, f"The message is {receipt.status} now.")


class _Seen(msgspec.Struct):
    """What of a message tells whether it is the one that is meant."""

    id: str
    is_from_me: bool
    delivery_status: DeliveryStatus
    sender: str = msgspec.field(name="from")


_PAGE = 100
_ON_THE_WAY = (DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
_decode = msgspec.json.Decoder(_Seen).decode


def _is_sent(message: _Seen) -> bool:
    return message.is_from_me


def _about(message: Message, says: str) -> Simulated:
    return Simulated(says, message.chat_id, message.id, 1)


def _handle(side: Side) -> str:
    if side.handle is None:
        raise MissingField("'from' is missing; it must be the handle of somebody on the other side")
    return side.handle


async def _last(store: Store, cause: Cause, side: Side, is_meant: Callable[[_Seen], bool]) -> str:
    chat = await _chat(store, cause, side)
    async for page in _backwards(store, cause.partner_id, chat):
        for each in page:
            if is_meant(each):
                return each.id
    raise NoSuchMessage(f"there is no such message in the chat {chat.id}")


async def _unread(store: Store, partner_id: int, chat: Chat) -> list[str]:
    """What the line sent since the last message that was read, newest first."""
    unread: list[str] = []
    async for page in _backwards(store, partner_id, chat):
        sent = [each for each in page if each.is_from_me]
        unread += [each.id for each in sent if each.delivery_status in _ON_THE_WAY]
        if any(each.delivery_status is DeliveryStatus.READ for each in sent):
            break
    return unread


async def _backwards(store: Store, partner_id: int, chat: Chat) -> AsyncGenerator[list[_Seen]]:
    """The messages of a chat, newest first, a page at a time."""
    page = await messages.page(store.database, partner_id, Order.CHAT, chat.id, limit=_PAGE)
    yield [_decode(document) for document in page.documents]
    while page.end is not None and page.walk is not None:
        page = await messages.page(
            store.database, partner_id, Order.CHAT, chat.id, limit=_PAGE, walk=page.walk, beyond=page.end
        )
        yield [_decode(document) for document in page.documents]


async def _chat(store: Store, cause: Cause, side: Side) -> Chat:
    """The chat that is meant. Raises ``NotFound``, ``NotYourLine`` or ``MissingField``."""
    if side.chat_id is None and side.handle is None:
        raise MissingField("'chat_id' is missing; or give 'from', the handle of who the direct chat is with")
    line, chat = await _place(store, cause, side)
    if chat is None:
        raise NotFound(f"{side.handle} has no chat with {line} yet; a message begins one")
    return chat


async def _place(store: Store, cause: Cause, side: Side, others: Sequence[str] = ()) -> tuple[str, Chat | None]:
    """The line that is meant, and the chat if there is one."""
    line = side.line
    if side.chat_id is None:
        line = line or await _only_line(store, cause.partner_id)
        if not await store.partners.has_line(cause.partner_id, line):
            raise NotYourLine(f"'to' is {line}, which is not one of your lines")
    # A chat is found by its people within a change only; this one changes nothing.
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        if side.chat_id is not None or line is None:
            chat = await chat_of(opened, side.chat_id or "")
            return chat.line, chat
        people = [each for each in (side.handle, *others) if each is not None]
        return line, await find_chat(opened, line, list(dict.fromkeys(people)))


async def _only_line(store: Store, partner_id: int) -> str:
    lines = [line.phone_number for line in await store.partners.lines(partner_id)]
    if len(lines) != 1:
        raise MissingField(f"'to' is missing; it must be one of your lines: {', '.join(lines) or 'there is none yet'}")
    return lines[0]


async def owner_of(store: Store, side: Side, message_id: str | None, partner: str | None) -> Partner:
    """Whose chats a person at the terminal means: a partner by name or id, or whoever has the line, chat or message.

    Raises ``CommandError`` when that is nobody, or not clear.
    """
    if side.line is not None:
        return await owner_of_line(store, side.line, partner)
    if partner is None and (side.chat_id is not None or message_id is not None):
        for each in await store.partners.all():
            if side.chat_id is not None and await chats.document(store.database, each.id, side.chat_id) is not None:
                return each
            if message_id is not None and await messages.document(store.database, each.id, message_id) is not None:
                return each
        raise CommandError(f"nobody has {'the message ' + message_id if message_id else f'the chat {side.chat_id}'}")
    return await only_partner(store, partner)
