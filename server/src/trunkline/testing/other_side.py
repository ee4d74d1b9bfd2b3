"""The other side of a partner's lines: people who write, react, read, type, come and go, and networks that fail.

Everything is done by the actions that a carrier's reports take, so that an app sees the real thing.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from linq.types import Chat, LinkPartParam, MediaPartParam, Message, TextPartParam
from trunkline.actions import rules, simulate
from trunkline.actions.cause import Cause
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.reading import read_chat, read_message
from trunkline.actions.receipts import Receipt
from trunkline.actions.simulate import Side, Simulated
from trunkline.api.shapes import MessageBody, content_of
from trunkline.domain import content as contents
from trunkline.domain import document
from trunkline.domain.carrier_rules import Rule
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.handle import parse_handle
from trunkline.domain.health import Thresholds
from trunkline.domain.message import Content, DeliveryStatus, ReactionType
from trunkline.storage.store import Store
from trunkline.testing.site import Line, Site

ServiceName: TypeAlias = Literal["iMessage", "SMS", "RCS"]
ReactionName: TypeAlias = Literal["love", "like", "dislike", "laugh", "emphasize", "question", "custom"]
Part: TypeAlias = TextPartParam | MediaPartParam | LinkPartParam


class Identified(Protocol):
    """A chat or a message, in whichever answer it came."""

    @property
    def id(self) -> str: ...


class Dropped(Exception):
    """A message that nobody gets: its sender is blocked, or the line has left the chat."""


class OtherSide(ABC):
    """Whoever a partner's lines talk to. ``from_`` is who does something, by default the one whom the chat is with.

    A chat or a message is given as itself or as its id. What cannot be is a ``trunkline.domain.errors.TrunklineError``,
    with the reason: a reaction by somebody who is not in the chat, for example.
    """

    def __init__(self, site: Site, partner_id: int) -> None:
        self.id = partner_id
        self._site = site

    def receive(
        self,
        text: str | None = None,
        *,
        parts: Iterable[Part] | None = None,
        from_: str | None = None,
        chat: Identified | str | None = None,
        others: Sequence[str] = (),
        line: Line | str | None = None,
        service: ServiceName | None = None,
        reply_to: Identified | str | None = None,
    ) -> Message:
        """Somebody writes. ``STOP`` is a message like any other, and so is what they write to come back.

        The clock then moves on by a second, as it does when a chat is made.

        :param parts: in place of the text, parts as the client sends them
        :param from_: who writes; without a chat, somebody new with a fictional number unless it is given
        :param chat: where; otherwise the direct chat of ``from_`` and the line, which begins if it is not there
        :param others: makes it the group of ``from_``, these and the line, which begins if it is not there
        :param line: the partner's line, its first one by default; made when it is not there
        :param service: what the message comes over, by default what the chat is on
        :param reply_to: the message that it answers
        :raises Dropped: the sender is blocked, or the line has left the chat
        """
        content = _content(text, parts, reply_to)
        if chat is None:
            number = self._own(line)
            side = Side(parse_handle(from_ or next(self._site.numbers), "from_"), None, number)
        else:
            side = self._side(chat, from_)
        people = [parse_handle(other, "others") for other in others]
        network = None if service is None else Service(service)
        written = simulate.write(
            self._store, self._cause(), side, content, Thresholds(), others=people, service=network
        )
        message = self._message(written)
        self._site.clock.tick()
        return message

    def edit(self, message: Identified | str, text: str, *, part_index: int = 0) -> Message:
        """Somebody changes the text of a message of theirs."""
        return self._message(simulate.edit(self._store, self._cause(), Side(), _id(message), text, part_index))

    def react(
        self,
        message: Identified | str,
        reaction: ReactionName = "love",
        *,
        custom_emoji: str | None = None,
        part_index: int = 0,
        remove: bool = False,
        from_: str | None = None,
    ) -> Message:
        """Somebody reacts to a message, or takes that back: the message as it is then.

        :param custom_emoji: the emoji, where the reaction is ``custom``
        """
        side = self._side(self._known(message).chat_id, from_)
        change = ReactionChange(ReactionType(reaction), not remove, part_index, custom_emoji)
        return self._message(simulate.react(self._store, self._cause(), side, _id(message), change))

    def read(self, message: Identified | str) -> Message:
        """Somebody reads a message of the line's."""
        return self._message(simulate.read(self._store, self._cause(), Side(), _id(message), Thresholds()))

    def fail(self, message: Identified | str, reason: str = "not delivered") -> Message:
        """A message of the line's does not arrive. It must be on its way still, as with ``rule(holds=True)``."""
        return self._report(message, Receipt(DeliveryStatus.FAILED, reason=reason))

    def deliver(self, message: Identified | str, *, service: ServiceName | None = None) -> Message:
        """A message of the line's arrives, late, over this service; even one that had failed."""
        return self._report(message, Receipt(DeliveryStatus.DELIVERED, None if service is None else Service(service)))

    def typing(self, chat: Identified | str, *, started: bool = True, from_: str | None = None) -> None:
        """Somebody types, or stops."""
        side = self._side(chat, from_)
        self._site.play(simulate.type_text(self._store, self._cause(), side, started=started))

    def join(self, chat: Identified | str, handle: str) -> Chat:
        """Somebody comes into a group."""
        return self._move(chat, handle, ParticipantStatus.ACTIVE)

    def leave(self, chat: Identified | str, handle: str) -> Chat:
        """Somebody leaves a group."""
        return self._move(chat, handle, ParticipantStatus.LEFT)

    def rule(
        self,
        handle: str | None = None,
        *,
        delay_seconds: int = 0,
        away_attempts: int = 0,
        away_seconds: int = 0,
        fail: str | None = None,
        services: Sequence[ServiceName] | None = None,
        holds: bool = False,
        reads: bool = False,
    ) -> None:
        """How the line's messages fare from now on: by default they are delivered at once.

        :param handle: those to this person; otherwise those to everybody who has no rule of their own
        :param delay_seconds: how long a message stays ``pending``
        :param away_attempts: how many attempts fail before one succeeds
        :param away_seconds: for how long after that every attempt fails
        :param fail: why no message arrives
        :param services: the services that reach them; iMessage falls to RCS and RCS to SMS
        :param holds: whether a message stays ``sent`` until ``deliver``, ``read`` or ``fail``
        :param reads: whether they read every message at once
        :raises ValueError: a value that no rule can have
        """
        given = {
            "delay_seconds": delay_seconds,
            "away_attempts": away_attempts,
            "away_seconds": away_seconds,
            "fail": fail,
            "services": services,
            "holds": holds,
            "reads": reads,
        }
        try:
            rule = msgspec.convert(given, Rule)
        except msgspec.ValidationError as error:
            raise ValueError(f"this is no rule: {error}") from None
        whose = None if handle is None else parse_handle(handle, "handle")
        self._site.play(rules.set_rule(self._store, self.id, whose, rule))

    @abstractmethod
    def _own(self, line: Line | str | None) -> str:
        """The number of a line that is now the partner's."""

    def _side(self, chat: Identified | str, from_: str | None) -> Side:
        """Somebody in a chat, by default the first besides the line who is still there."""
        chat_id = _id(chat)
        if from_ is not None:
            return Side(parse_handle(from_, "from_"), chat_id)
        known = self._shown_chat(self._site.hosted.run(read_chat(self._store, self.id, chat_id)))
        there = [each.handle for each in known.handles if not each.is_me and each.status == "active"]
        return Side(there[0] if there else None, chat_id)

    @property
    def _store(self) -> Store:
        return self._site.store

    def _cause(self) -> Cause:
        return Cause(self.id, self._site.clock(), secrets.token_hex(16))

    def _message(self, work: Coroutine[Any, Any, Simulated]) -> Message:
        """The message that something was done about, as it is then."""
        played = self._site.play(work)
        if played.message_id is None:
            raise Dropped(played.says)
        return self._known(played.message_id)

    def _report(self, message: Identified | str, receipt: Receipt) -> Message:
        return self._message(simulate.report(self._store, self._cause(), Side(), _id(message), receipt, Thresholds()))

    def _move(self, chat: Identified | str, handle: str, status: ParticipantStatus) -> Chat:
        side = Side(parse_handle(handle, "handle"), _id(chat))
        self._site.play(simulate.move(self._store, self._cause(), side, status))
        return self._shown_chat(self._site.hosted.run(read_chat(self._store, self.id, _id(chat))))

    def _known(self, message: Identified | str) -> Message:
        stored = self._site.hosted.run(read_message(self._store, self.id, _id(message)))
        return Message.model_validate_json(document.complete(stored, self._site.base_url.encode()))

    def _shown_chat(self, stored: bytes) -> Chat:
        return Chat.model_validate_json(document.complete(stored, self._site.base_url.encode()))


def _id(given: Identified | str) -> str:
    return given if isinstance(given, str) else given.id


def _content(text: str | None, parts: Iterable[Part] | None, reply_to: Identified | str | None) -> Content:
    """What is written. Raises ``InvalidContent``, ``ValueError``."""
    if (text is None) == (parts is None):
        raise ValueError("a message is a text, or parts in its place: give one of them")
    said = [{"type": "text", "value": text}] if parts is None else list(parts)
    answered = None if reply_to is None else {"message_id": _id(reply_to)}
    try:
        body = msgspec.convert({"parts": said, "reply_to": answered}, MessageBody)
    except msgspec.ValidationError as error:
        raise ValueError(f"this is no message: {error}") from None
    content = content_of(body)
    contents.check(content)
    return content
