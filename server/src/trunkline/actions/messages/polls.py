"""Create a poll, read it, add options and vote (docs/wire.md §4)."""

from collections.abc import Sequence

import msgspec

from trunkline.actions.steps.lookup import require_message, require_present_chat
from trunkline.actions.steps.outgoing import (
    OutgoingMessage,
    check_consent,
    check_idempotency_key,
    record_response,
    recorded_response,
    send,
)
from trunkline.domain.chat import Chat, Participant
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import NoSuchMessage
from trunkline.domain.events import EventType
from trunkline.domain.message import Content, Message, PollPart
from trunkline.domain.poll import check_options, require_option, with_options, with_vote
from trunkline.schemas import poll_events
from trunkline.schemas.polls import render_poll
from trunkline.storage import messages
from trunkline.storage.change import Change
from trunkline.storage.outbox import Command
from trunkline.storage.store import Store


async def create_poll(
    store: Store, ctx: RequestContext, chat_id: str, texts: Sequence[str], outgoing: OutgoingMessage
) -> bytes:
    """Sends a poll with these options to a chat. Returns the poll. A repeated request gets the first response.

    The content of ``outgoing`` is replaced. Raises ``NotFound``, ``ChatLeft``, ``InvalidContent``,
    ``InvalidParameter``, ``OptedOut``, ``HandleBlocked`` or ``NoSuchMessage``; then nothing has changed.
    """
    check_idempotency_key(outgoing.idempotency_key)
    check_options(texts, "poll.options")
    async with store.change(ctx) as change:
        recorded = await recorded_response(change, outgoing)
        if recorded is not None:
            return recorded
        chat = await require_present_chat(change, chat_id)
        if not chat.is_group:
            await check_consent(change, chat.recipients, outgoing)
        poll = Content((with_options(texts, chat.me),))
        message, _ = await send(change, chat, msgspec.structs.replace(outgoing, content=poll))
        body = _document(message)
        await record_response(change, outgoing, message, body)
    return body


async def read_poll(store: Store, partner_id: int, message_id: str) -> bytes:
    """A poll. Raises ``NoSuchMessage``."""
    return _document(await store.read(partner_id, lambda reader: require_message(reader, message_id)))


async def add_options(store: Store, ctx: RequestContext, message_id: str, texts: Sequence[str]) -> bytes:
    """The line adds options to a poll. Returns the poll. Raises ``NoSuchMessage``, ``ChatLeft``, ``InvalidContent``."""
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        check_options(texts, "options", poll_of(message))
        chat = await require_present_chat(change, message.chat_id)
        after = await apply_options(change, chat, message, chat.me, texts)
        change.command(Command.UPDATE_POLL, chat, message.id)
    return _document(after)


async def vote(store: Store, ctx: RequestContext, message_id: str, option_id: str, *, added: bool) -> bytes:
    """The line adds or removes a vote. Returns the poll.

    Raises ``NoSuchMessage``, ``ChatLeft`` or ``InvalidParameter``.
    """
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        require_option(poll_of(message), option_id)
        chat = await require_present_chat(change, message.chat_id)
        after = await apply_vote(change, chat, message, chat.me, option_id, added=added)
        if after is not message:
            change.command(Command.UPDATE_POLL, chat, message.id)
    return _document(after)


def poll_of(message: Message) -> PollPart:
    """The poll that a message is. Raises ``NoSuchMessage``."""
    poll = message.content.poll
    if poll is None:
        raise NoSuchMessage(f"the message {message.id} is not a poll")
    return poll


async def apply_options(change: Change, chat: Chat, message: Message, by: Participant, texts: Sequence[str]) -> Message:
    """Stores options that a participant adds to a poll, and emits the event. Raises ``NoSuchMessage``."""
    poll = poll_of(message)
    changed = with_options(texts, by, poll)
    after = await _save(change, chat, message, changed)
    change.emit(poll_events.poll_updated(after, chat, changed.options[len(poll.options) :], by))
    return after


async def apply_vote(
    change: Change, chat: Chat, message: Message, by: Participant, option_id: str, *, added: bool
) -> Message:
    """Stores a vote that a participant adds or removes, and emits the event. A repeated vote changes nothing.

    Raises ``NoSuchMessage`` or ``InvalidParameter``.
    """
    poll = poll_of(message)
    changed = with_vote(poll, option_id, by.handle, change.now, added=added)
    if changed is poll:
        return message
    after = await _save(change, chat, message, changed)
    kind = EventType.POLL_VOTE_ADDED if added else EventType.POLL_VOTE_REMOVED
    change.emit(poll_events.vote_event(kind, after, chat, option_id, by))
    return after


async def _save(change: Change, chat: Chat, message: Message, poll: PollPart) -> Message:
    content = msgspec.structs.replace(message.content, parts=(poll,))
    after = msgspec.structs.replace(message, content=content, updated_at=change.now)
    await messages.save(change, [after])
    await change.save([chat])
    return after


def _document(message: Message) -> bytes:
    return render_poll(message, poll_of(message))
