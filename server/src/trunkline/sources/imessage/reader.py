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
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.handle import normalise
from trunkline.domain.instant import Instant
from trunkline.sources.base import (
    ArchivedChat,
    ArchivedMessage,
    Attachment,
    Member,
    MessageRecord,
    NoFile,
    Reason,
    Record,
    Skipped,
    SkippedMessage,
    SkippedPiece,
    reason_of,
)
from trunkline.sources.imessage import schema
from trunkline.sources.imessage.content import (
    POLL_VOTES,
    REACTIONS,
    Tapback,
    current_reactions,
    instant_of,
    is_known_kind,
    is_unsent,
    parts_of,
    reply_to_of,
    status_of,
)
from trunkline.sources.imessage.database import ChatDatabase, locate, open_database
from trunkline.sources.imessage.files import AttachmentFolder
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
            return Skipped(Reason.ALONE, self.key)
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


class _SkippedChat(msgspec.Struct, frozen=True):
    """A chat that is skipped."""

    key: str
    reason: Reason

    def record(self) -> Record:
        """The record of the chat."""
        return Skipped(self.reason, self.key)


_NO_CHAT = _SkippedChat("", Reason.NO_CHAT)


class _Outline(msgspec.Struct, frozen=True):
    """When, by whom, and with what content a message was sent; ``sender`` is None for the line."""

    at: Instant
    sender: str | None
    parts: tuple[str | Attachment, ...]


