"""From a method call to the request on the wire. Pure: no I/O, no clock, no client.

Request (what a method was called with) + Settings (the client's) → PreparedRequest (method, URL, headers, body)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar, cast
from urllib.parse import quote, urlencode

from linq._errors import LinqApiv3Error
from linq._settings import STANDARD_HEADERS, Settings, check_max_retries, check_timeout
from linq._types import NOT_GIVEN, MethodOptions, NotGiven, Omit, TimeoutTypes, omit

T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_METHOD_OPTIONS = frozenset(MethodOptions.__annotations__)


@dataclass(frozen=True, slots=True)
class Request(Generic[R_co]):
    """One call of an SDK method, typed by its result; knows nothing of the client's settings."""

    method: str
    path: str
    cast_to: type[R_co]
    """What the body of the response becomes; see ``linq._parse``."""
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, str | Omit] = field(default_factory=dict[str, "str | Omit"])
    body: object = None
    """Sent as JSON; None sends no body."""
    timeout: TimeoutTypes | NotGiven = NOT_GIVEN
    max_retries: int | None = None
    idempotency_key: str | None = None
    wait: float = 0
    """Seconds for which the server may hold its response back; added to the read timeout."""
    prefetch: int = 0
    """For lists: how many pages to fetch ahead, 0 or 1."""

    def with_result(self, cast_to: type[T], query: Mapping[str, object] | None = None) -> Request[T]:
        """The same request with another result, and with another ``query`` if one is given."""
        return Request(
            self.method,
            self.path,
            cast_to,
            self.query if query is None else query,
            self.headers,
            self.body,
            self.timeout,
            self.max_retries,
            self.idempotency_key,
            self.wait,
            self.prefetch,
        )


PageRequest: TypeAlias = Request[T]
"""A request for a list of these items. Each half has its own page classes, and puts in its own."""


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request as it is sent, the same for every attempt."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    timeout: TimeoutTypes | NotGiven
    wait: float
    max_retries: int


def prepare(settings: Settings, request: Request[object]) -> PreparedRequest:
    """Apply the client's settings. Raises ``LinqApiv3Error``, ``TypeError`` or ``ValueError`` if it is invalid."""
    if not request.path.startswith("/"):
        # An absolute URL would carry the key to the host that it names.
        raise LinqApiv3Error(f"path must begin with '/', as in '/v3/chats', not {request.path!r}")
    timeout = settings.timeout if isinstance(request.timeout, NotGiven) else request.timeout
    max_retries = settings.max_retries if request.max_retries is None else request.max_retries
    check_timeout(timeout)
    check_max_retries(max_retries)
    content = None if request.body is None else json.dumps(_plain(request.body), separators=(",", ":")).encode()
    query = urlencode(list(_flat({**settings.default_query, **request.query})), quote_via=quote)
    separator = "&" if "?" in request.path else "?"
    return PreparedRequest(
        method=request.method,
        url=f"{settings.base_url}{request.path}{separator + query if query else ''}",
        headers=_headers(settings, request, has_body=content is not None),
        content=content,
        timeout=timeout,
        wait=request.wait,
        max_retries=max_retries,
    )


def request(
    method: str,
    path: str,
    cast_to: type[T],
    options: MethodOptions,
    *,
    query: Mapping[str, object] | None = None,
    body: Mapping[str, object] | None = None,
    idempotency_key: str | Omit = omit,
    wait: float = 0,
    prefetch: int = 0,
) -> Request[T]:
    """The request of a method with these parameters of its own, and the options that every method takes.

    Raises ``TypeError`` for an option that does not exist, and ``ValueError`` for a ``prefetch`` other than 0 and 1.
    """
    if not options.keys() <= _METHOD_OPTIONS:
        unknown = min(options.keys() - _METHOD_OPTIONS)
        raise TypeError(f"unexpected keyword argument {unknown!r}")
    return Request(
        method,
        path,
        cast_to,
        query={**(query or {}), **(options.get("extra_query") or {})},
        headers=options.get("extra_headers") or {},
        body=with_extra(body, options.get("extra_body")),
        timeout=options.get("timeout", NOT_GIVEN),
        idempotency_key=None if isinstance(idempotency_key, Omit) else idempotency_key,
        wait=wait,
        prefetch=check_prefetch(prefetch),
    )


