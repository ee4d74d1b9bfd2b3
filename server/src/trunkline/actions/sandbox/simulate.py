"""Play the counterparty of a line: do anything that a carrier could report, without a carrier.

Each function runs the action that a carrier's report runs, so an app sees what it would see in production. It looks
up what the caller omits: the chat or the message. Polls and contact cards have modules of their own.
"""

from collections.abc import AsyncIterable, Sequence

import msgspec

from trunkline.actions.attachments.attachments import delete_attachment, media_part
from trunkline.actions.attachments.upload import add_attachment
from trunkline.actions.inbound.receipts import Receipt, apply_receipt, receive_receipt
from trunkline.actions.inbound.receive import (
    Received,
    receive_edit,
    receive_membership,
    receive_message,
    receive_reaction,
    receive_typing,
)
from trunkline.actions.sandbox.counterparty import (
    DROPPED,
    PAGE,
    Counterparty,
    about,
    find_chat_of,
    is_sent,
    last_message,
    newest_first,
    require_chat_of,
    require_handle,
)
from trunkline.actions.steps.lookup import require_message
from trunkline.domain import content as contents
from trunkline.domain.attachment import Attachment
from trunkline.domain.chat import MAX_RECIPIENTS, Chat, ParticipantStatus, Service
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter, MissingField
from trunkline.domain.message import Content, DeliveryStatus, ReactionChange
from trunkline.schemas.sandbox import Simulated
from trunkline.storage import messages
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store

_UNREAD = (DeliveryStatus.PENDING, DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED)


class GivenFile(msgspec.Struct, frozen=True):
    """A file that a counterparty sends. ``content`` is read once."""

    filename: str
    content_type: str
    size_bytes: int
    content: AsyncIterable[bytes]


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
    handle = require_handle(counterparty)
    if others and counterparty.chat_id is not None:
        raise InvalidParameter("'others' is given with 'chat_id', but the chat already has its participants")
    if len(others) >= MAX_RECIPIENTS:
        raise InvalidParameter(f"'others' lists {len(others)} handles; it must list at most {MAX_RECIPIENTS - 1}")
    if content.reply_to is not None:
        await require_message(store.reader(ctx.partner_id), content.reply_to.message_id)
    line, chat = await find_chat_of(store, ctx, counterparty, others)
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
    return about(message, f"{handle} sent a message to {line}.")


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
    handle = require_handle(counterparty)
    message_id = message_id or await last_message(store, ctx, counterparty, is_sent, "message from the line")
    message = await receive_reaction(store, ctx, message_id, handle, reaction)
    what = reaction.custom_emoji or reaction.type
    return about(message, f"{handle} {'reacted' if reaction.added else 'removed a reaction'}: {what}.")


async def read(store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None) -> Simulated:
    """Reads a message of the line; by default, every unread one of the chat."""
    if message_id is not None:
        message = await receive_receipt(store, ctx, message_id, Receipt(DeliveryStatus.READ))
        return about(message, "The message was read.")
    chat = await require_chat_of(store, ctx, counterparty)
    unread = await _unread(store.reader(ctx.partner_id), chat)
    oldest_first = unread[::-1]
    for start in range(0, len(oldest_first), PAGE):
        async with store.change(ctx) as change:
            for each in oldest_first[start : start + PAGE]:
                message = await messages.find(change, each)
                if message is not None:
                    await apply_receipt(change, message, Receipt(DeliveryStatus.READ))
    says = "One message was read." if len(unread) == 1 else f"{len(unread)} messages were read."
    return Simulated(says, chat.id, unread[0] if unread else None, len(unread))


async def set_typing(store: Store, ctx: RequestContext, counterparty: Counterparty, *, started: bool) -> Simulated:
    """Starts or stops typing."""
    handle = require_handle(counterparty)
    chat = await require_chat_of(store, ctx, counterparty)
    await receive_typing(store, ctx, chat.id, handle, started=started)
    return Simulated(f"{handle} {'started' if started else 'stopped'} typing.", chat.id)


async def set_membership(
    store: Store, ctx: RequestContext, counterparty: Counterparty, status: ParticipantStatus
) -> Simulated:
    """Joins a group (``ACTIVE``), or leaves it (``LEFT``)."""
    handle = require_handle(counterparty)
    if counterparty.chat_id is None:
        raise MissingField("'chat_id' is missing; it must be the id of a group")
    chat = await receive_membership(store, ctx, counterparty.chat_id, handle, status)
    return Simulated(f"{handle} {'joined' if status is ParticipantStatus.ACTIVE else 'left'}.", chat.id)


async def edit(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None, text: str, part_index: int
) -> Simulated:
    """Edits a message of the counterparty, by default the last one."""
    if message_id is None:
        handle = require_handle(counterparty)
        message_id = await last_message(
            store, ctx, counterparty, lambda each: each.sender == handle, f"message from {handle}"
        )
    return about(await receive_edit(store, ctx, message_id, part_index, text), "The message was edited.")


async def report(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None, receipt: Receipt
) -> Simulated:
    """Reports that a message of the line, by default its last one, was delivered or failed."""
    message_id = message_id or await last_message(store, ctx, counterparty, is_sent, "message from the line")
    message = await receive_receipt(store, ctx, message_id, receipt)
    if message.delivery_status is not receipt.status and receipt.status is DeliveryStatus.FAILED:
        raise InvalidParameter(
            f"the message is already {message.delivery_status} and can no longer fail; a rule that 'holds' messages "
            "leaves time for it, and a rule with 'fail' makes them fail at once"
        )
    if message.delivery_status is not receipt.status:
        return about(message, f"Nothing changed: the message was already {message.delivery_status}.")
    return about(message, f"The message is now {receipt.status}.")


async def _unread(reader: Reader, chat: Chat) -> list[str]:
    """What the line sent since the last message that was read, newest first."""
    unread: list[str] = []
    async for page in newest_first(reader, chat):
        sent = [each for each in page if each.is_from_me]
        unread += [each.id for each in sent if each.delivery_status in _UNREAD]
        if any(each.delivery_status is DeliveryStatus.READ for each in sent):
            break
    return unread
