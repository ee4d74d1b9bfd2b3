"""Messages on their way to a carrier: each arrives once where the carrier honours its id, or fails and says why."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from tests.support.carrying import THRESHOLDS, Desk, Recorder
from tests.support.chats import ALICE, BOB, CAROL, LINE
from tests.support.delivering import subscribe
from tests.support.opened import OpenStore
from tests.support.stored import told
from trunkline.actions import changing_messages, reading
from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.receipts import Receipt, receive_receipt
from trunkline.actions.receive import Received, receive_membership, receive_message
from trunkline.actions.rules import set_rule
from trunkline.carriers import Accepted, CarrierAway, CarrierRefused, NotYet, Outbound
from trunkline.carriers.loopback import Loopback
from trunkline.delivery import carrying
from trunkline.domain.carrier_rules import Rule
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.events import EventType
from trunkline.domain.instant import HOUR, MINUTE, SECOND
from trunkline.domain.message import Content, DeliveryStatus, ReactionType, TextPart


@pytest.fixture
def desk(opened: OpenStore) -> Desk:
    return Desk(opened)


def raising(error: Exception) -> Callable[[Outbound], Awaitable[Accepted]]:
    """A carrier that always fails."""

    async def answer(_: Outbound) -> Accepted:
        raise error

    return answer


def test_the_carrier_gets_the_message_and_its_answer_is_kept(desk: Desk) -> None:
    message_id = desk.send("good morning", preferred=Service.RCS)
    written_at = desk.clock()
    assert desk.message(message_id).delivery_status is DeliveryStatus.PENDING
    desk.clock.advance(seconds=1)

    assert desk.work() == 1

    [sent] = desk.recorder.sent
    assert (sent.message_id, sent.line, sent.recipients, sent.is_group) == (message_id, LINE, (ALICE,), False)
    assert sent.content.text == "good morning"
    assert (sent.preferred_service, sent.service) == (Service.RCS, Service.RCS)
    assert (sent.written_at, sent.attempts, sent.partner_id) == (written_at, 0, desk.partner_id)
    message = desk.message(message_id)
    assert (message.delivery_status, message.service) == (DeliveryStatus.DELIVERED, Service.IMESSAGE)
    assert message.sent_at == message.delivered_at == desk.clock()
    assert message.read_at is None
    assert desk.due_in() is None


def test_subscribers_are_told_of_each_station_once(desk: Desk) -> None:
    kinds = [EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED, EventType.MESSAGE_FAILED]
    desk.opened.run(subscribe(desk.store, desk.partner_id, "http://127.0.0.1:9/", kinds, at=desk.clock()))
    desk.send()
    desk.attempt_without_recording()
    desk.work()
    events = [each for each in desk.opened.run(told(desk.store, desk.partner_id)) if each in kinds]
    assert len(desk.recorder.sent) == 2
    assert sorted(events) == sorted([EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED] * 2)  # outbox, and events


def test_after_a_crash_the_same_message_comes_again_under_the_same_id(desk: Desk) -> None:
    message_id = desk.send()
    desk.attempt_without_recording()
    assert desk.message(message_id).delivery_status is DeliveryStatus.PENDING
    desk.use(desk.recorder)
    desk.work()
    assert [each.message_id for each in desk.recorder.sent] == [message_id, message_id]
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED


def test_what_the_carrier_told_before_the_crash_is_not_asked_for_again(desk: Desk) -> None:
    message_id = desk.send()
    desk.attempt_without_recording()
    receipt = Receipt(DeliveryStatus.SENT, Service.SMS)
    desk.opened.run(receive_receipt(desk.store, desk.cause(), message_id, receipt, THRESHOLDS))
    desk.work()
    assert len(desk.recorder.sent) == 1
    assert desk.message(message_id).service is Service.SMS


def test_a_refused_message_fails_and_the_next_one_goes(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierRefused("the number is out of service"))
    desk.opened.run(
        subscribe(desk.store, desk.partner_id, "http://127.0.0.1:9/", [EventType.MESSAGE_FAILED], at=desk.clock())
    )
    refused = desk.send("one")
    desk.work()
    assert desk.message(refused).delivery_status is DeliveryStatus.FAILED
    assert EventType.MESSAGE_FAILED in desk.opened.run(told(desk.store, desk.partner_id))
    desk.recorder.answer = None
    second = desk.send("two")
    desk.work()
    assert desk.message(second).delivery_status is DeliveryStatus.DELIVERED
    assert desk.message(refused).delivery_status is DeliveryStatus.FAILED


def test_a_carrier_that_is_away_is_asked_for_an_hour_ever_more_rarely(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierAway("no signal"))
    message_id = desk.send()
    began, waits = desk.clock(), list[int]()
    while desk.work():
        wait = desk.due_in()
        if wait is None:
            break
        assert desk.message(message_id).delivery_status is DeliveryStatus.PENDING
        desk.clock.advance(seconds=wait / SECOND)
        waits.append(wait)
    assert waits == sorted(waits)
    assert waits[0] <= SECOND
    assert [each.attempts for each in desk.recorder.sent] == list(range(len(waits) + 1))
    assert 50 * MINUTE < desk.clock() - began < HOUR
    assert desk.message(message_id).delivery_status is DeliveryStatus.FAILED


def test_a_carrier_that_is_back_gets_what_waited_in_order(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierAway("no signal"))
    first = desk.send("one")
    desk.work()
    second, elsewhere = desk.send("two"), desk.send("three", [BOB])
    desk.work()
    assert [each.message_id for each in desk.recorder.sent] == [first, elsewhere], "a chat waits, the others do not"
    desk.recorder.answer, desk.recorder.sent = None, []
    desk.clock.advance(minutes=1)
    desk.work()
    order = [each.message_id for each in desk.recorder.sent]
    assert sorted(order) == sorted([first, second, elsewhere])
    assert order.index(first) < order.index(second)


def test_what_is_put_off_is_not_asked_for_before_and_counts_as_no_attempt(desk: Desk) -> None:
    due_at = desk.clock() + 60 * SECOND

    async def answer(outbound: Outbound) -> Accepted:
        if desk.clock() < due_at:
            raise NotYet(due_at)
        return Accepted(Service.SMS, DeliveryStatus.SENT)

    desk.recorder.answer = answer
    message_id = desk.send()
    desk.work()
    desk.clock.advance(seconds=59)
    assert desk.work() == 0
    desk.clock.advance(seconds=1)
    assert desk.work() == 1
    assert [each.attempts for each in desk.recorder.sent] == [0, 0]
    message = desk.message(message_id)
    assert (message.delivery_status, message.service, message.delivered_at) == (
        DeliveryStatus.SENT,
        Service.SMS,
        None,
    )


def test_putting_off_until_the_past_is_no_endless_loop(desk: Desk) -> None:
    desk.recorder.answer = raising(NotYet(0))
    desk.send()
    assert desk.work() == 1
    assert desk.due_in()


def test_a_carrier_that_breaks_is_logged_and_asked_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.recorder.answer = raising(ZeroDivisionError("in the carrier"))
    message_id = desk.send()
    with caplog.at_level(logging.ERROR, "trunkline.delivery"):
        desk.work()
    [record] = caplog.records
    assert message_id in record.getMessage()
    assert record.exc_info is not None
    desk.recorder.answer = None
    desk.clock.advance(minutes=1)
    desk.work()
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED


def test_a_carrier_that_does_not_answer_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "CALL_TIMEOUT", 0.05)

    async def never(_: Outbound) -> Accepted:
        await asyncio.Event().wait()
        raise AssertionError

    desk.recorder.answer = never
    message_id = desk.send()
    assert desk.work() == 1
    assert desk.due_in() is not None
    desk.recorder.answer = None
    desk.clock.advance(minutes=1)
    desk.work()
    assert [each.attempts for each in desk.recorder.sent] == [0, 1]
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("what", ["deleted", "failed"])
def test_what_was_given_up_meanwhile_is_not_sent(desk: Desk, what: str) -> None:
    message_id = desk.send()
    if what == "deleted":
        desk.opened.run(changing_messages.delete_message(desk.store, desk.cause(), message_id, THRESHOLDS))
    else:
        receipt = Receipt(DeliveryStatus.FAILED)
        desk.opened.run(receive_receipt(desk.store, desk.cause(), message_id, receipt, THRESHOLDS))
    assert desk.work() == 1
    assert desk.recorder.sent == []
    assert desk.due_in() is None


def test_a_message_that_is_deleted_while_the_carrier_has_it_stays_deleted(desk: Desk) -> None:
    async def answer(outbound: Outbound) -> Accepted:
        await changing_messages.delete_message(desk.store, desk.cause(), outbound.message_id, THRESHOLDS)
        return Accepted(Service.IMESSAGE)

    desk.recorder.answer = answer
    desk.send()
    assert desk.work() == 1
    assert desk.due_in() is None


def test_everything_about_a_chat_comes_in_its_order(desk: Desk) -> None:
    message_id = desk.send("one")
    chat_id = desk.message(message_id).chat_id
    store, run = desk.store, desk.opened.run
    received = Received(LINE, ALICE, Content((TextPart("hm"),)), Service.IMESSAGE)
    theirs = run(receive_message(store, desk.cause(), received, THRESHOLDS))
    assert theirs is not None
    run(reading.set_typing(store, desk.cause(), chat_id, typing=True))
    run(reading.mark_as_read(store, desk.cause(), chat_id))
    run(changing_messages.edit_message(store, desk.cause(), message_id, 0, "two"))
    run(changing_messages.react(store, desk.cause(), theirs.id, ReactionChange(ReactionType.LOVE, added=True)))
    run(reading.set_typing(store, desk.cause(), chat_id, typing=False))
    desk.work()
    assert [each.message_id for each in desk.recorder.sent] == [message_id]
    assert [name for name, _ in desk.recorder.asked] == ["start typing", "mark read", "edit", "react", "stop typing"]
    about = dict(desk.recorder.asked)
    assert {each.chat_id for each in about.values()} == {chat_id}
    edited, reacted = about["edit"], about["react"]
    assert isinstance(edited, Outbound)
    assert isinstance(reacted, Outbound)
    assert (edited.message_id, edited.content.text) == (message_id, "two")
    [reaction] = reacted.content.parts[0].reactions
    assert (reacted.message_id, reaction.by.is_me, reaction.type) == (theirs.id, True, ReactionType.LOVE)


def test_what_only_matters_now_is_tried_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    message_id = desk.send()
    chat_id = desk.message(message_id).chat_id

    class Clumsy(Recorder):
        async def typing(self, conversation: object, *, started: bool) -> None:
            raise ZeroDivisionError if started else CarrierAway("no signal")

    carrier = Clumsy()
    desk.use(carrier)
    for typing in (True, False):
        desk.opened.run(reading.set_typing(desk.store, desk.cause(), chat_id, typing=typing))
    last = desk.send("two")
    desk.work()
    assert [each.message_id for each in carrier.sent] == [message_id, last]
    assert desk.due_in() is None
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]


def test_in_a_group_only_those_who_are_in_it_now_get_the_message(desk: Desk) -> None:
    message_id = desk.send("hello all", [ALICE, BOB, CAROL])
    chat_id = desk.message(message_id).chat_id
    desk.opened.run(receive_membership(desk.store, desk.cause(), chat_id, BOB, ParticipantStatus.LEFT))
    desk.work()
    [sent] = desk.recorder.sent
    assert sent.is_group
    assert sent.recipients == (ALICE, CAROL)


class TestLoopback:
    """The default carrier, by its rules."""

    @pytest.fixture
    def desk(self, opened: OpenStore) -> Desk:
        desk = Desk(opened)
        desk.use(Loopback(desk.store, desk.clock))
        return desk

    def rule(self, desk: Desk, handle: str | None, rule: Rule) -> None:
        desk.opened.run(set_rule(desk.store, desk.partner_id, handle, rule))

    def test_it_delivers_at_once(self, desk: Desk) -> None:
        message_id = desk.send()
        desk.work()
        message = desk.message(message_id)
        assert (message.delivery_status, message.service) == (DeliveryStatus.DELIVERED, Service.IMESSAGE)

    def test_a_rule_of_ones_own_stands_in_place_of_everybodys(self, desk: Desk) -> None:
        self.rule(desk, None, Rule(fail="nobody is there"))
        self.rule(desk, BOB, Rule(services=(Service.SMS,), reads=True))
        alice, bob = desk.send("one"), desk.send("one", [BOB])
        desk.work()
        assert desk.message(alice).delivery_status is DeliveryStatus.FAILED
        message = desk.message(bob)
        assert (message.delivery_status, message.service) == (DeliveryStatus.READ, Service.SMS)

    def test_rules_are_one_partners(self, desk: Desk, opened: OpenStore) -> None:
        other = Desk(opened)
        self.rule(other, None, Rule(fail="not for you"))
        message_id = desk.send()
        desk.work()
        assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED

    def test_a_delay_outlives_the_worker(self, desk: Desk) -> None:
        self.rule(desk, ALICE, Rule(delay_seconds=60))
        message_id = desk.send()
        desk.work()
        desk.clock.advance(seconds=59)
        desk.use(Loopback(desk.store, desk.clock))
        assert desk.work() == 0
        desk.clock.advance(seconds=1)
        desk.work()
        assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED

    def test_it_can_be_away_for_some_attempts_and_for_some_time(self, desk: Desk) -> None:
        self.rule(desk, ALICE, Rule(away_attempts=3, away_seconds=30))
        message_id = desk.send()
        began = desk.clock()
        while desk.work() and (wait := desk.due_in()) is not None:
            desk.clock.advance(seconds=wait / SECOND)
        assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED
        assert 30 * SECOND <= desk.clock() - began < 2 * MINUTE

    def test_it_holds_messages_until_somebody_says_what_became_of_them(self, desk: Desk) -> None:
        self.rule(desk, ALICE, Rule(holds=True))
        message_id = desk.send()
        desk.work()
        assert desk.message(message_id).delivery_status is DeliveryStatus.SENT
        assert desk.due_in() is None
        receipt = Receipt(DeliveryStatus.FAILED)
        desk.opened.run(receive_receipt(desk.store, desk.cause(), message_id, receipt, THRESHOLDS))
        assert desk.message(message_id).delivery_status is DeliveryStatus.FAILED

    def test_a_group_fares_as_the_worst_of_its_people(self, desk: Desk) -> None:
        self.rule(desk, ALICE, Rule(services=(Service.SMS, Service.RCS)))
        self.rule(desk, BOB, Rule(services=(Service.SMS,)))
        over_sms, impossible = desk.send("hi", [ALICE, BOB]), desk.send("hi", [ALICE, CAROL])
        desk.work()
        assert desk.message(over_sms).service is Service.SMS
        assert desk.message(impossible).delivery_status is DeliveryStatus.FAILED
