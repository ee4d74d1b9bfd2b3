"""Partners, keys and lines: what an operator sets up before anybody can list a chat."""

import uuid

from trunkline.actions.keys import digest, new_key
from trunkline.domain.errors import CommandError
from trunkline.domain.instant import Instant
from trunkline.storage.partners import Key, Line, Partner
from trunkline.storage.store import Store


async def add_partner(store: Store, name: str, now: Instant) -> tuple[Partner, str]:
    """A new partner and its first key, which is shown this once. Raises ``CommandError`` for a name that is taken."""
    name = name.strip()
    if not name or name.isdigit():
        raise CommandError(f"{name!r} is no name for a partner: it must have a character that is not a digit")
    key, secret = new_key("first", now)
    partner = await store.partners.add(name, key, digest(secret.encode()), now)
    if partner is None:
        raise CommandError(f"there is a partner named {name!r} already; `trunkline partner list` shows them all")
    return partner, secret


async def find_partner(store: Store, name_or_id: str) -> Partner:
    """The partner that an operator means. Raises ``CommandError``."""
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) < 19:
        partner = await store.partners.by_id(int(name_or_id))
    else:
        partner = await store.partners.by_name(name_or_id)
    if partner is None:
        raise CommandError(f"there is no partner {name_or_id!r}; `trunkline partner list` shows them all")
    return partner


async def add_key(
    store: Store, partner: Partner, name: str, now: Instant, expires_at: Instant | None
) -> tuple[Key, str]:
    """One more key, which is shown this once. Raises ``CommandError`` for one that would be expired already."""
    if expires_at is not None and expires_at <= now:
        raise CommandError("a key cannot expire in the past")
    key, secret = new_key(name, now, expires_at)
    await store.partners.add_key(partner.id, key, digest(secret.encode()))
    return key, secret


async def revoke_key(store: Store, key_id: str, now: Instant) -> None:
    """Makes a key worthless. Raises ``CommandError`` when there is none with this id."""
    if not await store.partners.revoke_key(key_id, now):
        raise CommandError(f"there is no key {key_id!r}; `trunkline key list PARTNER` shows a partner's keys")


async def add_line(store: Store, partner: Partner, phone_number: str, label: str | None, now: Instant) -> Line:
    """A new line. Raises ``CommandError`` when the partner has that number already."""
    line = Line(str(uuid.uuid4()), phone_number, label, now)
    if not await store.partners.add_line(partner.id, line):
        raise CommandError(f"{partner.name} has the line {phone_number} already")
    return line


async def ensure_line(store: Store, partner_id: int, phone_number: str, now: Instant) -> None:
    """Makes the number a line of the partner, where it is none yet."""
    if not await store.partners.has_line(partner_id, phone_number):
        await store.partners.add_line(partner_id, Line(str(uuid.uuid4()), phone_number, None, now))


async def owner_of_line(store: Store, phone_number: str, partner: str | None) -> Partner:
    """The partner whose line an archive goes to. Raises ``CommandError`` when that is nobody, or not clear."""
    owners = await store.partners.owners(phone_number)
    if partner is not None:
        named = await find_partner(store, partner)
        owners = [owner for owner in owners if owner.id == named.id]
    if not owners:
        whose = "nobody has" if partner is None else f"{partner} does not have"
        raise CommandError(f"{whose} the line {phone_number}; add it with `trunkline line add PARTNER {phone_number}`")
    if len(owners) > 1:
        names = ", ".join(owner.name for owner in owners)
        raise CommandError(f"{phone_number} is a line of {names}; say whose with --partner")
    return owners[0]


async def only_partner(store: Store, partner: str | None) -> Partner:
    """The partner that is named, or the only one. Raises ``CommandError`` when that is nobody, or not clear."""
    if partner is not None:
        return await find_partner(store, partner)
    everyone = await store.partners.all()
    if not everyone:
        raise CommandError("there is no partner yet; add one with `trunkline partner add NAME`")
    if len(everyone) > 1:
        raise CommandError(f"say whose with --partner: {', '.join(each.name for each in everyone)}")
    return everyone[0]
