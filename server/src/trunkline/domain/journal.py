"""The journal of requests: what it keeps of one, and what is taken out."""

import re
from collections.abc import Sequence

import msgspec

from trunkline.domain import keys, subscription
from trunkline.domain.instant import Instant

FIRST_ERROR = 400
"""The status from which on a response is an error."""

MAX_REQUESTS = 1_000
"""The requests of a partner that are kept: the last ones."""

_HEADERS = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"origin",
        b"range",
        b"referer",
        b"traceparent",
        b"user-agent",
        b"x-forwarded-for",
        b"x-stainless-lang",
        b"x-stainless-package-version",
        b"x-stainless-retry-count",
        b"x-stainless-runtime-version",
    }
)
_MAX_HEADER = 1_000  # characters
_UNDERSCORES = ("_", "%5F", "%5f")
"""How an underscore is written, also in a URL that is encoded more than it has to be."""

_KEYS, _SIGNING_SECRETS = (
    [prefix.replace("_", each) for each in _UNDERSCORES] for prefix in (keys.PREFIX, subscription.SECRET_PREFIX)
)
# Some programs write a slash in JSON after a backslash, of which there are two where JSON is a text in JSON.
_SECRET = re.compile(
    rf"(?:{'|'.join(_KEYS)})(?:[\w-]|%5[Ff]|%2[Dd]){{8,}}|(?:{'|'.join(_SIGNING_SECRETS)})(?:[^\s\"'&\\]|\\+/)+"
)


class JournalEntry(msgspec.Struct, frozen=True, gc=False):
    """A request and its response, as they were. A body is at most as long as what is shown of it."""

    partner_id: int
    trace_id: str
    answered_at: Instant
    duration: Instant
    """In microseconds."""
    method: str
    path: str
    query: bytes
    status: int
    request_headers: Sequence[tuple[bytes, bytes]]
    request_body: bytes | None
    """None if it is a file."""
    request_size: int
    response_headers: Sequence[tuple[bytes, bytes]]
    response_body: bytes | None
    """None if it is not JSON."""
    response_size: int
    is_partial: bool
    """Whether it may have contained more than the bodies have."""

    @property
    def received_at(self) -> Instant:
        """When the request arrived, in microseconds since 1970."""
        return self.answered_at - self.duration

    def header(self, name: bytes) -> str | None:
        """The value of a header of the request; ``name`` is in lower case."""
        return next((value.decode("latin-1") for each, value in self.request_headers if each == name), None)


def kept_headers(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of a request that are kept: those in a list, so that none with a secret is."""
    return shown([each for each in headers if each[0] in _HEADERS])


def shown(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as text."""
    return {name.decode("latin-1"): value.decode("latin-1")[:_MAX_HEADER] for name, value in headers}


def without_secrets(text: str) -> str:
    """A text in which keys and signing secrets are replaced."""
    if not any(each in text for each in (*_KEYS, *_SIGNING_SECRETS)):
        return text  # several times as fast
    return _SECRET.sub("[secret]", text)
