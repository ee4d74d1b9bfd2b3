"""Play the counterparty of a line: do anything that a carrier could report, without a carrier.

Each function runs the action that a carrier's report runs, so an app sees what it would see in production. It looks
up what the caller omits: the chat or the message.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence

import msgspec

from trunkline.actions.attachments.attachments import delete_attachment, media_part
from trunkline.actions.attachments.upload import add_attachment
from trunkline.actions.inbound.receipts import Receipt, apply_receipt, receive_receipt
from trunkline.actions.inbound.receive import (
    Received,
    receive_contact_card,
    receive_edit,
    receive_membership,
    receive_message,
    receive_options,
    receive_reaction,
    receive_typing,
    receive_vote,
)
from trunkline.actions.messages.polls import poll_of
from trunkline.actions.operator.partners import only_partner, owner_of_line
from trunkline.actions.steps.lookup import find_chat, require_chat, require_line, require_message
from trunkline.domain import content as contents
from trunkline.domain.attachment import Attachment
from trunkline.domain.chat import MAX_RECIPIENTS, Chat, ParticipantStatus, Service
from trunkline.domain.contact_card import ContactCardShare, ReceivedContactCard
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import CommandError, InvalidParameter, MissingField, NoSuchMessage, NotFound
from trunkline.domain.loopback_rules import LOOPBACK
from trunkline.domain.message import Content, DeliveryStatus, Message, ReactionChange
from trunkline.domain.poll import check_options, choose_option
from trunkline.schemas.documents import unmark_files
from trunkline.schemas.sandbox import Simulated
from trunkline.storage import contact_cards, messages
from trunkline.storage.messages import Order
from trunkline.storage.partners import Partner
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

MAX_SHARES = 100
"""How many shared contact cards are listed at most."""

DROPPED = "Dropped: the sender is blocked, or the line has left the chat."


class GivenFile(msgspec.Struct, frozen=True):
    """A file that a counterparty sends. ``content`` is read once."""

    filename: str
    content_type: str
    size_bytes: int
    content: AsyncIterable[bytes]


class Counterparty(msgspec.Struct, frozen=True):
    """Who acts, and in which chat: the one with this id, or the direct chat with a line.

    The line can be left out if the partner has only one.
    """

    handle: str | None = None
    chat_id: str | None = None
    line: str | None = None


def require_loopback(carrier: str) -> None:
    """Raises ``NotFound`` unless the carrier is the loopback: with another one, the counterparties are real."""
    if carrier != LOOPBACK:
        raise NotFound(
            f"the sandbox works with the carrier {LOOPBACK!r} only, and this service has the carrier {carrier!r}"
        )


async def write(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    content: Content,
    *,
    others: Sequence[str] = (),
    service: Service | None = None,
    reference: str | None = None,
) -> Simulated:
    """Sends a message to the line; with ``others``, in the group of all of them, which begins if necessary.

    Raises ``MissingField``, ``NotYourLine``, ``NotFound``, ``NoSuchMessage``, ``NoSuchAttachment`` or
    ``InvalidParameter``.
    """
    handle = _require_handle(counterparty)
    if others and counterparty.chat_id is not None:
        raise InvalidParameter("'others' is given with 'chat_id', but the chat already has its participants")
    if len(others) >= MAX_RECIPIENTS:
        raise InvalidParameter(f"'others' lists {len(others)} handles; it must list at most {MAX_RECIPIENTS - 1}")
    if content.reply_to is not None:
        await require_message(store.reader(ctx.partner_id), content.reply_to.message_id)
    line, chat = await _find_chat(store, ctx, counterparty, others)
    received = Received(
        line=line,
        sender=handle,
        content=content,
        service=service or (None if chat is None else chat.service) or Service.IMESSAGE,
        chat_id=counterparty.chat_id,
        others=tuple(others),
        reference=reference,
    )
    message = await receive_message(store, ctx, received)
    if message is None:
        return Simulated(DROPPED, None if chat is None else chat.id)
    return _about(message, f"{handle} sent a message to {line}.")


async def write_with_files(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    content: Content,
    files: Sequence[GivenFile],
    *,
    others: Sequence[str] = (),
    service: Service | None = None,
) -> Simulated:
    """The same with files at the end of the message, which become attachments of the partner.

    If the message is not stored, neither are the files. Also raises ``InvalidBody``, ``FilesFull``, ``FilesNotReady``.
    """
    added: list[Attachment] = []
    try:
        for each in files:
            added.append(
                await add_attachment(store, ctx, each.filename, each.content_type, each.size_bytes, each.content)
            )
        parts = (*content.parts, *[media_part(each) for each in added])
        content = msgspec.structs.replace(content, parts=parts)
        contents.check(content)
        simulated = await write(store, ctx, counterparty, content, others=others, service=service)
    except BaseException:
        await _delete_all(store, ctx, added)
        raise
    if simulated.message_id is None:
        await _delete_all(store, ctx, added)
    return simulated


async def _delete_all(store: Store, ctx: RequestContext, added: Sequence[Attachment]) -> None:
    for each in added:
        await delete_attachment(store, ctx, each.id)


async def react(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    message_id: str | None,
    reaction: ReactionChange,
) -> Simulated:
    """Adds a reaction to a message, by default the line's last one, or removes it."""
    reaction.check()
    handle = _require_handle(counterparty)
    message_id = message_id or await _last(store, ctx, counterparty, _is_sent, "message from the line")
    message = await receive_reaction(store, ctx, message_id, handle, reaction)
    what = reaction.custom_emoji or reaction.type
    return _about(message, f"{handle} {'reacted' if reaction.added else 'removed a reaction'}: {what}.")


