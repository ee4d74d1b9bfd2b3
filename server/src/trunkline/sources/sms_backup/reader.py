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

Messages have no identifier. One is identified by its sender, time, kind (``sms`` or ``mms``) and content, and one with
files also by the digests of those and by ``m_id``, the identifier of the MMS; what can change between two backups (from
outbox to sent, from unread to read) is not part of that.
"""

import functools
import hashlib
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from trunkline.domain.attachment import MAX_SIZE
from trunkline.domain.chat import Service
from trunkline.domain.handle import normalise, quoted
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.message import DeliveryStatus
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
    reason_of,
    with_subject,
)
from trunkline.sources.sms_backup.elements import Element, elements
from trunkline.sources.sms_backup.file import BackupFile
from trunkline.sources.sms_backup.part_data import PartData, decoded

_RECEIVED, _FAILED, _DRAFT = "1", "5", "3"
_BOXES = frozenset({_RECEIVED, "2", "4", _FAILED, "6"})
"""The values of ``type`` and ``msg_box`` that are messages."""
_UNDERWAY = ("4", "6")
_STATUS_DELIVERED, _STATUS_FAILED = "0", "64"
_UNREAD = "0"
_REPORTS = frozenset({"129", "131", "133", "134", "135", "136"})
"""The values of ``m_type`` that report the delivery of other messages."""
_BOX_ATTRIBUTE = {"sms": "type", "mms": "msg_box"}
_TEXT, _LAYOUT = "text/plain", "application/smil"
_UTF_8 = "106"
_FROM = "137"
_RECIPIENTS = ("151", "130", "129")
_NOTHING = ("", "null", "insert-address-token")
"""What stands for a missing value; the last one for the phone's own number."""
_BETWEEN = re.compile(r"[~|,]|;(?![\w-]+=)")
"""What separates addresses: ``~``, in other versions another sign; ``;name=`` is a parameter of a URI."""
_EARLIEST, _LATEST = 723_340_800, 253_402_300_799
"""The first day of SMS, 1992-12-03, and the end of the year 9999, in seconds since 1970."""
_NO_SUBJECT = frozenset({"nosubject", "no subject", "(no subject)"})
"""What some phones write for a missing subject."""

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


class _Skip(msgspec.Struct, frozen=True):
    """Why a message is skipped, and the addresses of its chat if all of that is skipped."""

    reason: Reason
    parties: tuple[str, ...] | None = None


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
        for outcome in self._outcomes():
            if isinstance(outcome, _Skip):
                if outcome.parties is not None and frozenset(outcome.parties) not in skipped:
                    skipped.add(frozenset(outcome.parties))
                    yield Skipped(outcome.reason)
                continue
            chat, message = outcome
            found.setdefault(chat.key, _ChatTimes(chat, message.sent_at, message.sent_at)).add_message(message.sent_at)
        for each in found.values():
            yield each.record()

    def messages(self) -> Iterator[MessageRecord]:
        """Every message, in the order of the file, and every skipped record. Raises ``DamagedSource``."""
        for outcome in self._outcomes():
            yield SkippedMessage(outcome.reason) if isinstance(outcome, _Skip) else outcome[1]

    def read_file(self, location: str) -> Generator[bytes]:
        """The content of a file, in pieces. Raises ``NoFile``."""
        data = PartData.parse(location)
        if data is None:
            raise NoFile(Reason.NO_FILE)
        if data.size_bytes > MAX_SIZE:
            raise NoFile(Reason.TOO_LARGE)
        try:
            yield from decoded(self._file.read(data.start, data.length))
        except ValueError as error:
            raise NoFile(Reason.UNREADABLE) from error

    def _outcomes(self) -> Iterator[tuple[_Chat, ArchivedMessage] | _Skip]:
        """Every element as a message with its chat, or why it is skipped."""
        self._position = 0
        for element in elements(self._file):
            self._position = min(element.offset, self.size)
            yield self._outcome(element)
        self._position = self.size

    def _outcome(self, element: Element) -> tuple[_Chat, ArchivedMessage] | _Skip:
        reason = _not_a_message(element)
        if reason is not None:
            return _Skip(reason)
        parties = self._parties(element)
        chat = self._chat(parties)
        if isinstance(chat, Reason):
            return _Skip(chat, parties)
        sent_at = self._sent_at(element)
        if sent_at is None:
            return _Skip(Reason.NO_DATE)
        parts = _parts(element)
        with_its_subject = with_subject(_subject(element), parts)
        if not with_its_subject:
            return _Skip(Reason.EMPTY)
        sender = self._sender(element, chat) if _box(element) == _RECEIVED else None
        identities = _identities(element, sender, sent_at, parts)
        return chat, ArchivedMessage(
            chat_key=chat.key,
            identity=identities[0],
            former_identities=identities[1:],
            sent_at=sent_at,
            sender=sender,
            service=Service.SMS,
            status=_status(element),
            parts=with_its_subject,
        )

    def _sent_at(self, element: Element) -> Instant | None:
        """When a message was sent, in seconds or milliseconds since 1970; None if that was before there was SMS."""
        date = element.attributes.get("date", "")
        if not (date.isascii() and date.isdigit() and len(date) <= 15 and int(date) <= _LATEST * 1000):
            raise self._file.damaged(
                element.offset, f"<{element.name}> has the date {quoted(date)}; it must be milliseconds since 1970"
            )
        number = int(date)
        if number >= _EARLIEST * 1000:
            return number * 1000
        return number * SECOND if number >= _EARLIEST else None

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


