"""The query of *List all chats*. A new parameter goes here, and its value into ``domain/paging.ChatQuery``."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from trunkline.api.parameters import (
    MAX_TOKEN,
    Parameter,
    choices_parameter,
    include_parameter,
    limit_parameter,
    parse_whole_number,
    read_query,
)
from trunkline.domain.chat import HealthStatus, Service
from trunkline.domain.errors import InvalidParameter, InvalidPhoneNumber
from trunkline.domain.handle import EMAIL_LIMIT, MAX_NUMBER, parse_handle, parse_number, quoted
from trunkline.domain.paging import DEFAULT_CHAT_LIMIT, MAX_SKIP, MAX_WAIT, ChatQuery, Filters, Include, Match, Sort
from trunkline.domain.search import MAX_SEARCH, parse_search

_SERVICES = [str(each) for each in Service]
_SORTS = [str(each) for each in Sort]
_EVERYTHING = Match()
_BOOLEANS = {"true": True, "false": False}


def _parse_wait(text: str) -> int:
    wait = parse_whole_number(text, 0, MAX_WAIT)
    if wait is None:
        raise InvalidParameter(f"'wait' is {quoted(text)}; it must be a whole number of seconds from 0 to {MAX_WAIT}")
    return wait


def _parse_name(name: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise InvalidParameter(f"'{name}' is {quoted(text)}; it must be one of {', '.join(known)}")
    return text


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
        include_parameter(Include, "chat"),
        choices_parameter(
            "health", "Only chats whose health status is one of these, comma-separated, each once.", HealthStatus
        ),
        Parameter(
            "service",
            "Only chats with this service.",
            {"type": "string", "enum": _SERVICES},
            lambda text: Service(_parse_name("service", text, _SERVICES)),
        ),
        Parameter(
            "is_group",
            "Only groups (`true`), or only direct chats (`false`).",
            {"type": "boolean"},
            lambda text: _BOOLEANS[_parse_name("is_group", text, [*_BOOLEANS])],
        ),
        Parameter(
            "q",
            "Only chats with this text in their `display_name` or in the handle of a recipient, whatever the case and "
            "the accents. A number may be written with spaces, hyphens and brackets.",
            {"type": "string", "minLength": 1, "maxLength": MAX_SEARCH, "examples": ["zoe", "(415) 555"]},
            lambda text: parse_search(text, "q"),
        ),
        Parameter(
            "sort",
            "The order of the list: the most recently `updated` chats first, or the most recently `created` ones.",
            {"type": "string", "enum": _SORTS, "default": str(Sort.UPDATED)},
            lambda text: Sort(_parse_name("sort", text, _SORTS)),
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
        filters=Filters(values.get("from"), values.get("to"), _match(values)),
        limit=values.get("limit", DEFAULT_CHAT_LIMIT),
        cursor=values.get("cursor"),
        updated_since=values.get("updated_since"),
        wait=values.get("wait", 0),
        include=values.get("include", frozenset()),
        sort=values.get("sort", Sort.UPDATED),
    )


def _match(values: Mapping[str, Any]) -> Match | None:
    """The conditions among these values; None without any."""
    health, service, is_group, search = (values.get(name) for name in ("health", "service", "is_group", "q"))
    match = Match(health or frozenset(), service, is_group, search)
    return None if match == _EVERYTHING else match


# Most requests repeat a query: the first page, with the same filters.
_parse_cached = lru_cache(maxsize=1024)(_parse)
