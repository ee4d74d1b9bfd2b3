"""Rename a group, leave it, add and remove participants (docs/wire.md §4)."""

import msgspec

from trunkline.actions.steps.chat_health import updated
from trunkline.actions.steps.lookup import check_present, require_chat
from trunkline.domain import urls
from trunkline.domain.chat import (
    MAX_GROUP_NAME,
    MAX_RECIPIENTS,
    MIN_GROUP_SIZE,
    Chat,
    Participant,
    ParticipantStatus,
    Service,
    clean_name,
)
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter, MissingField, NotAGroup
from trunkline.domain.events import EventType
from trunkline.domain.ids import random_id
from trunkline.schemas import events
from trunkline.storage.change import Change
from trunkline.storage.store import Store


class GroupUpdate(msgspec.Struct, frozen=True):
    """The properties of a group to change: an empty text removes one, UNSET keeps it."""

    display_name: str | msgspec.UnsetType | None = msgspec.UNSET
    group_chat_icon: str | msgspec.UnsetType | None = msgspec.UNSET


async def update_group(store: Store, ctx: RequestContext, chat_id: str, update: GroupUpdate) -> None:
    """Renames a group or changes its icon. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    if update.display_name is msgspec.UNSET and update.group_chat_icon is msgspec.UNSET:
        raise MissingField("'display_name' or 'group_chat_icon' is missing; give at least one of them")
    if isinstance(update.display_name, str) and len(update.display_name) > MAX_GROUP_NAME:
        raise InvalidParameter(
            f"'display_name' has {len(update.display_name)} characters; it must have at most {MAX_GROUP_NAME}"
        )
    icon = update.group_chat_icon
    if isinstance(icon, str) and icon:
        urls.check("group_chat_icon", icon, InvalidParameter)
    async with store.change(ctx) as change:
        chat = await _require_group(change, chat_id)
        after = chat
        if update.display_name is not msgspec.UNSET:
            after = msgspec.structs.replace(after, name=clean_name((update.display_name or "").strip()))
        if icon is not msgspec.UNSET:
            after = msgspec.structs.replace(after, icon_url=icon or None)
        if after == chat:
            return
        after = updated(after, change.now)
        await change.save([after])
        for kind, old, new in (
            (EventType.GROUP_NAME_UPDATED, chat.name, after.name),
            (EventType.GROUP_ICON_UPDATED, chat.icon_url, after.icon_url),
        ):
            if old != new:
                change.emit(events.group_updated(kind, after, old, new, after.me, change.now))


async def leave_group(store: Store, ctx: RequestContext, chat_id: str) -> None:
    """The line leaves a group. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    async with store.change(ctx) as change:
        chat = await _require_group(change, chat_id)
        if len(chat.active) <= MIN_GROUP_SIZE:
            raise InvalidParameter(
                f"this group has {len(chat.active)} people; a line can leave a group of {MIN_GROUP_SIZE + 1} or more"
            )
        await remove(change, chat, chat.me, ParticipantStatus.LEFT)


async def add_participant(store: Store, ctx: RequestContext, chat_id: str, handle: str) -> None:
    """Adds a participant to a group. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    async with store.change(ctx) as change:
        chat = await _require_group(change, chat_id)
        if handle in [each.handle for each in chat.active]:
            raise InvalidParameter(f"'handle' is {handle}, who is already in this group")
        if "@" in handle and chat.service in {Service.SMS, Service.RCS}:
            raise InvalidParameter(f"'handle' is {handle}; a group on {chat.service} reaches phone numbers only")
        await add(change, chat, handle, MAX_RECIPIENTS)


async def remove_participant(store: Store, ctx: RequestContext, chat_id: str, handle: str) -> None:
    """Removes a participant from a group. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    async with store.change(ctx) as change:
        chat = await _require_group(change, chat_id)
        participant = next((each for each in chat.active if each.handle == handle), None)
        if participant is None:
            raise InvalidParameter(f"'handle' is {handle}, who is not in this group")
        if participant.is_me:
            raise InvalidParameter(f"'handle' is {handle}, your own line; use POST /v3/chats/{chat_id}/leave")
        if len(chat.active) <= MIN_GROUP_SIZE:
            raise InvalidParameter(
                f"this group has {len(chat.active)} people, and a group keeps at least {MIN_GROUP_SIZE}; "
                "no one can be removed"
            )
        await remove(change, chat, participant, ParticipantStatus.REMOVED)


async def add(change: Change, chat: Chat, handle: str, maximum: int) -> Chat:
    """Stores that a participant joined, and emits the event. A returning participant keeps its identity.

    Raises ``InvalidParameter`` if the group has the ``maximum`` of recipients; the line can always join.
    """
    if handle != chat.line and sum(not each.is_me for each in chat.active) >= maximum:
        raise InvalidParameter(f"this group is full; it has at most {maximum} recipients")
    known = chat.participant(handle)
    if known is None:
        joined = Participant(random_id(), handle, chat.service or Service.IMESSAGE, change.now)
        participants = (*chat.participants, joined)
    else:
        joined = msgspec.structs.replace(known, joined_at=change.now, left_at=None, status=ParticipantStatus.ACTIVE)
        participants = tuple([joined if each is known else each for each in chat.participants])
    after = updated(chat, change.now, participants=participants)
    await change.save([after])
    change.emit(events.participant_added(after, joined, change.now))
    return after


async def remove(change: Change, chat: Chat, participant: Participant, status: ParticipantStatus) -> Chat:
    """Stores that a participant left or was removed, and emits the event."""
    removed = msgspec.structs.replace(participant, left_at=change.now, status=status)
    participants = tuple([removed if each is participant else each for each in chat.participants])
    after = updated(chat, change.now, participants=participants)
    await change.save([after])
    change.emit(events.participant_removed(after, removed, change.now))
    return after


async def _require_group(change: Change, chat_id: str) -> Chat:
    chat = await require_chat(change, chat_id)
    if not chat.is_group:
        raise NotAGroup(
            "this chat is with one person; only a group has a name, an icon and participants that can be changed"
        )
    check_present(chat)
    return chat
