"""Reads the archive of Apple Messages: the ``chat.db`` of a Mac, or the ``sms.db`` in a backup of a phone.

The schema is Apple's and undocumented; the facts used here are public (imessage-exporter documents them):

* ``chat.style`` is 45 for a direct chat and 43 for a group. One person has one ``chat`` row for each service, and a
  group may have several rows too; the app shows each as one, and so does this reader.
* ``chat_handle_join`` lists the members of today. Messages whose ``item_type`` is 1 (somebody was added or removed) or
  3 (somebody left) tell of the others; those of ``associated_message_type`` 2000 to 3999 are reactions.
* ``message.date`` counts from 2001-01-01T00:00:00Z: nanoseconds since macOS 10.13, seconds before.
* ``message.handle_id`` is the other side, or 0; ``is_from_me`` says whether the line wrote it.
"""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.handle import normalise
from trunkline.domain.instant import SECOND, Instant
from trunkline.sources import chat_schema
from trunkline.sources.base import Conversation, Member, Message, Reason, Record, Skipped
from trunkline.sources.chat_db import ChatDatabase, locate, opened
from trunkline.sources.chat_schema import ChatRow, MessageRow
from trunkline.sources.membership import Change, members
from trunkline.sources.typedstream import text_of

_DIRECT = 45
_GROUP = 43
_GROUP_PREFIX = "chat"
_EPOCH: Instant = 978_307_200 * SECOND
"""2001-01-01T00:00:00Z, where Apple's clocks begin."""
_SECONDS_END = 100_000_000_000
"""Dates below are seconds (up to the year 5169), the others nanoseconds (from 100 s after the epoch)."""
_REACTIONS = range(2000, 4000)

_Normalise: TypeAlias = Callable[[str], str | None]


class _Handle(msgspec.Struct, frozen=True):
    """An address on one service. ``normal`` is None where it is no handle to us."""

    normal: str | None
    service: Service | None


class _Chat(msgspec.Struct):
    """One conversation while the messages are read: all ``chat`` rows of the same person or group."""

    key: str
    service: Service | None = None
    person: str | None = None
    """The other side of a direct chat; None for a group."""
    identity: str | None = None
    name: str | None = None
    listed: dict[str, Service | None] = {}
    """The group's members of today, with the service of their handle, in the order they are listed."""
    changes: list[Change] = []
    latest: Instant = 0
    heard: dict[str, tuple[Instant, Service]] = {}
    """Who wrote in the group: when last, and over what."""

    def add_row(self, row: "_Chat") -> None:
        """Takes in what one more row says of it. The name is that of the newest row that has one."""
        self.service = self.service or row.service
        self.listed |= row.listed
        self.name = row.name or self.name

    def hear(self, at: Instant, sender: str | None, service: Service) -> None:
        """Takes note of one message."""
        if at >= self.latest:
            self.latest, self.service = at, service
        if self.person is None and sender is not None:
            last = self.heard.get(sender)
            if last is None or at >= last[0]:
                self.heard[sender] = (at, service)

    def members(self) -> tuple[Member, ...]:
        """Everyone but the line."""
        default = self.service or Service.IMESSAGE
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
            service=self.service,
            identity=self.identity,
            name=self.name,
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

    def records(self) -> Iterator[Record]:
        """The chats left out, then every message, then the conversations. Raises ``DamagedSource``."""
        with opened(self._path) as database:
            chat_schema.require(database)
            handles = {
                row.number: _Handle(normal=self._normalise(row.address or ""), service=_service(row.service))
                for row in chat_schema.handles(database)
            }
            chats: dict[int, _Chat] = {}
            for reason in self._place(database, handles, chats):
                yield Skipped(reason)
            yield from self._messages(database, handles, chats)
        # One conversation may stand under several row numbers.
        for chat in {chat.key: chat for chat in chats.values()}.values():
            yield chat.conversation()
        self._position = self._size

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

    def _messages(
        self, database: ChatDatabase, handles: dict[int, _Handle], chats: dict[int, _Chat]
    ) -> Iterator[Message]:
        last = chat_schema.last_message(database)
        for row, places in chat_schema.messages(database):
            self._position = self._size * row.number // last
            # A message may be in two rows of what is one chat.
            for chat in {id(chat): chat for chat in map(chats.get, places) if chat}.values():
                message = self._message(row, chat, handles)
                if message is not None:
                    yield message

    def _message(self, row: MessageRow, chat: _Chat, handles: dict[int, _Handle]) -> Message | None:
        """The row as a message of ``chat``; None where it is none: a reaction, a change of the group, a draft."""
        if row.date is None or row.date <= 0:
            return None
        at = _EPOCH + (row.date * SECOND if row.date < _SECONDS_END else row.date // 1000)
        handle = handles.get(row.handle or 0)
        sender = chat.person or (handle.normal if handle else None)
        if row.item_type:
            self._note_change(row, at, chat, sender, handles)
            return None
        if row.associated_message_type in _REACTIONS or not (row.is_from_me or sender):
            return None
        if row.is_from_me or sender == self._line:
            sender = None
        service = _service(row.service) or chat.service or (handle and handle.service) or Service.IMESSAGE
        chat.hear(at, sender, service)
        return Message(
            key=chat.key,
            sent_at=at,
            sender=sender,
            service=service,
            text=_text(row),
            failed=bool(row.error and sender is None),
        )

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


def _text(row: MessageRow) -> str | None:
    if row.text is not None:
        return row.text.decode(errors="replace")
    return text_of(row.body) if row.body is not None else None


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
