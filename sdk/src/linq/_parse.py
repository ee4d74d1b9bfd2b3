"""From an answer to the value that was asked for. Pure: the answer has been read."""

from __future__ import annotations

from types import NoneType
from typing import Any, TypeVar, cast

import httpx2
from pydantic import TypeAdapter

from linq._errors import APIResponseValidationError, decoded_body
from linq._models import BaseModel, parse_model

T = TypeVar("T")


def parse(response: httpx2.Response, cast_to: type[T]) -> T:
    """The answer as ``cast_to``: a model, ``httpx2.Response``, ``str``, ``bytes``, None's type, or what pydantic knows.

    Raises ``APIResponseValidationError`` when the body cannot be that.
    """
    as_it_is: dict[object, Any] = {httpx2.Response: response, bytes: response.content, NoneType: None}
    if cast_to in as_it_is:
        return cast("T", as_it_is[cast_to])
    try:
        if isinstance(cast_to, type) and issubclass(cast_to, BaseModel):  # pyright: ignore[reportUnnecessaryIsInstance] - list[int] is none
            return cast("T", parse_model(cast_to, response.content))
        if cast_to is str:
            return cast("T", response.text)
        return TypeAdapter(cast_to).validate_json(response.content)
    except (ValueError, TypeError) as error:
        kind = response.headers.get("content-type", "no content type")
        raise APIResponseValidationError(
            response,
            decoded_body(response),
            message=f"{response.url} answered {response.status_code} with a body ({kind}) that is not what was "
            f"expected: {error}. It begins {response.text[:80]!r}",
        ) from error
