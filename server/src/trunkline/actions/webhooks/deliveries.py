"""List webhook deliveries, and send an event again: for an operator who debugs a receiver."""

from collections.abc import Sequence

from trunkline.domain.context import RequestContext
from trunkline.domain.errors import NoSuchEvent, NoSuchSubscription
from trunkline.domain.handle import quoted
from trunkline.storage import outbox, subscriptions
from trunkline.storage.change import Change
from trunkline.storage.outbox import NO_CHAT, DeliveryRecord, EntryState, NewEntry, StoredEvent
from trunkline.storage.store import Store


async def list_deliveries(
    store: Store, partner_id: int, limit: int, *, subscription_id: str | None = None, failed: bool = False
) -> Sequence[tuple[DeliveryRecord, StoredEvent | None]]:
    """A partner's deliveries, the latest first, each with its event if that is still stored."""
    state = EntryState.FAILED if failed else None
    return await outbox.deliveries(store.reader(partner_id), limit, destination=subscription_id, state=state)


async def resend_event(
    store: Store, ctx: RequestContext, event_id: str, subscription_id: str | None = None
) -> Sequence[str]:
    """Delivers an event again, after the pending events of its chat. Returns the ids of the subscriptions.

    These are the subscriptions that got it when it happened, or the one that is named. Raises ``NoSuchEvent`` or
    ``NoSuchSubscription``.
    """
    async with store.change(ctx) as change:
        event = await outbox.event(change, event_id)
        if event is None:
            raise NoSuchEvent(f"there is no event {quoted(event_id)}")
        chosen = await _subscriptions(change, event, subscription_id)
        ordering_key = event.chat_id or NO_CHAT
        entries = [
            NewEntry(each, ordering_key, change.next_revision(), event.type, str(event.sequence)) for each in chosen
        ]
        await outbox.add(change.transaction, change.partner_id, entries, ctx.now)
    return chosen


async def _subscriptions(change: Change, event: StoredEvent, subscription_id: str | None) -> Sequence[str]:
    active = [each.id for each in await subscriptions.find_all(change) if each.is_active]
    if subscription_id is not None:
        if subscription_id not in active:
            raise NoSuchSubscription(f"there is no active subscription {quoted(subscription_id)}")
        return [subscription_id]
    addressed = await outbox.subscriptions_of(change, event.sequence)
    chosen = [each for each in active if each in addressed]
    if not chosen:
        raise NoSuchSubscription("no active subscription got this event")
    return chosen
