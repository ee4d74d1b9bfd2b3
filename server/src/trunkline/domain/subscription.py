"""Webhook subscriptions: which events go to which target."""

import base64
import re
from collections.abc import Sequence

import msgspec

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import EventType
from trunkline.domain.handle import quoted
from trunkline.domain.instant import Instant

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of every secret
SECRET_BYTES = 32
MAX_SUBSCRIPTIONS = 50
DEFAULT_ROUTING_ID_HEADER = "Linq-Chat-Id"

LISTENER = "listen:"
"""The prefix of the target of a subscription that ``trunkline webhooks listen`` serves."""

# The events that the API publishes (linq-python 0.65) and this service never sends. Clients may subscribe to them, so
# that a client that lists every event can subscribe to the others.
_NEVER_SENT = {
    "poll": "received failed sent delivered read updated vote.added vote.removed reaction.added",
    "chat": "group_name_update_failed group_icon_update_failed background_updated background_update_failed",
    "phone_number": "assigned released forwarding_updated",
    "contact_card": "received created updated deleted",
    "call": "initiated ringing answered ended failed declined no_answer",
    "location.sharing": "started stopped",
    "payment": "succeeded canceled expired declined authorized",
    "connection": "created revoked",
    "zero_day_retention": "updated",
    "environment": "line_moved created renamed deleted",
    "api_token": "created renamed expiry_scheduled expired activated deleted",
    "webhook_subscription": "created deleted target_url_changed enabled disabled events.updated phone_numbers.updated "
    "routing_headers_set routing_headers_cleared",
    "team_member": "added signed_in signed_out",
}

PUBLISHED: frozenset[str] = frozenset(
    [*EventType, *[f"{noun}.{verb}" for noun, verbs in _NEVER_SENT.items() for verb in verbs.split()]]
)
"""Every event that a client can subscribe to."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")  # RFC 9110 §5.6.2
_RESERVED = re.compile(
    r"host|connection|keep-alive|te|trailer|upgrade|expect|authorization|cookie|proxy-.*|content-.*|transfer-.*"
    r"|user-agent|(?:x-)?webhook-.*",
    re.IGNORECASE,
)


class Subscription(msgspec.Struct, frozen=True):
    """A subscription, without its signing secret. ``phone_numbers`` is None for events of every line."""

    id: str
    target_url: str
    events: tuple[str, ...]
    phone_numbers: tuple[str, ...] | None
    is_active: bool
    routing_id_header: str | None
    routing_key_header: str | None
    created_at: Instant
    updated_at: Instant

    @property
    def is_listener(self) -> bool:
        """Whether ``trunkline webhooks listen`` serves it; it ends with the command."""
        return self.target_url.startswith(LISTENER)


def signing_secret(randomness: bytes) -> str:
    """The signing secret made of ``SECRET_BYTES`` random bytes."""
    return SECRET_PREFIX + base64.b64encode(randomness).decode()


def check_events(names: Sequence[str]) -> tuple[str, ...]:
    """The events to subscribe to, each once. Raises ``InvalidParameter`` for an empty list or an unknown event."""
    for name in names:
        if name not in PUBLISHED:
            raise InvalidParameter(
                f"'subscribed_events' has {quoted(name)}, which is not a known event; GET /v3/webhook-events lists them"
            )
    if not names:
        raise InvalidParameter("'subscribed_events' is empty; it must name at least one event")
    return tuple(dict.fromkeys(names))


def check_header(value: str | None, name: str) -> str | None:
    """The name of a routing header, or None. The error names the field ``name``. Raises ``InvalidParameter``."""
    if not value:
        return None
    if not _TOKEN.fullmatch(value) or _RESERVED.fullmatch(value):
        raise InvalidParameter(
            f"'{name}' is {quoted(value)}; it must be the name of your own HTTP header, at most 64 characters"
        )
    return value