class IMessage:
    """The source for a ``chat.db``. ``size`` and ``position`` are bytes."""

    def __init__(self, path: Path, line: str, region: str, attachments: Path | None = None) -> None:
        """``line`` is the E.164 number of the archive's owner; numbers without a country code belong to ``region``.

        ``path`` is the database, a folder with one, or the folder of an iPhone's backup; ``attachments`` the folder
        with the files of messages, if they are wanted. Raises ``DamagedSource`` or ``CommandError``.
        """
        self._attachments = None if attachments is None else AttachmentFolder(attachments)
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
            chats = self._read_chats(database, handles)
            for full, found in self._rows(database, chats, reactions=False):
                for chat in found:
                    if isinstance(chat, _Chat):
                        self._add_message(full, chat, handles)
        for chat in _distinct(chats, chats):
            yield chat.record()

    def messages(self) -> Iterator[MessageRecord]:
        """Every row of ``message``, in order, except reactions, which are part of messages, or skipped.

        Raises ``DamagedSource``.
        """
        with open_database(self._files) as database:
            handles = self._handles(database)
            chats = self._read_chats(database, handles)
            for full, found in self._rows(database, chats, reactions=True):
                if full.row.associated_message_type in REACTIONS:
                    if not full.has_target:
                        yield SkippedPiece(Reason.NO_TARGET)
                    continue
                for chat in found:
                    yield from self._records(full, chat, handles)

    def read_file(self, location: str) -> Generator[bytes]:
        """The content of a file, in pieces. Raises ``NoFile``."""
        if self._attachments is None:
            raise NoFile(Reason.NO_FILE)
        return self._attachments.read(location)

    def _rows(
        self, database: ChatDatabase, chats: dict[int, _Chat | _SkippedChat], *, reactions: bool
    ) -> Iterator[tuple[FullRow, list[_Chat | _SkippedChat]]]:
        """Every row of ``message``, with its chats, each once; or with a skipped one, if it is in none."""
        self._position, last = 0, schema.last_message(database)
        for full in schema.messages(database, reactions=reactions):
            self._position = self._size * full.row.number // last
            yield full, _distinct(full.chats, chats) or [_NO_CHAT]
        self._position = self._size

    def _handles(self, database: ChatDatabase) -> dict[int, _Handle]:
        schema.require(database)
        return {
            row.number: _Handle(normal=self._normalise(row.address or ""), service=_service(row.service))
            for row in schema.handles(database)
        }

    def _read_chats(self, database: ChatDatabase, handles: dict[int, _Handle]) -> dict[int, _Chat | _SkippedChat]:
        """The chats by row number; the rows of one chat have the same one."""
        listed = schema.listed(database)
        first_rows = _first_rows(schema.lookups(database))
        chats: dict[int, _Chat | _SkippedChat] = {}
        by_key: dict[str, _Chat | _SkippedChat] = {}
        groups: dict[str, str] = {}
        for row in schema.chats(database):
            people = [handles[number] for number in listed.get(row.number, []) if number in handles]
            address = row.chat_identifier or (row.guid or "").rpartition(";")[2]
            network = row.service_name or (row.guid or "").partition(";")[0]
            if not _is_supported(network):
                found = Reason.OTHER_NETWORK
            elif _is_group(row, address, people):
                # Rows of one group share its id or, where the service changed, its address or a lookup.
                first = chats.get(first_rows.get(row.number, row.number))
                known = first.identity if isinstance(first, _Chat) else None
                identity = groups.setdefault(address, known or row.group_id or address)
                found = self._group(identity, people, row.display_name)
            else:
                found = self._direct(address, people)
            if isinstance(found, Reason):
                chat = _SkippedChat(f"skipped:{address}", found)
                chats[row.number] = by_key.setdefault(chat.key, chat)
                continue
            found.service = _service(network) or next((one.service for one in people if one.service), None)
            chat = by_key.setdefault(found.key, found)
            if isinstance(chat, _Chat):
                chat.add_row(found)
            chats[row.number] = chat
        return chats

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

    def _add_message(self, full: FullRow, chat: _Chat, handles: dict[int, _Handle]) -> None:
        """Adds what a row says about its chat: the sender, time and service of a message, or who joined or left."""
        row = full.row
        at = instant_of(row.date)
        if at is not None and row.item_type:
            self._add_membership_event(row, at, chat, self._person(row.handle, chat, handles), handles)
            return
        outline = self._outline(full, chat, handles)
        if row.associated_message_type not in REACTIONS and not isinstance(outline, Reason):
            chat.add_message(outline.at, outline.sender, self._service(row, chat, handles))

    def _records(
        self, full: FullRow, chat: _Chat | _SkippedChat, handles: dict[int, _Handle]
    ) -> Iterator[MessageRecord]:
        """The row as a message of ``chat``, and what is skipped of it."""
        if isinstance(chat, _SkippedChat):
            yield from _skipped(full, chat.reason)
            return
        outline = self._outline(full, chat, handles)
        if isinstance(outline, Reason):
            yield from _skipped(full, outline)
            return
        row, content = full.row, full.content
        from_me = outline.sender is None
        tapbacks: list[Tapback] = []
        for each in full.tapbacks:
            tapback = self._tapback(each, chat, handles)
            if isinstance(tapback, Tapback):
                tapbacks.append(tapback)
            else:
                yield SkippedPiece(tapback)
        delivered_at, read_at = instant_of(content.date_delivered), instant_of(content.date_read)
        times = [delivered_at, read_at, instant_of(content.date_edited), *[tapback.at for tapback in tapbacks]]
        yield ArchivedMessage(
            chat_key=chat.key,
            identity=content.guid or f"row {row.number}",
            sent_at=outline.at,
            sender=outline.sender,
            service=self._service(row, chat, handles),
            status=status_of(content, from_me=from_me),
            parts=outline.parts,
            changed_at=max([outline.at, *[time for time in times if time is not None]]),
            delivered_at=delivered_at if from_me else None,
            read_at=read_at,
            reply_to=reply_to_of(content),
            reactions=current_reactions(tapbacks, len(outline.parts)),
        )

    def _outline(self, full: FullRow, chat: _Chat, handles: dict[int, _Handle]) -> _Outline | Reason:
        """What makes a row a message of ``chat``, or why it is none."""
        row, content = full.row, full.content
        at = instant_of(row.date)
        sender = self._sender(row, chat, handles)
        reason = _not_a_message(row)
        if reason is None and is_unsent(content):
            reason = Reason.UNSENT
        if reason is not None:
            return reason
        if at is None:
            return Reason.NO_DATE
        if sender is None:
            return Reason.UNKNOWN_SENDER
        parts = parts_of(content, full.attachments)
        return _Outline(at, sender.handle, parts) if parts else Reason.EMPTY

    def _tapback(self, row: TapbackRow, chat: _Chat, handles: dict[int, _Handle]) -> Tapback | Reason:
        """A reaction to a message, or why it is skipped. Without a date, it is older than all others."""
        sender = self._sender(row, chat, handles)
        if not is_known_kind(row.type):
            return Reason.UNKNOWN_REACTION
        if sender is None:
            return Reason.UNKNOWN_REACTOR
        return Tapback(instant_of(row.date) or 0, sender.handle, row.type, row.target, row.emoji)

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


def _skipped(full: FullRow, reason: Reason) -> list[MessageRecord]:
    """A skipped row and the reactions to it."""
    return [SkippedMessage(reason), *[SkippedPiece(Reason.NO_TARGET) for _ in full.tapbacks]]


def _not_a_message(row: MessageRow) -> Reason | None:
    """Why a row is no message according to its type; None if it is one."""
    if row.item_type:
        return Reason.NOTICE
    return Reason.POLL_VOTE if row.associated_message_type in POLL_VOTES else None


_C = TypeVar("_C", bound=_Chat | _SkippedChat)


def _distinct(numbers: Iterable[int], chats: Mapping[int, _C]) -> list[_C]:
    """The chats with these row numbers, each once: several rows can be one chat."""
    return list({chat.key: chat for chat in map(chats.get, numbers) if chat}.values())


def _first_rows(lookups: Iterable[tuple[str, int]]) -> dict[int, int]:
    """For each row of a chat, the first row that shares an identifier with it, directly or through others."""
    first: dict[int, int] = {}
    of_identifier: dict[str, int] = {}

    def find(row: int) -> int:
        while first.setdefault(row, row) != row:
            row = first[row]
        return row

    for identifier, row in lookups:
        roots = find(row), find(of_identifier.setdefault(identifier, row))
        first[max(roots)] = min(roots)
    return {row: find(row) for row in first}


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
