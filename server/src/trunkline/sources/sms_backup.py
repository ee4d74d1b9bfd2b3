"""Reads a backup of the Android app *SMS Backup & Restore*: one XML file, or a zip of one.

The app documents its fields (https://synctech.com.au/sms-backup-restore/fields-in-xml-backup-files/). What matters:

* ``sms``: ``address``; ``date`` in milliseconds; ``type`` 1 received, 2 sent, 3 draft, 4 outbox, 5 failed, 6 queued;
  ``status`` 64 failed; ``body``.
* ``mms``: ``address``, with ``~`` between the members of a group; ``date``; ``msg_box``, as ``type`` up to 5;
  ``m_type`` 128 sent, 132 received, 130 received but not fetched, others reports; in it ``part``, whose ``text`` is the
  message where ``ct`` is ``text/plain``, and ``addr``, with ``type`` 137 from, 151 to, 130 copy, 129 blind copy.
* ``null`` in any of them means that there is nothing.

The format has no mark for RCS (phones that let the app see such messages pass them off as MMS), so all are SMS.
"""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec

from trunkline.domain.chat import Service
from trunkline.domain.handle import normalise, shown
from trunkline.domain.instant import Instant
from trunkline.sources.base import Conversation, Member, Message, Reason, Record, Skipped
from trunkline.sources.sms_elements import Element, elements
from trunkline.sources.sms_file import BackupFile

_RECEIVED, _FAILED = "1", "5"
_BOXES = frozenset({_RECEIVED, "2", "4", _FAILED, "6"})
"""The values of ``type`` and ``msg_box`` that are messages; the rest are drafts."""
_STATUS_FAILED = "64"
_REPORTS = frozenset({"129", "131", "133", "134", "135", "136"})
"""Values of ``m_type`` that tell of other messages: sent, delivered, read."""
_BOX_ATTRIBUTE = {"sms": "type", "mms": "msg_box"}
_FROM = "137"
_RECIPIENTS = ("151", "130", "129")
_NOTHING = ("", "null", "insert-address-token")
"""What stands where there is no value; the last one for the phone's own number."""
_BETWEEN = "~"
_LATEST_MILLISECONDS = 253_402_300_799_999
"""The end of the year 9999."""

_Normalise: TypeAlias = Callable[[str], str | None]


class _Place(msgspec.Struct, frozen=True):
    """The chat that a message belongs to."""

    key: str
    members: tuple[str, ...]


