"""Play the counterparty of a line in polls: send one, add options, vote."""

from collections.abc import Sequence

from trunkline.actions.inbound.receive import Received, receive_message, receive_options, receive_vote
from trunkline.actions.messages.polls import poll_of
from trunkline.actions.sandbox.counterparty import (
    DROPPED,
    Counterparty,
    about,
    find_chat_of,
    last_message,
    require_handle,
)
from trunkline.actions.steps.lookup import require_message
from trunkline.domain.chat import Service
from trunkline.domain.context import RequestContext
from trunkline.domain.message import Content, Message
from trunkline.domain.poll import check_options, choose_option
from trunkline.schemas.sandbox import Simulated
from trunkline.storage.store import Store


async def send_poll(store: Store, ctx: RequestContext, counterparty: Counterparty, texts: Sequence[str]) -> Simulated:
    """Sends a poll with these options to the line.

    Raises ``MissingField``, ``NotYourLine``, ``NotFound``, ``InvalidContent`` or ``InvalidParameter``.
    """
    handle = require_handle(counterparty)
    check_options(texts, "options")
    line, chat = await find_chat_of(store, ctx, counterparty)
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
    return about(message, f"{handle} sent a poll to {line}.")


async def add_options(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None, texts: Sequence[str]
) -> Simulated:
    """Adds options to a poll, by default the last one of the chat."""
    handle = require_handle(counterparty)
    message = await _require_poll(store, ctx, counterparty, message_id)
    check_options(texts, "options", poll_of(message))
    after = await receive_options(store, ctx, message.id, handle, texts)
    return about(after, f"{handle} added {'an option' if len(texts) == 1 else f'{len(texts)} options'}.")


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
    handle = require_handle(counterparty)
    message = await _require_poll(store, ctx, counterparty, message_id)
    chosen = choose_option(poll_of(message), option)
    after = await receive_vote(store, ctx, message.id, handle, chosen.id, added=added)
    return about(after, f"{handle} {'voted' if added else 'removed a vote'}: {chosen.text}.")


async def _require_poll(
    store: Store, ctx: RequestContext, counterparty: Counterparty, message_id: str | None
) -> Message:
    """The poll with this id, by default the last one of the chat. Raises ``NoSuchMessage``."""
    message_id = message_id or await last_message(store, ctx, counterparty, lambda each: not each.parts, "poll")
    message = await require_message(store.reader(ctx.partner_id), message_id)
    poll_of(message)
    return message
