"""The wire tokens of a list, stateless for the server and opaque for the client (CONTRACT §1, §6).

    cursor:      place served last (16 bytes) · walk: the partner's counter when the walk began (8)
                 · begun: its time in s (5) · signature (16)
    sync token:  position: how far the client has come in the partner's changes (8) · signature (16)

Bytes in threes make base64url without padding or spare bits, so every character counts. The signature is a keyed
BLAKE2b over the rest and the partner, of a cursor over the filters as well: a token that is cut, edited, another
partner's or, if it is a cursor, used with other filters is simply not signed.
"""

import binascii
import hmac
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from trunkline.domain.instant import DAY, SECOND, Instant

LIFETIME: int = 2 * DAY
"""How long a walk may last, in microseconds: a cursor from its first day lives a day at least (CONTRACT §1)."""

_NUMBERS = Struct(">qQQ")
_PAYLOAD = _NUMBERS.size + 5
_SIGNATURE = 16
_LENGTH = 60  # characters
_POSITION = Struct(">Q")
_SYNC_LENGTH = 32
_SYNC = b"trunkline sync"

# The two letters in which base64url differs from base64 (RFC 4648 §5), whose own two are no letters of ours.
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")


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
    (updated_at, position), walk, begun = cursor
    payload = _NUMBERS.pack(updated_at, position, walk) + (begun // SECOND).to_bytes(5, "big")
    raw = payload + _sign(payload, key, scope)
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL).decode()


def decode(token: str, key: bytes, scope: bytes) -> Cursor | None:
    """The cursor of a token, or None when the token was not made by ``encode`` with the same key and scope."""
    raw = _raw(token) if len(token) == _LENGTH else None
    if raw is None:
        return None
    payload, signature = raw[:_PAYLOAD], raw[_PAYLOAD:]
    if not hmac.compare_digest(signature, _sign(payload, key, scope)):
        return None
    updated_at, position, walk = _NUMBERS.unpack_from(payload)
    return Cursor(Place(updated_at, position), walk, int.from_bytes(payload[_NUMBERS.size :], "big") * SECOND)


# A partner's pages have the same token until something changes.
@lru_cache(maxsize=4096)
def encode_sync(position: int, key: bytes, partner_id: int) -> str:
    """The sync token of a position in a partner's changes."""
    payload = _POSITION.pack(position)
    raw = payload + _sign(payload, key, str(partner_id).encode(), _SYNC)
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL).decode()


def decode_sync(token: str, key: bytes, partner_id: int) -> int | None:
    """The position of a sync token, or None when it was not made by ``encode_sync`` for the same partner."""
    raw = _raw(token) if len(token) == _SYNC_LENGTH else None
    if raw is None:
        return None
    payload, signature = raw[: _POSITION.size], raw[_POSITION.size :]
    if not hmac.compare_digest(signature, _sign(payload, key, str(partner_id).encode(), _SYNC)):
        return None
    return _POSITION.unpack(payload)[0]


def _raw(token: str) -> bytes | None:
    try:
        return binascii.a2b_base64(token.encode("ascii").translate(_FROM_URL), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def _sign(payload: bytes, key: bytes, scope: bytes, purpose: bytes = b"trunkline cursor") -> bytes:
    return blake2b(payload + scope, key=key, digest_size=_SIGNATURE, person=purpose).digest()
