"""Deliveries of events to subscriptions: their states, and the attempts at them."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from trunkline.domain.instant import Instant

MAX_ATTEMPTS = 11
"""The number of attempts after which a delivery fails."""

MAX_SHOWN_BODY = 1_024
"""Bytes of the body of a response that an attempt keeps."""

_MAX_HEADERS = 20
_MAX_HEADER = 200  # characters
_MAX_ALL_HEADERS = 2_000  # characters


class EntryState(StrEnum):
    """The state of a delivery."""

    PENDING = "waiting"
    DONE = "done"
    FAILED = "failed"


class AttemptStatus(StrEnum):
    """What follows from an attempt."""

    SUCCESS = "success"
    RETRYING = "retrying"
    FAILED = "failed"


class AttemptSummary(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lists show of an attempt."""

    number: int
    """From 1."""
    began_at: Instant
    """When the URLs of files in the body were signed, too: in microseconds since 1970."""
    duration: Instant
    """In microseconds."""
    status: AttemptStatus
    http_status: int | None = None
    """None if there was no response."""
    error: str | None = None
    """None for a success."""


class Attempt(AttemptSummary, frozen=True, omit_defaults=True):
    """A request to a receiver, and its response. The body of the request is that of the event."""

    request_headers: Mapping[str, str] = {}
    response_headers: Mapping[str, str] = {}
    response_body: str = ""
    is_cut: bool = False
    """Whether the response has more than ``response_body``."""

    def without_response(self) -> "Attempt":
        """The same without the headers and the body of the response, which may repeat what the event said."""
        return msgspec.structs.replace(self, response_headers={}, response_body="", is_cut=False)


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a response that an attempt keeps: few, and short."""
    kept: dict[str, str] = {}
    left = _MAX_ALL_HEADERS
    for name, value in list(headers.items())[:_MAX_HEADERS]:
        left -= len(name[:_MAX_HEADER]) + len(value[:_MAX_HEADER])
        if left < 0:
            break
        kept[name[:_MAX_HEADER]] = value[:_MAX_HEADER]
    return kept
