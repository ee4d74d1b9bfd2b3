"""Webhook subscriptions: made, changed, deleted (CONTRACT §4: ``/v3/webhook-subscriptions``)."""

import secrets
import uuid
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from trunkline.actions.cause import Cause
from trunkline.domain import target
from trunkline.domain.errors import InvalidParameter, NotFound, NotYourLine
from trunkline.domain.handle import parse_number, shown
from trunkline.domain.subscription import (
    DEFAULT_ROUTING_ID_HEADER,
    MAX_SUBSCRIPTIONS,
    SECRET_BYTES,
    Subscription,
    check_events,
    check_header,
    signing_secret,
)
from trunkline.storage import subscriptions
from trunkline.storage.changes import Change, change
from trunkline.storage.store import Store

_NOT_FOUND = "no such webhook subscription is yours; GET /v3/webhook-subscriptions lists those that are"


class Wish(msgspec.Struct, frozen=True):
    """What a subscription is to be; what is ``UNSET`` stays as it is. Nothing here has been checked."""

    target_url: str | UnsetType = UNSET
    subscribed_events: Sequence[str] | UnsetType = UNSET
    phone_numbers: Sequence[str] | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    routing_id_header: str | UnsetType | None = UNSET
    routing_key_header: str | UnsetType | None = UNSET


def new_secret() -> str:
    """A signing secret."""
    return signing_secret(secrets.token_bytes(SECRET_BYTES))


async def create_subscription(
    store: Store, cause: Cause, wish: Wish, *, allow_private: bool = False
) -> tuple[Subscription, str]:
    """A new subscription and its signing secret, which is shown this once.

    ``wish`` has a target and events at least. ``allow_private`` lets targets be in private networks, and on plain
    HTTP. Raises ``InvalidParameter``, ``InvalidPhoneNumber`` or ``NotYourLine``.
    """
    secret = new_secret()
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        blank = Subscription(str(uuid.uuid4()), "", (), None, True, None, None, opened.now, opened.now)
        wished = await _fulfilled(store, opened, blank, wish, allow_private=allow_private)
        if len(await _theirs(opened)) >= MAX_SUBSCRIPTIONS:
            raise InvalidParameter(
                f"you have {MAX_SUBSCRIPTIONS} webhook subscriptions, which is as many as you may; delete one first"
            )
        await subscriptions.add(opened, wished, secret)
    return wished, secret


async def update_subscription(
    store: Store, cause: Cause, subscription_id: str, wish: Wish, *, allow_private: bool = False
) -> Subscription:
    """Changes what is wished of a subscription; made inactive, it gets nothing more of what waits for it.

    Raises ``NotFound``, ``InvalidParameter``, ``InvalidPhoneNumber`` or ``NotYourLine``; then nothing has changed.
    """
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        known = _found(await _theirs(opened), subscription_id)
        changed = await _fulfilled(store, opened, known, wish, allow_private=allow_private)
        if changed != known:
            changed = msgspec.structs.replace(changed, updated_at=opened.now)
            await subscriptions.update(opened, changed)
    return changed


async def delete_subscription(store: Store, cause: Cause, subscription_id: str) -> None:
    """Deletes a subscription; nothing more is delivered to it. Raises ``NotFound``."""
    async with change(store.database, cause.partner_id, cause.now, cause.trace_id) as opened:
        _found(await _theirs(opened), subscription_id)
        await subscriptions.delete(opened, subscription_id)


async def retrieve_subscription(store: Store, partner_id: int, subscription_id: str) -> Subscription:
    """The subscription with this id. Raises ``NotFound``, for another partner's too."""
    return _found(await list_subscriptions(store, partner_id), subscription_id)


async def list_subscriptions(store: Store, partner_id: int) -> Sequence[Subscription]:
    """A partner's subscriptions, oldest first."""
    return [each for each in await subscriptions.all_of(store.database, partner_id) if not each.is_listener]


async def _theirs(opened: Change) -> Sequence[Subscription]:
    found = await subscriptions.all_of(opened.transaction, opened.partner_id)
    return [each for each in found if not each.is_listener]


def _found(known: Sequence[Subscription], subscription_id: str) -> Subscription:
    found = [each for each in known if each.id == subscription_id]
    if not found:
        raise NotFound(_NOT_FOUND)
    return found[0]


async def _fulfilled(
    store: Store, opened: Change, known: Subscription, wish: Wish, *, allow_private: bool
) -> Subscription:
    """The subscription as wished, every part of the wish checked."""
    changes: dict[str, object] = {}
    if wish.target_url is not UNSET:
        _check_target(wish.target_url, allow_private=allow_private)
        if any(each.target_url == wish.target_url and each.id != known.id for each in await _theirs(opened)):
            raise InvalidParameter(
                f"'target_url' is {shown(wish.target_url)}, which another of your subscriptions has; change that one, "
                "or add a query to the URL"
            )
        changes["target_url"] = wish.target_url
    if wish.subscribed_events is not UNSET:
        changes["events"] = check_events(wish.subscribed_events)
    if wish.phone_numbers is not UNSET:
        changes["phone_numbers"] = await _lines(store, opened.partner_id, wish.phone_numbers or ())
    if wish.is_active is not UNSET:
        changes["is_active"] = wish.is_active
    for name in ("routing_id_header", "routing_key_header"):
        value = getattr(wish, name)
        if value is not UNSET:
            changes[name] = check_header(value, name)
    wished = msgspec.structs.replace(known, **changes)
    if (wished.routing_key_header or "").lower() == (wished.routing_id_header or DEFAULT_ROUTING_ID_HEADER).lower():
        raise InvalidParameter("'routing_key_header' and 'routing_id_header' name one header; they must name two")
    return wished


def _check_target(url: str, *, allow_private: bool) -> None:
    try:
        parsed = target.parse(url)
    except ValueError as error:
        raise InvalidParameter(f"'target_url' is not valid: {error}") from None
    objection = None if allow_private else target.objection(parsed)
    if objection is not None:
        raise InvalidParameter(f"'target_url' is {shown(url)}; {objection}")


async def _lines(store: Store, partner_id: int, numbers: Sequence[str]) -> tuple[str, ...] | None:
    """The lines to be told of, None for all of them. Raises ``InvalidPhoneNumber`` or ``NotYourLine``."""
    wanted = tuple(dict.fromkeys([parse_number(number, "phone_numbers") for number in numbers]))
    known = {line.phone_number for line in await store.partners.lines(partner_id)} if wanted else set[str]()
    for number in wanted:
        if number not in known:
            raise NotYourLine(f"'phone_numbers' has {number}, which is not one of your lines")
    return wanted or None
