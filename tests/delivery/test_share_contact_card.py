"""A contact card for a carrier: in order with the messages of the chat, retried for half a minute, safe in a crash."""

import logging
from collections.abc import Sequence

import pytest

from tests.support.carrier_worker import Desk, Recorder
from tests.support.chats import ALICE, LINE
from tests.support.open_store import OpenStore
from trunkline.actions.lines.contact_cards import set_card, share_card
from trunkline.actions.operator.expire import expire
from trunkline.carriers import (
    Accepted,
    Carrier,
    CarrierDeferred,
    CarrierRejected,
    CarrierUnavailable,
    ContactCard,
    OutboundContactCard,
    OutboundMessage,
)
from trunkline.delivery.carrier_dispatcher import CARD_DELAYS
from trunkline.domain.contact_card import ContactCardShare
from trunkline.domain.instant import DAY, SECOND
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import contact_cards

CARD = ContactCard(LINE, "Harbor", "Bakery", "https://example.com/logo.png")


@pytest.fixture
def desk(opened: OpenStore) -> Desk:
    desk = Desk(opened)
    opened.run(set_card(desk.store, desk.ctx(), CARD))
    return desk


def share(desk: Desk) -> str:
    """Sends a message and then the card; returns the id of the chat."""
    chat_id = desk.message(desk.send()).chat_id
    desk.opened.run(share_card(desk.store, desk.ctx(), chat_id))
    return chat_id


def shares(desk: Desk, chat_id: str) -> Sequence[ContactCardShare]:
    return desk.opened.run(contact_cards.shares_of_chat(desk.store.reader(desk.partner_id), chat_id, 100))


def shown(desk: Desk) -> list[OutboundContactCard]:
    return [call for _, call in desk.recorder.calls if isinstance(call, OutboundContactCard)]


def test_the_carrier_gets_the_card_after_the_message_before_it(desk: Desk) -> None:
    chat_id = share(desk)
    shared_at = desk.clock()
    [before] = shares(desk, chat_id)
    assert (before.card, before.shared_at, before.shown_at) == (CARD, shared_at, None)
    desk.clock.advance(seconds=1)
    desk.work()
    assert len(desk.recorder.sent) == 1
    [outbound] = shown(desk)
    assert (outbound.chat_id, outbound.line, outbound.recipients) == (chat_id, LINE, (ALICE,))
    assert (outbound.card, outbound.shared_at, outbound.attempts) == (CARD, shared_at, 0)
    [share_now] = shares(desk, chat_id)
    assert (share_now.id, share_now.shown_at) == (outbound.share_id, desk.clock())
    assert desk.due_in() is None


def test_a_message_that_waits_holds_the_card_back(desk: Desk) -> None:
    async def unavailable(_: OutboundMessage) -> Accepted:
        raise CarrierUnavailable("no signal")

    desk.recorder.answer = unavailable
    share(desk)
    desk.work()
    assert shown(desk) == []
    desk.recorder.answer = None
    desk.clock.advance(seconds=1)
    desk.work()
    assert len(shown(desk)) == 1


def test_the_recipient_sees_the_card_as_it_was_shared(desk: Desk) -> None:
    chat_id = share(desk)
    desk.opened.run(set_card(desk.store, desk.ctx(), ContactCard(LINE, "Renamed")))
    desk.work()
    assert [each.card for each in shown(desk)] == [each.card for each in shares(desk, chat_id)] == [CARD]


def test_after_a_crash_the_same_share_is_attempted_again(desk: Desk) -> None:
    chat_id = desk.message(desk.send()).chat_id
    desk.work()
    desk.opened.run(share_card(desk.store, desk.ctx(), chat_id))
    desk.attempt_without_recording()
    assert [each.shown_at for each in shares(desk, chat_id)] == [None]
    desk.work()
    first, second = shown(desk)
    assert first.share_id == second.share_id
    assert [each.shown_at for each in shares(desk, chat_id)] == [desk.clock()]


def test_an_unavailable_carrier_is_tried_again_and_then_the_next_message_is_sent(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desk.recorder.sharing = CarrierUnavailable("no signal")
    chat_id = share(desk)
    desk.work()
    following = desk.send("after the card")
    for delay in CARD_DELAYS:
        desk.work()
        assert desk.message(following).delivery_status is DeliveryStatus.PENDING
        waits = desk.due_in()
        assert waits is not None
        assert waits <= delay * SECOND
        desk.clock.advance(seconds=waits / SECOND)
    desk.work()
    assert len(shown(desk)) == len(CARD_DELAYS) + 1
    assert desk.message(following).delivery_status is DeliveryStatus.DELIVERED
    assert [each.shown_at for each in shares(desk, chat_id)] == [None]
    assert "given up after 6 attempts: no signal" in caplog.text


@pytest.mark.parametrize("error", [CarrierUnavailable("no signal"), RuntimeError("a bug")])
def test_a_later_attempt_succeeds(desk: Desk, error: Exception) -> None:
    desk.recorder.sharing = error
    chat_id = share(desk)
    desk.work()
    desk.recorder.sharing = None
    desk.clock.advance(seconds=CARD_DELAYS[0])
    desk.work()
    assert [each.attempts for each in shown(desk)] == [0, 1]
    assert [each.shown_at for each in shares(desk, chat_id)] == [desk.clock()]


def test_a_deferred_card_waits(desk: Desk) -> None:
    chat_id = share(desk)
    desk.recorder.sharing = CarrierDeferred(desk.clock() + 60 * SECOND)
    assert desk.work() > 0
    assert desk.due_in() == 60 * SECOND
    desk.recorder.sharing = None
    desk.clock.advance(seconds=60)
    desk.work()
    assert [each.shown_at for each in shares(desk, chat_id)] == [desk.clock()]


def test_a_rejected_card_is_not_tried_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    desk.recorder.sharing = CarrierRejected("not an iPhone")
    chat_id = share(desk)
    desk.work()
    assert desk.due_in() is None
    assert [each.shown_at for each in shares(desk, chat_id)] == [None]
    assert "not an iPhone" in caplog.text


def test_a_carrier_that_cannot_show_cards_ignores_them(desk: Desk) -> None:
    class Plain(Recorder):
        share_contact_card = Carrier.share_contact_card

    desk.use(Plain())
    share(desk)
    desk.work()
    assert desk.due_in() is None


def test_shares_are_deleted_after_a_month(desk: Desk) -> None:
    chat_id = share(desk)
    desk.work()
    desk.clock.advance(seconds=31 * DAY / SECOND)
    desk.opened.run(expire(desk.store, desk.clock()))
    desk.opened.run(share_card(desk.store, desk.ctx(), chat_id))
    assert [each.shared_at for each in shares(desk, chat_id)] == [desk.clock()]
