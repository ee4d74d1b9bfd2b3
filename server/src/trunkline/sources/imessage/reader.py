"""Reads the archive of Apple Messages: ``chat.db`` of a Mac, or ``sms.db`` in the backup of a phone.

Apple does not document the schema; these facts are public (imessage-exporter documents them):

* ``chat.style`` is 45 for a direct chat and 43 for a group. One person has a ``chat`` row for each service, and a
  group may have several rows, too; the app shows them as one chat, and so does this reader.
* ``chat_handle_join`` lists the present members. Messages whose ``item_type`` is 1 (a member was added or removed) or 3
  (a member left) record the others; those of ``associated_message_type`` 2000 to 3999 are reactions.
* ``message.handle_id`` is the counterparty, or 0; ``is_from_me`` says whether the line sent it.

``content`` interprets a single message.
"""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.handle import normalise
from trunkline.domain.instant import Instant
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Member, Reason, Record, Skipped, reason_of
from trunkline.sources.imessage import schema
from trunkline.sources.imessage.content import (
    REACTIONS,
    Tapback,
    current_reactions,
    instant_of,
    parts_of,
    reply_to_of,
    status_of,
)
from trunkline.sources.imessage.database import ChatDatabase, locate, open_database
from trunkline.sources.imessage.schema import ChatRow, FullRow, MessageRow, TapbackRow
from trunkline.sources.membership import MembershipEvent, members

_DIRECT = 45
_GROUP = 43
_GROUP_PREFIX = "chat"

_Normalise: TypeAlias = Callable[[str], str | None]


class _Handle(msgspec.Struct, frozen=True):
    """An address on one service. ``normal`` is None if it is not a handle."""

    normal: str | None
    service: Service | None


class _Sender(msgspec.Struct, frozen=True):
    """The sender of a row; ``handle`` is None for the line."""

    handle: str | None