async def send_poll(store: Store, ctx: RequestContext, counterparty: Counterparty, texts: Sequence[str]) -> Simulated:
    """Sends a poll with these options to the line.

    Raises ``MissingField``, ``NotYourLine``, ``NotFound``, ``InvalidContent`` or ``InvalidParameter``.
    """
    handle = _require_handle(counterparty)
    check_options(texts, "options")
    line, chat = await _find_chat(store, ctx, counterparty)
    received = Received(
        line=line,
        sender=handle,
        content=Content(()),
        service=Service.IMESSAGE,  # no other one has polls
        chat_id=counterparty.chat_id,
        poll=tuple(texts),
    )
    message = await receive_message(store, ctx, received)
    if message is None:
        return Simulated(DROPPED, None if chat is None else chat.id)
    return _about(message, f"{handle} sent a poll to {line}.")


async def add_options(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None, texts: Sequence[str]
) -> Simulated:
    """Adds options to a poll, by default the last one of the chat."""
    handle = _require_handle(counterparty)
    message = await _require_poll(store, ctx, counterparty, message_id)
    check_options(texts, "options", poll_of(message))
    after = await receive_options(store, ctx, message.id, handle, texts)
    return _about(after, f"{handle} added {'an option' if len(texts) == 1 else f'{len(texts)} options'}.")


async def vote(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    message_id: str | None,
    option: str,
    *,
    added: bool,
) -> Simulated:
    """Votes in a poll, by default the last one of the chat, or removes the vote. ``option`` is a text or an id."""
    handle = _require_handle(counterparty)
    message = await _require_poll(store, ctx, counterparty, message_id)
    chosen = choose_option(poll_of(message), option)
    after = await receive_vote(store, ctx, message.id, handle, chosen.id, added=added)
    return _about(after, f"{handle} {'voted' if added else 'removed a vote'}: {chosen.text}.")


async def read(store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None) -> Simulated:
    """Reads a message of the line; by default, every unread one of the chat."""
    if message_id is not None:
        message = await receive_receipt(store, ctx, message_id, Receipt(DeliveryStatus.READ))
        return _about(message, "The message was read.")
    chat = await _require_chat(store, ctx, counterparty)
    unread = await _unread(store.reader(ctx.partner_id), chat)
    oldest_first = unread[::-1]
    for start in range(0, len(oldest_first), _PAGE):
        async with store.change(ctx) as change:
            for each in oldest_first[start : start + _PAGE]:
                message = await messages.find(change, each)
                if message is not None:
                    await apply_receipt(change, message, Receipt(DeliveryStatus.READ))
    says = "One message was read." if len(unread) == 1 else f"{len(unread)} messages were read."
    return Simulated(says, chat.id, unread[0] if unread else None, len(unread))


