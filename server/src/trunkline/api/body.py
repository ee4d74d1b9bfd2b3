"""Reading the body of a request: JSON of a declared shape, or one sentence that says what is wrong with it."""

import re
from typing import Any, TypeVar

import msgspec

from trunkline.api.choices import choices
from trunkline.domain.errors import InvalidBody, InvalidContent, MissingField

T = TypeVar("T")

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_TOO_DEEP = "the body is nested too deeply"
_EXACT = 2**53  # a float has no more digits than that
_MISTAKEN = re.compile(r"Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a decimal number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`")


def _number(digits: str) -> int | float:
    """JSON does not tell 1.0 from 1 (RFC 8259 §6), and not everybody who writes it does."""
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) <= _EXACT else number


_decode = msgspec.json.Decoder(float_hook=_number).decode


def read(content: bytes, shape: type[T]) -> T:
    """The body as this shape. Raises ``MissingField``, ``InvalidBody`` or, for a part, ``InvalidContent``."""
    # All of it is read first: what nobody looks at must be JSON, too.
    value = _value(content)
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), shape) from None


def canonical(content: bytes) -> bytes:
    """The same JSON in one layout, whatever the order of its names. Raises ``InvalidBody``."""
    try:
        return msgspec.json.encode(_value(content), order="sorted")
    except RecursionError:
        raise InvalidBody(_TOO_DEEP) from None


def _value(content: bytes) -> Any:
    if not content.strip():
        raise InvalidBody("the body is empty; it must be a JSON object")
    try:
        return _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidBody(f"the body is not JSON: {error}") from None
    except RecursionError:
        raise InvalidBody(_TOO_DEEP) from None


def _refusal(problem: str, shape: type) -> MissingField | InvalidBody | InvalidContent:
    """What msgspec found, as a caller reads it: a field by its path, such as ``'message.parts[0].type'``."""
    found = _AT.match(problem)
    what, path = (problem, "") if found is None else (found["what"], (found["path"] or "").lstrip("."))
    missing = _MISSING.fullmatch(what)
    if missing is not None:
        name = f"{path}.{missing['field']}" if path else missing["field"]
        return MissingField(f"'{name}' is missing")
    if path and what.endswith(("got `null`", "got `NoneType`")):
        return MissingField(f"'{path}' is null, where it must be given")
    where = f"'{path}' is not valid: " if path else "the body is not valid: "
    kind = InvalidContent if path.startswith("message.parts[") else InvalidBody
    return kind(where + _in_words(what, choices(shape, path)))


def _in_words(what: str, allowed: list[str]) -> str:
    """What msgspec found at a place, and what would be right there."""
    mistaken = _MISTAKEN.fullmatch(what)
    if mistaken is not None:
        expected, got = mistaken["expected"].split(" | "), mistaken["got"]
        if got in _WORDS and all(each in _WORDS for each in expected):
            return f"it must be {' or '.join(_WORDS[each] for each in expected)}, not {_WORDS[got]}"
    said = what[:1].lower() + what[1:].replace(" enum value", " value")
    if allowed and what.startswith("Invalid"):
        return f"{said}; it must be {' or '.join(filter(None, (', '.join(allowed[:-1]), allowed[-1])))}"
    return said
