"""Webhook subscriptions: which events go to which target."""

import base64
import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlsplit

import msgspec

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import FIRST_VERSION, LATEST_VERSION, EventType, WebhookVersion
from trunkline.domain.handle import quoted
from trunkline.domain.instant import Instant

SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of every secret
SECRET_BYTES = 32
MAX_SUBSCRIPTIONS = 50
MAX_EVENTS = 200
"""Events that a subscription can list; there are fewer."""
MAX_EVENT_NAME = 100  # characters
MAX_HEADER = 64  # characters
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

RETIRED = frozenset({"message.opt_out", "message.opt_in"})
"""Names that older programs subscribe to. The API no longer has these events, so no subscription has them."""

_TOKEN = re.compile(rf"[A-Za-z0-9!#$%&'*+.^_`|~-]{{1,{MAX_HEADER}}}")  # RFC 9110 §5.6.2
_RESERVED = re.compile(
    r"host|connection|keep-alive|te|trailer|upgrade|expect|authorization|cookie|proxy-.*|content-.*|transfer-.*"
    r"|user-agent|(?:x-)?webhook-.*",
    re.IGNORECASE,
)


class Subscription(msgspec.Struct, frozen=True):
    """A subscription, without its signing secret. ``phone_numbers`` is None for events of every line."""

    id: str
    target_url: str
    version: WebhookVersion
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
    """The events to subscribe to, each once, without retired ones.

    Raises ``InvalidParameter`` for an empty list or an unknown event.
    """
    for name in names:
        if name not in PUBLISHED and name not in RETIRED:
            raise InvalidParameter(
                f"'subscribed_events' has {quoted(name)}, which is not a known event; GET /v3/webhook-events lists them"
            )
    if not names:
        raise InvalidParameter("'subscribed_events' is empty; it must name at least one event")
    return tuple(name for name in dict.fromkeys(names) if name not in RETIRED)


def deliverable(names: Iterable[str], version: WebhookVersion) -> frozenset[str]:
    """Those of the events that exist in a version; a subscription of this version gets no others."""
    newer = {kind for kind, first in FIRST_VERSION.items() if version < first}
    return frozenset(names) - newer


def version_of(target_url: str) -> WebhookVersion:
    """The version that the query of a target names, or the latest.

    Raises ``InvalidParameter`` for an unknown version, or for two.
    """
    query = parse_qsl(urlsplit(target_url).query, keep_blank_values=True)
    match [value for name, value in query if name == "version"]:
        case []:
            return LATEST_VERSION
        case [known] if known in {*WebhookVersion}:
            return WebhookVersion(known)
        case [unknown]:
            known_versions = " or ".join(WebhookVersion)
            raise InvalidParameter(
                f"'target_url' has the version {quoted(unknown)}, which is not known; version must be {known_versions}"
            )
        case _:
            raise InvalidParameter("'target_url' has more than one version; name one, or none for the latest")


def check_header(value: str | None, name: str) -> str | None:
    """The name of a routing header, or None. The error names the field ``name``. Raises ``InvalidParameter``."""
    if not value:
        return None
    if not _TOKEN.fullmatch(value) or _RESERVED.fullmatch(value):
        raise InvalidParameter(
            f"'{name}' is {quoted(value)}; it must be the name of your own HTTP header, at most {MAX_HEADER} characters"
        )
    return value
