"""Partners, their keys and their lines, as rows."""

from collections.abc import Sequence

import msgspec

from trunkline.domain.instant import Instant
from trunkline.domain.keys import Grant, Key
from trunkline.storage.ports import Database
from trunkline.storage.sql import Value, load

_QUERIES = load("partners")


class Partner(msgspec.Struct, frozen=True):
    """A tenant: it owns lines, keys and chats."""

    id: int
    name: str
    created_at: Instant
    removed_at: Instant | None = None
    """When its removal began; None if it did not."""


class Line(msgspec.Struct, frozen=True):
    """A phone number that a partner sends from."""

    id: str
    phone_number: str
    label: str | None
    created_at: Instant
    removed_at: Instant | None = None
    """When its removal began; None if it did not."""


class Partners:
    """The partners of a database, with their keys and lines."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, key: Key, digest: bytes, now: Instant) -> Partner | None:
        """Adds a partner with its first key; None if the name is taken."""
        async with self._database.transaction() as transaction:
            [(partner_id,)] = await transaction.fetch(_QUERIES["next_partner_id"], ())
            query = _QUERIES["add_partner"]
            if not await transaction.fetch(query, query.values(id=partner_id, name=name, now=now)):
                return None
            await transaction.fetch(_QUERIES["add_state"], (partner_id,))
            query = _QUERIES["add_key"]
            await transaction.fetch(query, query.values(**_key_values(partner_id, key, digest)))
        return Partner(partner_id, name, now)

    async def all(self) -> Sequence[Partner]:
        """Every partner, oldest first."""
        return [Partner(*row) for row in await self._database.fetch(_QUERIES["partners"], ())]

    async def by_name(self, name: str) -> Partner | None:
        """The partner with this name."""
        found = await self._database.fetch(_QUERIES["partner_by_name"], (name,))
        return Partner(*found[0]) if found else None

    async def by_id(self, partner_id: int) -> Partner | None:
        """The partner with this id."""
        found = await self._database.fetch(_QUERIES["partner_by_id"], (partner_id,))
        return Partner(*found[0]) if found else None

    async def count_chats(self, partner_id: int) -> int:
        """How many chats a partner has. Reads an index entry for each."""
        return (await self._database.fetch(_QUERIES["count_chats"], (partner_id,)))[0][0]

    async def add_key(self, partner_id: int, key: Key, digest: bytes) -> None:
        """Adds a key to a partner."""
        query = _QUERIES["add_key"]
        async with self._database.transaction() as transaction:
            await transaction.fetch(query, query.values(**_key_values(partner_id, key, digest)))

    async def keys(self, partner_id: int) -> Sequence[Key]:
        """A partner's keys, oldest first, revoked and expired ones included."""
        return [Key(*row) for row in await self._database.fetch(_QUERIES["keys_of_partner"], (partner_id,))]

    async def grant(self, digest: bytes) -> Grant | None:
        """What the key with this digest gives access to, valid or not."""
        found = await self._database.fetch(_QUERIES["key_by_digest"], (digest,))
        return Grant(*found[0]) if found else None

    async def revoke_key(self, key_id: str, now: Instant) -> bool:
        """Revokes a key; False if there is none with this id. A key that was revoked before keeps its date."""
        async with self._database.transaction() as transaction:
            query = _QUERIES["revoke_key"]
            if await transaction.fetch(query, query.values(id=key_id, now=now)):
                return True
            return bool(await transaction.fetch(_QUERIES["key_exists"], (key_id,)))

    async def add_line(self, partner_id: int, line: Line) -> bool:
        """Adds a line to a partner; False if the partner has that number already, or it is being removed."""
        async with self._database.transaction() as transaction:
            query = _QUERIES["add_line"]
            values = query.values(
                partner=partner_id,
                phone_number=line.phone_number,
                id=line.id,
                label=line.label,
                now=line.created_at,
            )
            if not await transaction.fetch(query, values):
                return False
            query = _QUERIES["forget_removed_line"]
            await transaction.fetch(query, query.values(partner=partner_id, entry=f"{line.phone_number} "))
            return True

    async def is_line_being_removed(self, partner_id: int, phone_number: str) -> bool:
        """Whether the number was a line of this partner whose removal has begun and not ended."""
        return bool(await self._database.fetch(_QUERIES["is_being_removed"], (partner_id, phone_number)))

    async def has_line(self, partner_id: int, phone_number: str) -> bool:
        """Whether the number is a line of this partner."""
        return bool(await self._database.fetch(_QUERIES["line"], (partner_id, phone_number)))

    async def lines(self, partner_id: int) -> Sequence[Line]:
        """A partner's lines, oldest first."""
        return [line for line in await self.all_lines(partner_id) if line.removed_at is None]

    async def all_lines(self, partner_id: int) -> Sequence[Line]:
        """The same, with those that are being removed."""
        rows = await self._database.fetch(_QUERIES["lines_of_partner"], (partner_id,))
        return [Line(*row) for row in rows]

    async def owners(self, phone_number: str) -> Sequence[Partner]:
        """Every partner that has this number as a line."""
        return [Partner(*row) for row in await self._database.fetch(_QUERIES["owners_of_line"], (phone_number,))]


def _key_values(partner_id: int, key: Key, digest: bytes) -> dict[str, Value]:
    return {
        "id": key.id,
        "partner": partner_id,
        "name": key.name,
        "digest": digest,
        "now": key.created_at,
        "expires_at": key.expires_at,
    }
