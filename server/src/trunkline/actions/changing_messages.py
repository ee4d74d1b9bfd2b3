"""Edit, delete and react to a message that is there (CONTRACT §4)."""

import uuid

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.keeping import health_now, save_chat
from trunkline.actions.reading import chat_of, message_of
from trunkline.actions.sending import require_present
from trunkline.domain import events, message_document
from trunkline.domain.chat import Chat, HealthStatus, Participant
from trunkline.domain.errors import InvalidContent, InvalidParameter
from trunkline.domain.events import EventType
from trunkline.domain.health import Thresholds
from trunkline.domain.instant import MINUTE
from trunkline.domain.message import (
    EDIT_WINDOW,
    MAX_EDITS,
    DeliveryStatus,
    Message,
    Part,
    Reaction,
    ReactionType,
    TextPart,
)
from trunkline.storage import messages
from trunkline.storage.changes import Change, change
from trunkline.storage.outbox import Command
from trunkline.storage.store import Store


class ReactionChange(msgspec.Struct, frozen=True):
    """A reaction to a part of a message that comes or goes."""

    type: ReactionType
    added: bool
    part_index: int = 0
    custom_emoji: str | None = None


async def edit_message(store: Store, cause: Cause, message_id: str, part_index: int, text: str) -> bytes:
    """Changes the text of a part of a message of the line's own: the message's document.

    Raises ``NoSuchMessage``, ``ChatLeft``, ``InvalidContent``, or ``InvalidParameter`` for a message that can no longer
    be edited.
    """
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        message = await message_of(opened.transaction, opened.partner_id, message_id)
        chat = await chat_of(opened, message.chat_id)
        require_present(chat)
        if not message.is_from_me:
            raise InvalidParameter("this message was received; only those who wrote a message can edit it")
        if message.edits >= MAX_EDITS:
            raise InvalidParameter(f"this message was edited {MAX_EDITS} times, and cannot be edited again")
        if opened.now - (message.sent_at or message.created_at) > EDIT_WINDOW:
            raise InvalidParameter(
                f"this message was sent more than {EDIT_WINDOW // MINUTE} minutes ago, and can no longer be edited"
            )
        edited = await apply_edit(opened, chat, message, part_index, text)
        opened.command(Command.EDIT, chat.id, message.id)
    return message_document.render(edited)


async def apply_edit(opened: Change, chat: Chat, message: Message, part_index: int, text: str) -> Message:
    """Stores the new text of a part, and tells subscribers."""
    part = _part(message, part_index)
    if not isinstance(part, TextPart):
        raise InvalidParameter(f"'part_index' is {part_index}, which is no text; only text can be edited")
    if not text.strip():
        raise InvalidContent("'text' is empty; a text part has text")
    # What was decorated or named in the old text need not be there in the new one.
    edited = _with_part(message, part_index, TextPart(text, reactions=part.reactions), opened.now)
    edited = msgspec.structs.replace(edited, edits=message.edits + 1)
    await messages.save(opened, [edited])
    await opened.save([chat])
    opened.emit(events.message_edited(edited, chat, part_index, text, opened.now))
    return edited


async def delete_message(store: Store, cause: Cause, message_id: str, thresholds: Thresholds) -> None:
    """Forgets a message; whoever has it keeps it. Raises ``NoSuchMessage``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        message = await message_of(opened.transaction, opened.partner_id, message_id)
        chat = await chat_of(opened, message.chat_id)
        await messages.delete(opened, message_id)
        opted_out = chat.health.status is HealthStatus.OPTED_OUT
        after = msgspec.structs.replace(
            chat,
            message_count=chat.message_count - 1,
            unread_count=chat.unread_count - (message.delivery_status is DeliveryStatus.RECEIVED),
            health=await health_now(opened, chat, thresholds, opted_out=opted_out),
        )
        await save_chat(opened, chat, after, thresholds)


async def react(store: Store, cause: Cause, message_id: str, reaction: ReactionChange) -> None:
    """The line reacts to a message, or takes its reaction back.

    Raises ``NoSuchMessage``, ``ChatLeft``, ``InvalidParameter``.
    """
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        message = await message_of(opened.transaction, opened.partner_id, message_id)
        chat = await chat_of(opened, message.chat_id)
        require_present(chat)
        await apply_reaction(opened, chat, message, chat.me, reaction)
        opened.command(Command.REACT, chat.id, message.id)


async def apply_reaction(
    opened: Change, chat: Chat, message: Message, by: Participant, reaction: ReactionChange
) -> Message:
    """Stores a reaction, one of a person to a part, and tells subscribers. Raises ``InvalidParameter``."""
    part = _part(message, reaction.part_index)
    theirs = next((each for each in part.reactions if each.by.handle == by.handle), None)
    same = theirs is not None and (theirs.type, theirs.custom_emoji) == (reaction.type, reaction.custom_emoji)
    others = tuple([each for each in part.reactions if each is not theirs])
    if reaction.added and same:
        return message
    if reaction.added:
        meant = Reaction(str(uuid.uuid4()), by, reaction.type, reaction.custom_emoji)
        kept, kind = (*others, meant), EventType.REACTION_ADDED
    elif theirs is not None and same:
        meant, kept, kind = theirs, others, EventType.REACTION_REMOVED
    else:
        raise InvalidParameter(f"there is no reaction {reaction.type} of {by.handle} to take back")
    reacted = _with_part(message, reaction.part_index, msgspec.structs.replace(part, reactions=kept), opened.now)
    await messages.save(opened, [reacted])
    await opened.save([chat])
    opened.emit(events.reaction_event(kind, reacted, chat, meant, reaction.part_index, opened.now))
    return reacted


def _part(message: Message, index: int) -> Part:
    parts = message.content.parts
    if not 0 <= index < len(parts):
        raise InvalidParameter(f"'part_index' is {index}; the message has {len(parts)} parts, counted from 0")
    return parts[index]


def _with_part(message: Message, index: int, part: Part, at: int) -> Message:
    parts = message.content.parts
    content = msgspec.structs.replace(message.content, parts=(*parts[:index], part, *parts[index + 1 :]))
    return msgspec.structs.replace(message, content=content, updated_at=at)
