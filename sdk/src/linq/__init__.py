# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
"""``linq``: the Python SDK of the Linq v3 chats API.

    from linq import LinqAPIV3

    client = LinqAPIV3()  # the key comes from LINQ_API_V3_API_KEY
    for chat in client.chats.list_chats():
        print(chat.display_name, chat.health_status.status)

Every name is loaded when it is first used, so that ``import linq`` takes almost no time.
"""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from httpx2 import Timeout as Timeout

    from linq import pagination as pagination
    from linq import resources as resources
    from linq import types as types
    from linq._async.client import AsyncClient as AsyncClient
    from linq._async.client import AsyncLinqAPIV3 as AsyncLinqAPIV3
    from linq._async.resources import AsyncChatsResource as AsyncChatsResource
    from linq._async.response import AsyncAPIResponse as AsyncAPIResponse
    from linq._errors import APIConnectionError as APIConnectionError
    from linq._errors import APIError as APIError
    from linq._errors import APIResponseValidationError as APIResponseValidationError
    from linq._errors import APIStatusError as APIStatusError
    from linq._errors import APITimeoutError as APITimeoutError
    from linq._errors import APIWebhookValidationError as APIWebhookValidationError
    from linq._errors import AuthenticationError as AuthenticationError
    from linq._errors import BadRequestError as BadRequestError
    from linq._errors import ConflictError as ConflictError
    from linq._errors import InternalServerError as InternalServerError
    from linq._errors import LinqApiv3Error as LinqApiv3Error
    from linq._errors import NoNextPageError as NoNextPageError
    from linq._errors import NotFoundError as NotFoundError
    from linq._errors import NoWebhookSecretError as NoWebhookSecretError
    from linq._errors import PermissionDeniedError as PermissionDeniedError
    from linq._errors import RateLimitError as RateLimitError
    from linq._errors import UnprocessableEntityError as UnprocessableEntityError
    from linq._errors import WebhookVerificationError as WebhookVerificationError
    from linq._files import file_from_path as file_from_path
    from linq._http import DEFAULT_CONNECTION_LIMITS as DEFAULT_CONNECTION_LIMITS
    from linq._http import DEFAULT_TIMEOUT as DEFAULT_TIMEOUT
    from linq._http import DefaultAioHttpClient as DefaultAioHttpClient
    from linq._http import DefaultAsyncHttpxClient as DefaultAsyncHttpxClient
    from linq._http import DefaultHttpxClient as DefaultHttpxClient
    from linq._http import ProxiesTypes as ProxiesTypes
    from linq._http import Transport as Transport
    from linq._models import BaseModel as BaseModel
    from linq._settings import DEFAULT_MAX_RETRIES as DEFAULT_MAX_RETRIES
    from linq._sync.client import Client as Client
    from linq._sync.client import LinqAPIV3 as LinqAPIV3
    from linq._sync.resources import ChatsResource as ChatsResource
    from linq._sync.response import APIResponse as APIResponse
    from linq._types import NOT_GIVEN as NOT_GIVEN
    from linq._types import NoneType as NoneType
    from linq._types import NotGiven as NotGiven
    from linq._types import Omit as Omit
    from linq._types import RequestOptions as RequestOptions
    from linq._types import not_given as not_given
    from linq._types import omit as omit
    from linq._version import __title__ as __title__
    from linq._version import __version__ as __version__
    from linq.pagination import AsyncListChatsPagination as AsyncListChatsPagination
    from linq.pagination import SyncListChatsPagination as SyncListChatsPagination
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq": ["pagination", "resources", "types"],
            "httpx2": ["Timeout"],
            "linq._async.client": ["AsyncClient", "AsyncLinqAPIV3"],
            "linq._async.resources": ["AsyncChatsResource"],
            "linq._async.response": ["AsyncAPIResponse"],
            "linq._errors": [
                "APIConnectionError",
                "APIError",
                "APIResponseValidationError",
                "APIStatusError",
                "APITimeoutError",
                "APIWebhookValidationError",
                "AuthenticationError",
                "BadRequestError",
                "ConflictError",
                "InternalServerError",
                "LinqApiv3Error",
                "NoNextPageError",
                "NoWebhookSecretError",
                "NotFoundError",
                "PermissionDeniedError",
                "RateLimitError",
                "UnprocessableEntityError",
                "WebhookVerificationError",
            ],
            "linq._http": [
                "DEFAULT_CONNECTION_LIMITS",
                "DEFAULT_TIMEOUT",
                "DefaultAioHttpClient",
                "DefaultAsyncHttpxClient",
                "DefaultHttpxClient",
                "ProxiesTypes",
                "Transport",
            ],
            "linq._files": ["file_from_path"],
            "linq._models": ["BaseModel"],
            "linq._settings": ["DEFAULT_MAX_RETRIES"],
            "linq._sync.client": ["Client", "LinqAPIV3"],
            "linq._sync.resources": ["ChatsResource"],
            "linq._sync.response": ["APIResponse"],
            "linq._types": ["NOT_GIVEN", "NoneType", "NotGiven", "Omit", "RequestOptions", "not_given", "omit"],
            "linq._version": ["__title__", "__version__"],
            "linq.pagination": ["AsyncListChatsPagination", "SyncListChatsPagination"],
        },
    )
