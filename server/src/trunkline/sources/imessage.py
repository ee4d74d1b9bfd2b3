"""Reads the archive of Apple Messages: the ``chat.db`` of a Mac, or the ``sms.db`` in a backup of a phone.

The schema is Apple's and undocumented; the facts used here are public (imessage-exporter documents them):

* ``chat.style`` is 45 for a direct chat and 43 for a group. One person has one ``chat`` row for each service, and a
  group may have several rows too; the app shows each as one, and so does this reader.
* ``chat_handle_join`` lists the members of today. Messages whose ``item_type`` is 1 (somebody was added or removed) or
  3 (somebody left) tell of the others; those of ``associated_message_type`` 2000 to 3999 are reactions.
* ``message.handle_id`` is the other side, or 0; ``is_from_me`` says whether the line wrote it.

``imessage_content`` has what is known of a single message.
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.handle import normalise
from trunkline.domain.instant import Instant
from trunkline.sources import chat_schema
from trunkline.sources.base import Conversation, Member, Message, Reason, Record, Skipped
from trunkline.sources.chat_db import ChatDatabase, locate, opened
from trunkline.sources.chat_schema import ChatRow, FullRow, MessageRow, TapbackRow
from trunkline.sources.imessage_content import (
    REACTIONS,
    Tapback,
    answered,
    instant_of,
    parts_of,
    standing,
    status_of,
)
from trunkline.sources.membership import Change, members

_DIRECT = 45
_GROUP = 43
_GROUP_PREFIX = "chat"

_Normalise: TypeAlias = Callable[[str], str | None]


class _Handle(msgspec.Struct, frozen=True):
    """An address on one service. ``normal`` is None where it is no handle to us."""

    normal: str | None
    service: Service | None


class _Writer(msgspec.Struct, frozen=True):
    """Who wrote something; ``handle`` is None for the line."""

    handle: str | None


class _Chat(msgspec.Struct):
    """One conversation while the messages are read: all ``chat`` rows of the same person or group."""

    key: str
    service: Service | None = None
    """What its rows say it runs over."""
    person: str | None = None
    """The other side of a direct chat; None for a group."""
    identity: str | None = None
    name: str | None = None
    listed: dict[str, Service | None] = {}
    """The group's members of today, with the service of their handle, in the order they are listed."""
    changes: list[Change] = []
    first_at: Instant | None = None
    last_at: Instant | None = None
    last_service: Service | None = None
    heard: dict[str, tuple[Instant, Service]] = {}
    """Who wrote in the group: when last, and over what."""

    def add_row(self, row: "_Chat") -> None:
        """Takes in what one more row says of it. The name is that of the newest row that has one."""
        self.service = self.service or row.service
        self.listed |= row.listed
        self.name = row.name or self.name

    def hear(self, at: Instant, sender: str | None, service: Service) -> None:
        """Takes note of one message."""
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        if self.last_at is None or at >= self.last_at:
            self.last_at, self.last_service = at, service
        if self.person is None and sender is not None:
            last = self.heard.get(sender)
            if last is None or at >= last[0]:
                self.heard[sender] = (at, service)

    def members(self) -> tuple[Member, ...]:
        """Everyone but the line."""
        default = self.last_service or self.service or Service.IMESSAGE
        if self.person is not None:
            return (Member(handle=self.person, service=default),)
        services = {handle: service for handle, service in self.listed.items() if service is not None}
        services |= {handle: service for handle, (_, service) in self.heard.items()}
        return members(self.listed, self.changes, services, default)

    def conversation(self) -> Conversation | Skipped:
        """The record of it, once every message was heard."""
        everyone = self.members()
        if not everyone:
            return Skipped(Reason.ALONE)
        return Conversation(
            key=self.key,
            members=everyone,
            is_group=self.person is None,
            service=self.last_service or self.service,
            identity=self.identity,
            name=self.name,
            first_at=self.first_at,
            last_at=self.last_at,
        )


