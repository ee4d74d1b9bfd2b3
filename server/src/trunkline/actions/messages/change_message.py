"""Edit, delete and react to a message (docs/wire.md §4)."""

import msgspec

from trunkline.actions.attachments.sweep import delete_file
from trunkline.actions.steps.chat_health import current_health, save_chat
from trunkline.actions.steps.forgetting import forget
from trunkline.actions.steps.lookup import check_present, require_chat, require_message
from trunkline.domain.chat import Chat, HealthStatus, Participant
from trunkline.domain.content import check_text
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import EventType
from trunkline.domain.ids import random_id
from trunkline.domain.instant import MINUTE, Instant
from trunkline.domain.message import (
    EDIT_WINDOW,
    MAX_EDITS,
    MAX_REACTIONS,
    DeliveryStatus,
    Message,
    Part,
    PollPart,
    Reaction,
    ReactionChange,
    TextPart,
)
from trunkline.schemas import events
from trunkline.schemas.message import render_message
from trunkline.storage import messages
from trunkline.storage.change import Change
from trunkline.storage.outbox import Command
from trunkline.storage.store import Store


async def edit_message(store: Store, ctx: RequestContext, message_id: str, part_index: int, text: str) -> bytes:
    """Changes the text of a part of a message that the line sent. Returns the message's document.

    Raises ``NoSuchMessage``, ``ChatLeft``, ``InvalidContent``, or ``InvalidParameter`` if the message can no longer be
    edited.
    """
    check_text(text, "text")
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        chat = await require_chat(change, message.chat_id)
        check_present(chat)
        if not message.is_from_me:
            raise InvalidParameter("this message was received; only its sender can edit it")
        if message.edits >= MAX_EDITS:
            raise InvalidParameter(f"this message was edited {MAX_EDITS} times and cannot be edited again")
        if change.clock_time - (message.sent_at or message.created_at) > EDIT_WINDOW:
            raise InvalidParameter(
                f"this message was sent more than {EDIT_WINDOW // MINUTE} minutes ago and can no longer be edited"
            )
        edited = await apply_edit(change, chat, message, part_index, text)
        change.command(Command.EDIT, chat, message.id)
    return render_message(edited)


async def apply_edit(change: Change, chat: Chat, message: Message, part_index: int, text: str) -> Message:
    """Stores the new text of a part, which has been checked, and emits the event. Raises ``InvalidParameter``."""
    part = _part(message, part_index)
    if not isinstance(part, TextPart):
        raise InvalidParameter(f"'part_index' is {part_index}, which is not a text part; only text can be edited")
    # Decorations and mentions of the old text need not fit the new one.
    edited = _with_part(message, part_index, TextPart(text, reactions=part.reactions), change.now)
    edited = msgspec.structs.replace(edited, edits=message.edits + 1)
    await messages.save(change, [edited])
    await change.save([chat])
    change.emit(events.message_edited(edited, chat, part_index, text, change.now))
    return edited


async def delete_message(store: Store, ctx: RequestContext, message_id: str) -> None:
    """Deletes a message here, with the files that came with it; recipients keep it.

    Its events and its idempotency record lose its content. Raises ``NoSuchMessage``.
    """
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        chat = await require_chat(change, message.chat_id)
        files = await forget(change, message)
        opted_out = chat.health.status is HealthStatus.OPTED_OUT
        after = msgspec.structs.replace(
            chat,
            message_count=chat.message_count - 1,
            unread_count=chat.unread_count - (message.delivery_status is DeliveryStatus.RECEIVED),
            health=await current_health(change, chat, opted_out=opted_out),
        )
        await save_chat(change, chat, after)
    for file in files:
        await delete_file(store, ctx.partner_id, file)


async def react(store: Store, ctx: RequestContext, message_id: str, reaction: ReactionChange) -> None:
    """The line adds a reaction to a message, or removes it.

    Raises ``NoSuchMessage``, ``ChatLeft``, ``MissingField`` or ``InvalidParameter``.
    """
    reaction.check()
    async with store.change(ctx) as change:
        message = await require_message(change, message_id)
        chat = await require_chat(change, message.chat_id)
        check_present(chat)
        await apply_reaction(change, chat, message, chat.me, reaction)
        change.command(Command.REACT, chat, message.id)


async def apply_reaction(
    change: Change, chat: Chat, message: Message, by: Participant, reaction: ReactionChange
) -> Message:
    """Stores a reaction, one for each participant and part, and emits the event. Raises ``InvalidParameter``."""
    part = _part(message, reaction.part_index)
    present = next((each for each in part.reactions if each.by.handle == by.handle), None)
    same = present is not None and (present.type, present.custom_emoji) == (reaction.type, reaction.custom_emoji)
    others = tuple([each for each in part.reactions if each is not present])
    if reaction.added and same:
        return message
    if reaction.added:
        if present is None and sum(len(each.reactions) for each in message.content.parts) >= MAX_REACTIONS:
            raise InvalidParameter(f"this message has {MAX_REACTIONS:,} reactions, which is the maximum")
        changed = Reaction(random_id(), by, reaction.type, reaction.custom_emoji)
        reactions, kind = (*others, changed), EventType.REACTION_ADDED
    elif present is not None and same:
        changed, reactions, kind = present, others, EventType.REACTION_REMOVED
    else:
        raise InvalidParameter(f"there is no reaction {reaction.type} of {by.handle} to remove")
    after = _with_part(message, reaction.part_index, msgspec.structs.replace(part, reactions=reactions), change.now)
    await messages.save(change, [after])
    await change.save([chat])
    if isinstance(part, PollPart):
        if kind is EventType.REACTION_REMOVED:
            return after  # the API has no event for it
        kind = EventType.POLL_REACTION_ADDED
    change.emit(events.reaction_event(kind, after, chat, changed, reaction.part_index, change.now))
    return after


def _part(message: Message, index: int) -> Part:
    parts = message.content.parts
    if not 0 <= index < len(parts):
        raise InvalidParameter(f"'part_index' is {index}; parts are counted from 0, and this message has {len(parts)}")
    return parts[index]


def _with_part(message: Message, index: int, part: Part, at: Instant) -> Message:
    parts = message.content.parts
    content = msgspec.structs.replace(message.content, parts=(*parts[:index], part, *parts[index + 1 :]))
    return msgspec.structs.replace(message, content=content, updated_at=at)
