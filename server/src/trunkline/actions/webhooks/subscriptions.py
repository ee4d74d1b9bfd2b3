"""Create, change and delete webhook subscriptions (docs/wire.md §4: ``/v3/webhook-subscriptions``)."""

import secrets
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from trunkline.domain import webhook_target
from trunkline.domain.context import RequestContext
from trunkline.domain.errors import InvalidParameter, NoSuchSubscription, NotFound, NotYourLine
from trunkline.domain.events import LATEST_VERSION
from trunkline.domain.handle import parse_number, quoted
from trunkline.domain.ids import random_id
from trunkline.domain.subscription import (
    DEFAULT_ROUTING_ID_HEADER,
    MAX_SUBSCRIPTIONS,
    SECRET_BYTES,
    Subscription,
    check_events,
    check_header,
    signing_secret,
    version_of,
)
from trunkline.storage import subscriptions
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store


class SubscriptionUpdate(msgspec.Struct, frozen=True):
    """The properties of a subscription to set, unchecked; those that are ``UNSET`` stay."""

    target_url: str | UnsetType = UNSET
    subscribed_events: Sequence[str] | UnsetType = UNSET
    phone_numbers: Sequence[str] | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    routing_id_header: str | UnsetType | None = UNSET
    routing_key_header: str | UnsetType | None = UNSET


def new_secret() -> str:
    """A new signing secret."""
    return signing_secret(secrets.token_bytes(SECRET_BYTES))


async def create_subscription(
    store: Store, ctx: RequestContext, update: SubscriptionUpdate, *, allow_private: bool = False
) -> tuple[Subscription, str]:
    """Creates a subscription, and returns it with its signing secret, which is not shown again.

    ``update`` has at least a target and events. ``allow_private`` allows targets in private networks, and over plain
    HTTP. Raises ``InvalidParameter``, ``InvalidPhoneNumber`` or ``NotYourLine``.
    """
    secret = new_secret()
    fields = await _checked(store, ctx.partner_id, update, allow_private=allow_private)
    async with store.change(ctx) as change:
        blank = Subscription(random_id(), "", LATEST_VERSION, (), None, True, None, None, change.now, change.now)
        known = await _own_subscriptions(change)
        subscription = _updated(known, blank, fields)
        if len(known) >= MAX_SUBSCRIPTIONS:
            raise InvalidParameter(
                f"you have {MAX_SUBSCRIPTIONS} webhook subscriptions, which is the maximum; delete one first"
            )
        await subscriptions.add(change, subscription, secret)
    return subscription, secret


async def update_subscription(
    store: Store, ctx: RequestContext, subscription_id: str, update: SubscriptionUpdate, *, allow_private: bool = False
) -> Subscription:
    """Changes a subscription. If it becomes inactive, its pending deliveries fail.

    Raises ``NotFound``, ``InvalidParameter``, ``InvalidPhoneNumber`` or ``NotYourLine``; then nothing has changed.
    """
    fields = await _checked(store, ctx.partner_id, update, allow_private=allow_private)
    async with store.change(ctx) as change:
        known = await _own_subscriptions(change)
        before = _require(known, subscription_id)
        after = _updated(known, before, fields)
        if after != before:
            after = msgspec.structs.replace(after, updated_at=change.now)
            await subscriptions.update(change, after)
    return after


async def delete_subscription(store: Store, ctx: RequestContext, subscription_id: str) -> None:
    """Deletes a subscription and its pending deliveries. Raises ``NotFound``."""
    async with store.change(ctx) as change:
        _require(await _own_subscriptions(change), subscription_id)
        await subscriptions.delete(change, subscription_id)


async def remove_subscription(store: Store, ctx: RequestContext, subscription_id: str) -> Subscription:
    """The same for an operator, who can also remove the subscription of a listener. Raises ``NoSuchSubscription``."""
    async with store.change(ctx) as change:
        for each in await subscriptions.find_all(change):
            if each.id == subscription_id:
                await subscriptions.delete(change, subscription_id)
                return each
    raise NoSuchSubscription(f"there is no subscription {quoted(subscription_id)}")


async def read_subscription(store: Store, partner_id: int, subscription_id: str) -> Subscription:
    """The subscription with this id. Raises ``NotFound``."""
    return _require(await list_subscriptions(store, partner_id), subscription_id)


async def list_subscriptions(store: Store, partner_id: int) -> Sequence[Subscription]:
    """A partner's subscriptions, oldest first."""
    return await _own_subscriptions(store.reader(partner_id))


async def _own_subscriptions(reader: Reader) -> Sequence[Subscription]:
    """The subscriptions that the partner created; not those of ``trunkline webhooks listen``."""
    return [each for each in await subscriptions.find_all(reader) if not each.is_listener]


def _require(known: Sequence[Subscription], subscription_id: str) -> Subscription:
    found = next((each for each in known if each.id == subscription_id), None)
    if found is None:
        raise NotFound("you have no such webhook subscription; GET /v3/webhook-subscriptions lists yours")
    return found


async def _checked(
    store: Store, partner_id: int, update: SubscriptionUpdate, *, allow_private: bool
) -> dict[str, object]:
    """The fields of a subscription that an update sets, each of them checked by itself."""
    fields: dict[str, object] = {}
    if update.target_url is not UNSET:
        _check_target(update.target_url, allow_private=allow_private)
        fields["target_url"] = update.target_url
    if update.subscribed_events is not UNSET:
        fields["events"] = check_events(update.subscribed_events)
    if update.phone_numbers is not UNSET:
        fields["phone_numbers"] = await _lines(store, partner_id, update.phone_numbers or ())
    if update.is_active is not UNSET:
        fields["is_active"] = update.is_active
    for name in ("routing_id_header", "routing_key_header"):
        value = getattr(update, name)
        if value is not UNSET:
            fields[name] = check_header(value, name)
    return fields


def _updated(known: Sequence[Subscription], before: Subscription, fields: Mapping[str, object]) -> Subscription:
    """One of the ``known`` subscriptions, or a new one, with these fields. Raises ``InvalidParameter``."""
    after = msgspec.structs.replace(before, **fields)
    if any(each.target_url == after.target_url for each in known if each.id != before.id):
        raise InvalidParameter(
            f"'target_url' is {quoted(after.target_url)}, which is the target of another of your subscriptions; "
            "change that one, or add a query to the URL"
        )
    if after.target_url != before.target_url:
        after = msgspec.structs.replace(after, version=version_of(after.target_url))
    if (after.routing_key_header or "").lower() == (after.routing_id_header or DEFAULT_ROUTING_ID_HEADER).lower():
        raise InvalidParameter("'routing_key_header' and 'routing_id_header' name the same header; name two headers")
    return after


def _check_target(url: str, *, allow_private: bool) -> None:
    try:
        parsed = webhook_target.parse(url)
    except ValueError as error:
        raise InvalidParameter(f"'target_url' is not valid: {error}") from None
    objection = None if allow_private else webhook_target.objection(parsed)
    if objection is not None:
        raise InvalidParameter(f"'target_url' is {quoted(url)}; {objection}")


async def _lines(store: Store, partner_id: int, numbers: Sequence[str]) -> tuple[str, ...] | None:
    """The lines whose events are sent, None for all of them. Raises ``InvalidPhoneNumber`` or ``NotYourLine``."""
    lines = tuple(dict.fromkeys([parse_number(number, "phone_numbers") for number in numbers]))
    own = {line.phone_number for line in await store.partners.lines(partner_id)} if lines else set[str]()
    for number in lines:
        if number not in own:
            raise NotYourLine(f"'phone_numbers' has {number}, which is not one of your lines")
    return lines or None
