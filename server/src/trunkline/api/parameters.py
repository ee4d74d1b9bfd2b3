"""Query parameters, each declared once for its parser and for the OpenAPI document."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from trunkline.domain.errors import InvalidParameter, TrunklineError
from trunkline.domain.handle import quoted
from trunkline.domain.paging import MAX_LIMIT

MAX_TOKEN = 255
"""Characters of a cursor or a sync token; the service makes shorter ones."""

MAX_PAIRS = 2_000
"""Parameters in a query, the ones that are ignored included."""


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a request. ``parse`` turns its text into a value, or raises a ``TrunklineError`` that names it.
    It gets no text that is longer than the ``maxLength`` of the ``schema``.
    """

    name: str
    description: str
    schema: dict[str, Any]
    parse: Callable[[str], Any]
    error: type[TrunklineError] = InvalidParameter
    """What a value that is not valid UTF-8 raises."""
    location: str = "query"
    required: bool = False
    is_list: bool = False
    """Whether the value is a list: comma-separated, or the parameter repeated. ``parse`` gets it comma-separated."""


def limit_parameter(description: str, default: int) -> Parameter:
    """The parameter ``limit`` of a list of documents."""
    description = f"{description} A page of about a megabyte ends earlier; `next_cursor` continues there."
    return number_parameter("limit", description, 1, MAX_LIMIT, default)


def number_parameter(name: str, description: str, minimum: int, maximum: int, default: int) -> Parameter:
    """A parameter whose value is a whole number of this range."""

    def parse(text: str) -> int:
        number = parse_whole_number(text, minimum, maximum)
        if number is None:
            raise InvalidParameter(f"{name!r} is {quoted(text)}; it must be a whole number from {minimum} to {maximum}")
        return number

    schema = {"type": "integer", "minimum": minimum, "maximum": maximum, "default": default}
    return Parameter(name, description, schema, parse)


def choice_parameter(name: str, description: str, choices: Sequence[str], default: str | None = None) -> Parameter:
    """A parameter whose value is one of these."""

    def parse(text: str) -> str:
        if text not in choices:
            allowed = f"{', '.join(choices[:-1])} or {choices[-1]}"
            raise InvalidParameter(f"{name!r} is {quoted(text)}; it must be {allowed}")
        return text

    schema: dict[str, Any] = {"type": "string", "enum": list(choices)}
    return Parameter(name, description, schema if default is None else {**schema, "default": default}, parse)


def text_parameter(name: str, description: str, max_length: int, *examples: str) -> Parameter:
    """A parameter that is any text without a null character, which no engine stores."""

    def parse(text: str) -> str:
        if "\0" in text:
            raise InvalidParameter(f"{name!r} is {quoted(text)}; it must not contain a null character")
        return text

    schema: dict[str, Any] = {"type": "string", "maxLength": max_length, "pattern": r"^[^\x00]*$"}
    return Parameter(name, description, {**schema, "examples": list(examples)} if examples else schema, parse)


def cursor_parameter() -> Parameter:
    """The parameter ``cursor`` of a list with filters."""
    return Parameter(
        "cursor",
        "The `next_cursor` of the previous page, with the same filters. Omit it for the first page.",
        {"type": "string", "maxLength": MAX_TOKEN},
        str,
    )


def choices_parameter(name: str, description: str, choices: type[StrEnum]) -> Parameter:
    """A parameter whose value is a set of these: comma-separated, in any order, each once."""
    known = [str(each) for each in choices]

    def parse(text: str) -> frozenset[StrEnum]:
        listed = [each.strip(" ") for each in text.split(",")]
        for each in listed:
            if each not in known:
                raise InvalidParameter(
                    f"{name!r} names {quoted(each)}; it must list any of {', '.join(known)}, comma-separated"
                )
            if listed.count(each) > 1:
                raise InvalidParameter(f"{name!r} names {each} twice; name it once")
        return frozenset(map(choices, listed))

    items = {"type": "string", "enum": known}
    schema = {"type": "array", "items": items, "minItems": 1, "maxItems": len(known), "uniqueItems": True}
    return Parameter(name, description, schema, parse)


def include_parameter(fields: type[StrEnum], item: str) -> Parameter:
    """The parameter ``include`` of a list, which adds optional fields to each item."""
    description = f"Optional fields to add to each {item}, comma-separated, in any order, each once."
    return choices_parameter("include", description, fields)


def parse_whole_number(text: str, minimum: int, maximum: int) -> int | None:
    """The number, if the text is one of this range in plain digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(maximum))):
        return None
    return int(text) if minimum <= int(text) <= maximum else None


def read_query(query_string: bytes, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values of the given parameters by name; one without a value is absent. Others are ignored.

    Raises a ``TrunklineError``.
    """
    given: dict[str, list[bytes]] = {}
    pairs = query_string.split(b"&", MAX_PAIRS) if query_string else []
    if len(pairs) > MAX_PAIRS:
        raise InvalidParameter(f"the query has more than {MAX_PAIRS:,} parameters, the most that the service accepts")
    for pair in pairs:
        raw_name, _, raw_value = pair.partition(b"=")
        name = _decode(raw_name)
        if name is None or name not in parameters:
            continue
        if name not in given:
            given[name] = [raw_value]
        elif parameters[name].is_list:
            given[name].append(raw_value)
        else:
            raise InvalidParameter(f"'{name}' is given twice; give it once")
    joined = {name: b",".join(values) for name, values in given.items()}
    return {name: _value(parameters[name], raw_value) for name, raw_value in joined.items() if raw_value}


def _value(parameter: Parameter, raw: bytes) -> Any:
    text = _decode(raw)
    if text is None:
        raise parameter.error(f"'{parameter.name}' is {quoted(repr(raw)[2:-1])}; it must be UTF-8, percent-encoded")
    maximum = parameter.schema.get("maxLength", len(text))
    if len(text) > maximum:
        raise parameter.error(f"'{parameter.name}' has {len(text):,} characters; it must have at most {maximum}")
    return parameter.parse(text)


def _decode(raw: bytes) -> str | None:
    """The text of a form-encoded value, in which a plus is a space; None if it is not UTF-8."""
    try:
        if b"%" in raw or b"+" in raw:
            return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
        return raw.decode()
    except UnicodeDecodeError:
        return None
