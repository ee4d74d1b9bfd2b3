"""Reads a backup of the Android app *SMS Backup & Restore*: one XML file, or a zip of one.

The app documents its fields (https://synctech.com.au/sms-backup-restore/fields-in-xml-backup-files/). What matters:

* ``sms``: ``address``; ``date`` in milliseconds; ``type`` 1 received, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued;
  ``status`` 0 delivered, 64 failed; ``read`` 0 not read; ``body``.
* ``mms``: ``address``, with ``~`` between the members of a group; ``date``; ``msg_box``, as ``type`` up to 5;
  ``m_type`` 128 sent, 132 received, 130 received but not fetched, others reports; ``read``; in it ``part``, which is
  text where ``ct`` is ``text/plain``, layout where it is ``application/smil``, and else a file, called ``name``, ``cl``
  or ``fn``; and ``addr``, with ``type`` 137 from, 151 to, 130 copy, 129 blind copy.
* ``null`` in any of them means that the value is missing.

The format does not mark RCS (phones that show such messages to the app present them as MMS), so all messages are SMS.

Messages have no identifier. One is identified by its sender, time, kind (``sms`` or ``mms``) and content; what can
change between two backups (from outbox to sent, from unread to read) is not part of that.
"""

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import Service
from trunkline.domain.handle import normalise, quoted
from trunkline.domain.instant import Instant
from trunkline.domain.message import DeliveryStatus
from trunkline.sources.base import ArchivedChat, ArchivedMessage, Attachment, Member, Reason, Record, Skipped, reason_of
from trunkline.sources.sms_backup.elements import Element, elements
from trunkline.sources.sms_backup.file import BackupFile

_RECEIVED, _FAILED = "1", "5"
_BOXES = frozenset({_RECEIVED, "2", "4", _FAILED, "6"})
"""The values of ``type`` and ``msg_box`` that are messages; others are drafts."""
_UNDERWAY = ("4", "6")
_STATUS_DELIVERED, _STATUS_FAILED = "0", "64"
_UNREAD = "0"
_REPORTS = frozenset({"129", "131", "133", "134", "135", "136"})
"""The values of ``m_type`` that report the delivery of other messages."""
_BOX_ATTRIBUTE = {"sms": "type", "mms": "msg_box"}
_TEXT, _LAYOUT = "text/plain", "application/smil"
_FROM = "137"
_RECIPIENTS = ("151", "130", "129")
_NOTHING = ("", "null", "insert-address-token")
"""What stands for a missing value; the last one for the phone's own number."""
_BETWEEN = re.compile(r"[~|,]|;(?![\w-]+=)")
"""What separates addresses: ``~``, in other versions another sign; ``;name=`` is a parameter of a URI."""
_LATEST_MILLISECONDS = 253_402_300_799_999
"""The end of the year 9999."""

_Normalise: TypeAlias = Callable[[str], str | None]


class _Chat(msgspec.Struct, frozen=True):
    """The chat of a message."""

    key: str
    members: tuple[str, ...]


class _ChatTimes(msgspec.Struct):
    """A chat, with the times of its first and last message so far."""

    chat: _Chat
    first_at: Instant
    last_at: Instant

    def add_message(self, at: Instant) -> None:
        """Adds a message."""
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)

    def record(self) -> ArchivedChat:
        """The record of the chat, after all messages were added."""
        return ArchivedChat(
            key=self.chat.key,
            members=tuple([Member(handle=handle, service=Service.SMS) for handle in self.chat.members]),
            is_group=len(self.chat.members) > 1,
            service=Service.SMS,
            first_at=self.first_at,
            last_at=self.last_at,
        )


