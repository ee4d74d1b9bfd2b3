"""The query of *List all chats*: each parameter declared once, for its parser and for its OpenAPI entry alike."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber, TrunklineError
from trunkline.domain.handle import parse_handle, parse_number, shown
from trunkline.domain.listing import DEFAULT_LIMIT, MAX_LIMIT, MAX_SKIP, MAX_WAIT, ChatQuery, Filters, Include


class Parameter(msgspec.Struct, frozen=True):
    """A query parameter: ``parse`` turns its text into a value, or raises a ``TrunklineError`` that names it."""

    name: str
    description: str
    schema: dict[str, Any]
    parse: Callable[[str], Any]
    refusal: type[TrunklineError] = InvalidParameter
    """What a value that is no text at all gets."""
    place: str = "query"


def parse_limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIMIT)) and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    raise InvalidParameter(f"'limit' is {shown(text)}; it must be a whole number from 1 to {MAX_LIMIT}")


def _parse_wait(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_WAIT)) and int(text) <= MAX_WAIT:
        return int(text)
    raise InvalidParameter(f"'wait' is {shown(text)}; it must be a whole number of seconds from 0 to {MAX_WAIT}")


def _parse_include(text: str) -> frozenset[Include]:
    names = [name.strip(" ") for name in text.split(",")]
    for name in names:
        if name not in _INCLUDES:
            known = ", ".join(_INCLUDES)
            raise InvalidParameter(f"'include' names {shown(name)}; it must be some of {known}, comma-separated")
        if names.count(name) > 1:
            raise InvalidParameter(f"'include' names {name} twice; name it once")
    return frozenset(map(Include, names))


_INCLUDES = [str(each) for each in Include]

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            "from",
            "Only chats of this line of yours, a phone number in E.164 format. Without it, chats of all your lines.",
            {"type": "string", "pattern": r"^\+?[1-9]\d{1,14}$", "examples": ["+13343284472"]},
            lambda text: parse_number(text, "from"),
            InvalidPhoneNumber,
        ),
        Parameter(
            "to",
            "Only chats that this handle takes part in, or took part in: a phone number in E.164 format or an e-mail "
            "address, whose case does not matter.",
            {"type": "string", "maxLength": 254, "examples": ["+13343284472", "user@example.com"]},
            lambda text: parse_handle(text, "to"),
            InvalidPhoneNumber,
        ),
        Parameter(
            "limit",
            "How many chats a page holds at most.",
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            parse_limit,
        ),
        Parameter(
            "cursor",
            "The `next_cursor` of the previous page. Leave it out for the first page. A plain number up to "
            f"{MAX_SKIP} skips that many chats.",
            {"type": "string"},
            str,
        ),
        Parameter(
            "updated_since",
            "Only chats that have changed since the page whose `X-Sync-Token` this is, in the order of the changes.",
            {"type": "string"},
            str,
        ),
        Parameter(
            "wait",
            "With `updated_since`: how many seconds the answer may wait while nothing has changed.",
            {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0},
            _parse_wait,
        ),
        Parameter(
            "include",
            "What to show of each chat besides, comma-separated, in any order, each once.",
            {"type": "array", "items": {"type": "string", "enum": _INCLUDES}, "minItems": 1, "uniqueItems": True},
            _parse_include,
        ),
    )
}

_OFTEN = 256  # bytes; a longer query would only fill the memory


def parse(query_string: bytes) -> ChatQuery:
    """The query of a request. Parameters that the list does not know are ignored. Raises a ``TrunklineError``."""
    return _parse_again(query_string) if len(query_string) <= _OFTEN else _parse(query_string)


def read(query_string: bytes, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """The values that are given, by name; others than these parameters are ignored. Raises a ``TrunklineError``."""
    given: dict[str, bytes] = {}
    for pair in query_string.split(b"&") if query_string else ():
        raw_name, _, raw_value = pair.partition(b"=")
        name = _decode(raw_name)
        if name is None or name not in parameters:
            continue
        if name in given:
            raise InvalidParameter(f"'{name}' is given twice; give it once")
        given[name] = raw_value
    return {name: _value(parameters[name], raw_value) for name, raw_value in given.items()}


def _parse(query_string: bytes) -> ChatQuery:
    values = read(query_string, PARAMETERS)
    if "wait" in values and "updated_since" not in values:
        raise InvalidParameter("'wait' is given without 'updated_since'; only what changes can be waited for")
    return ChatQuery(
        filters=Filters(line=values.get("from"), handle=values.get("to")),
        limit=values.get("limit", DEFAULT_LIMIT),
        cursor=values.get("cursor"),
        updated_since=values.get("updated_since"),
        wait=values.get("wait", 0),
        include=values.get("include", frozenset()),
    )


# Most requests ask what others have asked before: a first page, with the same filters.
_parse_again = lru_cache(maxsize=1024)(_parse)


def _value(parameter: Parameter, raw: bytes) -> Any:
    text = _decode(raw)
    if text is None:
        raise parameter.refusal(f"'{parameter.name}' is {shown(repr(raw)[2:-1])}; it must be UTF-8, percent-encoded")
    return parameter.parse(text)


def _decode(raw: bytes) -> str | None:
    """Text of a form-encoded piece, where a plus is a space, or None when it is no UTF-8."""
    try:
        if b"%" in raw or b"+" in raw:
            return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
        return raw.decode()
    except UnicodeDecodeError:
        return None
