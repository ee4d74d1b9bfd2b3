"""Rename a group, leave it, add and remove people (CONTRACT §4: 3 people at least, 31 recipients at most)."""

import uuid

import msgspec

from trunkline.actions.cause import Cause
from trunkline.actions.create_chat import MAX_RECIPIENTS
from trunkline.actions.keeping import touched
from trunkline.actions.reading import chat_of
from trunkline.actions.sending import require_present
from trunkline.domain import events
from trunkline.domain.chat import Chat, Participant, ParticipantStatus, Service, clean_name
from trunkline.domain.content import is_web_address
from trunkline.domain.errors import InvalidParameter, MissingField, NotAGroup
from trunkline.domain.events import EventType
from trunkline.domain.handle import shown
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

MIN_PEOPLE = 3
"""The line included."""
MAX_NAME = 255  # characters


class GroupUpdate(msgspec.Struct, frozen=True):
    """What is to change of a group; an empty text takes the name or the icon away, UNSET leaves it."""

    display_name: str | msgspec.UnsetType | None = msgspec.UNSET
    group_chat_icon: str | msgspec.UnsetType | None = msgspec.UNSET


async def update_group(store: Store, cause: Cause, chat_id: str, update: GroupUpdate) -> None:
    """Renames a group or changes its icon. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    if update.display_name is msgspec.UNSET and update.group_chat_icon is msgspec.UNSET:
        raise MissingField("'display_name' or 'group_chat_icon' is missing; give what is to change")
    if isinstance(update.display_name, str) and len(update.display_name) > MAX_NAME:
        raise InvalidParameter(
            f"'display_name' has {len(update.display_name)} characters; it must have {MAX_NAME} at most"
        )
    icon = update.group_chat_icon
    if isinstance(icon, str) and icon and not is_web_address(icon):
        raise InvalidParameter(f"'group_chat_icon' is {shown(icon)}; it must be a URL that begins with https://")
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await _group(opened, chat_id)
        after = chat
        if update.display_name is not msgspec.UNSET:
            after = msgspec.structs.replace(after, name=clean_name((update.display_name or "").strip()))
        if icon is not msgspec.UNSET:
            after = msgspec.structs.replace(after, icon_url=icon or None)
        if after == chat:
            return
        after = touched(after, opened.now)
        await opened.save([after])
        for kind, old, new in (
            (EventType.GROUP_NAME_UPDATED, chat.name, after.name),
            (EventType.GROUP_ICON_UPDATED, chat.icon_url, after.icon_url),
        ):
            if old != new:
                opened.emit(events.group_updated(kind, after, old, new, after.me, opened.now))


async def leave_group(store: Store, cause: Cause, chat_id: str) -> None:
    """Takes the line out of a group. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await _group(opened, chat_id)
        if len(chat.active) <= MIN_PEOPLE:
            raise InvalidParameter(
                f"this group has {len(chat.active)} people; a line can leave one of {MIN_PEOPLE + 1} or more"
            )
        await depart(opened, chat, chat.me, ParticipantStatus.LEFT)


async def add_participant(store: Store, cause: Cause, chat_id: str, handle: str) -> None:
    """Brings somebody into a group. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await _group(opened, chat_id)
        if handle in [each.handle for each in chat.active]:
            raise InvalidParameter(f"'handle' is {handle}, who is in this group already")
        if "@" in handle and chat.service in {Service.SMS, Service.RCS}:
            raise InvalidParameter(f"'handle' is {handle}; a group on {chat.service} reaches phone numbers only")
        if len(chat.active) > MAX_RECIPIENTS:
            raise InvalidParameter(f"this group is full; it has at most {MAX_RECIPIENTS} recipients")
        await join(opened, chat, handle)


async def remove_participant(store: Store, cause: Cause, chat_id: str, handle: str) -> None:
    """Puts somebody out of a group. Raises ``NotFound``, ``NotAGroup``, ``ChatLeft``, ``InvalidParameter``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        chat = await _group(opened, chat_id)
        participant = next((each for each in chat.active if each.handle == handle), None)
        if participant is None:
            raise InvalidParameter(f"'handle' is {handle}, who is not in this group")
        if participant.is_me:
            raise InvalidParameter(f"'handle' is {handle}, your own line; use POST /v3/chats/{chat_id}/leave")
        if len(chat.active) <= MIN_PEOPLE:
            raise InvalidParameter(
                f"this group has {len(chat.active)} people, and a group keeps {MIN_PEOPLE} at least; "
                "nobody can be removed"
            )
        await depart(opened, chat, participant, ParticipantStatus.REMOVED)


async def join(opened: Change, chat: Chat, handle: str) -> Chat:
    """Stores that somebody is in a group now, and tells subscribers. Who was in it before comes back as themselves."""
    known = chat.participant(handle)
    if known is None:
        service = chat.service or Service.IMESSAGE
        joined = Participant(str(uuid.uuid4()), handle, service, opened.now)
        people = (*chat.participants, joined)
    else:
        joined = msgspec.structs.replace(known, joined_at=opened.now, left_at=None, status=ParticipantStatus.ACTIVE)
        people = tuple([joined if each is known else each for each in chat.participants])
    after = touched(chat, opened.now, participants=people)
    await opened.save([after])
    opened.emit(events.participant_added(after, joined, opened.now))
    return after


async def depart(opened: Change, chat: Chat, participant: Participant, status: ParticipantStatus) -> Chat:
    """Stores that somebody is no longer in a group, and tells subscribers."""
    gone = msgspec.structs.replace(participant, left_at=opened.now, status=status)
    people = tuple([gone if each is participant else each for each in chat.participants])
    after = touched(chat, opened.now, participants=people)
    await opened.save([after])
    opened.emit(events.participant_removed(after, gone, opened.now))
    return after


async def _group(opened: Change, chat_id: str) -> Chat:
    chat = await chat_of(opened, chat_id)
    if not chat.is_group:
        raise NotAGroup("this chat is with one person; only a group has a name, an icon and people that can be changed")
    require_present(chat)
    return chat
