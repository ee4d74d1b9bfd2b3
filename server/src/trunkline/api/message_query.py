"""The queries of the lists of messages."""

from collections.abc import Mapping
from typing import Any

from trunkline.api.parameters import MAX_TOKEN, Parameter, include_parameter, limit_parameter, read_query
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import quoted
from trunkline.domain.paging import DEFAULT_MESSAGE_LIMIT, MessageInclude, MessageQuery

NEWEST_FIRST, OLDEST_FIRST = "desc", "asc"


def _parse_order(text: str) -> str:
    if text in {NEWEST_FIRST, OLDEST_FIRST}:
        return text
    raise InvalidParameter(f"'order' is {quoted(text)}; it must be {OLDEST_FIRST} or {NEWEST_FIRST}")


_LIMIT = limit_parameter("Maximum number of messages on the page.", DEFAULT_MESSAGE_LIMIT)
_CURSOR = Parameter(
    "cursor",
    "The `next_cursor` of the previous page. Omit it for the first page.",
    {"type": "string", "maxLength": MAX_TOKEN},
    str,
)
_ORDER = Parameter(
    "order",
    "Oldest first, or newest first.",
    {"type": "string", "enum": [OLDEST_FIRST, NEWEST_FIRST], "default": OLDEST_FIRST},
    _parse_order,
)

_INCLUDE = include_parameter(MessageInclude, "message")

CHAT_PARAMETERS = {each.name: each for each in (_LIMIT, _CURSOR, _INCLUDE)}
THREAD_PARAMETERS = {each.name: each for each in (_LIMIT, _CURSOR, _ORDER, _INCLUDE)}


def parse_chat_messages_query(query_string: bytes) -> MessageQuery:
    """A page of a chat's messages. Raises ``InvalidParameter``."""
    return _query(read_query(query_string, CHAT_PARAMETERS))


def parse_thread_query(query_string: bytes) -> tuple[MessageQuery, bool]:
    """A page of a thread, and whether its newest message comes first. Raises ``InvalidParameter``."""
    values = read_query(query_string, THREAD_PARAMETERS)
    newest_first = values.get("order", OLDEST_FIRST) == NEWEST_FIRST
    return _query(values), newest_first


def _query(values: Mapping[str, Any]) -> MessageQuery:
    return MessageQuery(
        values.get("limit", DEFAULT_MESSAGE_LIMIT), values.get("cursor"), values.get("include", frozenset())
    )
