"""Tokens of links that work without a key: a payload that anyone can read and only this service can make, for a while.

    token: expires, in seconds (5 bytes) · payload · signature (16), in base64url without padding

The signature is a keyed BLAKE2b over the rest, with the purpose of the token. A token that is edited, truncated, made
for another purpose or expired gives nothing.
"""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

from trunkline.domain.instant import SECOND, Instant

_EXPIRES = 5  # bytes
_SIGNATURE = 16  # bytes


def encode(payload: bytes, expires_at: Instant, key: bytes, purpose: bytes) -> str:
    """A token with this payload. ``purpose`` has at most 16 bytes."""
    signed = (expires_at // SECOND).to_bytes(_EXPIRES, "big") + payload
    return urlsafe_b64encode(signed + _sign(signed, key, purpose)).rstrip(b"=").decode()


def decode(token: str, key: bytes, purpose: bytes, now: Instant) -> bytes | None:
    """The payload of a token; None unless ``encode`` made it with the same key and purpose and it has not expired."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    signed, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(signed, key, purpose)):
        return None
    expires_at = int.from_bytes(signed[:_EXPIRES], "big") * SECOND
    return None if now >= expires_at else signed[_EXPIRES:]


def _sign(signed: bytes, key: bytes, purpose: bytes) -> bytes:
    return blake2b(signed, key=key, digest_size=_SIGNATURE, person=purpose).digest()
