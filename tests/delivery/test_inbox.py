"""What a carrier tells the inbox: it knows lines, not partners, and may tell the same thing twice."""

import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from tests.support.carrying import THRESHOLDS, TRACE
from tests.support.chats import ALICE, BOB, CAROL
from tests.support.opened import OpenStore
from tests.support.partners import new_partner
from tests.support.stored import Stored, stored
from trunkline.actions.blocked_handles import block
from trunkline.actions.cause import Cause
from trunkline.actions.create_chat import create_chat
from trunkline.actions.sending import Send
from trunkline.carriers import Inbox, ReactionChange, Receipt, Received
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.errors import InvalidPhoneNumber, NoSuchMessage, NotFound, NotYourLine
from trunkline.domain.message import Content, DeliveryStatus, Message, ReactionType, TextPart
from trunkline.testing.clock import Clock

T = TypeVar("T")

HELLO = Content((TextPart("hello"),))
NUMBERS = itertools.count(1)


class Shared:
    """A number that is a line of two partners, and what a carrier tells of it."""

    def __init__(self, opened: OpenStore) -> None:
        self.opened = opened
        self.clock = Clock()
        self.line = f"+1212555{next(NUMBERS):04}"
        self.inbox = Inbox(opened.store, THRESHOLDS, self.clock)
        self.first, self.second = (self.run(new_partner(opened.store, lines=[self.line])).id for _ in range(2))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        self.clock.tick()
        return self.opened.run(work)

    def hears(self, sender: str = ALICE, **more: Any) -> tuple[Message, ...]:
        """Somebody writes."""
        return self.run(self.inbox.received(Received(self.line, sender, HELLO, Service.SMS, **more)))

    def of(self, partner_id: int) -> Stored:
        """Everything of a partner."""
        return self.run(stored(self.opened.store, partner_id))

    def cause(self, partner_id: int) -> Cause:
        return Cause(partner_id, self.clock(), TRACE)

    def sent_by(self, partner_id: int, *to: str) -> Message:
        """A message of the partner's."""
        send = Send(HELLO, b"hello")
        self.run(create_chat(self.opened.store, self.cause(partner_id), self.line, to, send, THRESHOLDS))
        [message] = [each for each in self.of(partner_id).messages if each.is_from_me]
        return message


@pytest.fixture
def shared(opened: OpenStore) -> Shared:
    return Shared(opened)


def test_a_message_is_for_every_partner_who_has_the_line(shared: Shared) -> None:
    heard = shared.hears()
    assert len(heard) == 2
    for partner_id, message in zip((shared.first, shared.second), heard, strict=True):
        kept = shared.of(partner_id)
        assert kept.messages == [message]
        assert [chat.recipients for chat in kept.chats.values()] == [(ALICE,)]


def test_what_is_told_twice_is_stored_once(shared: Shared) -> None:
    first = shared.hears(reference="sim-17")
    assert shared.hears(reference="sim-17") == first
    assert len(shared.of(shared.first).messages) == 1
    assert len(shared.hears(reference="sim-18")) == 2
    assert len(shared.of(shared.first).messages) == 2


def test_handles_are_taken_as_people_write_them(shared: Shared) -> None:
    [message, _] = shared.hears("Carol@Example.COM", others=("13105550111",))
    [chat] = shared.of(shared.first).chats.values()
    assert message.sender.handle == CAROL
    assert chat.recipients == (CAROL, ALICE)


def test_who_blocked_the_sender_does_not_get_it(shared: Shared) -> None:
    shared.run(block(shared.opened.store, shared.cause(shared.first), ALICE, None))
    assert len(shared.hears()) == 1
    assert shared.of(shared.first).messages == []
    assert len(shared.of(shared.second).messages) == 1


def test_what_is_about_a_message_finds_whose_it_is(shared: Shared) -> None:
    message = shared.sent_by(shared.second, ALICE)
    receipt = Receipt(DeliveryStatus.DELIVERED, Service.RCS)
    assert shared.run(shared.inbox.receipt(shared.line, message.id, receipt)).service is Service.RCS
    reaction = ReactionChange(ReactionType.LIKE, added=True)
    reacted = shared.run(shared.inbox.reaction(shared.line, message.id, ALICE, reaction))
    assert [each.by.handle for each in reacted.content.parts[0].reactions] == [ALICE]
    assert shared.of(shared.second).messages == [reacted]
    assert shared.of(shared.first).messages == []


def test_what_is_about_a_chat_finds_whose_it_is(shared: Shared) -> None:
    chat_id = shared.sent_by(shared.second, ALICE, BOB, CAROL).chat_id
    shared.run(shared.inbox.typing(shared.line, chat_id, BOB, started=True))
    left = shared.run(shared.inbox.membership(shared.line, chat_id, BOB, ParticipantStatus.LEFT))
    assert [each.handle for each in left.active] == [shared.line, ALICE, CAROL]
    [message] = shared.hears(chat_id=chat_id)
    assert message.chat_id == chat_id
    edited = shared.run(shared.inbox.edit(shared.line, message.id, 0, "hullo"))
    assert edited.content.text == "hullo"
    assert len(shared.of(shared.second).messages) == 2


def test_a_mistake_of_the_carriers_is_told(shared: Shared) -> None:
    with pytest.raises(NotYourLine, match=r"\+12125559999 is nobody's line"):
        shared.run(shared.inbox.received(Received("+12125559999", ALICE, HELLO, Service.SMS)))
    with pytest.raises(InvalidPhoneNumber, match="'sender' is 'AMZN'"):
        shared.hears("AMZN")
    with pytest.raises(NoSuchMessage):
        shared.run(shared.inbox.receipt(shared.line, "nothing", Receipt(DeliveryStatus.SENT)))
    with pytest.raises(NotFound):
        shared.run(shared.inbox.typing(shared.line, "nothing", ALICE, started=True))
    assert shared.of(shared.first).messages == []
