"""List webhook deliveries, and send an event again: for an operator who debugs a receiver."""

from collections.abc import Sequence

from trunkline.domain.context import RequestContext
from trunkline.domain.delivery import EntryState
from trunkline.domain.errors import NoSuchEvent, NoSuchSubscription, NotSubscribed
from trunkline.domain.handle import quoted
from trunkline.domain.subscription import Subscription
from trunkline.storage import deliveries, events, outbox, subscriptions
from trunkline.storage.change import Change
from trunkline.storage.deliveries import DeliveryRecord, Place
from trunkline.storage.events import StoredEvent
from trunkline.storage.outbox import NO_CHAT, NewEntry
from trunkline.storage.store import Store


async def list_deliveries(
    store: Store, partner_id: int, limit: int, *, subscription_id: str | None = None, failed: bool = False
) -> Sequence[DeliveryRecord]:
    """The latest of a partner's deliveries, the latest first."""
    reader, state = store.reader(partner_id), EntryState.FAILED if failed else None
    found: list[DeliveryRecord] = []
    place: Place | None = Place()
    while place is not None and len(found) < limit:
        page = await deliveries.page(reader, limit - len(found), place, destination=subscription_id, state=state)
        found += page.records
        place = page.next
    return found


async def resend_event(
    store: Store, ctx: RequestContext, event_id: str, subscription_id: str | None = None
) -> Sequence[str]:
    """Delivers an event again, after the pending events of its chat. Returns the ids of the subscriptions.

    These are the subscriptions that got it when it happened, or the one that is named. Raises ``NoSuchEvent`` or
    ``NotSubscribed``.
    """
    async with store.change(ctx) as change:
        stored = await events.event_versions(change, event_id) if "\0" not in event_id else ()
        if not stored:
            raise NoSuchEvent(f"there is no event {quoted(event_id)}")
        chosen = await _subscriptions(change, stored, subscription_id)
        entries = [
            NewEntry(each, event.chat_id or NO_CHAT, change.next_revision(), event.type, str(event.sequence))
            for each, event in chosen.items()
        ]
        outbox.add(change.transaction, change.partner_id, entries, ctx.now)
    return list(chosen)


async def pending_of(store: Store, partner_id: int, subscription_id: str) -> tuple[Subscription, int]:
    """A subscription, and the number of deliveries that wait for it. Raises ``NoSuchSubscription``."""
    reader = store.reader(partner_id)
    for each in await subscriptions.find_all(reader):
        if each.id == subscription_id:
            return each, await outbox.count_pending(reader, subscription_id)
    raise NoSuchSubscription(f"there is no subscription {quoted(subscription_id)}")


async def _subscriptions(
    change: Change, stored: Sequence[StoredEvent], subscription_id: str | None
) -> dict[str, StoredEvent]:
    """The subscriptions, and the stored event for each: the one that it got, else the one of its version."""
    active = {each.id: each for each in await subscriptions.find_all(change) if each.is_active}
    addressed = {each: event for event in stored for each in await events.subscriptions_of(change, event.sequence)}
    if subscription_id is None:
        chosen = {each: addressed[each] for each in active if each in addressed}
        if not chosen:
            raise NotSubscribed("no active subscription got this event")
        return chosen
    if subscription_id not in active:
        raise NotSubscribed(f"there is no active subscription {quoted(subscription_id)}")
    version = active[subscription_id].version
    of_its_version = next((event for event in stored if event.version == version), None)
    event = addressed.get(subscription_id, of_its_version)
    if event is None:
        raise NotSubscribed(
            f"the event is stored in version {stored[0].version} only, and the subscription has version {version}"
        )
    return {subscription_id: event}
