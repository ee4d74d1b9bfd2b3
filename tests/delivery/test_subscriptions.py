"""What becomes of pending deliveries when their subscription changes, and how an event is sent again."""

import pytest

from tests.support.chats import NOW, chat_id
from tests.support.partners import context, new_partner
from tests.support.receiver import Reply, accept, receiving
from tests.support.webhook_worker import FastClock, deliveries, emit, recorded, subscribe, until, working
from trunkline.actions.webhooks.deliveries import list_deliveries, resend_event
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, delete_subscription, update_subscription
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import DAY
from trunkline.storage import outbox
from trunkline.storage.outbox import EntryState
from trunkline.storage.retention import DELIVERIES, INTERVAL
from trunkline.storage.store import open_store


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "inactive"])
async def test_a_deleted_or_inactive_subscription_gets_no_more_events(database_url: str, deleted: bool) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver, receiving() as other:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, receiver.url, at=clock())
            await subscribe(store, partner.id, other.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
            await until(lambda: receiver.received and len(other.accepted) == 2)
            ctx = context(partner.id, clock())
            if deleted:
                await delete_subscription(store, ctx, subscription.id)
            else:
                await update_subscription(store, ctx, subscription.id, SubscriptionUpdate(is_active=False))
            before = len(receiver.received)
            receiver.answering = accept
            clock.advance(60)
            await emit(store, partner.id, chat_id(1), 3, at=clock())
            await until(lambda: len(other.accepted) == 3)
            found = await deliveries(store, partner.id, subscription.id)
            assert len(receiver.received) == before
            if not deleted:
                await update_subscription(store, ctx, subscription.id, SubscriptionUpdate(is_active=True))
                await emit(store, partner.id, chat_id(1), 4, at=clock())
                await until(lambda: receiver.accepted)
                assert [each.event["data"]["number"] for each in receiver.accepted] == [4]
    assert [each.state for each in found] == [EntryState.FAILED, EntryState.FAILED]
    assert {each.outcome for each in found} == {f"the subscription was {'deleted' if deleted else 'made inactive'}"}


async def test_an_event_is_resent_on_request(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(404)) as receiver, receiving() as other:
        async with open_store(database_url) as store, working(store, clock):
            partner, stranger = await new_partner(store), await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, receiver.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            later, _ = await subscribe(store, partner.id, other.url, at=clock())
            event_id = receiver.received[0].event_id
            ctx = context(partner.id, clock())

            receiver.answering = accept
            assert await resend_event(store, ctx, event_id) == [subscription.id]
            await until(lambda: receiver.accepted)
            assert await resend_event(store, ctx, event_id, later.id) == [later.id]
            await until(lambda: other.accepted)
            await recorded(store, partner.id, 1, of=2)
            found = await list_deliveries(store, partner.id, 10)
            failed = await list_deliveries(store, partner.id, 10, failed=True)
            for wrong in (
                resend_event(store, ctx, "no-such-event"),
                resend_event(store, ctx, event_id, "no-such-subscription"),
                resend_event(store, context(stranger.id, clock()), event_id),
                resend_event(store, context(stranger.id, clock()), event_id, subscription.id),
            ):
                with pytest.raises(CommandError, match=r"no (event|active subscription)"):
                    await wrong
    assert {each.event_id for each in (*receiver.received, *other.received)} == {event_id}
    assert [(each.destination, each.state) for each, _ in found] == [
        (later.id, EntryState.DONE),
        (subscription.id, EntryState.DONE),
        (subscription.id, EntryState.FAILED),
    ]
    assert {event.id for _, event in found if event is not None} == {event_id}
    assert [each.outcome for each, _ in failed] == ["HTTP 404"]


async def test_old_deliveries_and_events_are_deleted_a_little_at_a_time(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        subscription, _ = await subscribe(store, partner.id, "https://receiver.example/", at=NOW)
        await emit(store, partner.id, chat_id(1), *range(10), at=NOW)
        before = [event.id for _, event in await list_deliveries(store, partner.id, 100) if event is not None]
        assert len(before) == 10
        # Finished deliveries are deleted; pending ones stay, however old they are.
        await delete_subscription(store, context(partner.id), subscription.id)
        await subscribe(store, partner.id, "https://receiver.example/", at=NOW)
        await emit(store, partner.id, chat_id(1), 10, at=NOW + DAY)
        late = NOW + DELIVERIES + 2 * DAY
        for number in range(11, 11 + INTERVAL):
            await emit(store, partner.id, chat_id(1), number, at=late)
        found = await list_deliveries(store, partner.id, 100)
    assert [each.state for each, _ in found] == [EntryState.PENDING] * (1 + INTERVAL)
    assert len([event for _, event in found if event is not None]) == INTERVAL


async def test_a_partner_does_not_see_deliveries_of_another_partner(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner, stranger = await new_partner(store), await new_partner(store)
        for each in (partner, stranger):
            await subscribe(store, each.id, "https://receiver.example/", at=NOW)
            await emit(store, each.id, chat_id(1), 1, at=NOW)
        mine, theirs = [await deliveries(store, each.id) for each in (partner, stranger)]
        assert len(mine) == len(theirs) == 1
        assert mine[0].destination != theirs[0].destination
        assert await deliveries(store, partner.id, theirs[0].destination) == []
        assert set(await outbox.claims(store.reader(partner.id))) == {mine[0].destination}