def _not_a_message(element: Element) -> Reason | None:
    """Why an element is no message according to its type; None if it is one."""
    box = _box(element)
    if box is None or box == "":
        return Reason.NOT_A_MESSAGE
    if element.attributes.get("m_type") in _REPORTS:
        return Reason.REPORT
    return None if box in _BOXES else Reason.DRAFT if box == _DRAFT else Reason.NOT_A_MESSAGE


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
        kind = part.get("ct", "").partition(";")[0].strip().lower()
        text = _value(part, "text")
        if kind == _TEXT:
            if text is not None and parts and isinstance(parts[-1], str):
                parts[-1] += f"\n{text}"
            elif text is not None:
                parts.append(text)
        elif kind != _LAYOUT:
            names = [_value(part, name) for name in ("name", "cl", "fn")]
            data = PartData.parse(part.get("data"))
            parts.append(
                Attachment(
                    filename=next((name for name in names if name), None),
                    mime_type=kind if kind not in _NOTHING else None,
                    size_bytes=0 if data is None else data.size_bytes,
                    location=None if data is None else data.reference(),
                )
            )
    return tuple(parts)


def _subject(element: Element) -> str | None:
    """The subject of a message. Phones store the bytes of UTF-8 (106) as if each were a character of its own."""
    subject = _value(element.attributes, "sub" if element.name == "mms" else "subject")
    if subject is None or subject.strip().lower() in _NO_SUBJECT:
        return None
    if element.attributes.get("sub_cs") != _UTF_8:
        return subject
    try:
        return subject.encode("latin-1").decode()
    except ValueError:
        return subject


def _identities(
    element: Element, sender: str | None, sent_at: Instant, parts: Sequence[str | Attachment]
) -> tuple[str, ...]:
    """What distinguishes a message from every other one of its chat, most distinctive first.

    Two files of one second can have the same name, so the identifier of the MMS and the bytes of the files count. The
    identifier can still be missing in an older backup, and an earlier version of this program used neither.
    """
    content = [part if isinstance(part, str) else [part.filename, part.mime_type] for part in parts]
    plain = [element.name, sender, sent_at, content]
    datas = [PartData.parse(attributes.get("data")) for name, attributes in element.inner if name == "part"]
    digests = [data.digest for data in datas if data is not None]
    mms_id = _value(element.attributes, "m_id") if digests else None
    distinctive = [[*plain, digests, mms_id]] if mms_id else []
    return tuple([_digest(each) for each in [*distinctive, *([[*plain, digests]] if digests else []), plain]])


def _digest(values: Sequence[object]) -> str:
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=16).hexdigest()


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
