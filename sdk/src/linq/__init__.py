"""``linq``: the Python SDK of the Linq v3 chats API.

    from linq import LinqAPIV3

    client = LinqAPIV3()  # the key comes from LINQ_API_V3_API_KEY
    for chat in client.chats.list_chats():
        print(chat.display_name, chat.health_status.status)

Every name below is loaded when it is first used: ``import linq`` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from linq._version import __version__ as __version__

if TYPE_CHECKING:
    from httpx2 import Timeout as Timeout

    from linq import pagination as pagination
    from linq import types as types
    from linq._async.chats import AsyncChatsResource as AsyncChatsResource
    from linq._async.client import AsyncLinqAPIV3 as AsyncLinqAPIV3
    from linq._async.response import AsyncAPIResponse as AsyncAPIResponse
    from linq._errors import APIConnectionError as APIConnectionError
    from linq._errors import APIError as APIError
    from linq._errors import APIResponseValidationError as APIResponseValidationError
    from linq._errors import APIStatusError as APIStatusError
    from linq._errors import APITimeoutError as APITimeoutError
    from linq._errors import AuthenticationError as AuthenticationError
    from linq._errors import BadRequestError as BadRequestError
    from linq._errors import ConflictError as ConflictError
    from linq._errors import InternalServerError as InternalServerError
    from linq._errors import LinqApiv3Error as LinqApiv3Error
    from linq._errors import NotFoundError as NotFoundError
    from linq._errors import PermissionDeniedError as PermissionDeniedError
    from linq._errors import RateLimitError as RateLimitError
    from linq._errors import UnprocessableEntityError as UnprocessableEntityError
    from linq._http import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
    from linq._http import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
    from linq._http import DefaultAsyncHttpxClient as DefaultAsyncHttpxClient
    from linq._http import DefaultHttpxClient as DefaultHttpxClient
    from linq._models import BaseModel as BaseModel
    from linq._settings import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
    from linq._sync.chats import ChatsResource as ChatsResource
    from linq._sync.client import LinqAPIV3 as LinqAPIV3
    from linq._sync.response import APIResponse as APIResponse
    from linq._types import NOT_GIVEN as NOT_GIVEN
    from linq._types import NotGiven as NotGiven
    from linq._types import Omit as Omit
    from linq._types import RequestOptions as RequestOptions
    from linq._types import not_given as not_given
    from linq._types import omit as omit
    from linq.pagination import AsyncListChatsPagination as AsyncListChatsPagination
    from linq.pagination import SyncListChatsPagination as SyncListChatsPagination

    Client = LinqAPIV3
    AsyncClient = AsyncLinqAPIV3

_HOMES = {
    "httpx2": ["Timeout"],
    "linq._async.chats": ["AsyncChatsResource"],
    "linq._async.client": ["AsyncLinqAPIV3"],
    "linq._async.response": ["AsyncAPIResponse"],
    "linq._errors": [
        "APIConnectionError",
        "APIError",
        "APIResponseValidationError",
        "APIStatusError",
        "APITimeoutError",
        "AuthenticationError",
        "BadRequestError",
        "ConflictError",
        "InternalServerError",
        "LinqApiv3Error",
        "NotFoundError",
        "PermissionDeniedError",
        "RateLimitError",
        "UnprocessableEntityError",
    ],
    "linq._http": ["DEFAULT_CONNECTION_LIMITS", "DEFAULT_TIMEOUT", "DefaultAsyncHttpxClient", "DefaultHttpxClient"],
    "linq._models": ["BaseModel"],
    "linq._settings": ["DEFAULT_MAX_RETRIES"],
    "linq._sync.chats": ["ChatsResource"],
    "linq._sync.client": ["LinqAPIV3"],
    "linq._sync.response": ["APIResponse"],
    "linq._types": ["NOT_GIVEN", "NotGiven", "Omit", "RequestOptions", "not_given", "omit"],
    "linq.pagination": ["AsyncListChatsPagination", "SyncListChatsPagination"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_SYNONYMS = {"Client": "LinqAPIV3", "AsyncClient": "AsyncLinqAPIV3"}
_MODULES = ("pagination", "types")


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"linq.{name}")
    real_name = _SYNONYMS.get(name, name)
    if real_name not in _HOME_OF:
        raise AttributeError(f"module 'linq' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[real_name]), real_name)
    return value


def __dir__() -> list[str]:
    return sorted({"__version__", *_HOME_OF, *_SYNONYMS, *_MODULES})
