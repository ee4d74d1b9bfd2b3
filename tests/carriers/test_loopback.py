"""The loopback carrier, which delivers as its rules say."""

import pytest

from tests.support.carrier_worker import Desk
from tests.support.chats import ALICE, BOB, CAROL, LINE
from tests.support.open_store import OpenStore
from trunkline.actions.inbound.receipts import Receipt, receive_receipt
from trunkline.actions.lines.contact_cards import set_card, share_card
from trunkline.actions.sandbox.rules import set_rule
from trunkline.carriers.loopback import Loopback
from trunkline.domain.chat import Service
from trunkline.domain.contact_card import ContactCard
from trunkline.domain.instant import MINUTE, SECOND
from trunkline.domain.loopback_rules import Rule
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import contact_cards


@pytest.fixture
def desk(opened: OpenStore) -> Desk:
    desk = Desk(opened)
    desk.use(Loopback(desk.store, desk.clock))
    return desk


def add_rule(desk: Desk, handle: str | None, rule: Rule) -> None:
    desk.opened.run(set_rule(desk.store, desk.partner_id, handle, rule))


def test_a_message_is_delivered_at_once_by_default(desk: Desk) -> None:
    message_id = desk.send()
    desk.work()
    message = desk.message(message_id)
    assert (message.delivery_status, message.service) == (DeliveryStatus.DELIVERED, Service.IMESSAGE)


def test_the_rule_of_a_handle_replaces_the_rule_for_everyone(desk: Desk) -> None:
    add_rule(desk, None, Rule(fail="nobody is there"))
    add_rule(desk, BOB, Rule(services=(Service.SMS,), reads=True))
    alice, bob = desk.send("one"), desk.send("one", [BOB])
    desk.work()
    assert desk.message(alice).delivery_status is DeliveryStatus.FAILED
    message = desk.message(bob)
    assert (message.delivery_status, message.service) == (DeliveryStatus.READ, Service.SMS)


def test_the_rules_of_a_partner_do_not_affect_others(desk: Desk, opened: OpenStore) -> None:
    other = Desk(opened)
    add_rule(other, None, Rule(fail="not for you"))
    message_id = desk.send()
    desk.work()
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED


def test_a_delay_survives_a_restart_of_the_worker(desk: Desk) -> None:
    add_rule(desk, ALICE, Rule(delay_seconds=60))
    message_id = desk.send()
    desk.work()
    desk.clock.advance(seconds=59)
    desk.use(Loopback(desk.store, desk.clock))
    assert desk.work() == 0
    desk.clock.advance(seconds=1)
    desk.work()
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED


def test_a_rule_can_fail_some_attempts_for_some_time(desk: Desk) -> None:
    add_rule(desk, ALICE, Rule(away_attempts=3, away_seconds=30))
    message_id = desk.send()
    started = desk.clock()
    while desk.work() and (delay := desk.due_in()) is not None:
        desk.clock.advance(seconds=delay / SECOND)
    assert desk.message(message_id).delivery_status is DeliveryStatus.DELIVERED
    assert 30 * SECOND <= desk.clock() - started < 2 * MINUTE


def test_a_contact_card_follows_the_rules(desk: Desk) -> None:
    add_rule(desk, ALICE, Rule(delay_seconds=60))
    add_rule(desk, BOB, Rule(fail="no such number"))
    desk.opened.run(set_card(desk.store, desk.ctx(), ContactCard(LINE, "Harbor")))
    chats = [desk.message(desk.send(to=[handle])).chat_id for handle in (ALICE, BOB)]
    desk.clock.advance(seconds=60)
    desk.work()
    for chat_id in chats:
        desk.opened.run(share_card(desk.store, desk.ctx(), chat_id))
    desk.work()
    assert [shown_at(desk, chat_id) for chat_id in chats] == [None, None]
    desk.clock.advance(seconds=60)
    desk.work()
    assert [shown_at(desk, chat_id) for chat_id in chats] == [desk.clock(), None]
    assert desk.due_in() is None


def shown_at(desk: Desk, chat_id: str) -> int | None:
    """When the recipients of a chat saw the contact card."""
    [share] = desk.opened.run(contact_cards.shares_of_chat(desk.store.reader(desk.partner_id), chat_id, 10))
    return share.shown_at


def test_a_held_message_stays_sent_until_a_receipt(desk: Desk) -> None:
    add_rule(desk, ALICE, Rule(holds=True))
    message_id = desk.send()
    desk.work()
    assert desk.message(message_id).delivery_status is DeliveryStatus.SENT
    assert desk.due_in() is None
    receipt = Receipt(DeliveryStatus.FAILED)
    desk.opened.run(receive_receipt(desk.store, desk.ctx(), message_id, receipt))
    assert desk.message(message_id).delivery_status is DeliveryStatus.FAILED


def test_the_most_restrictive_rule_applies_to_a_group(desk: Desk) -> None:
    add_rule(desk, ALICE, Rule(services=(Service.SMS, Service.RCS)))
    add_rule(desk, BOB, Rule(services=(Service.SMS,)))
    over_sms, impossible = desk.send("hi", [ALICE, BOB]), desk.send("hi", [ALICE, CAROL])
    desk.work()
    assert desk.message(over_sms).service is Service.SMS
    assert desk.message(impossible).delivery_status is DeliveryStatus.FAILED
