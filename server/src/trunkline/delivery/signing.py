"""The signature headers of a webhook: Standard Webhooks, and the older ones of the API. Pure.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac

from trunkline.domain.instant import SECOND, Instant
from trunkline.domain.subscription import SECRET_PREFIX


def headers(
    secret: str, subscription_id: str, event_type: str, event_id: str, body: bytes, at: Instant
) -> dict[str, str]:
    """The headers of a request with this body at that time; ``secret`` is the signing secret (``whsec_…``)."""
    timestamp = str(at // SECOND)
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signature = hmac.digest(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    older = hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        "X-Webhook-Event": event_type,
        "X-Webhook-Subscription-ID": subscription_id,
        "X-Webhook-Timestamp": timestamp,
        "X-Webhook-Signature": older.hex(),
    }
