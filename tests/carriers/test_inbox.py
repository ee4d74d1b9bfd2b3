"""What a carrier reports to the inbox: it knows lines, not partners, and may report the same thing twice."""

import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from tests.support.chats import ALICE, BOB, CAROL
from tests.support.open_store import OpenStore
from tests.support.partners import context, new_partner
from tests.support.store_contents import Stored, outbox_and_events, stored
from tests.support.webhook_worker import subscribe
from trunkline.actions.chats.create_chat import create_chat
from trunkline.actions.lines.blocked_handles import block
from trunkline.actions.steps.outgoing import OutgoingMessage
from trunkline.carriers import Inbox, ReactionChange, Receipt, Received, ReceivedContactCard
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber, NoSuchMessage, NotFound, NotYourLine
from trunkline.domain.events import EventType
from trunkline.domain.message import Content, DeliveryStatus, Message, ReactionType, TextPart
from trunkline.testing.clock import Clock

T = TypeVar("T")

HELLO = Content((TextPart("hello"),))
NUMBERS = itertools.count(1)


class Shared:
    """A number that is a line of two partners, and a carrier that reports what it receives."""

    def __init__(self, opened: OpenStore) -> None:
        self.opened = opened
        self.clock = Clock()
        self.line = f"+1212555{next(NUMBERS):04}"
        self.inbox = Inbox(opened.store, self.clock)
        self.first, self.second = (self.run(new_partner(opened.store, lines=[self.line])).id for _ in range(2))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        self.clock.tick()
        return self.opened.run(work)

    def receive(self, sender: str = ALICE, **fields: Any) -> tuple[Message, ...]:
        """Somebody sends a message to the line."""
        return self.run(self.inbox.received(Received(self.line, sender, HELLO, Service.SMS, **fields)))

    def of(self, partner_id: int) -> Stored:
        """Everything of a partner."""
        return self.run(stored(self.opened.store, partner_id))

    def ctx(self, partner_id: int) -> RequestContext:
        return context(partner_id, self.clock())

    def sent_by(self, partner_id: int, *to: str) -> Message:
        """A message that the partner sends."""
        outgoing = OutgoingMessage(HELLO)
        self.run(create_chat(self.opened.store, self.ctx(partner_id), self.line, to, outgoing))
        [message] = [each for each in self.of(partner_id).messages if each.is_from_me]
        return message


@pytest.fixture
def shared(opened: OpenStore) -> Shared:
    return Shared(opened)


def test_every_partner_that_has_the_line_gets_a_message(shared: Shared) -> None:
    received = shared.receive()
    assert len(received) == 2
    for partner_id, message in zip((shared.first, shared.second), received, strict=True):
        found = shared.of(partner_id)
        assert found.messages == [message]
        assert [chat.recipients for chat in found.chats.values()] == [(ALICE,)]


def test_a_message_with_a_repeated_reference_is_stored_once(shared: Shared) -> None:
    first = shared.receive(reference="sim-17")
    assert shared.receive(reference="sim-17") == first
    assert len(shared.of(shared.first).messages) == 1
    assert len(shared.receive(reference="sim-18")) == 2
    assert len(shared.of(shared.first).messages) == 2


def test_handles_are_normalised(shared: Shared) -> None:
    [message, _] = shared.receive("Carol@Example.COM", others=("13105550111",))
    [chat] = shared.of(shared.first).chats.values()
    assert message.sender.handle == CAROL
    assert chat.recipients == (CAROL, ALICE)


def test_a_partner_that_blocked_the_sender_does_not_get_the_message(shared: Shared) -> None:
    shared.run(block(shared.opened.store, shared.ctx(shared.first), ALICE, None))
    assert len(shared.receive()) == 1
    assert shared.of(shared.first).messages == []
    assert len(shared.of(shared.second).messages) == 1


def test_a_report_about_a_message_reaches_the_partner_that_has_it(shared: Shared) -> None:
    message = shared.sent_by(shared.second, ALICE)
    receipt = Receipt(DeliveryStatus.DELIVERED, Service.RCS)
    assert shared.run(shared.inbox.receipt(shared.line, message.id, receipt)).service is Service.RCS
    reaction = ReactionChange(ReactionType.LIKE, added=True)
    reacted = shared.run(shared.inbox.reaction(shared.line, message.id, ALICE, reaction))
    assert [each.by.handle for each in reacted.content.parts[0].reactions] == [ALICE]
    assert shared.of(shared.second).messages == [reacted]
    assert shared.of(shared.first).messages == []


