"""Messages for a carrier: each arrives once if the carrier honours its id, or fails with a reason."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from tests.support.carrier_worker import Desk, Recorder
from tests.support.chats import ALICE, BOB, CAROL, LINE
from tests.support.open_store import OpenStore
from tests.support.store_contents import outbox_and_events
from tests.support.webhook_worker import subscribe
from trunkline.actions.chats.one_chat import mark_as_read, set_typing
from trunkline.actions.inbound.receipts import Receipt, receive_receipt
from trunkline.actions.inbound.receive import Received, receive_membership, receive_message
from trunkline.actions.messages.change_message import delete_message, edit_message, react
from trunkline.carriers import Accepted, CarrierDeferred, CarrierRejected, CarrierUnavailable, OutboundMessage
from trunkline.delivery import carrier_dispatcher
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.events import EventType
from trunkline.domain.instant import HOUR, MINUTE, SECOND
from trunkline.domain.message import Content, DeliveryStatus, ReactionChange, ReactionType, TextPart


@pytest.fixture
def desk(opened: OpenStore) -> Desk:
    return Desk(opened)


def raising(error: Exception) -> Callable[[OutboundMessage], Awaitable[Accepted]]:
    """A carrier that always fails."""

    async def answer(_: OutboundMessage) -> Accepted:
        raise error

    return answer


def test_the_carrier_gets_the_message_and_its_response_is_stored(desk: Desk) -> None:
    message_id = desk.send("good morning", preferred=Service.RCS)
    created_at = desk.clock()
    assert desk.message(message_id).delivery_status is DeliveryStatus.PENDING
    desk.clock.advance(seconds=1)

    assert desk.work() == 1

    [sent] = desk.recorder.sent
    assert (sent.message_id, sent.line, sent.recipients, sent.is_group) == (message_id, LINE, (ALICE,), False)
    assert sent.content.text == "good morning"
    assert (sent.preferred_service, sent.service) == (Service.RCS, Service.RCS)
    assert (sent.created_at, sent.attempts, sent.partner_id) == (created_at, 0, desk.partner_id)
    message = desk.message(message_id)
    assert (message.delivery_status, message.service) == (DeliveryStatus.DELIVERED, Service.IMESSAGE)
    assert message.sent_at == message.delivered_at == desk.clock()
    assert message.read_at is None
    assert desk.due_in() is None


def test_each_transition_emits_one_event(desk: Desk) -> None:
    kinds = [EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED, EventType.MESSAGE_FAILED]
    desk.opened.run(subscribe(desk.store, desk.partner_id, "http://127.0.0.1:9/", kinds, at=desk.clock()))
    desk.send()
    desk.attempt_without_recording()
    desk.work()
    events = [each for each in desk.opened.run(outbox_and_events(desk.store, desk.partner_id)) if each in kinds]
    assert len(desk.recorder.sent) == 2
    assert sorted(events) == sorted([EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERED] * 2)  # outbox and events


def test_after_a_crash_the_message_is_sent_again_with_the_same_id(desk: Desk) -> None:
    message_id = desk.send()
    desk.attempt_without_recording()
    assert desk.message(message_id).delivery_status is DeliveryStatus.PENDING
    desk.use(desk.recorder)
    desk.work()
    assert [each.message_id for each in desk.recorder.sent] == [message_id, message_id]
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED


def test_a_message_with_a_receipt_from_before_a_crash_is_not_sent_again(desk: Desk) -> None:
    message_id = desk.send()
    desk.attempt_without_recording()
    receipt = Receipt(DeliveryStatus.SENT, Service.SMS)
    desk.opened.run(receive_receipt(desk.store, desk.ctx(), message_id, receipt))
    desk.work()
    assert len(desk.recorder.sent) == 1
    assert desk.message(message_id).service is Service.SMS


def test_a_rejected_message_fails_and_the_next_one_is_sent(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierRejected("the number is out of service"))
    desk.opened.run(
        subscribe(desk.store, desk.partner_id, "http://127.0.0.1:9/", [EventType.MESSAGE_FAILED], at=desk.clock())
    )
    rejected = desk.send("one")
    desk.work()
    assert desk.message(rejected).delivery_status is DeliveryStatus.FAILED
    assert EventType.MESSAGE_FAILED in desk.opened.run(outbox_and_events(desk.store, desk.partner_id))
    desk.recorder.answer = None
    second = desk.send("two")
    desk.work()
    assert desk.message(second).delivery_status is DeliveryStatus.DELIVERED
    assert desk.message(rejected).delivery_status is DeliveryStatus.FAILED


def test_an_unavailable_carrier_is_retried_for_an_hour_with_growing_delays(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierUnavailable("no signal"))
    message_id = desk.send()
    started, delays = desk.clock(), list[int]()
    while desk.work():
        delay = desk.due_in()
        if delay is None:
            break
        assert desk.message(message_id).delivery_status is DeliveryStatus.PENDING
        desk.clock.advance(seconds=delay / SECOND)
        delays.append(delay)
    assert delays == sorted(delays)
    assert delays[0] <= SECOND
    assert [each.attempts for each in desk.recorder.sent] == list(range(len(delays) + 1))
    assert 50 * MINUTE < desk.clock() - started < HOUR
    assert desk.message(message_id).delivery_status is DeliveryStatus.FAILED


def test_a_carrier_that_is_available_again_gets_the_pending_messages_in_order(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierUnavailable("no signal"))
    first = desk.send("one")
    desk.work()
    second, elsewhere = desk.send("two"), desk.send("three", [BOB])
    desk.work()
    assert [each.message_id for each in desk.recorder.sent] == [first, elsewhere], (
        "only the chat of the failed message waits"
    )
    desk.recorder.answer, desk.recorder.sent = None, []
    desk.clock.advance(minutes=1)
    desk.work()
    order = [each.message_id for each in desk.recorder.sent]
    assert sorted(order) == sorted([first, second, elsewhere])
    assert order.index(first) < order.index(second)


def test_a_deferred_message_is_not_sent_before_its_time_and_a_deferral_is_no_attempt(desk: Desk) -> None:
    due_at = desk.clock() + 60 * SECOND

    async def answer(outbound: OutboundMessage) -> Accepted:
        if desk.clock() < due_at:
            raise CarrierDeferred(due_at)
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


def test_deferral_to_a_past_time_causes_no_busy_loop(desk: Desk) -> None:
    desk.recorder.answer = raising(CarrierDeferred(0))
    desk.send()
    assert desk.work() == 1
    assert desk.due_in()


def test_an_exception_of_the_carrier_is_logged_and_the_message_is_retried(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
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


def test_a_carrier_that_does_not_answer_is_retried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier_dispatcher, "CALL_TIMEOUT", 0.05)

    async def never(_: OutboundMessage) -> Accepted:
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


@pytest.mark.parametrize("end", ["deleted", "failed"])
def test_a_message_that_was_deleted_or_failed_meanwhile_is_not_sent(desk: Desk, end: str) -> None:
    message_id = desk.send()
    if end == "deleted":
        desk.opened.run(delete_message(desk.store, desk.ctx(), message_id))
    else:
        receipt = Receipt(DeliveryStatus.FAILED)
        desk.opened.run(receive_receipt(desk.store, desk.ctx(), message_id, receipt))
    assert desk.work() == 1
    assert desk.recorder.sent == []
    assert desk.due_in() is None


def test_a_message_that_is_deleted_during_an_attempt_stays_deleted(desk: Desk) -> None:
    async def answer(outbound: OutboundMessage) -> Accepted:
        await delete_message(desk.store, desk.ctx(), outbound.message_id)
        return Accepted(Service.IMESSAGE)

    desk.recorder.answer = answer
    desk.send()
    assert desk.work() == 1
    assert desk.due_in() is None


def test_what_happens_to_a_message_during_an_attempt_is_not_undone(desk: Desk) -> None:
    async def answer(outbound: OutboundMessage) -> Accepted:
        await edit_message(desk.store, desk.ctx(), outbound.message_id, 0, "good evening")
        await receive_receipt(desk.store, desk.ctx(), outbound.message_id, Receipt(DeliveryStatus.READ))
        return Accepted(Service.IMESSAGE)

    desk.recorder.answer = answer
    message_id = desk.send("good morning")
    desk.work()
    message = desk.message(message_id)
    assert message.content.text == "good evening"
    assert message.delivery_status is DeliveryStatus.READ


def test_the_commands_of_a_chat_arrive_in_order(desk: Desk) -> None:
    message_id = desk.send("one")
    chat_id = desk.message(message_id).chat_id
    store, run = desk.store, desk.opened.run
    received = Received(LINE, ALICE, Content((TextPart("hm"),)), Service.IMESSAGE)
    theirs = run(receive_message(store, desk.ctx(), received))
    assert theirs is not None
    run(set_typing(store, desk.ctx(), chat_id, typing=True))
    run(mark_as_read(store, desk.ctx(), chat_id))
    run(edit_message(store, desk.ctx(), message_id, 0, "two"))
    run(react(store, desk.ctx(), theirs.id, ReactionChange(ReactionType.LOVE, added=True)))
    run(set_typing(store, desk.ctx(), chat_id, typing=False))
    desk.work()
    assert [each.message_id for each in desk.recorder.sent] == [message_id]
    assert [name for name, _ in desk.recorder.calls] == ["start typing", "mark read", "edit", "react", "stop typing"]
    calls = dict(desk.recorder.calls)
    assert {each.chat_id for each in calls.values()} == {chat_id}
    edited, reacted = calls["edit"], calls["react"]
    assert isinstance(edited, OutboundMessage)
    assert isinstance(reacted, OutboundMessage)
    assert (edited.message_id, edited.content.text) == (message_id, "two")
    [reaction] = reacted.content.parts[0].reactions
    assert (reacted.message_id, reaction.by.is_me, reaction.type) == (theirs.id, True, ReactionType.LOVE)


def test_every_command_but_a_message_is_attempted_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    message_id = desk.send()
    chat_id = desk.message(message_id).chat_id

    class Failing(Recorder):
        async def typing(self, chat: object, *, started: bool) -> None:
            raise ZeroDivisionError if started else CarrierUnavailable("no signal")

    carrier = Failing()
    desk.use(carrier)
    for typing in (True, False):
        desk.opened.run(set_typing(desk.store, desk.ctx(), chat_id, typing=typing))
    last = desk.send("two")
    desk.work()
    assert [each.message_id for each in carrier.sent] == [message_id, last]
    assert desk.due_in() is None
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]


def test_only_the_present_participants_of_a_group_get_a_message(desk: Desk) -> None:
    message_id = desk.send("hello all", [ALICE, BOB, CAROL])
    chat_id = desk.message(message_id).chat_id
    desk.opened.run(receive_membership(desk.store, desk.ctx(), chat_id, BOB, ParticipantStatus.LEFT))
    desk.work()
    [sent] = desk.recorder.sent
    assert sent.is_group
    assert sent.recipients == (ALICE, CAROL)
