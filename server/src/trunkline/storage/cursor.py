"""Cursors: the wire tokens of a walk, stateless for the server and opaque for the client (CONTRACT §1).

    place served last (16 bytes) · walk: the partner's counter when the walk began (8) · begun: its time in s (5)
    · signature (16)

45 bytes make 60 characters of base64url without padding or spare bits, so every character counts. The signature is a
keyed BLAKE2b over the rest, the partner and the filters: a cursor that is cut, edited, another partner's or used with
other filters is simply not signed.
"""

import base64
import binascii
import hmac
from hashlib import blake2b
from typing import NamedTuple

from trunkline.domain.instant import DAY, SECOND, Instant

LIFETIME: int = 2 * DAY
"""How long a walk may last, in microseconds: a cursor from its first day lives a day at least (CONTRACT §1)."""

_PAYLOAD = 29
_SIGNATURE = 16


class Place(NamedTuple):
    """Where a chat stands in its partner's order: by its last update, and within one microsecond by position."""

    updated_at: Instant
    position: int


TOP = Place(2**62, 2**62)
"""Above every place."""

BOTTOM = Place(-(2**62), 0)
"""Below every place."""


class Cursor(NamedTuple):
    """Where a walk goes on: below ``place``, as of the partner's counter ``walk``; ``begun`` is when it began."""

    place: Place
    walk: int
    begun: Instant


def encode(cursor: Cursor, key: bytes, scope: bytes) -> str:
    """The token of a cursor. ``scope`` is the partner and the filters, in any unambiguous form."""
    payload = (
        cursor.place.updated_at.to_bytes(8, "big", signed=True)
        + cursor.place.position.to_bytes(8, "big")
        + cursor.walk.to_bytes(8, "big")
        + (cursor.begun // SECOND).to_bytes(5, "big")
    )
    return base64.urlsafe_b64encode(payload + _sign(payload, key, scope)).decode()


def decode(token: str, key: bytes, scope: bytes) -> Cursor | None:
    """The cursor of a token, or None when the token was not made by ``encode`` with the same key and scope."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    # The decoder also takes the letters of plain base64, and padding after the end.
    if base64.urlsafe_b64encode(raw) != token.encode():
        return None
    payload, signature = raw[:_PAYLOAD], raw[_PAYLOAD:]
    if not hmac.compare_digest(signature, _sign(payload, key, scope)):
        return None
    return Cursor(
        place=Place(int.from_bytes(payload[:8], "big", signed=True), int.from_bytes(payload[8:16], "big")),
        walk=int.from_bytes(payload[16:24], "big"),
        begun=int.from_bytes(payload[24:], "big") * SECOND,
    )


def _sign(payload: bytes, key: bytes, scope: bytes) -> bytes:
    return blake2b(payload + scope, key=key, digest_size=_SIGNATURE, person=b"trunkline cursor").digest()