def test_a_report_about_a_chat_reaches_the_partner_that_has_it(shared: Shared) -> None:
    chat_id = shared.sent_by(shared.second, ALICE, BOB, CAROL).chat_id
    shared.run(shared.inbox.typing(shared.line, chat_id, BOB, started=True))
    left = shared.run(shared.inbox.membership(shared.line, chat_id, BOB, ParticipantStatus.LEFT))
    assert [each.handle for each in left.active] == [shared.line, ALICE, CAROL]
    [message] = shared.receive(chat_id=chat_id)
    assert message.chat_id == chat_id
    edited = shared.run(shared.inbox.edit(shared.line, message.id, 0, "hullo"))
    assert edited.content.text == "hullo"
    assert len(shared.of(shared.second).messages) == 2


def test_an_invalid_report_raises_an_error_and_stores_nothing(shared: Shared) -> None:
    with pytest.raises(NotYourLine, match=r"no partner has the line \+12125559999"):
        shared.run(shared.inbox.received(Received("+12125559999", ALICE, HELLO, Service.SMS)))
    with pytest.raises(InvalidPhoneNumber, match="'sender' is 'AMZN'"):
        shared.receive("AMZN")
    with pytest.raises(NoSuchMessage):
        shared.run(shared.inbox.receipt(shared.line, "nothing", Receipt(DeliveryStatus.SENT)))
    with pytest.raises(NotFound):
        shared.run(shared.inbox.typing(shared.line, "nothing", ALICE, started=True))
    assert shared.of(shared.first).messages == []


def test_a_contact_card_is_reported_to_every_partner_that_did_not_block_its_owner(opened: OpenStore) -> None:
    shared = Shared(opened)
    kind = EventType.CONTACT_CARD_RECEIVED
    for partner_id in (shared.first, shared.second):
        shared.run(subscribe(opened.store, partner_id, "http://127.0.0.1:9/", [kind], at=shared.clock()))
    shared.run(block(opened.store, shared.ctx(shared.second), ALICE, None))
    shared.run(shared.inbox.contact_card(ReceivedContactCard(shared.line, ALICE, "Ann", "Lee")))
    reported = [
        shared.run(outbox_and_events(opened.store, partner_id)).count(kind)
        for partner_id in (shared.first, shared.second)
    ]
    assert reported == [2, 0]  # the delivery and the event
    for card, error in (
        (ReceivedContactCard(shared.line, "nobody", "Ann"), InvalidPhoneNumber),
        (ReceivedContactCard(shared.line, ALICE, ""), InvalidParameter),
        (ReceivedContactCard("+19995550199", ALICE, "Ann"), NotYourLine),
    ):
        with pytest.raises(error):
            shared.run(shared.inbox.contact_card(card))


def test_a_poll_its_options_and_votes(opened: OpenStore) -> None:
    shared = Shared(opened)
    content, poll = Content(()), ("Now", "Later")
    received = Received(shared.line, ALICE, content, Service.IMESSAGE, reference="poll-1", poll=poll)
    stored_polls = shared.run(shared.inbox.received(received))
    assert shared.run(shared.inbox.received(received)) == stored_polls, "the same report again changes nothing"
    first, second = (message.content.poll for message in stored_polls)
    assert first is not None
    assert second is not None
    assert [[option.text for option in each.options] for each in (first, second)] == [list(poll)] * 2

    [message, _] = stored_polls
    more = shared.run(shared.inbox.options(shared.line, message.id, ALICE, ["Never"]))
    repeated = shared.run(shared.inbox.options(shared.line, message.id, ALICE, ["Never", "Now "]))
    assert repeated == more, "options that the poll has already change nothing"
    voted = shared.run(shared.inbox.vote(shared.line, message.id, ALICE, first.options[1].id, added=True))
    again = shared.run(shared.inbox.vote(shared.line, message.id, ALICE, first.options[1].id, added=True))
    assert again == voted
    changed = voted.content.poll
    assert changed is not None
    assert [(option.text, len(option.votes)) for option in changed.options] == [("Now", 0), ("Later", 1), ("Never", 0)]
    [of_second] = shared.of(shared.second).messages
    assert of_second.content.poll == second, "the poll of the other partner is another one"

    with pytest.raises(NoSuchMessage):
        shared.run(shared.inbox.vote(shared.line, "nobody", ALICE, first.options[1].id, added=True))
    with pytest.raises(InvalidParameter, match="not in this chat"):
        shared.run(shared.inbox.vote(shared.line, message.id, BOB, first.options[1].id, added=True))
    [hello, _] = shared.receive()
    with pytest.raises(NoSuchMessage):
        shared.run(shared.inbox.options(shared.line, hello.id, ALICE, ["Never"]))
