"""Keys: made here, shown once, stored as a digest."""

import hashlib
import secrets

from trunkline.domain.instant import Instant
from trunkline.storage.partners import Key
from trunkline.storage.store import Store

PREFIX = "tk_"  # so that a scanner for leaked secrets can know one


def new_key(name: str, now: Instant, expires_at: Instant | None = None) -> tuple[Key, str]:
    """A key to store, and the secret that its owner sends as ``Authorization: Bearer``."""
    key_id = f"key_{secrets.token_hex(8)}"
    return Key(key_id, name, now, expires_at, None), PREFIX + secrets.token_urlsafe(32)


def digest(secret: bytes) -> bytes:
    """What the store knows a key by. The secret has 256 random bits, so one plain SHA-256 keeps it."""
    return hashlib.sha256(secret).digest()


async def partner_of(store: Store, secret: bytes) -> tuple[int, Instant | None] | None:
    """The partner that a key opens and when the key expires, or None for one that is unknown or revoked."""
    grant = await store.partners.grant(digest(secret))
    return None if grant is None or grant.revoked_at is not None else (grant.partner_id, grant.expires_at)
