"""The tokens of a list: stateless for the server, opaque to the client (docs/wire.md §1, §6).

    cursor:      sort key of the last item served (16 bytes) · snapshot: the partner's revision at the first page (8)
                 · started: when the first page was served, in seconds (5)
                 · how many chats after it to leave out (3), only if there are any · signature (16)
    sync token:  revision up to which the client has seen the partner's changes (8) · signature (16)

The lengths are multiples of three, so base64url needs no padding and has no spare bits: every character counts. The
signature is a keyed BLAKE2b over the payload and the partner, and over the filters for a cursor. A token that is
truncated, edited, another partner's or, for a cursor, used with other filters has no valid signature.
"""

import binascii
import hmac
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from trunkline.domain.instant import DAY, SECOND, Instant

LIFETIME: int = 2 * DAY
"""How long pagination may take, in microseconds. So a cursor from its first day is valid for at least a day."""

_NUMBERS = Struct(">qQQ")
_PAYLOAD = _NUMBERS.size + 5
_SIGNATURE = 16
_SKIP = 3
_LENGTH, _LENGTH_WITH_SKIP = 60, 64  # characters
_REVISION = Struct(">Q")
_SYNC_LENGTH = 32
_SYNC = b"trunkline sync"

# The two characters in which base64url differs from base64 (RFC 4648 §5); those of base64 itself are not accepted.
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")


class SortKey(NamedTuple):
    """What a list is ordered by: the last update, and within one microsecond the revision."""

    updated_at: Instant
    revision: int


MAX_SORT_KEY = SortKey(2**62, 2**62)
"""Greater than every sort key: a list with the newest first begins after it."""

MIN_SORT_KEY = SortKey(-(2**62), 0)
"""Less than every sort key: a list with the oldest first begins after it."""


class Cursor(NamedTuple):
    """Where a page begins: after a sort key, in a snapshot. ``started_at`` is when the first page was served."""

    after: SortKey
    snapshot: int
    started_at: Instant
    skip: int = 0
    """How many items after the sort key to leave out."""


def encode(cursor: Cursor, key: bytes, scope: bytes) -> str:
    """The token of a cursor. ``scope`` is the partner and the filters, in any unambiguous form."""
    (updated_at, revision), snapshot, started_at, skip = cursor
    payload = _NUMBERS.pack(updated_at, revision, snapshot) + (started_at // SECOND).to_bytes(5, "big")
    if skip:
        payload += skip.to_bytes(_SKIP, "big")
    raw = payload + _sign(payload, key, scope)
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL).decode()


def decode(token: str, key: bytes, scope: bytes) -> Cursor | None:
    """The cursor of a token; None unless ``encode`` made it with the same key and scope."""
    raw = _raw(token) if len(token) in (_LENGTH, _LENGTH_WITH_SKIP) else None
    if raw is None:
        return None
    payload, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if not hmac.compare_digest(signature, _sign(payload, key, scope)):
        return None
    updated_at, revision, snapshot = _NUMBERS.unpack_from(payload)
    started_at = int.from_bytes(payload[_NUMBERS.size : _PAYLOAD], "big") * SECOND
    skip = int.from_bytes(payload[_PAYLOAD:], "big")
    return Cursor(SortKey(updated_at, revision), snapshot, started_at, skip)


# The pages of a partner have the same token until something changes.
@lru_cache(maxsize=4096)
def encode_sync(revision: int, key: bytes, partner_id: int) -> str:
    """The sync token of a revision."""
    payload = _REVISION.pack(revision)
    raw = payload + _sign(payload, key, str(partner_id).encode(), _SYNC)
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL).decode()


def decode_sync(token: str, key: bytes, partner_id: int) -> int | None:
    """The revision of a sync token; None unless ``encode_sync`` made it for the same partner."""
    raw = _raw(token) if len(token) == _SYNC_LENGTH else None
    if raw is None:
        return None
    payload, signature = raw[: _REVISION.size], raw[_REVISION.size :]
    if not hmac.compare_digest(signature, _sign(payload, key, str(partner_id).encode(), _SYNC)):
        return None
    return _REVISION.unpack(payload)[0]


def _raw(token: str) -> bytes | None:
    try:
        raw = binascii.a2b_base64(token.encode("ascii").translate(_FROM_URL), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return raw if len(raw) * 4 == len(token) * 3 else None  # no padding


def _sign(payload: bytes, key: bytes, scope: bytes, purpose: bytes = b"trunkline cursor") -> bytes:
    return blake2b(payload + scope, key=key, digest_size=_SIGNATURE, person=purpose).digest()
