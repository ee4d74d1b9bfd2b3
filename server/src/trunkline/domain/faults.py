"""Faults of the sandbox: which requests have one, and what the client gets.

request ──▶ the oldest fault that matches it, by chance if it has a share ──▶ error │ delay │ cut connection
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trunkline.domain.errors import (
    InternalError,
    InvalidParameter,
    MissingField,
    NotReady,
    NotWrittenFirst,
    TooManyRequests,
    TrunklineError,
)
from trunkline.domain.handle import EMAIL_LIMIT, MAX_NUMBER, parse_handle, parse_number, quoted

MAX_FAULTS = 100
"""Faults of a partner."""

MAX_DELAY = 300
"""The longest delay, in seconds; longer than most clients wait."""

MAX_TIMES = 1_000_000
"""Requests to which a fault applies, unless it applies to all."""

MAX_RETRY_AFTER = 24 * 3600
"""In seconds."""

_MAX_PATH = 500  # characters
_SENDS = re.compile(r"/v3/(chats|messages|chats/[^/]+/(messages|polls|voicememo))")


class Effect(StrEnum):
    """What the client gets."""

    RATE_LIMIT = "rate_limit"
    FIRST_MESSAGE = "first_message"
    ERROR = "error"
    UNAVAILABLE = "unavailable"
    DELAY = "delay"
    CUT = "cut"


_RETRYABLE = (Effect.RATE_LIMIT, Effect.ERROR, Effect.UNAVAILABLE)

Method: TypeAlias = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


# The OpenAPI document quotes this docstring and these descriptions.
class Fault(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """What happens to requests that match `method`, `path`, `line` and `handle`; each that is missing matches every
    request.
    """

    effect: Annotated[
        Effect,
        Meta(
            description="`rate_limit`: [1007](/docs/errors#1007) with `Retry-After`. `first_message`: "
            "[2008](/docs/errors#2008), for requests that send a message. `error`: 500, and `unavailable`: 503, both "
            "with [3006](/docs/errors#3006). `delay`: the response comes later. `cut`: the connection ends before the "
            "response is complete."
        ),
    ]
    times: Annotated[
        Annotated[int, Meta(ge=1, le=MAX_TIMES)] | UnsetType | None,
        Meta(
            description="For how many requests; `null`: for all until you remove the fault. By default, 1, or, with "
            "`share`, `null`."
        ),
    ] = UNSET
    share: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        Meta(description="The share of the matching requests, at random: 0.2 is one in five. By default, all of them."),
    ] = None
    method: Annotated[Method | None, Meta(description="The method.")] = None
    path: Annotated[
        Annotated[str, Meta(min_length=1, max_length=_MAX_PATH)] | None,
        Meta(
            description="The path, in which `*` stands for any text: `/v3/chats/*/messages`. With a `?`, the query "
            "string is compared too: `/v3/chats?*cursor=*`."
        ),
    ] = None
    line: Annotated[
        Annotated[str, Meta(max_length=MAX_NUMBER)] | None,
        Meta(description="The line that the request names: its chat's, or the one in `from` or `phone_number`."),
    ] = None
    handle: Annotated[
        Annotated[str, Meta(max_length=EMAIL_LIMIT)] | None,
        Meta(
            description="A handle that the request names: a recipient of its chat, or one in `to`, `handle` or "
            "`address`."
        ),
    ] = None
    retry_after: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_RETRY_AFTER)] | None,
        Meta(
            description="Seconds in the header `Retry-After`. By default, 1 for `rate_limit`, and no header for "
            "`error` and `unavailable`."
        ),
    ] = None
    delay_seconds: Annotated[
        Annotated[float, Meta(ge=0, le=MAX_DELAY)] | None,
        Meta(description="Seconds before the request is carried out; required for `delay`."),
    ] = None
    carried_out: Annotated[
        bool,
        Meta(
            description="For `cut`: whether the request is carried out first, and the connection ends within the "
            "response."
        ),
    ] = False


class StoredFault(msgspec.Struct, frozen=True):
    """A fault that applies from the next request on."""

    id: Annotated[str, Meta(description="The id of the fault.")]
    fault: Fault
    remaining: Annotated[
        int | None, Meta(description="For how many more requests; `null`: for all until you remove the fault.")
    ]
    applied: Annotated[int, Meta(ge=0, description="How many requests have had it.")]


class Parties(msgspec.Struct, frozen=True):
    """The lines and handles that a request names."""

    lines: frozenset[str]
    handles: frozenset[str]


def normalised(fault: Fault) -> Fault:
    """The fault with explicit ``times`` and normalised handles.

    Raises ``MissingField``, ``InvalidParameter`` or ``InvalidPhoneNumber``.
    """
    if fault.effect is Effect.DELAY and fault.delay_seconds is None:
        raise MissingField("'delay_seconds' is missing; the effect 'delay' requires it")
    for name, given, effects in (
        ("retry_after", fault.retry_after is not None, _RETRYABLE),
        ("delay_seconds", fault.delay_seconds is not None, (Effect.DELAY,)),
        ("carried_out", fault.carried_out, (Effect.CUT,)),
    ):
        if given and fault.effect not in effects:
            raise InvalidParameter(
                f"'{name}' is given with the effect '{fault.effect}'; it applies only to {', '.join(effects)}"
            )
    if fault.effect is Effect.CUT and fault.method == "HEAD":
        raise InvalidParameter("'method' is 'HEAD'; its response has no body, so it cannot be cut")
    if fault.path is not None and not fault.path.startswith(("/v3/", "*")):
        raise InvalidParameter(f"'path' is {quoted(fault.path)}; it must begin with /v3/ or *")
    times = (1 if fault.share is None else None) if fault.times is UNSET else fault.times
    return msgspec.structs.replace(
        fault,
        times=times,
        line=None if fault.line is None else parse_number(fault.line, "line"),
        handle=None if fault.handle is None else parse_handle(fault.handle, "handle"),
    )


def matches_request(fault: Fault, method: str, path: str, query: str) -> bool:
    """Whether the method and the path match; ``query`` is the encoded query string."""
    if fault.method is not None and fault.method != method:
        return False
    if fault.effect is Effect.CUT and method == "HEAD":
        return False
    if fault.effect is Effect.FIRST_MESSAGE and not (method == "POST" and _SENDS.fullmatch(path)):
        return False
    if fault.path is None:
        return True
    return _matches_path(fault.path, f"{path}?{query}" if "?" in fault.path else path)


def matches_parties(fault: Fault, parties: Parties) -> bool:
    """Whether the line and the handle match."""
    return (fault.line is None or fault.line in parties.lines) and (
        fault.handle is None or fault.handle in parties.handles
    )


def occurs(fault: Fault, draw: Callable[[], float]) -> bool:
    """Whether a matching request has the fault; ``draw`` returns a random number from 0 to 1."""
    return fault.share is None or draw() < fault.share


def error_of(fault: Fault) -> TrunklineError | None:
    """The error that the client gets; None for a delay or a cut."""
    match fault.effect:
        case Effect.RATE_LIMIT:
            return TooManyRequests(1 if fault.retry_after is None else fault.retry_after)
        case Effect.FIRST_MESSAGE:
            return NotWrittenFirst(
                "on a shared sandbox line, you can send a message only to people who have written to you first"
            )
        case Effect.ERROR:
            return InternalError("the service failed on purpose: this request has a fault of the sandbox")
        case Effect.UNAVAILABLE:
            return NotReady("the service is unavailable on purpose: this request has a fault of the sandbox")
        case _:
            return None


def _matches_path(pattern: str, path: str) -> bool:
    """Whether the pieces of the pattern are in the path, in order and at its ends, in linear time."""
    first, *others = pattern.split("*")
    if not others:
        return path == pattern
    *middle, last = others
    if not path.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return path.endswith(last) and position <= len(path) - len(last)
