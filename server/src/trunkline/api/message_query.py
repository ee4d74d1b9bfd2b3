"""The query of a list of messages: each parameter declared once, like those of the list of chats."""

from trunkline.actions.reading import DEFAULT_LIMIT, MAX_LIMIT, MessageQuery
from trunkline.api.query import Parameter, parse_limit, read
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.handle import shown

NEWEST_FIRST, OLDEST_FIRST = "desc", "asc"


def _parse_order(text: str) -> str:
    if text in {NEWEST_FIRST, OLDEST_FIRST}:
        return text
    raise InvalidParameter(f"'order' is {shown(text)}; it must be {OLDEST_FIRST} or {NEWEST_FIRST}")


_LIMIT = Parameter(
    "limit",
    "How many messages a page holds at most.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    parse_limit,
)
_CURSOR = Parameter(
    "cursor",
    "The `next_cursor` of the previous page. Leave it out for the first page.",
    {"type": "string"},
    str,
)
_ORDER = Parameter(
    "order",
    "Oldest first, or newest first.",
    {"type": "string", "enum": [OLDEST_FIRST, NEWEST_FIRST], "default": OLDEST_FIRST},
    _parse_order,
)

OF_CHAT = {each.name: each for each in (_LIMIT, _CURSOR)}
OF_THREAD = {each.name: each for each in (_LIMIT, _CURSOR, _ORDER)}


def of_chat(query_string: bytes) -> MessageQuery:
    """A page of a chat's messages. Raises ``InvalidParameter``."""
    values = read(query_string, OF_CHAT)
    return MessageQuery(values.get("limit", DEFAULT_LIMIT), values.get("cursor"))


def of_thread(query_string: bytes) -> tuple[MessageQuery, bool]:
    """A page of a thread, and whether its newest message comes first. Raises ``InvalidParameter``."""
    values = read(query_string, OF_THREAD)
    newest_first = values.get("order", OLDEST_FIRST) == NEWEST_FIRST
    return MessageQuery(values.get("limit", DEFAULT_LIMIT), values.get("cursor")), newest_first
