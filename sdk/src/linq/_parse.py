"""From a response to the value that the caller asked for. Pure: the body has been read."""

from __future__ import annotations

from types import NoneType
from typing import TypeVar, cast

import httpx2
from pydantic import TypeAdapter, ValidationError

from linq._errors import APIResponseValidationError, decoded_body
from linq._http import of_either_library, response_of
from linq._models import BaseModel, parse_model, readable_json

T = TypeVar("T")

_UNPARSED = frozenset({NoneType, str, bytes})


def parse(response: httpx2.Response, cast_to: type[T]) -> T:
    """The body as ``cast_to``: a model, ``str``, ``bytes``, ``NoneType``, a ``Response`` of httpx2 or httpx, or any
    type that pydantic validates.

    Raises ``APIResponseValidationError`` when the body does not have this type.
    """
    try:
        if isinstance(cast_to, type) and issubclass(cast_to, BaseModel):  # pyright: ignore[reportUnnecessaryIsInstance] - list[int] is not a class
            return parse_model(cast_to, response.content)
        if cast_to in _UNPARSED:
            return _unparsed(response, cast_to)
        if cast_to in of_either_library("Response"):
            return cast("T", response_of(cast_to, response))
        return _validated(TypeAdapter(cast_to), response.content)
    except (ValueError, TypeError) as error:
        kind = response.headers.get("content-type", "no content type")
        raise APIResponseValidationError(
            response,
            decoded_body(response),
            message=f"{response.url} responded {response.status_code} with a body ({kind}) that is not what was "
            f"expected: {error}. It begins {response.text[:80]!r}",
        ) from error


def _validated(adapter: TypeAdapter[T], content: bytes) -> T:
    try:
        return adapter.validate_json(content)
    except ValidationError as error:
        if error.errors()[0]["type"] != "json_invalid":
            raise
        return adapter.validate_json(readable_json(content))


def _unparsed(response: httpx2.Response, cast_to: type[T]) -> T:
    """The value of a type that needs no parsing."""
    for value in (None, response.content, response.text):
        if isinstance(value, cast_to):
            return value
    raise TypeError(f"{cast_to} must be parsed")
