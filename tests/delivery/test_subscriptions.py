"""What becomes of pending deliveries when their subscription changes, and how an event is sent again."""

import pytest

from tests.support.chats import NOW, chat_id
from tests.support.partners import context, new_partner
from tests.support.receiver import Reply, accept, receiving
from tests.support.webhook_worker import FastClock, deliveries, emit, recorded, subscribe, until, working
from trunkline.actions.operator.expire import expire
from trunkline.actions.webhooks.deliveries import list_deliveries, resend_event
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, delete_subscription, update_subscription
from trunkline.domain.delivery import EntryState
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import DAY
from trunkline.storage import outbox
from trunkline.storage.retention import DELIVERIES
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
    assert [(each.destination, each.state) for each in found] == [
        (later.id, EntryState.DONE),
        (subscription.id, EntryState.DONE),
        (subscription.id, EntryState.FAILED),
    ]
    assert {each.event.id for each in found if each.event is not None} == {event_id}
    assert [each.outcome for each in failed] == ["HTTP 404"]


async def test_each_subscription_gets_its_version_of_the_same_event(database_url: str) -> None:
    clock = FastClock()
    with receiving() as older, receiving() as latest:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            await subscribe(store, partner.id, f"{older.url}?a=b&version=2025-01-01", at=clock())
            await subscribe(store, partner.id, latest.url, at=clock())
            await emit(store, partner.id, chat_id(1), 1, 2, at=clock())
            await until(lambda: len(older.accepted) == len(latest.accepted) == 2)
            found = await list_deliveries(store, partner.id, 10)
    assert [each.event_id for each in older.accepted] == [each.event_id for each in latest.accepted]
    assert {each.path for each in older.accepted} == {"/hook?a=b&version=2025-01-01"}
    assert {each.event["webhook_version"] for each in older.accepted} == {"2025-01-01"}
    assert {each.event["webhook_version"] for each in latest.accepted} == {"2026-02-03"}
    assert len({each.event.id for each in found if each.event is not None}) == 2
    assert len(found) == 4


async def test_pending_deliveries_keep_the_version_in_which_they_happened(database_url: str) -> None:
    clock = FastClock()
    with receiving(lambda received: Reply(503)) as receiver:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            subscription, _ = await subscribe(store, partner.id, f"{receiver.url}?version=2025-01-01", at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await recorded(store, partner.id, 1)
            update = SubscriptionUpdate(target_url=receiver.url)
            ctx = context(partner.id, clock())
            changed = await update_subscription(store, ctx, subscription.id, update, allow_private=True)
            await emit(store, partner.id, chat_id(1), 2, at=clock())
            receiver.answering = accept
            clock.advance(60)
            await until(lambda: len(receiver.accepted) == 2)
    assert (subscription.version, changed.version) == ("2025-01-01", "2026-02-03")
    assert [each.event["webhook_version"] for each in receiver.accepted] == ["2025-01-01", "2026-02-03"]
    assert [each.path for each in receiver.accepted] == ["/hook", "/hook"]


async def test_an_event_is_resent_as_it_was_else_in_the_version_of_the_subscription(database_url: str) -> None:
    clock = FastClock()
    with receiving() as older, receiving() as latest, receiving() as later:
        async with open_store(database_url) as store, working(store, clock):
            partner = await new_partner(store)
            to_older, _ = await subscribe(store, partner.id, f"{older.url}?version=2025-01-01", at=clock())
            await emit(store, partner.id, chat_id(1), 1, at=clock())
            await until(lambda: older.accepted)
            to_latest, _ = await subscribe(store, partner.id, latest.url, at=clock())
            await emit(store, partner.id, chat_id(1), 2, at=clock())
            await until(lambda: len(older.accepted) == 2 and latest.accepted)
            only_older, both = [each.event_id for each in older.accepted]
            to_later, _ = await subscribe(store, partner.id, f"{later.url}?version=2025-01-01", at=clock())
            ctx = context(partner.id, clock())

            assert await resend_event(store, ctx, both) == [to_older.id, to_latest.id]
            assert await resend_event(store, ctx, both, to_later.id) == [to_later.id]
            assert await resend_event(store, ctx, only_older, to_later.id) == [to_later.id]
            with pytest.raises(CommandError, match=r"stored in version 2025-01-01 only, .* has version 2026-02-03"):
                await resend_event(store, ctx, only_older, to_latest.id)
            await until(lambda: len(older.accepted) == 3 and len(latest.accepted) == len(later.accepted) == 2)

            # The older body again, although the subscription has another version now.
            update = SubscriptionUpdate(target_url=older.url)
            await update_subscription(store, ctx, to_older.id, update, allow_private=True)
            assert await resend_event(store, ctx, only_older) == [to_older.id]
            await until(lambda: len(older.accepted) == 4)
    assert older.accepted[2].body == older.accepted[1].body
    assert latest.accepted[1].body == latest.accepted[0].body
    assert [each.body for each in later.accepted[:2]] == [each.body for each in (older.accepted[1], older.accepted[0])]
    assert older.accepted[3].body == older.accepted[0].body


async def test_old_deliveries_and_events_are_deleted(database_url: str) -> None:
    async with open_store(database_url) as store:
        partner = await new_partner(store)
        subscription, _ = await subscribe(store, partner.id, "https://receiver.example/", at=NOW)
        await emit(store, partner.id, chat_id(1), *range(10), at=NOW)
        before = [each.event.id for each in await list_deliveries(store, partner.id, 100) if each.event is not None]
        assert len(before) == 10
        # Finished deliveries are deleted; pending ones stay, however old they are.
        await delete_subscription(store, context(partner.id), subscription.id)
        await subscribe(store, partner.id, "https://receiver.example/", at=NOW)
        await emit(store, partner.id, chat_id(1), 10, at=NOW + DAY)
        late = NOW + DELIVERIES + 2 * DAY
        await emit(store, partner.id, chat_id(1), 11, at=late)
        await expire(store, late)
        found = await list_deliveries(store, partner.id, 100)
    assert [each.state for each in found] == [EntryState.PENDING] * 2
    assert len([each for each in found if each.event is not None]) == 1


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
        assert set(await outbox.queues(store.reader(partner.id))) == {mine[0].destination}
