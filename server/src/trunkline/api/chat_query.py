"""The query of *List all chats*. A new parameter goes here, and its value into ``domain/paging.ChatQuery``."""

from functools import lru_cache

from trunkline.api.parameters import MAX_TOKEN, Parameter, limit_parameter, parse_whole_number, read_query
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber
from trunkline.domain.handle import EMAIL_LIMIT, MAX_NUMBER, parse_handle, parse_number, quoted
from trunkline.domain.paging import DEFAULT_CHAT_LIMIT, MAX_SKIP, MAX_WAIT, ChatQuery, Filters, Include

_INCLUDES = [str(each) for each in Include]


def _parse_wait(text: str) -> int:
    wait = parse_whole_number(text, 0, MAX_WAIT)
    if wait is None:
        raise InvalidParameter(f"'wait' is {quoted(text)}; it must be a whole number of seconds from 0 to {MAX_WAIT}")
    return wait


def _parse_include(text: str) -> frozenset[Include]:
    names = [name.strip(" ") for name in text.split(",")]
    for name in names:
        if name not in _INCLUDES:
            known = ", ".join(_INCLUDES)
            raise InvalidParameter(f"'include' names {quoted(name)}; it must list any of {known}, comma-separated")
        if names.count(name) > 1:
            raise InvalidParameter(f"'include' names {name} twice; name it once")
    return frozenset(map(Include, names))


PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        Parameter(
            "from",
            "Only chats of this line, a phone number in E.164 format. By default, chats of all your lines.",
            {"type": "string", "pattern": r"^\+?[1-9]\d{1,14}$", "maxLength": MAX_NUMBER, "examples": ["+13343284472"]},
            lambda text: parse_number(text, "from"),
            InvalidPhoneNumber,
        ),
        Parameter(
            "to",
            "Only chats of which this handle is or was a participant: a phone number in E.164 format, or an email "
            "address in any case.",
            {"type": "string", "maxLength": EMAIL_LIMIT, "examples": ["+13343284472", "user@example.com"]},
            lambda text: parse_handle(text, "to"),
            InvalidPhoneNumber,
        ),
        limit_parameter("Maximum number of chats on the page.", DEFAULT_CHAT_LIMIT),
        Parameter(
            "cursor",
            "The `next_cursor` of the previous page. Omit it for the first page. A plain number up to "
            f"{MAX_SKIP} skips that many chats.",
            {"type": "string", "maxLength": MAX_TOKEN},
            str,
        ),
        Parameter(
            "updated_since",
            "Only chats that have changed since the page with this `X-Sync-Token`, in the order of their changes.",
            {"type": "string", "maxLength": MAX_TOKEN},
            str,
        ),
        Parameter(
            "wait",
            "With `updated_since`: how many seconds to wait for a change if there is none yet.",
            {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0},
            _parse_wait,
        ),
        Parameter(
            "include",
            "Optional fields to add to each chat, comma-separated, in any order, each once.",
            {
                "type": "array",
                "items": {"type": "string", "enum": _INCLUDES},
                "minItems": 1,
                "maxItems": len(_INCLUDES),
                "uniqueItems": True,
            },
            _parse_include,
        ),
    )
}

_MAX_CACHED = 256  # bytes; longer queries would only fill the memory


def parse_chat_query(query_string: bytes) -> ChatQuery:
    """The query of a request. Unknown parameters are ignored. Raises a ``TrunklineError``."""
    return _parse_cached(query_string) if len(query_string) <= _MAX_CACHED else _parse(query_string)


def _parse(query_string: bytes) -> ChatQuery:
    values = read_query(query_string, PARAMETERS)
    if "wait" in values and "updated_since" not in values:
        raise InvalidParameter("'wait' is given without 'updated_since'; only a query for changes can wait")
    return ChatQuery(
        filters=Filters(line=values.get("from"), handle=values.get("to")),
        limit=values.get("limit", DEFAULT_CHAT_LIMIT),
        cursor=values.get("cursor"),
        updated_since=values.get("updated_since"),
        wait=values.get("wait", 0),
        include=values.get("include", frozenset()),
    )


# Most requests repeat a query: the first page, with the same filters.
_parse_cached = lru_cache(maxsize=1024)(_parse)
