"""From a method call to the request on the wire. Pure: no I/O, no clock, no client.

Request (what a method was called with) + Settings (the client's) → PreparedRequest (method, URL, headers, body)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import IO, Generic, TypeAlias, TypeVar, cast
from urllib.parse import quote, urlencode, urlsplit

from linq._errors import LinqApiv3Error
from linq._lazy import importing
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
    trail: Trail | None = None
    """For the later pages of a list: the cursors before."""
    content: object = None
    """Sent unchanged, instead of a body: ``bytes``, ``str``, a file, or an iterable of bytes."""
    files: object = None
    """Sent as a multipart form, in which the fields of a body are the other fields."""

    def with_result(self, cast_to: type[T], query: Mapping[str, object] | None = None) -> Request[T]:
        """The same request with another result, and with another ``query`` if one is given."""
        changed = replace(self, query=self.query if query is None else query)
        return replace(cast("Request[T]", changed), cast_to=cast_to)


@dataclass(frozen=True, slots=True)
class Trail:
    """Notices when the cursors of a list go in a circle, without keeping them all.

    Brent's algorithm: compare each cursor with a marked one, and mark the current one after 1, 2, 4, 8, … steps.
    """

    last: str | None = None
    marked: str | None = None
    steps: int = 0

    def followed_by(self, cursor: str) -> Trail:
        """The trail with one more cursor. Raises ``LinqApiv3Error`` if it is the last or the marked one."""
        if cursor in (self.last, self.marked):
            raise LinqApiv3Error(
                f"The server sent the cursor {cursor!r} back as the next one, so pagination would never end"
            )
        steps = self.steps + 1
        is_power_of_two = steps & (steps - 1) == 0
        return Trail(cursor, cursor if is_power_of_two else self.marked, steps)


PageRequest: TypeAlias = Request[T]
"""A request for a list of these items. Each half has its own page classes, and puts in its own."""


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request as it is sent, the same for every attempt."""

    method: str
    url: str
    headers: dict[str, str]
    body: Mapping[str, object]
    """``content``, or ``files`` and ``data``, as the HTTP client takes them; empty without a body."""
    timeout: TimeoutTypes | NotGiven
    wait: float
    max_retries: float


def prepare(settings: Settings, request: Request[object]) -> PreparedRequest:
    """Apply the client's settings. Raises ``LinqApiv3Error``, ``TypeError`` or ``ValueError`` if it is invalid."""
    timeout = settings.timeout if isinstance(request.timeout, NotGiven) else request.timeout
    max_retries = settings.max_retries if request.max_retries is None else request.max_retries
    check_timeout(timeout)
    check_max_retries(max_retries)
    given = {name: value for name, value in request.query.items() if not isinstance(value, Omit)}
    query = urlencode(list(_flat({**settings.default_query, **given})), quote_via=quote)
    separator = "&" if "?" in request.path else "?"
    is_absolute = request.path.startswith(("http://", "https://"))
    url = request.path if is_absolute else f"{settings.base_url}/{request.path.lstrip('/')}"
    return PreparedRequest(
        method=request.method,
        url=f"{url}{separator + query if query else ''}",
        headers=_headers(settings, request, has_key=not is_absolute or _origin(url) == _origin(settings.base_url)),
        body=_body(request),
        timeout=timeout,
        wait=request.wait,
        max_retries=max_retries,
    )


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]


def _body(request: Request[object]) -> Mapping[str, object]:
    """Raises ``TypeError`` for two kinds of body at once."""
    content, body = request.content, request.body
    if content is not None and (body is not None or request.files is not None):
        raise TypeError("pass one of body, content and files; only body and files go together, as a multipart form")
    if request.files is not None:
        fields = cast("Mapping[str, object]", _plain(body or {}))
        return {"files": request.files, "data": dict(_flat(fields))}
    if content is None and isinstance(body, bytes):
        content = body
    if content is not None:
        return {"content": _repeatable(content)}
    return {} if body is None else {"content": json.dumps(_plain(body), separators=(",", ":")).encode()}


def _repeatable(content: object) -> object:
    """The content as bytes, because a retry could not read a file or an iterator again; async ones are unchanged."""
    if isinstance(content, str | bytes):
        return content
    if hasattr(content, "read"):
        return cast("IO[bytes]", content).read()
    return b"".join(cast("Iterable[bytes]", content)) if isinstance(content, Iterable) else content


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
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    return [_plain(item) for item in cast("Iterable[object]", value)] if isinstance(value, Iterable) else value


def _has_own_key(body: object) -> bool:
    """Whether the message in a body has an idempotency key, which a header would contradict."""
    message = cast("Mapping[str, object]", body).get("message") if isinstance(body, Mapping) else None
    return isinstance(message, Mapping) and bool(cast("Mapping[str, object]", message).get("idempotency_key"))


def _headers(settings: Settings, request: Request[object], *, has_key: bool) -> dict[str, str]:
    """The SDK's headers, then the client's, then the request's. A later one replaces an earlier one, in any case.

    The key goes to the origin of the base URL alone: an absolute URL may name any host.
    """
    ours = dict(STANDARD_HEADERS)
    if has_key:
        ours["Authorization"] = f"Bearer {settings.api_key}"
    if request.files is None and (request.body is not None or request.content is not None):
        ours["Content-Type"] = "application/json"
    if request.idempotency_key is not None:
        ours["Idempotency-Key"] = request.idempotency_key
    elif request.method not in _SAFE_METHODS and not _has_own_key(request.body):
        with importing:
            from uuid import uuid4  # noqa: PLC0415 - takes longer to import than all of this module

        # Created once, here, so that every retry of a write carries the same key.
        ours["Idempotency-Key"] = str(uuid4())
    merged: dict[str, tuple[str, str | Omit]] = {}
    for layer in (ours, settings.default_headers, request.headers):
        merged.update({name.lower(): (name, value) for name, value in layer.items()})
    return {name: value for name, value in merged.values() if not isinstance(value, Omit)}


def _flat(query: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and text of each parameter: ``true``/``false``, lists joined by commas, ``{"a": {"b": 1}}`` as ``a[b]``.

    A parameter without a value is left out.
    """
    for name, value in query.items():
        if isinstance(value, Mapping):
            nested = cast("Mapping[str, object]", value)
            yield from _flat({f"{name}[{key}]": inner for key, inner in nested.items()})
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            items = cast("Sequence[object]", value)
            text = ",".join(_text(item) for item in items if item is not None)
            if text:
                yield name, text
        elif text := _text(value):
            yield name, text


def _text(value: object) -> str:
    if value is None or isinstance(value, Omit | NotGiven):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