class SmsBackup:
    """A source of the conversations of one backup. ``size`` and ``position`` are bytes of its XML."""

    def __init__(self, path: Path, line: str, region: str) -> None:
        """``line`` is the number, in E.164, of the phone; numbers without a country are of ``region``.

        Raises ``DamagedSource`` where there is no such file.
        """
        self._file = BackupFile(path)
        self._line = line
        self._normalise: _Normalise = functools.cache(functools.partial(normalise, region=region))
        self._places: dict[tuple[str, ...], _Place | Reason] = {}
        self._position = 0

    @property
    def size(self) -> int:
        """Bytes of the XML."""
        return self._file.size

    @property
    def position(self) -> int:
        """Where the last message read begins."""
        return self._position

    def records(self) -> Iterator[Record]:
        """Each conversation before its messages, each chat left out where it first appears.

        Raises ``DamagedSource``.
        """
        told: set[str | frozenset[str]] = set()
        for element in elements(self._file):
            self._position = element.offset
            if _box(element) not in _BOXES or element.attributes.get("m_type") in _REPORTS:
                continue
            parties = self._parties(element)
            place = self._place(parties)
            if isinstance(place, Reason):
                if frozenset(parties) not in told:
                    told.add(frozenset(parties))
                    yield Skipped(place)
                continue
            if place.key not in told:
                told.add(place.key)
                yield _conversation(place)
            yield self._message(element, place)
        self._position = self.size

    def _message(self, element: Element, place: _Place) -> Message:
        received = _box(element) == _RECEIVED
        failed = _box(element) == _FAILED or element.attributes.get("status") == _STATUS_FAILED
        return Message(
            key=place.key,
            sent_at=self._sent_at(element),
            sender=self._sender(element, place) if received else None,
            service=Service.SMS,
            text=_text(element),
            failed=failed and not received,
        )

    def _sent_at(self, element: Element) -> Instant:
        date = element.attributes.get("date", "")
        if date.isascii() and date.isdigit() and len(date) <= 15 and int(date) <= _LATEST_MILLISECONDS:
            return int(date) * 1000
        raise self._file.damaged(
            element.offset, f"<{element.name}> has the date {shown(date)}; it must be milliseconds since 1970"
        )

    def _sender(self, element: Element, place: _Place) -> str:
        """Who wrote a received message: whom ``addr`` names, else the first of the chat."""
        named = [self._normalise(address) for address in _named(element, _FROM)]
        return next((handle for handle in named if handle in place.members), place.members[0])

    def _parties(self, element: Element) -> tuple[str, ...]:
        """The addresses, as written, of everyone but the line; that of the line where there is nobody else.

        ``address`` says it, but some versions give the sender alone for a group. What ``addr`` names counts as well if
        the message is ours, or if the line is named: else it went to another number of this phone, which is no member.
        """
        received = _box(element) == _RECEIVED
        given = _addresses(element.attributes)
        named = _named(element, *_RECIPIENTS, *([_FROM] if received else []))
        if not given or not received or self._line in map(self._normalise, named):
            given = list(dict.fromkeys([*given, *named]))
        others = [address for address in given if self._normalise(address) != self._line]
        return tuple(others or given[:1])

    def _place(self, parties: tuple[str, ...]) -> _Place | Reason:
        """The chat of these addresses, or why there is none."""
        place = self._places.get(parties)
        if place is None:
            place = self._places[parties] = self._new_place(parties)
        return place

    def _new_place(self, parties: tuple[str, ...]) -> _Place | Reason:
        if not parties:
            return Reason.NO_ADDRESS
        members: list[str] = []
        for address in parties:
            handle = self._normalise(address)
            if handle is None:
                return Reason.NOT_A_HANDLE if len(parties) == 1 else Reason.GROUP_NOT_A_HANDLE
            if handle not in members:
                members.append(handle)
        if members == [self._line]:
            return Reason.ALONE
        kind = "direct" if len(members) == 1 else "group"
        return _Place(key=f"{kind}:{','.join(sorted(members))}", members=tuple(members))


def _conversation(place: _Place) -> Conversation:
    return Conversation(
        key=place.key,
        members=tuple([Member(handle=handle, service=Service.SMS) for handle in place.members]),
        is_group=len(place.members) > 1,
        service=Service.SMS,
    )


def _box(element: Element) -> str | None:
    """Where the phone keeps the message; None where the element is no message."""
    return element.attributes.get(_BOX_ATTRIBUTE.get(element.name, ""))


def _text(element: Element) -> str | None:
    if element.name == "sms":
        return _value(element.attributes, "body")
    parts = [part for name, part in element.inner if name == "part" and part.get("ct", "").startswith("text/plain")]
    texts = [text for part in parts if (text := _value(part, "text")) is not None]
    return "\n".join(texts) if texts else None


def _value(attributes: dict[str, str], name: str) -> str | None:
    value = attributes.get(name)
    return None if value in _NOTHING else value


def _addresses(attributes: dict[str, str]) -> list[str]:
    parts = [part.strip() for part in attributes.get("address", "").split(_BETWEEN)]
    return [part for part in parts if part not in _NOTHING]


def _named(element: Element, *kinds: str) -> list[str]:
    """The addresses of every ``addr`` of these types."""
    return [
        address
        for name, attributes in element.inner
        if name == "addr" and attributes.get("type") in kinds
        for address in _addresses(attributes)
    ]
