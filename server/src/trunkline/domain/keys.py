"""Keys: the secrets that clients authenticate with, and when one is valid."""

import hashlib
import secrets

import msgspec

from trunkline.domain.instant import Instant

PREFIX = "tk_"
"""How every secret begins, so that secret scanners recognise one."""


class Key(msgspec.Struct, frozen=True):
    """A partner's key without its secret, of which only the digest is stored."""

    id: str
    name: str
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None


class Grant(msgspec.Struct, frozen=True):
    """What a key gives access to, and until when."""

    partner_id: int
    key_id: str
    expires_at: Instant | None
    revoked_at: Instant | None

    def is_valid(self, now: Instant) -> bool:
        """Whether the key gives access at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def new_key(name: str, now: Instant, expires_at: Instant | None = None) -> tuple[Key, str]:
    """A new key, and its secret, which the client sends as ``Authorization: Bearer``."""
    key_id = f"key_{secrets.token_hex(8)}"
    return Key(key_id, name, now, expires_at, None), PREFIX + secrets.token_urlsafe(32)


def digest(secret: bytes) -> bytes:
    """The digest under which a key is stored. A secret has 256 random bits, so a plain SHA-256 protects it."""
    return hashlib.sha256(secret).digest()
