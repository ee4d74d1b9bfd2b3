"""Signatures, verified with the library of Standard Webhooks and as the older headers require."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from trunkline.delivery import signing
from trunkline.domain.instant import SECOND, now
from trunkline.domain.subscription import SECRET_BYTES, signing_secret

SECRET = signing_secret(bytes(range(SECRET_BYTES)))
BODY = b'{"event_type":"message.received","data":{"text":"\xc3\xa9\xf0\x9f\x8e\x89"}}'


def signed(body: bytes = BODY, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    return signing.headers(secret, "sub-1", "message.received", "event-1", body, at or now())


def test_the_reference_library_accepts_a_signature() -> None:
    assert Webhook(SECRET).verify(BODY, signed()) == json.loads(BODY)


@given(secret=st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES), data=st.dictionaries(st.text(), st.text()))
def test_the_reference_library_accepts_any_secret_and_body(secret: bytes, data: dict[str, str]) -> None:
    text = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    assert Webhook(signing_secret(secret)).verify(text, signed(text, signing_secret(secret))) == json.loads(text)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_request_that_was_altered_is_rejected(header: str) -> None:
    headers = signed()
    altered = "v1,AAAA" if header == "webhook-signature" else str(int(headers.get("webhook-timestamp", "0")) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, headers | {header: altered})
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY.replace(b"received", b"sent"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing_secret(bytes(SECRET_BYTES))).verify(BODY, headers)


def test_the_older_headers_carry_a_signature_of_the_timestamp_and_body() -> None:
    at = datetime(2026, 5, 1, 12, 0, 0, 250_000, UTC)
    headers = signed(at=int(at.timestamp() * SECOND))
    timestamp = "1777636800"
    assert headers["X-Webhook-Event"] == "message.received"
    assert headers["X-Webhook-Subscription-ID"] == "sub-1"
    assert headers["X-Webhook-Timestamp"] == headers["webhook-timestamp"] == timestamp
    expected = hmac.new(SECRET.encode(), timestamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert headers["X-Webhook-Signature"] == expected