async def set_typing(store: Store, ctx: RequestContext, counterparty: Counterparty, *, started: bool) -> Simulated:
    """Starts or stops typing."""
    handle = _require_handle(counterparty)
    chat = await _require_chat(store, ctx, counterparty)
    await receive_typing(store, ctx, chat.id, handle, started=started)
    return Simulated(f"{handle} {'started' if started else 'stopped'} typing.", chat.id)


async def set_membership(
    store: Store, ctx: RequestContext, counterparty: Counterparty, status: ParticipantStatus
) -> Simulated:
    """Joins a group (``ACTIVE``), or leaves it (``LEFT``)."""
    handle = _require_handle(counterparty)
    if counterparty.chat_id is None:
        raise MissingField("'chat_id' is missing; it must be the id of a group")
    chat = await receive_membership(store, ctx, counterparty.chat_id, handle, status)
    return Simulated(f"{handle} {'joined' if status is ParticipantStatus.ACTIVE else 'left'}.", chat.id)


async def edit(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None, text: str, part_index: int
) -> Simulated:
    """Edits a message of the counterparty, by default the last one."""
    if message_id is None:
        handle = _require_handle(counterparty)
        message_id = await _last(store, ctx, counterparty, lambda each: each.sender == handle, f"message from {handle}")
    return _about(await receive_edit(store, ctx, message_id, part_index, text), "The message was edited.")


async def report(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None, receipt: Receipt
) -> Simulated:
    """Reports that a message of the line, by default its last one, was delivered or failed."""
    message_id = message_id or await _last(store, ctx, counterparty, _is_sent, "message from the line")
    message = await receive_receipt(store, ctx, message_id, receipt)
    if message.delivery_status is not receipt.status and receipt.status is DeliveryStatus.FAILED:
        raise InvalidParameter(
            f"the message is already {message.delivery_status} and can no longer fail; a rule that 'holds' messages "
            "leaves time for it, and a rule with 'fail' makes them fail at once"
        )
    if message.delivery_status is not receipt.status:
        return _about(message, f"Nothing changed: the message was already {message.delivery_status}.")
    return _about(message, f"The message is now {receipt.status}.")


async def share_contact_card(
    store: Store,
    ctx: RequestContext,
    counterparty: Counterparty,
    first_name: str,
    last_name: str | None = None,
    image_url: str | None = None,
) -> Simulated:
    """Shares the contact card of the counterparty with the line."""
    handle = _require_handle(counterparty)
    line, chat = await _find_chat(store, ctx, counterparty)
    card = ReceivedContactCard(line, handle, first_name, last_name or None, image_url or None)
    if not await receive_contact_card(store, ctx, card):
        return Simulated(DROPPED)
    return Simulated(f"{handle} shared a contact card with {line}.", None if chat is None else chat.id)


async def shared_cards(
    store: Store, ctx: RequestContext, counterparty: Counterparty
) -> tuple[Chat, Sequence[ContactCardShare]]:
    """The chat, and the contact cards that the line shared in it, the latest first."""
    chat = await _require_chat(store, ctx, counterparty)
    return chat, await contact_cards.shares_of_chat(store.reader(ctx.partner_id), chat.id, MAX_SHARES)


async def find_owner(store: Store, counterparty: Counterparty, message_id: str | None, partner: str | None) -> Partner:
    """The partner that has the line, chat or message; otherwise the named or only partner. Raises ``CommandError``."""
    if counterparty.line is not None:
        return await owner_of_line(store, counterparty.line, partner)
    chat_id = counterparty.chat_id
    if partner is None and (chat_id is not None or message_id is not None):
        for each in await store.partners.all():
            reader = store.reader(each.id)
            if chat_id is not None and await reader.chat_document(chat_id) is not None:
                return each
            if message_id is not None and await messages.document(reader, message_id) is not None:
                return each
        raise CommandError(f"no partner has the {f'message {message_id}' if message_id else f'chat {chat_id}'}")
    return await only_partner(store, partner)


