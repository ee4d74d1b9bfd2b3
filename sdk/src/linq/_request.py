"""From a call to what goes on the wire. Pure: no I/O, no clock, no client.

Call (what a method was asked) + Settings (what the client was told) → Wire (method, URL, headers, body)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote, urlencode

from linq._errors import LinqApiv3Error
from linq._settings import STANDARD_HEADERS, Settings, check_max_retries, check_timeout
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, TimeoutTypes, omit

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an SDK method: what the caller said, and nothing of the client's settings."""

    method: str
    path: str
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, str | Omit] = field(default_factory=dict[str, "str | Omit"])
    body: object = None
    """Sent as JSON; None sends no body."""
    timeout: TimeoutTypes | NotGiven = NOT_GIVEN
    max_retries: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it is sent, the same for every attempt."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None
    timeout: TimeoutTypes | NotGiven
    max_retries: int


def build(settings: Settings, call: Call) -> Wire:
    """The request for a call. Raises ``LinqApiv3Error``, ``TypeError`` or ``ValueError`` for one that cannot be."""
    if not call.path.startswith("/"):
        # An absolute address would carry the key to whatever host it names.
        raise LinqApiv3Error(f"path must begin with '/', as in '/v3/chats', not {call.path!r}")
    timeout = settings.timeout if isinstance(call.timeout, NotGiven) else call.timeout
    max_retries = settings.max_retries if call.max_retries is None else call.max_retries
    check_timeout(timeout)
    check_max_retries(max_retries)
    content = None if call.body is None else json.dumps(_plain(call.body), separators=(",", ":")).encode()
    query = urlencode(list(_flat({**settings.default_query, **call.query})), quote_via=quote)
    separator = "&" if "?" in call.path else "?"
    return Wire(
        method=call.method,
        url=f"{settings.base_url}{call.path}{separator + query if query else ''}",
        headers=_headers(settings, call, has_body=content is not None),
        content=content,
        timeout=timeout,
        max_retries=max_retries,
    )


def call_for(
    method: str,
    path: str,
    extra_headers: Headers | None,
    extra_query: Query | None,
    extra_body: Body | None,
    timeout: TimeoutTypes | NotGiven,
    *,
    query: Mapping[str, object] | None = None,
    body: Mapping[str, object] | None = None,
    idempotency_key: str | Omit = omit,
) -> Call:
    """The call that a method makes of its own parameters (by name) and of those that every method has (in order)."""
    return Call(
        method,
        path,
        query={**(query or {}), **(extra_query or {})},
        headers=extra_headers or {},
        body=with_extra(body, extra_body),
        timeout=timeout,
        idempotency_key=None if isinstance(idempotency_key, Omit) else idempotency_key,
    )


def path_to(template: str, **ids: str) -> str:
    """The path with these ids in their places. Raises ``ValueError`` for one that would lead elsewhere."""
    for name, value in ids.items():
        if not value.strip("."):
            raise ValueError(f"{name} must be an id, not {value!r}")
    return template.format_map({name: quote(value, safe="") for name, value in ids.items()})


def with_extra(body: object, extra: object) -> object:
    """The JSON body with ``extra`` merged in. Raises ``TypeError`` when there are two and one of them is no object."""
    if extra is None or body is None:
        return body if extra is None else extra
    for each in (body, extra):
        if not isinstance(each, Mapping):
            raise TypeError(f"extra fields go from a JSON object into a JSON object, not into a {type(each).__name__}")
    return {**cast("Mapping[str, object]", body), **cast("Mapping[str, object]", extra)}


def _plain(value: object) -> object:
    """What JSON has for it: without what was left out, models as a server would send them, lists for what iterates."""
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
    """Whether the message in a body says itself which it is, so that a header of ours would only contradict it."""
    message = cast("Mapping[str, object]", body).get("message") if isinstance(body, Mapping) else None
    return isinstance(message, Mapping) and bool(cast("Mapping[str, object]", message).get("idempotency_key"))


def _headers(settings: Settings, call: Call, *, has_body: bool) -> dict[str, str]:
    """Ours, then the client's, then the call's: a later one replaces an earlier one whatever its capitals."""
    ours = dict(STANDARD_HEADERS, Authorization=f"Bearer {settings.api_key}")
    if has_body:
        ours["Content-Type"] = "application/json"
    if call.idempotency_key is not None:
        ours["Idempotency-Key"] = call.idempotency_key
    elif call.method not in _SAFE_METHODS and not _has_own_key(call.body):
        from uuid import uuid4  # noqa: PLC0415 - takes longer to import than all of this module

        # Made here, once: every retry of a write says that it is the same write.
        ours["Idempotency-Key"] = str(uuid4())
    merged: dict[str, tuple[str, str | Omit]] = {}
    for layer in (ours, settings.default_headers, call.headers):
        merged.update({name.lower(): (name, value) for name, value in layer.items()})
    return {name: value for name, value in merged.values() if not isinstance(value, Omit)}


def _flat(query: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Name and text of each parameter: ``true``/``false``, lists joined by commas, ``{"a": {"b": 1}}`` as ``a[b]``."""
    for name, value in query.items():
        if value is None or isinstance(value, Omit | NotGiven):
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
