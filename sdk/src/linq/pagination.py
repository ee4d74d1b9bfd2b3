# Generated from sdk/tools/public_names.py by sdk/tools/generate_names.py; run make generate.
# ruff: noqa: PLC0414 - `X as X` tells type checkers that X is public

"""The pages that list methods return, and the iterator that ``chats.follow`` returns."""

from linq._lazy import lazily

TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here
if TYPE_CHECKING:
    from linq._async.follow import AsyncChatFollower as AsyncChatFollower
    from linq._async.pages import AsyncListChatsPagination as AsyncListChatsPagination
    from linq._async.pages import AsyncListMessagesPagination as AsyncListMessagesPagination
    from linq._page import PageInfo as PageInfo
    from linq._sync.follow import ChatFollower as ChatFollower
    from linq._sync.pages import SyncListChatsPagination as SyncListChatsPagination
    from linq._sync.pages import SyncListMessagesPagination as SyncListMessagesPagination
else:
    __getattr__, __dir__, __all__ = lazily(
        __name__,
        {
            "linq._async.follow": ["AsyncChatFollower"],
            "linq._async.pages": ["AsyncListChatsPagination", "AsyncListMessagesPagination"],
            "linq._page": ["PageInfo"],
            "linq._sync.follow": ["ChatFollower"],
            "linq._sync.pages": ["SyncListChatsPagination", "SyncListMessagesPagination"],
        },
    )
