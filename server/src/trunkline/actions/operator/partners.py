"""Partners, keys and lines: what the operator sets up before a client can list a chat."""

from trunkline.domain.errors import (
    AmbiguousPartner,
    CommandError,
    NoOwner,
    NoPartner,
    NoSuchKey,
    NoSuchPartner,
    PartnerExists,
)
from trunkline.domain.ids import random_id
from trunkline.domain.instant import Instant
from trunkline.domain.keys import Grant, Key, digest, new_key
from trunkline.storage.partners import Line, Partner
from trunkline.storage.store import Store

_MAX_ID_DIGITS = 18


async def add_partner(store: Store, name: str, now: Instant) -> tuple[Partner, str]:
    """Adds a partner, and returns it with the secret of its first key, which is not shown again.

    Raises ``CommandError`` for an invalid name, ``PartnerExists``.
    """
    name = name.strip()
    if not name or name.isdigit():
        raise CommandError(f"{name!r} is not a valid partner name: it must contain a character that is not a digit")
    key, secret = new_key("first", now)
    partner = await store.partners.add(name, key, digest(secret.encode()), now)
    if partner is None:
        raise PartnerExists(f"there is already a partner named {name!r}")
    return partner, secret


async def find_partner(store: Store, name_or_id: str) -> Partner:
    """The partner with this name or id. Raises ``NoSuchPartner``, or ``CommandError`` if it is being removed."""
    partner = await find_any_partner(store, name_or_id)
    if partner.removed_at is not None:
        raise CommandError(
            f"the partner {partner.name} is being removed; `trunkline partner remove {partner.id}` completes it"
        )
    return partner


async def find_any_partner(store: Store, name_or_id: str) -> Partner:
    """The same, also if it is being removed. Raises ``NoSuchPartner``."""
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) <= _MAX_ID_DIGITS:
        partner = await store.partners.by_id(int(name_or_id))
    else:
        partner = await store.partners.by_name(name_or_id)
    if partner is None:
        raise NoSuchPartner(f"there is no partner {name_or_id!r}")
    return partner


async def add_key(
    store: Store, partner: Partner, name: str, now: Instant, expires_at: Instant | None
) -> tuple[Key, str]:
    """Adds a key, and returns it with its secret, which is not shown again. Raises ``CommandError``."""
    if expires_at is not None and expires_at <= now:
        raise CommandError("a key cannot expire in the past")
    key, secret = new_key(name, now, expires_at)
    await store.partners.add_key(partner.id, key, digest(secret.encode()))
    return key, secret


async def revoke_key(store: Store, key_id: str, now: Instant) -> None:
    """Revokes a key. Raises ``NoSuchKey``."""
    if not await store.partners.revoke_key(key_id, now):
        raise NoSuchKey(f"there is no key {key_id!r}")


async def find_grant(store: Store, key_digest: bytes) -> Grant | None:
    """What the key with this digest gives access to, valid or not; None if there is no such key."""
    return await store.partners.grant(key_digest)


async def add_line(store: Store, partner: Partner, phone_number: str, label: str | None, now: Instant) -> Line:
    """Adds a line. Raises ``CommandError`` if the partner has that number already, or it is being removed."""
    line = Line(random_id(), phone_number, label, now)
    if not await store.partners.add_line(partner.id, line):
        await _check_not_being_removed(store, partner.id, phone_number)
        raise CommandError(f"{partner.name} already has the line {phone_number}")
    return line


async def ensure_line(store: Store, partner_id: int, phone_number: str, now: Instant) -> None:
    """Adds a line, unless the partner has it. Raises ``CommandError`` if it is being removed."""
    if not await store.partners.has_line(partner_id, phone_number):
        await store.partners.add_line(partner_id, Line(random_id(), phone_number, None, now))
        await _check_not_being_removed(store, partner_id, phone_number)


async def _check_not_being_removed(store: Store, partner_id: int, phone_number: str) -> None:
    if await store.partners.is_line_being_removed(partner_id, phone_number):
        raise CommandError(
            f"the line {phone_number} is being removed; "
            f"`trunkline line remove {partner_id} {phone_number} --with-chats` completes it, then add it again"
        )


async def owner_of_line(store: Store, phone_number: str, partner: str | None) -> Partner:
    """The partner that has this line. Raises ``NoOwner``, ``NoSuchPartner`` or ``AmbiguousPartner``."""
    owners = await store.partners.owners(phone_number)
    if partner is not None:
        named = await find_partner(store, partner)
        owners = [owner for owner in owners if owner.id == named.id]
    if not owners:
        raise NoOwner(f"{'no partner has' if partner is None else f'{partner} does not have'} the line {phone_number}")
    if len(owners) > 1:
        names = ", ".join(owner.name for owner in owners)
        raise AmbiguousPartner(f"more than one partner has the line {phone_number}: {names}")
    return owners[0]


async def only_partner(store: Store, partner: str | None) -> Partner:
    """The named partner, or the only one. Raises ``NoSuchPartner``, ``NoPartner`` or ``AmbiguousPartner``."""
    if partner is not None:
        return await find_partner(store, partner)
    everyone = [each for each in await store.partners.all() if each.removed_at is None]
    if not everyone:
        raise NoPartner("there is no partner yet")
    if len(everyone) > 1:
        raise AmbiguousPartner(f"there is more than one partner: {', '.join(each.name for each in everyone)}")
    return everyone[0]