def path_to(template: str, **ids: str) -> str:
    """The path with these ids filled in. Raises ``ValueError`` for an id that would lead to another path."""
    for name, value in ids.items():
        if not value.strip("."):
            raise ValueError(f"{name} must be an id, not {value!r}")
    return template.format_map({name: quote(value, safe="") for name, value in ids.items()})


def check_prefetch(prefetch: int) -> int:
    """Return ``prefetch``. Raises ``ValueError`` unless it is 0 or 1: a cursor leads to one page, the next."""
    if prefetch not in (0, 1):
        raise ValueError(f"prefetch must be 0 (fetch a page when it is needed) or 1 (one page ahead), not {prefetch!r}")
    return prefetch


def with_extra(body: object, extra: object) -> object:
    """The JSON body with ``extra`` merged in. Raises ``TypeError`` unless both are JSON objects, or one is None."""
    if extra is None or body is None:
        return body if extra is None else extra
    for each in (body, extra):
        if not isinstance(each, Mapping):
            raise TypeError(f"extra fields are merged from one dict into another, not into a {type(each).__name__}")
    return {**cast("Mapping[str, object]", body), **cast("Mapping[str, object]", extra)}


def _plain(value: object) -> object:
    """The value as ``json.dumps`` takes it: omitted fields removed, models dumped, other iterables as lists."""
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {name: _plain(item) for name, item in items if not isinstance(item, Omit | NotGiven)}
    model_dump = getattr(value, "model_dump", None)
    if model_dump is not None:
        return model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [_plain(item) for item in cast("Iterable[object]", value)] if isinstance(value, Iterable) else value


def _has_own_key(body: object) -> bool:
    """Whether the message in a body has an idempotency key, which a header would contradict."""
    message = cast("Mapping[str, object]", body).get("message") if isinstance(body, Mapping) else None
    return isinstance(message, Mapping) and bool(cast("Mapping[str, object]", message).get("idempotency_key"))


def _headers(settings: Settings, request: Request[object], *, has_body: bool) -> dict[str, str]:
    """The SDK's headers, then the client's, then the request's. A later one replaces an earlier one, in any case."""
    ours = dict(STANDARD_HEADERS, Authorization=f"Bearer {settings.api_key}")
    if has_body:
        ours["Content-Type"] = "application/json"
    if request.idempotency_key is not None:
        ours["Idempotency-Key"] = request.idempotency_key
    elif request.method not in _SAFE_METHODS and not _has_own_key(request.body):
        from uuid import uuid4  # noqa: PLC0415 - takes longer to import than all of this module

        # Created once, here, so that every retry of a write carries the same key.
        ours["Idempotency-Key"] = str(uuid4())
    merged: dict[str, tuple[str, str | Omit]] = {}
    for layer in (ours, settings.default_headers, request.headers):
        merged.update({name.lower(): (name, value) for name, value in layer.items()})
    return {name: value for name, value in merged.values() if not isinstance(value, Omit)}


def _flat(query: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and text of each parameter that has a value.

    ``true``/``false``, lists joined by commas, ``{"a": {"b": 1}}`` as ``a[b]``.
    """
    for name, value in query.items():
        if value is None or value == "" or isinstance(value, Omit | NotGiven):
            continue
        if isinstance(value, Mapping):
            nested = cast("Mapping[str, object]", value)
            yield from _flat({f"{name}[{key}]": inner for key, inner in nested.items()})
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            yield name, ",".join(_text(item) for item in cast("Sequence[object]", value))
        else:
            yield name, _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
