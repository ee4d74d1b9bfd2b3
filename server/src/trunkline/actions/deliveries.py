"""What subscribers were told, and telling them again: for an operator who looks after a receiver."""

from collections.abc import Sequence

from trunkline.actions.cause import Cause
from trunkline.domain.errors import CommandError
from trunkline.domain.handle import shown
from trunkline.storage import outbox, subscriptions
from trunkline.storage.changes import Change, change
from trunkline.storage.outbox import ALL_CHATS, Delivered, KeptEvent, State, Waiting
from trunkline.storage.store import Store


async def list_deliveries(
    store: Store, partner_id: int, limit: int, *, subscription_id: str | None = None, failed: bool = False
) -> Sequence[tuple[Delivered, KeptEvent | None]]:
    """A partner's latest deliveries, the latest first, each with its event as far as that is kept."""
    state = State.FAILED if failed else None
    return await outbox.deliveries(store.database, partner_id, limit, destination=subscription_id, state=state)


async def resend_event(store: Store, cause: Cause, event_id: str, subscription_id: str | None = None) -> Sequence[str]:
    """Has an event delivered once more, after what its chat has waiting: the ids of the subscriptions it goes to.

    Those are the ones that it was for when it happened, or the one that is named. Raises ``CommandError``.
    """
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        event = await outbox.event(opened.transaction, opened.partner_id, event_id)
        if event is None:
            raise CommandError(
                f"there is no event {shown(event_id)}; `trunkline webhooks list PARTNER --events` shows the latest"
            )
        chosen = await _chosen(opened, event, subscription_id)
        lane = event.chat_id or ALL_CHATS
        waiting = [Waiting(each, lane, opened.take_number(), event.type, str(event.number)) for each in chosen]
        await outbox.put(opened.transaction, opened.partner_id, waiting, cause.now)
    return chosen


async def _chosen(opened: Change, event: KeptEvent, subscription_id: str | None) -> Sequence[str]:
    active = [each.id for each in await subscriptions.all_of(opened.transaction, opened.partner_id) if each.is_active]
    if subscription_id is not None:
        if subscription_id not in active:
            raise CommandError(
                f"there is no active subscription {shown(subscription_id)}; `trunkline webhooks list PARTNER` has them"
            )
        return [subscription_id]
    meant = await outbox.recipients(opened.transaction, opened.partner_id, event.number)
    chosen = [each for each in active if each in meant]
    if not chosen:
        raise CommandError("no active subscription was to get this event; name one with --subscription")
    return chosen