class IMessage:
    """A source of the conversations of one ``chat.db``. ``size`` and ``position`` are bytes."""

    def __init__(self, path: Path, line: str, region: str) -> None:
        """``line`` is the number, in E.164, whose archive this is; numbers without a country are of ``region``.

        ``path`` is the database or a folder with a ``chat.db``. Raises ``DamagedSource`` where there is none.
        """
        self._path = locate(path)
        self._line = line
        self._normalise: _Normalise = functools.cache(functools.partial(normalise, region=region))
        self._size = self._path.stat().st_size
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes of the database."""
        return self._size

    @property
    def position(self) -> int:
        """How many of those bytes the messages read so far come to, taking them as equally long."""
        return self._position

    def conversations(self) -> Iterator[Record]:
        """The chats left out, then, once every message was looked at, the others. Raises ``DamagedSource``."""
        with opened(self._path) as database:
            handles = self._handles(database)
            chats: dict[int, _Chat] = {}
            for reason in self._place(database, handles, chats):
                yield Skipped(reason)
            self._position, last = 0, chat_schema.last_message(database)
            for row, places in chat_schema.outlines(database):
                self._position = self._size * row.number // last
                for chat in _chats(places, chats):
                    self._hear(row, chat, handles)
        for chat in _chats(chats, chats):
            yield chat.conversation()
        self._position = self._size

    def messages(self) -> Iterator[Message]:
        """Every message, in the order of the database. Raises ``DamagedSource``."""
        with opened(self._path) as database:
            handles = self._handles(database)
            chats: dict[int, _Chat] = {}
            for _ in self._place(database, handles, chats):
                pass
            self._position, last = 0, chat_schema.last_message(database)
            for full, places in chat_schema.messages(database):
                self._position = self._size * full.row.number // last
                for chat in _chats(places, chats):
                    message = self._message(full, chat, handles)
                    if message is not None:
                        yield message
        self._position = self._size

    def _handles(self, database: ChatDatabase) -> dict[int, _Handle]:
        chat_schema.require(database)
        return {
            row.number: _Handle(normal=self._normalise(row.address or ""), service=_service(row.service))
            for row in chat_schema.handles(database)
        }

    def _place(self, database: ChatDatabase, handles: dict[int, _Handle], chats: dict[int, _Chat]) -> Iterator[Reason]:
        """Fills ``chats`` by row number, and yields why each of the others is left out, once for each chat."""
        listed = chat_schema.listed(database)
        by_key: dict[str, _Chat] = {}
        groups: dict[str, str] = {}
        left_out: set[str] = set()
        for row in chat_schema.chats(database):
            people = [handles[number] for number in listed.get(row.number, []) if number in handles]
            address = row.chat_identifier or (row.guid or "").rpartition(";")[2]
            network = row.service_name or (row.guid or "").partition(";")[0]
            if not _is_ours(network):
                placed = Reason.OTHER_NETWORK
            elif _is_group(row, address, people):
                # Rows of one group share its id or, where the service changed, its address.
                identity = groups.setdefault(address, row.group_id or address)
                placed = self._group(identity, people, row.display_name)
            else:
                placed = self._direct(address, people)
            if isinstance(placed, Reason):
                if address not in left_out:
                    yield placed
                left_out.add(address)
                continue
            placed.service = _service(network) or next((one.service for one in people if one.service), None)
            chat = by_key.setdefault(placed.key, placed)
            chat.add_row(placed)
            chats[row.number] = chat

    def _direct(self, address: str, people: list[_Handle]) -> _Chat | Reason:
        known = {one.normal for one in people}
        person = known.pop() if len(known) == 1 else self._normalise(address)
        if person is None:
            return Reason.NOT_A_HANDLE if address or people else Reason.NO_ADDRESS
        return Reason.ALONE if person == self._line else _Chat(key=f"direct:{person}", person=person)

    def _group(self, identity: str, people: list[_Handle], name: str | None) -> _Chat | Reason:
        listed: dict[str, Service | None] = {}
        for one in people:
            if one.normal is None:
                return Reason.GROUP_NOT_A_HANDLE
            if one.normal != self._line:
                listed[one.normal] = one.service
        return _Chat(key=f"group:{identity}", identity=identity, name=name or None, listed=listed)

    def _hear(self, row: MessageRow, chat: _Chat, handles: dict[int, _Handle]) -> None:
        """What a message says of its chat: who wrote when and over what, or who came and went."""
        at = instant_of(row.date)
        if at is None:
            return
        if row.item_type:
            self._note_change(row, at, chat, self._person(row.handle, chat, handles), handles)
        elif _is_message(row):
            wrote = self._writer(row, chat, handles)
            if wrote is not None:
                chat.hear(at, wrote.handle, self._service(row, chat, handles))

    def _message(self, full: FullRow, chat: _Chat, handles: dict[int, _Handle]) -> Message | None:
        """The row as a message of ``chat``; None where it is none: a reaction, a change of the group, a draft."""
        row, content = full.row, full.content
        at = instant_of(row.date)
        wrote = self._writer(row, chat, handles)
        if at is None or wrote is None or not _is_message(row):
            return None
        from_me = wrote.handle is None
        parts = parts_of(content, full.attachments)
        tapbacks = self._tapbacks(full.tapbacks, chat, handles)
        delivered_at, read_at = instant_of(content.date_delivered), instant_of(content.date_read)
        times = [delivered_at, read_at, instant_of(content.date_edited), *[tapback.at for tapback in tapbacks]]
        return Message(
            key=chat.key,
            identity=content.guid or f"row {row.number}",
            sent_at=at,
            sender=wrote.handle,
            service=self._service(row, chat, handles),
            status=status_of(content, from_me=from_me),
            parts=parts,
            changed_at=max([at, *[time for time in times if time is not None]]),
            delivered_at=delivered_at if from_me else None,
            read_at=read_at,
            answers=answered(content),
            reactions=standing(tapbacks, len(parts)),
        )

    def _tapbacks(self, rows: Iterable[TapbackRow], chat: _Chat, handles: dict[int, _Handle]) -> list[Tapback]:
        """The reactions to a message that are of somebody known and of some time."""
        told = [(instant_of(row.date), self._writer(row, chat, handles), row) for row in rows]
        return [
            Tapback(at, wrote.handle, row.type, row.target, row.emoji)
            for at, wrote, row in told
            if at is not None and wrote is not None
        ]

    def _writer(self, row: MessageRow | TapbackRow, chat: _Chat, handles: dict[int, _Handle]) -> _Writer | None:
        """Who wrote a row; None where that is nobody known."""
        person = self._person(row.handle, chat, handles)
        if row.is_from_me or person == self._line:
            return _Writer(None)
        return None if person is None else _Writer(person)

    def _person(self, number: int | None, chat: _Chat, handles: dict[int, _Handle]) -> str | None:
        """Who is at the other side of a row."""
        handle = handles.get(number or 0)
        return chat.person or (handle.normal if handle else None)

    def _service(self, row: MessageRow, chat: _Chat, handles: dict[int, _Handle]) -> Service:
        handle = handles.get(row.handle or 0)
        return _service(row.service) or chat.service or (handle and handle.service) or Service.IMESSAGE

    def _note_change(
        self, row: MessageRow, at: Instant, chat: _Chat, sender: str | None, handles: dict[int, _Handle]
    ) -> None:
        """Keeps the coming or going of a member, if the system message ``row`` tells of one and says whose."""
        actor = None if row.is_from_me else sender
        other = handles.get(row.other_handle or 0)
        subject = other.normal if other else None
        match row.item_type, row.group_action_type or 0:
            case (1, 0) if subject != actor:  # who adds themselves has but changed their number
                status = ParticipantStatus.ACTIVE
            case (1, 1):
                status = ParticipantStatus.REMOVED
            case (3, 0):
                subject, status = actor, ParticipantStatus.LEFT
            case _:
                return
        if chat.person is None and subject is not None and subject != self._line:
            chat.changes.append(Change(at, subject, status))


def _is_message(row: MessageRow) -> bool:
    return not row.item_type and row.associated_message_type not in REACTIONS and not row.unsent


def _chats(numbers: Iterable[int], chats: dict[int, _Chat]) -> Iterable[_Chat]:
    """The conversations under these row numbers, each once: several rows may be one, and share its messages."""
    return {id(chat): chat for chat in map(chats.get, numbers) if chat}.values()


def _is_group(row: ChatRow, address: str, people: list[_Handle]) -> bool:
    if row.style in (_DIRECT, _GROUP):
        return row.style == _GROUP
    return address.startswith(_GROUP_PREFIX) or len({one.normal for one in people}) > 1


@functools.cache
def _service(name: str | None) -> Service | None:
    """The service Apple means by ``name``; ``iMessageLite`` is iMessage by satellite. None where it is not ours."""
    lowered = (name or "").strip().lower()
    if lowered.startswith("imessage"):
        return Service.IMESSAGE
    return {"sms": Service.SMS, "mms": Service.SMS, "rcs": Service.RCS}.get(lowered)


def _is_ours(network: str) -> bool:
    """Whether a chat runs over a service of ours. Recent systems write ``any``, older ones had AIM and Jabber too."""
    return _service(network) is not None or network.strip().lower() in ("", "any")
