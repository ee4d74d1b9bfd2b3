"""From a response to the value that the caller asked for. Pure: the body has been read."""

from __future__ import annotations

from types import NoneType
from typing import TypeVar

import httpx2
from pydantic import TypeAdapter

from linq._errors import APIResponseValidationError, decoded_body
from linq._models import BaseModel, parse_model

T = TypeVar("T")

_UNPARSED = frozenset({NoneType, str, bytes, httpx2.Response})


def parse(response: httpx2.Response, cast_to: type[T]) -> T:
    """The body as ``cast_to``: a model, ``str``, ``bytes``, ``NoneType``, ``httpx2.Response``, or a pydantic type.

    Raises ``APIResponseValidationError`` when the body does not have this type.
    """
    try:
        if isinstance(cast_to, type) and issubclass(cast_to, BaseModel):  # pyright: ignore[reportUnnecessaryIsInstance] - list[int] is not a class
            return parse_model(cast_to, response.content)
        if cast_to in _UNPARSED:
            return _unparsed(response, cast_to)
        return TypeAdapter(cast_to).validate_json(response.content)
    except (ValueError, TypeError) as error:
        kind = response.headers.get("content-type", "no content type")
        raise APIResponseValidationError(
            response,
            decoded_body(response),
            message=f"{response.url} responded {response.status_code} with a body ({kind}) that is not what was "
            f"expected: {error}. It begins {response.text[:80]!r}",
        ) from error


def _unparsed(response: httpx2.Response, cast_to: type[T]) -> T:
    """The value of a type that needs no parsing."""
    for value in (None, response, response.content, response.text):
        if isinstance(value, cast_to):
            return value
    raise TypeError(f"{cast_to} must be parsed")
