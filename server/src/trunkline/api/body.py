"""Reading the body of a request: JSON of a declared shape, or one sentence that says what is wrong with it."""

import re
from typing import TypeVar

import msgspec

from trunkline.domain.errors import InvalidBody, InvalidContent, MissingField

T = TypeVar("T")

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`")


def read(content: bytes, shape: type[T]) -> T:
    """The body as this shape. Raises ``MissingField``, ``InvalidBody`` or, for a part, ``InvalidContent``."""
    if not content.strip():
        raise InvalidBody("the body is empty; it must be a JSON object")
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None
    except msgspec.DecodeError as error:
        raise InvalidBody(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise InvalidBody("the body is nested too deeply") from None


def _refusal(problem: str) -> MissingField | InvalidBody | InvalidContent:
    """What msgspec found, as a caller reads it: a field by its path, such as ``'message.parts[0].type'``."""
    found = _AT.match(problem)
    what, path = (problem, "") if found is None else (found["what"], (found["path"] or "").lstrip("."))
    missing = _MISSING.fullmatch(what)
    if missing is not None:
        name = f"{path}.{missing['field']}" if path else missing["field"]
        return MissingField(f"'{name}' is missing")
    if path and what.endswith("got `null`"):
        return MissingField(f"'{path}' is null, where it must be given")
    where = f"'{path}' is not valid: " if path else "the body is not valid: "
    kind = InvalidContent if path.startswith("message.parts[") else InvalidBody
    return kind(where + what[:1].lower() + what[1:])
