"""From the ``Authorization`` header to a partner (CONTRACT §2)."""

import time

from trunkline.actions import keys
from trunkline.domain.errors import Unauthorized
from trunkline.domain.instant import Instant
from trunkline.storage.store import Store

RECHECK = 1.0
"""Seconds for which a worker believes what the store said of a key: so long may a revoked one still work."""

_REMEMBERED = 10_000  # keys; then the worker starts afresh
_REFUSED = "the key is missing, malformed, unknown, revoked or expired; send yours as Authorization: Bearer <key>"


class Authentication:
    """Turns keys into partners, and remembers each answer of the store for a moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._remembered: dict[bytes, tuple[int, Instant | None, float]] = {}

    async def partner(self, headers: list[tuple[bytes, bytes]], now: Instant) -> int:
        """The id of the partner whose key the request carries. Raises ``Unauthorized``."""
        values = [value for name, value in headers if name == b"authorization"]
        scheme, _, secret = values[0].partition(b" ") if len(values) == 1 else (b"", b"", b"")
        if scheme.lower() != b"bearer":
            raise Unauthorized(_REFUSED)
        secret = secret.strip()
        known = self._remembered.get(secret)
        if known is None or known[2] < time.monotonic():
            known = await self._ask(secret)
        if known is None:
            raise Unauthorized(_REFUSED)
        partner_id, expires_at, _ = known
        if expires_at is not None and expires_at <= now:
            raise Unauthorized(_REFUSED)
        return partner_id

    async def _ask(self, secret: bytes) -> tuple[int, Instant | None, float] | None:
        self._remembered.pop(secret, None)
        found = await keys.partner_of(self._store, secret)
        if found is None:
            return None
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        known = (*found, time.monotonic() + RECHECK)
        self._remembered[secret] = known
        return known
