"""Verifies the signature of a webhook (Standard Webhooks specification). Pure.

webhook-id          msg_…                           the same for every attempt to deliver the event
webhook-timestamp   1717171717                      when this attempt was made, in seconds since 1970
webhook-signature   v1,<base64> v1,<base64> …       HMAC-SHA256 of id.timestamp.body, one for each secret in use
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping

from linq._errors import LinqApiv3Error, WebhookVerificationError

TOLERANCE = 5 * 60
"""The seconds by which a webhook's timestamp may differ from our clock."""
_SECRET_PREFIX = b"whsec_"


def verify(content: bytes, headers: Mapping[str, str], secret: str | bytes, now: float) -> None:
    """Check that the body was signed with this secret within ``TOLERANCE`` of ``now`` (seconds since 1970).

    Raises ``WebhookVerificationError`` if it was not, and ``LinqApiv3Error`` for a malformed secret.
    """
    key = _key(secret)
    given = {name.lower(): value for name, value in headers.items()}
    identity, timestamp, signatures = (
        _header(given, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    _check_age(timestamp, now)
    signed = b".".join((identity.encode(), timestamp.encode(), content))
    expected = base64.b64encode(hmac.digest(key, signed, "sha256"))
    # Compare all of them, so that the time taken does not reveal which one matched.
    matches = [hmac.compare_digest(expected, signature) for signature in _signatures(signatures)]
    if not matches:
        raise WebhookVerificationError("The webhook-signature header has no signature of version v1")
    if not any(matches):
        raise WebhookVerificationError(
            "The webhook's signature does not match this secret and this body: use the secret of its subscription, "
            "and the body as it arrived, before any parsing"
        )


def _key(secret: str | bytes) -> bytes:
    """The signing key: decoded from ``whsec_<base64>``, with or without the prefix; other bytes unchanged."""
    if isinstance(secret, bytes) and not secret.startswith(_SECRET_PREFIX):
        return secret
    text = secret.strip().encode() if isinstance(secret, str) else secret
    digits = text.removeprefix(_SECRET_PREFIX).rstrip(b"=")
    try:
        key = base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        # It is a secret, so the message does not quote it.
        raise LinqApiv3Error(
            "The webhook secret must have the form whsec_<base64>, as webhook_subscriptions.create returns it"
        )
    return key


def _header(given: Mapping[str, str], name: str) -> str:
    value = given.get(name)
    if not value:
        raise WebhookVerificationError(f"The header {name} is missing, so this is not a signed webhook")
    return value


def _check_age(timestamp: str, now: float) -> None:
    if not re.fullmatch("[0-9]{1,12}", timestamp):
        raise WebhookVerificationError(f"The header webhook-timestamp must be seconds since 1970, not {timestamp!r}")
    age = now - int(timestamp)
    if abs(age) > TOLERANCE:
        when = "old" if age > 0 else "ahead of this machine's clock"
        raise WebhookVerificationError(f"The webhook is {abs(age):.0f} seconds {when}; at most {TOLERANCE} are allowed")


def _signatures(header: str) -> list[bytes]:
    """The signatures of version v1; the specification allows other versions next to them."""
    pairs = (each.partition(",") for each in header.split())
    return [signature.encode() for version, _, signature in pairs if version == "v1"]
