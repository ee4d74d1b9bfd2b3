"""From the ``Authorization`` header to a partner (docs/wire.md §2)."""

from collections import OrderedDict

import msgspec

from trunkline.actions.operator.partners import find_grant
from trunkline.domain.errors import Unauthorized
from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.keys import Grant, digest
from trunkline.storage.store import Store

RECHECK: Instant = SECOND
"""How long a worker caches what the store said about a key, in microseconds. A revoked key works that much longer."""

_MAX_CACHED = 10_000  # headers, those with unknown keys included
_MAX_HEADER = 512  # bytes; no key is that long
_UNAUTHORIZED = "the key is missing, malformed, unknown, revoked or expired; pass it as `Authorization: Bearer <key>`"


class _CachedGrant(msgspec.Struct, frozen=True):
    """What the store said about a key, and when."""

    grant: Grant | None
    checked_at: Instant


class Authentication:
    """Finds the partner of a key. Caches what the store says about it, by the value of the ``Authorization`` header."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: OrderedDict[bytes, _CachedGrant] = OrderedDict()

    async def authenticate(self, headers: list[tuple[bytes, bytes]], now: Instant) -> Grant:
        """What the key of the request gives access to. Raises ``Unauthorized``."""
        values = [value for name, value in headers if name == b"authorization"]
        header = values[0] if len(values) == 1 else b""
        cached = self._cache.get(header)
        # If the clock went back, the cached grant is stale.
        if cached is None or not 0 <= now - cached.checked_at < RECHECK:
            cached = await self._check(header, now)
        grant = cached.grant
        if grant is None or not grant.is_valid(now):
            raise Unauthorized(_UNAUTHORIZED)
        return grant

    async def _check(self, header: bytes, now: Instant) -> _CachedGrant:
        scheme, _, secret = header.partition(b" ")
        if scheme.lower() != b"bearer" or len(header) > _MAX_HEADER:
            return _CachedGrant(None, now)
        cached = _CachedGrant(await find_grant(self._store, digest(secret.strip())), now)
        self._cache[header] = cached
        self._cache.move_to_end(header)
        while len(self._cache) > _MAX_CACHED:
            self._cache.popitem(last=False)
        return cached
