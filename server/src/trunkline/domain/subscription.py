"""Webhook subscriptions: who is told of which events, and where."""

import base64
import re
from collections.abc import Sequence

import msgspec

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import EventType
from trunkline.domain.handle import shown
from trunkline.domain.instant import Instant

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins
SECRET_BYTES = 32
MAX_SUBSCRIPTIONS = 50
DEFAULT_ROUTING_ID_HEADER = "Linq-Chat-Id"

LISTENER = "listen:"
"""What the target of a subscription begins with that only the command ``trunkline webhooks listen`` delivers."""

# Of the API's published events (linq-python 0.65), those that this service never sends. They may be subscribed to, so
# that a client which asks for them is served what there is.
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
"""Every event that can be subscribed to."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")  # RFC 9110 §5.6.2
_RESERVED = re.compile(
    r"host|connection|keep-alive|te|trailer|upgrade|expect|authorization|cookie|proxy-.*|content-.*|transfer-.*"
    r"|user-agent|(?:x-)?webhook-.*",
    re.IGNORECASE,
)


class Subscription(msgspec.Struct, frozen=True):
    """A partner's wish to be told of events, without its signing secret. Events of every line where none is named."""

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
        """Whether it is of a command at a terminal, and goes with it."""
        return self.target_url.startswith(LISTENER)


def signing_secret(randomness: bytes) -> str:
    """The secret that signatures are made with, from ``SECRET_BYTES`` random bytes."""
    return SECRET_PREFIX + base64.b64encode(randomness).decode()


def check_events(names: Sequence[str]) -> tuple[str, ...]:
    """The events to subscribe to, each once. Raises ``InvalidParameter`` for none, and for one that there is not."""
    for name in names:
        if name not in PUBLISHED:
            raise InvalidParameter(
                f"'subscribed_events' has {shown(name)}, and there is no such event; GET /v3/webhook-events lists them"
            )
    if not names:
        raise InvalidParameter("'subscribed_events' is empty; it must name one event at least")
    return tuple(dict.fromkeys(names))


def check_header(value: str | None, name: str) -> str | None:
    """The name of a header to route by, None for none. ``name`` is the field's. Raises ``InvalidParameter``."""
    if not value:
        return None
    if not _TOKEN.fullmatch(value) or _RESERVED.fullmatch(value):
        raise InvalidParameter(
            f"'{name}' is {shown(value)}; it must be the name of an HTTP header of your own, at most 64 characters"
        )
    return value