class _Summary(msgspec.Struct):
    """The fields of a message that select one."""

    id: str
    is_from_me: bool
    delivery_status: DeliveryStatus
    parts: list[msgspec.Raw]
    """Empty if the message is a poll."""
    sender: str = msgspec.field(name="from")


_PAGE = 100
_UNREAD = (DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
_decode = msgspec.json.Decoder(_Summary).decode


def _is_sent(message: _Summary) -> bool:
    return message.is_from_me


def _about(message: Message, says: str) -> Simulated:
    return Simulated(says, message.chat_id, message.id, 1)


def _require_handle(counterparty: Counterparty) -> str:
    if counterparty.handle is None:
        raise MissingField("'from' is missing; it must be the handle of a counterparty")
    return counterparty.handle


async def _last(
    store: Store, ctx: RequestContext, counterparty: Counterparty, is_meant: Callable[[_Summary], bool], what: str
) -> str:
    """The id of the last message of the chat for which ``is_meant`` holds. Raises ``NoSuchMessage``."""
    chat = await _require_chat(store, ctx, counterparty)
    async for page in _newest_first(store.reader(ctx.partner_id), chat):
        for each in page:
            if is_meant(each):
                return each.id
    raise NoSuchMessage(f"there is no {what} in the chat {chat.id}")


async def _require_poll(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None
) -> Message:
    """The poll with this id, by default the last one of the chat. Raises ``NoSuchMessage``."""
    message_id = message_id or await _last(store, ctx, counterparty, lambda each: not each.parts, "poll")
    message = await require_message(store.reader(ctx.partner_id), message_id)
    poll_of(message)
    return message


async def _unread(reader: Reader, chat: Chat) -> list[str]:
    """What the line sent since the last message that was read, newest first."""
    unread: list[str] = []
    async for page in _newest_first(reader, chat):
        sent = [each for each in page if each.is_from_me]
        unread += [each.id for each in sent if each.delivery_status in _UNREAD]
        if any(each.delivery_status is DeliveryStatus.READ for each in sent):
            break
    return unread


async def _newest_first(reader: Reader, chat: Chat) -> AsyncGenerator[list[_Summary]]:
    """The messages of a chat, newest first, a page at a time."""
    page = await messages.page(reader, Order.CHAT, chat.id, limit=_PAGE)
    yield [_decode(unmark_files(document)) for document in page.documents]
    while page.end is not None and page.snapshot is not None:
        page = await messages.page(reader, Order.CHAT, chat.id, limit=_PAGE, snapshot=page.snapshot, after=page.end)
        yield [_decode(unmark_files(document)) for document in page.documents]


async def _require_chat(store: Store, ctx: RequestContext, counterparty: Counterparty) -> Chat:
    """The selected chat. Raises ``NotFound``, ``NotYourLine`` or ``MissingField``."""
    if counterparty.chat_id is None and counterparty.handle is None:
        raise MissingField("'chat_id' is missing; give it, or 'from' for the direct chat with that handle")
    line, chat = await _find_chat(store, ctx, counterparty)
    if chat is None:
        raise NotFound(f"{counterparty.handle} has no chat with {line} yet; a message begins one")
    return chat


async def _find_chat(
    store: Store, ctx: RequestContext, counterparty: Counterparty, others: Sequence[str] = ()
) -> tuple[str, Chat | None]:
    """The line, and the chat if it exists."""
    reader = store.reader(ctx.partner_id)
    if counterparty.chat_id is not None:
        chat = await require_chat(reader, counterparty.chat_id)
        return chat.line, chat
    line = counterparty.line or await _only_line(store, ctx.partner_id)
    await require_line(store, ctx.partner_id, line, "to")
    people = [each for each in (counterparty.handle, *others) if each is not None]
    return line, await find_chat(reader, line, list(dict.fromkeys(people)))


async def _only_line(store: Store, partner_id: int) -> str:
    lines = [line.phone_number for line in await store.partners.lines(partner_id)]
    if len(lines) != 1:
        raise MissingField(f"'to' is missing; it must be one of your lines: {', '.join(lines) or 'there is none yet'}")
    return lines[0]
