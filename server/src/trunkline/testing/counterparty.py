"""The counterparties of a partner's lines: people who send, react, read, type, join and leave, and failing networks.

Everything runs the actions that a carrier's reports run, so an app sees what it would see in production.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from linq.types import Chat, LinkPartParam, MediaPartParam, Message, TextPartParam
from linq.types.chats import PollEnvelope
from trunkline.actions.attachments.attachments import open_file, read_file
from trunkline.actions.chats.one_chat import read_chat
from trunkline.actions.inbound.receipts import Receipt
from trunkline.actions.messages.list_messages import read_message
from trunkline.actions.messages.polls import read_poll
from trunkline.actions.sandbox import contact_cards, polls, rules, simulate
from trunkline.actions.sandbox.counterparty import DROPPED, Counterparty
from trunkline.actions.sandbox.simulate import GivenFile
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.content import guess_type
from trunkline.domain.context import RequestContext
from trunkline.domain.handle import parse_handle
from trunkline.domain.ids import new_trace_id
from trunkline.domain.loopback_rules import Rule
from trunkline.domain.message import Content, DeliveryStatus, ReactionChange, ReactionType
from trunkline.schemas.requests import MessageBody, to_content
from trunkline.schemas.sandbox import SharedContactCard, Simulated, shared_contact_card
from trunkline.storage.store import Store
from trunkline.testing.harness import Harness, Line

ServiceName: TypeAlias = Literal["iMessage", "SMS", "RCS"]
ReactionName: TypeAlias = Literal["love", "like", "dislike", "laugh", "emphasize", "question", "custom"]
File: TypeAlias = Path | tuple[str, bytes]
Part: TypeAlias = TextPartParam | MediaPartParam | LinkPartParam


class Identified(Protocol):
    """A chat or a message, in any response."""

    @property
    def id(self) -> str: ...


class Dropped(Exception):
    """A message was dropped: its sender is blocked, or the line has left the chat."""


class Counterparties(ABC):
    """Plays the counterparties of a partner's lines. ``from_`` is who acts, by default the recipient of the chat.

    Pass a chat or a message, or its id. Anything impossible, such as a reaction from a person outside the chat,
    raises a ``trunkline.domain.errors.TrunklineError`` with the reason.
    """

    def __init__(self, harness: Harness, partner_id: int) -> None:
        self.id = partner_id
        self._harness = harness

    def receive(
        self,
        text: str | None = None,
        *,
        parts: Iterable[Part] | None = None,
        files: Sequence[File] = (),
        from_: str | None = None,
        chat: Identified | str | None = None,
        others: Sequence[str] = (),
        line: Line | str | None = None,
        service: ServiceName | None = None,
        reply_to: Identified | str | None = None,
    ) -> Message:
        """A counterparty sends a message. ``STOP`` is a message like any other, with its usual effects.

        The clock then advances by a second, as it does when a chat is created.

        :param parts: instead of the text, parts as the client sends them
        :param files: files at the end of the message: the path of one, or a name and its bytes
        :param from_: the sender; without a chat, by default a new person with a fictional number
        :param chat: the chat; by default, the direct chat of ``from_`` and the line, which begins if necessary
        :param others: makes it the group of ``from_``, these and the line, which begins if necessary
        :param line: the partner's line, by default its first one; created if necessary
        :param service: the service of the message, by default the service of the chat
        :param reply_to: the message to reply to
        :raises Dropped: the sender is blocked, or the line has left the chat
        """
        content = _content(text, parts, reply_to, needs_parts=not files)
        counterparty = self._writer(chat, from_, line)
        members = [parse_handle(other, "others") for other in others]
        network = None if service is None else Service(service)
        message = self._message(
            simulate.write_with_files(
                self._store,
                self._context(),
                counterparty,
                content,
                [_given(file) for file in files],
                others=members,
                service=network,
            )
        )
        self._harness.clock.tick()
        return message

    def file_bytes(self, part: Identified | str) -> bytes:
        """The bytes of an attachment: pass it, or the part of a message that has it, or its id.

        :raises trunkline.domain.errors.NoSuchAttachment: there is no such attachment, or it is not uploaded
        """
        return self._harness.server.run(self._file_bytes(_id(part)))

    async def _file_bytes(self, attachment_id: str) -> bytes:
        attachment = await open_file(self._store, self.id, attachment_id)
        return b"".join([piece async for piece in read_file(self._store, attachment)])

    def edit(self, message: PollEnvelope | Identified | str, text: str, *, part_index: int = 0) -> Message:
        """A counterparty edits one of its messages."""
        return self._message(
            simulate.edit(self._store, self._context(), Counterparty(), _id(message), text, part_index)
        )

    def react(
        self,
        message: PollEnvelope | Identified | str,
        reaction: ReactionName = "love",
        *,
        custom_emoji: str | None = None,
        part_index: int = 0,
        remove: bool = False,
        from_: str | None = None,
    ) -> Message:
        """A counterparty reacts to a message, or removes its reaction. Returns the message as it is then.

        :param custom_emoji: the emoji, if the reaction is ``custom``
        """
        counterparty = self._counterparty(self._read(message).chat_id, from_)
        change = ReactionChange(ReactionType(reaction), not remove, part_index, custom_emoji)
        return self._message(simulate.react(self._store, self._context(), counterparty, _id(message), change))

    def receive_poll(
        self,
        options: Sequence[str],
        *,
        from_: str | None = None,
        chat: Identified | str | None = None,
        line: Line | str | None = None,
    ) -> PollEnvelope:
        """A counterparty sends a poll. The clock then advances by a second.

        :param options: the texts of the options
        :param from_: the sender; without a chat, by default a new person with a fictional number
        :param chat: the chat; by default, the direct chat of ``from_`` and the line, which begins if necessary
        :param line: the partner's line, by default its first one; created if necessary
        :raises Dropped: the sender is blocked, or the line has left the chat
        """
        counterparty = self._writer(chat, from_, line)
        poll = self._poll(polls.send_poll(self._store, self._context(), counterparty, options))
        self._harness.clock.tick()
        return poll

    def add_options(
        self, poll: PollEnvelope | Identified | str, options: Sequence[str], *, from_: str | None = None
    ) -> PollEnvelope:
        """A counterparty adds options to a poll."""
        counterparty = self._counterparty(self._read(poll).chat_id, from_)
        return self._poll(polls.add_options(self._store, self._context(), counterparty, _id(poll), options))

    def vote(
        self, poll: PollEnvelope | Identified | str, option: str, *, remove: bool = False, from_: str | None = None
    ) -> PollEnvelope:
        """A counterparty votes in a poll, or removes its vote. Returns the poll as it is then.

        :param option: the text or the id of an option
        """
        counterparty = self._counterparty(self._read(poll).chat_id, from_)
        return self._poll(polls.vote(self._store, self._context(), counterparty, _id(poll), option, added=not remove))

    def read(self, message: PollEnvelope | Identified | str) -> Message:
        """A counterparty reads a message from the line."""
        return self._message(simulate.read(self._store, self._context(), Counterparty(), _id(message)))

    def fail(self, message: PollEnvelope | Identified | str, reason: str = "not delivered") -> Message:
        """A message from the line fails. It must not have been delivered; ``rule(holds=True)`` holds messages."""
        return self._report(message, Receipt(DeliveryStatus.FAILED, reason=reason))

    def deliver(self, message: PollEnvelope | Identified | str, *, service: ServiceName | None = None) -> Message:
        """A message from the line is delivered late over this service, even after it has failed."""
        return self._report(message, Receipt(DeliveryStatus.DELIVERED, None if service is None else Service(service)))

    def typing(self, chat: Identified | str, *, started: bool = True, from_: str | None = None) -> None:
        """A counterparty starts or stops typing."""
        counterparty = self._counterparty(chat, from_)
        self._harness.run(simulate.set_typing(self._store, self._context(), counterparty, started=started))

    def share_contact_card(
        self,
        first_name: str,
        last_name: str | None = None,
        image_url: str | None = None,
        *,
        from_: str | None = None,
        line: Line | str | None = None,
    ) -> None:
        """A counterparty shares its contact card with a line: subscribers get ``contact_card.received``.

        :param from_: the counterparty, by default a new person with a fictional number
        :param line: the partner's line, by default its first one; created if necessary
        :raises Dropped: the counterparty is blocked
        """
        sender = parse_handle(from_ or next(self._harness.numbers), "from_")
        counterparty = Counterparty(sender, None, self._ensure_line(line))
        action = contact_cards.share_contact_card(
            self._store, self._context(), counterparty, first_name, last_name, image_url
        )
        simulated = self._harness.run(action)
        if simulated.says == DROPPED:
            raise Dropped(simulated.says)

    def contact_cards(self, chat: Identified | str) -> list[SharedContactCard]:
        """The contact cards that the line shared in a chat, the latest first, each as it was then.

        ``shown_at`` is when the recipients saw it; None if they have not.
        """
        action = contact_cards.shared_cards(self._store, self._context(), Counterparty(chat_id=_id(chat)))
        return [shared_contact_card(each) for each in self._harness.server.run(action)[1]]

    def join(self, chat: Identified | str, handle: str) -> Chat:
        """A counterparty joins a group."""
        return self._set_membership(chat, handle, ParticipantStatus.ACTIVE)

    def leave(self, chat: Identified | str, handle: str) -> Chat:
        """A counterparty leaves a group."""
        return self._set_membership(chat, handle, ParticipantStatus.LEFT)

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
        """Sets what happens to messages from the line from now on. By default, they are delivered at once.

        :param handle: the recipient; by default, every handle without a rule of its own
        :param delay_seconds: how long a message stays ``pending``
        :param away_attempts: number of attempts that fail before one succeeds
        :param away_seconds: how long every attempt fails after that
        :param fail: makes every message fail with this reason
        :param services: the services that reach the handle; iMessage falls back to RCS, and RCS to SMS
        :param holds: whether a message stays ``sent`` until ``deliver``, ``read`` or ``fail``
        :param reads: whether every message is read at once
        :raises ValueError: the rule is not valid
        """
        fields = {
            "delay_seconds": delay_seconds,
            "away_attempts": away_attempts,
            "away_seconds": away_seconds,
            "fail": fail,
            "services": services,
            "holds": holds,
            "reads": reads,
        }
        try:
            rule = msgspec.convert(fields, Rule)
        except msgspec.ValidationError as error:
            raise ValueError(f"the rule is not valid: {error}") from None
        recipient = None if handle is None else parse_handle(handle, "handle")
        self._harness.run(rules.set_rule(self._store, self.id, recipient, rule))

    @abstractmethod
    def _ensure_line(self, line: Line | str | None) -> str:
        """The number of a line, by default the first one, which is created if necessary."""

    def _writer(self, chat: Identified | str | None, from_: str | None, line: Line | str | None) -> Counterparty:
        """A member of a chat, or without a chat a person who writes to the line."""
        if chat is not None:
            return self._counterparty(chat, from_)
        number = self._ensure_line(line)
        return Counterparty(parse_handle(from_ or next(self._harness.numbers), "from_"), None, number)

    def _counterparty(self, chat: Identified | str, from_: str | None) -> Counterparty:
        """A member of a chat; by default, the first present one besides the line."""
        chat_id = _id(chat)
        if from_ is not None:
            return Counterparty(parse_handle(from_, "from_"), chat_id)
        known = self._to_chat(self._harness.server.run(read_chat(self._store, self.id, chat_id)))
        present = [each.handle for each in known.handles if not each.is_me and each.status == "active"]
        return Counterparty(present[0] if present else None, chat_id)

    @property
    def _store(self) -> Store:
        return self._harness.store

    def _context(self) -> RequestContext:
        return RequestContext(self.id, self._harness.clock(), new_trace_id())

    def _message(self, action: Coroutine[Any, Any, Simulated]) -> Message:
        """Runs an action, and returns its message as it is then."""
        simulated = self._harness.run(action)
        if simulated.message_id is None:
            raise Dropped(simulated.says)
        return self._read(simulated.message_id)

    def _poll(self, action: Coroutine[Any, Any, Simulated]) -> PollEnvelope:
        """Runs an action, and returns its poll as it is then."""
        poll_id = self._message(action).id
        document = self._harness.server.run(read_poll(self._store, self.id, poll_id))
        return PollEnvelope.model_validate_json(self._complete(document))

    def _report(self, message: PollEnvelope | Identified | str, receipt: Receipt) -> Message:
        return self._message(simulate.report(self._store, self._context(), Counterparty(), _id(message), receipt))

    def _set_membership(self, chat: Identified | str, handle: str, status: ParticipantStatus) -> Chat:
        counterparty = Counterparty(parse_handle(handle, "handle"), _id(chat))
        self._harness.run(simulate.set_membership(self._store, self._context(), counterparty, status))
        return self._to_chat(self._harness.server.run(read_chat(self._store, self.id, _id(chat))))

    def _read(self, message: PollEnvelope | Identified | str) -> Message:
        document = self._harness.server.run(read_message(self._store, self.id, _id(message)))
        return Message.model_validate_json(self._complete(document))

    def _complete(self, document: bytes) -> bytes:
        return self._harness.completion.complete(document, self.id, self._harness.clock())

    def _to_chat(self, document: bytes) -> Chat:
        return Chat.model_validate_json(self._complete(document))


def _id(given: PollEnvelope | Identified | str) -> str:
    if isinstance(given, PollEnvelope):
        return given.message_id
    return given if isinstance(given, str) else given.id


def _given(file: File) -> GivenFile:
    name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file

    async def once() -> AsyncIterator[bytes]:
        yield content

    return GivenFile(name, guess_type(name), len(content), once())


def _content(
    text: str | None, parts: Iterable[Part] | None, reply_to: Identified | str | None, *, needs_parts: bool
) -> Content:
    """The content of a message, or its beginning. Raises ``InvalidContent``, ``ValueError``."""
    if text is not None and parts is not None:
        raise ValueError("a message has either a text or parts")
    if needs_parts and text is None and parts is None:
        raise ValueError("a message needs a text, parts or files")
    body_parts = [] if text is None else [{"type": "text", "value": text}]
    body_parts += list(parts or ())
    body_reply_to = None if reply_to is None else {"message_id": _id(reply_to)}
    try:
        body = msgspec.convert({"parts": body_parts, "reply_to": body_reply_to}, MessageBody)
    except msgspec.ValidationError as error:
        raise ValueError(f"the message is not valid: {error}") from None
    return to_content(body)