class SmsBackup:
    """The source for a backup. ``size`` and ``position`` are bytes of its XML."""

    def __init__(self, path: Path, line: str, region: str) -> None:
        """``line`` is the E.164 number of the phone; numbers without a country code belong to ``region``.

        Raises ``DamagedSource``.
        """
        self._file = BackupFile(path)
        self._line = line
        self._normalise: _Normalise = functools.cache(functools.partial(normalise, region=region))
        self._chats: dict[tuple[str, ...], _Chat | Reason] = {}
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes of the XML."""
        return self._file.size

    @property
    def position(self) -> int:
        """Where the last message that was read begins."""
        return self._position

    def chats(self) -> Iterator[Record]:
        """Each skipped chat at its first message and then, after all messages were read, the others.

        Raises ``DamagedSource``.
        """
        skipped: set[frozenset[str]] = set()
        found: dict[str, _ChatTimes] = {}
        for element, parties, chat in self._elements():
            if isinstance(chat, Reason):
                if frozenset(parties) not in skipped:
                    skipped.add(frozenset(parties))
                    yield Skipped(chat)
                continue
            at = self._sent_at(element)
            found.setdefault(chat.key, _ChatTimes(chat, at, at)).add_message(at)
        for each in found.values():
            yield each.record()

    def messages(self) -> Iterator[ArchivedMessage]:
        """Every message, in the order of the file. Raises ``DamagedSource``."""
        for element, _, chat in self._elements():
            if isinstance(chat, _Chat):
                yield self._message(element, chat)

    def _elements(self) -> Iterator[tuple[Element, tuple[str, ...], _Chat | Reason]]:
        """Every element that is a message, with the addresses of its chat, and the chat."""
        self._position = 0
        for element in elements(self._file):
            self._position = element.offset
            if _box(element) in _BOXES and element.attributes.get("m_type") not in _REPORTS:
                parties = self._parties(element)
                yield element, parties, self._chat(parties)
        self._position = self.size

    def _message(self, element: Element, chat: _Chat) -> ArchivedMessage:
        received = _box(element) == _RECEIVED
        sent_at = self._sent_at(element)
        sender = self._sender(element, chat) if received else None
        parts = _parts(element)
        return ArchivedMessage(
            chat_key=chat.key,
            identity=_identity(element.name, sender, sent_at, parts),
            sent_at=sent_at,
            sender=sender,
            service=Service.SMS,
            status=_status(element),
            parts=parts,
        )

    def _sent_at(self, element: Element) -> Instant:
        date = element.attributes.get("date", "")
        if date.isascii() and date.isdigit() and len(date) <= 15 and int(date) <= _LATEST_MILLISECONDS:
            return int(date) * 1000
        raise self._file.damaged(
            element.offset, f"<{element.name}> has the date {quoted(date)}; it must be milliseconds since 1970"
        )

    def _sender(self, element: Element, chat: _Chat) -> str:
        """The sender of a received message: the one in ``addr``, else the first member of the chat."""
        named = [self._normalise(address) for address in _named(element, _FROM)]
        return next((handle for handle in named if handle in chat.members), chat.members[0])

    def _parties(self, element: Element) -> tuple[str, ...]:
        """The addresses, as written, of everyone but the line; that of the line if there is no one else.

        ``address`` lists them, but some versions give only the sender of a group message. The addresses in ``addr``
        count, too, if the line sent the message or is among them; otherwise, the message went to another number of
        this phone, which is not a member.
        """
        received = _box(element) == _RECEIVED
        given = _addresses(element.attributes)
        named = _named(element, *_RECIPIENTS, *([_FROM] if received else []))
        if not given or not received or self._line in map(self._normalise, named):
            given = list(dict.fromkeys([*given, *named]))
        others = [address for address in given if self._normalise(address) != self._line]
        return tuple(others or given[:1])

    def _chat(self, parties: tuple[str, ...]) -> _Chat | Reason:
        """The chat of these addresses, or why it is skipped."""
        chat = self._chats.get(parties)
        if chat is None:
            chat = self._chats[parties] = self._new_chat(parties)
        return chat

    def _new_chat(self, parties: tuple[str, ...]) -> _Chat | Reason:
        if not parties:
            return Reason.NO_ADDRESS
        members: list[str] = []
        for address in parties:
            handle = self._normalise(address)
            if handle is None:
                return reason_of(address) if len(parties) == 1 else Reason.GROUP_NOT_A_HANDLE
            if handle not in members:
                members.append(handle)
        if members == [self._line]:
            return Reason.ALONE
        kind = "direct" if len(members) == 1 else "group"
        return _Chat(key=f"{kind}:{','.join(sorted(members))}", members=tuple(members))


def _box(element: Element) -> str | None:
    """The folder of a message; None if the element is not a message."""
    return element.attributes.get(_BOX_ATTRIBUTE.get(element.name, ""))


def _status(element: Element) -> DeliveryStatus:
    """The delivery status of a message. A received message counts as read unless it says otherwise."""
    box, status = _box(element), element.attributes.get("status")
    if box == _RECEIVED:
        return DeliveryStatus.RECEIVED if element.attributes.get("read") == _UNREAD else DeliveryStatus.READ
    if box == _FAILED or status == _STATUS_FAILED:
        return DeliveryStatus.FAILED
    if status == _STATUS_DELIVERED:
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.QUEUED if box in _UNDERWAY else DeliveryStatus.SENT


def _parts(element: Element) -> tuple[str | Attachment, ...]:
    """The texts and files of a message, in order; consecutive texts are joined."""
    if element.name == "sms":
        body = _value(element.attributes, "body")
        return () if body is None else (body,)
    parts: list[str | Attachment] = []
    for part in [attributes for name, attributes in element.inner if name == "part"]:
        kind = part.get("ct", "")
        text = _value(part, "text")
        if kind.startswith(_TEXT):
            if text is not None and parts and isinstance(parts[-1], str):
                parts[-1] += f"\n{text}"
            elif text is not None:
                parts.append(text)
        elif kind != _LAYOUT:
            names = [_value(part, name) for name in ("name", "cl", "fn")]
            parts.append(Attachment(next((name for name in names if name), None), _value(part, "ct")))
    return tuple(parts)


def _identity(kind: str, sender: str | None, sent_at: Instant, parts: Sequence[str | Attachment]) -> str:
    """Distinguishes a message from every other one of its chat."""
    content = [part if isinstance(part, str) else [part.filename, part.mime_type] for part in parts]
    return hashlib.blake2b(msgspec.json.encode([kind, sender, sent_at, content]), digest_size=16).hexdigest()


def _value(attributes: dict[str, str], name: str) -> str | None:
    value = attributes.get(name)
    return None if value in _NOTHING else value


def _addresses(attributes: dict[str, str]) -> list[str]:
    parts = [part.strip() for part in _BETWEEN.split(attributes.get("address", ""))]
    return [part for part in parts if part not in _NOTHING]


def _named(element: Element, *kinds: str) -> list[str]:
    """The addresses of every ``addr`` of these types."""
    return [
        address
        for name, attributes in element.inner
        if name == "addr" and attributes.get("type") in kinds
        for address in _addresses(attributes)
    ]