class _Chat(msgspec.Struct):
    """One chat while its messages are read: all ``chat`` rows of the same person or group."""

    key: str
    service: Service | None = None
    """The service according to its rows."""
    person: str | None = None
    """The recipient of a direct chat; None for a group."""
    identity: str | None = None
    name: str | None = None
    listed: dict[str, Service | None] = {}
    """The present members of the group with the service of their handle, in order."""
    membership_events: list[MembershipEvent] = []
    first_at: Instant | None = None
    last_at: Instant | None = None
    last_service: Service | None = None
    senders: dict[str, tuple[Instant, Service]] = {}
    """Who sent messages to the group: the time and service of the last one."""

    def add_row(self, row: "_Chat") -> None:
        """Adds a row. The name is that of the newest row that has one."""
        self.service = self.service or row.service
        self.listed |= row.listed
        self.name = row.name or self.name

    def add_message(self, at: Instant, sender: str | None, service: Service) -> None:
        """Adds a message."""
        self.first_at = at if self.first_at is None else min(self.first_at, at)
        if self.last_at is None or at >= self.last_at:
            self.last_at, self.last_service = at, service
        if self.person is None and sender is not None:
            last = self.senders.get(sender)
            if last is None or at >= last[0]:
                self.senders[sender] = (at, service)

    def members(self) -> tuple[Member, ...]:
        """Everyone but the line."""
        default = self.last_service or self.service or Service.IMESSAGE
        if self.person is not None:
            return (Member(handle=self.person, service=default),)
        services = {handle: service for handle, service in self.listed.items() if service is not None}
        services |= {handle: service for handle, (_, service) in self.senders.items()}
        return members(self.listed, self.membership_events, services, default)

    def record(self) -> Record:
        """The record of the chat, after all messages were added."""
        everyone = self.members()
        if not everyone:
            return Skipped(Reason.ALONE)
        return ArchivedChat(
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
    """The source for a ``chat.db``. ``size`` and ``position`` are bytes."""

    def __init__(self, path: Path, line: str, region: str) -> None:
        """``line`` is the E.164 number of the archive's owner; numbers without a country code belong to ``region``.

        ``path`` is the database, a folder with one, or the folder of an iPhone's backup. Raises ``DamagedSource``.
        """
        self._files = locate(path)
        self._line = line
        self._normalise: _Normalise = functools.cache(functools.partial(normalise, region=region))
        self._size = self._files.database.stat().st_size
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes of the database."""
        return self._size

    @property
    def position(self) -> int:
        """The share of those bytes that has been read, assuming messages of equal size."""
        return self._position

    def chats(self) -> Iterator[Record]:
        """The skipped chats and then, after all messages were read, the others. Raises ``DamagedSource``."""
        with open_database(self._files) as database:
            handles = self._handles(database)
            chats: dict[int, _Chat] = {}
            for reason in self._read_chats(database, handles, chats):
                yield Skipped(reason)
            self._position, last = 0, schema.last_message(database)
            for row, numbers in schema.outlines(database):
                self._position = self._size * row.number // last
                for chat in _chats(numbers, chats):
                    self._add_message(row, chat, handles)
        for chat in _chats(chats, chats):
            yield chat.record()
        self._position = self._size

    def messages(self) -> Iterator[ArchivedMessage]:
        """Every message, in the order of the database. Raises ``DamagedSource``."""
        with open_database(self._files) as database:
            handles = self._handles(database)
            chats: dict[int, _Chat] = {}
            deque(self._read_chats(database, handles, chats), maxlen=0)
            self._position, last = 0, schema.last_message(database)
            for full, numbers in schema.messages(database):
                self._position = self._size * full.row.number // last
                for chat in _chats(numbers, chats):
                    message = self._message(full, chat, handles)
                    if message is not None:
                        yield message
        self._position = self._size

    def _handles(self, database: ChatDatabase) -> dict[int, _Handle]:
        schema.require(database)
        return {
            row.number: _Handle(normal=self._normalise(row.address or ""), service=_service(row.service))
            for row in schema.handles(database)
        }

    def _read_chats(
        self, database: ChatDatabase, handles: dict[int, _Handle], chats: dict[int, _Chat]
    ) -> Iterator[Reason]:
        """Fills ``chats`` by row number, and yields why each of the others is skipped, once for each chat."""
        listed = schema.listed(database)
        by_key: dict[str, _Chat] = {}
        groups: dict[str, str] = {}
        skipped: set[str] = set()
        for row in schema.chats(database):
            people = [handles[number] for number in listed.get(row.number, []) if number in handles]
            address = row.chat_identifier or (row.guid or "").rpartition(";")[2]
            network = row.service_name or (row.guid or "").partition(";")[0]
            if not _is_supported(network):
                chat_or_reason = Reason.OTHER_NETWORK
            elif _is_group(row, address, people):
                # Rows of one group share its id or, where the service changed, its address.
                identity = groups.setdefault(address, row.group_id or address)
                chat_or_reason = self._group(identity, people, row.display_name)
            else:
                chat_or_reason = self._direct(address, people)
            if isinstance(chat_or_reason, Reason):
                if address not in skipped:
                    yield chat_or_reason
                skipped.add(address)
                continue
            chat_or_reason.service = _service(network) or next((one.service for one in people if one.service), None)
            chat = by_key.setdefault(chat_or_reason.key, chat_or_reason)
            chat.add_row(chat_or_reason)
            chats[row.number] = chat

    def _direct(self, address: str, people: list[_Handle]) -> _Chat | Reason:
        known = {one.normal for one in people}
        person = known.pop() if len(known) == 1 else self._normalise(address)
        if person is None:
            return reason_of(address) if address or people else Reason.NO_ADDRESS
        return Reason.ALONE if person == self._line else _Chat(key=f"direct:{person}", person=person)

    def _group(self, identity: str, people: list[_Handle], name: str | None) -> _Chat | Reason:
        listed: dict[str, Service | None] = {}
        for one in people:
            if one.normal is None:
                return Reason.GROUP_NOT_A_HANDLE
            if one.normal != self._line:
                listed[one.normal] = one.service
        return _Chat(key=f"group:{identity}", identity=identity, name=name or None, listed=listed)

    def _add_message(self, row: MessageRow, chat: _Chat, handles: dict[int, _Handle]) -> None:
        """Adds what a message says about its chat: its sender, time and service, or who joined or left."""
        at = instant_of(row.date)
        if at is None:
            return
        if row.item_type:
            self._add_membership_event(row, at, chat, self._person(row.handle, chat, handles), handles)
        elif _is_message(row):
            sender = self._sender(row, chat, handles)
            if sender is not None:
                chat.add_message(at, sender.handle, self._service(row, chat, handles))

    def _message(self, full: FullRow, chat: _Chat, handles: dict[int, _Handle]) -> ArchivedMessage | None:
        """The row as a message of ``chat``; None for a reaction, a change of the group or a draft."""
        row, content = full.row, full.content
        at = instant_of(row.date)
        sender = self._sender(row, chat, handles)
        if at is None or sender is None or not _is_message(row):
            return None
        from_me = sender.handle is None
        parts = parts_of(content, full.attachments)
        tapbacks = self._tapbacks(full.tapbacks, chat, handles)
        delivered_at, read_at = instant_of(content.date_delivered), instant_of(content.date_read)
        times = [delivered_at, read_at, instant_of(content.date_edited), *[tapback.at for tapback in tapbacks]]
        return ArchivedMessage(
            chat_key=chat.key,
            identity=content.guid or f"row {row.number}",
            sent_at=at,
            sender=sender.handle,
            service=self._service(row, chat, handles),
            status=status_of(content, from_me=from_me),
            parts=parts,
            changed_at=max([at, *[time for time in times if time is not None]]),
            delivered_at=delivered_at if from_me else None,
            read_at=read_at,
            reply_to=reply_to_of(content),
            reactions=current_reactions(tapbacks, len(parts)),
        )

    def _tapbacks(self, rows: Iterable[TapbackRow], chat: _Chat, handles: dict[int, _Handle]) -> list[Tapback]:
        """The reactions to a message that have a known sender and a time."""
        dated = [(instant_of(row.date), self._sender(row, chat, handles), row) for row in rows]
        return [
            Tapback(at, sender.handle, row.type, row.target, row.emoji)
            for at, sender, row in dated
            if at is not None and sender is not None
        ]

    def _sender(self, row: MessageRow | TapbackRow, chat: _Chat, handles: dict[int, _Handle]) -> _Sender | None:
        """The sender of a row; None if it is unknown."""
        person = self._person(row.handle, chat, handles)
        if row.is_from_me or person == self._line:
            return _Sender(None)
        return None if person is None else _Sender(person)

    def _person(self, number: int | None, chat: _Chat, handles: dict[int, _Handle]) -> str | None:
        """The counterparty of a row."""
        handle = handles.get(number or 0)
        return chat.person or (handle.normal if handle else None)

    def _service(self, row: MessageRow, chat: _Chat, handles: dict[int, _Handle]) -> Service:
        handle = handles.get(row.handle or 0)
        return _service(row.service) or chat.service or (handle and handle.service) or Service.IMESSAGE

    def _add_membership_event(
        self, row: MessageRow, at: Instant, chat: _Chat, sender: str | None, handles: dict[int, _Handle]
    ) -> None:
        """Adds the membership event of a system message, if it is one and its member is known."""
        actor = None if row.is_from_me else sender
        other = handles.get(row.other_handle or 0)
        subject = other.normal if other else None
        match row.item_type, row.group_action_type or 0:
            case (1, 0) if subject != actor:  # a member who adds themselves has only changed their number
                status = ParticipantStatus.ACTIVE
            case (1, 1):
                status = ParticipantStatus.REMOVED
            case (3, 0):
                subject, status = actor, ParticipantStatus.LEFT
            case _:
                return
        if chat.person is None and subject is not None and subject != self._line:
            chat.membership_events.append(MembershipEvent(at, subject, status))


def _is_message(row: MessageRow) -> bool:
    return not row.item_type and row.associated_message_type not in REACTIONS and not row.unsent


def _chats(numbers: Iterable[int], chats: dict[int, _Chat]) -> Iterable[_Chat]:
    """The chats with these row numbers, each once: several rows can be one chat."""
    return {chat.key: chat for chat in map(chats.get, numbers) if chat}.values()


def _is_group(row: ChatRow, address: str, people: list[_Handle]) -> bool:
    if row.style in (_DIRECT, _GROUP):
        return row.style == _GROUP
    return address.startswith(_GROUP_PREFIX) or len({one.normal for one in people}) > 1


@functools.cache
def _service(name: str | None) -> Service | None:
    """The service that Apple calls ``name``; ``iMessageLite`` is iMessage by satellite. None for any other."""
    lowered = (name or "").strip().lower()
    if lowered.startswith("imessage"):
        return Service.IMESSAGE
    return {"sms": Service.SMS, "mms": Service.SMS, "rcs": Service.RCS}.get(lowered)


def _is_supported(network: str) -> bool:
    """Whether the service of a chat is supported. Recent systems write ``any``; older ones had AIM and Jabber."""
    return _service(network) is not None or network.strip().lower() in ("", "any")
