"""The pages that list methods give, loaded when they are first used."""

from typing import TYPE_CHECKING

from linq._lazy import lazily

__all__ = [
    "AsyncListChatsPagination",
    "AsyncListMessagesPagination",
    "PageInfo",
    "SyncListChatsPagination",
    "SyncListMessagesPagination",
]

if TYPE_CHECKING:
    from linq._async.pages import AsyncListChatsPagination, AsyncListMessagesPagination
    from linq._page import PageInfo
    from linq._sync.pages import SyncListChatsPagination, SyncListMessagesPagination
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "linq._async.pages": ["AsyncListChatsPagination", "AsyncListMessagesPagination"],
            "linq._page": ["PageInfo"],
            "linq._sync.pages": ["SyncListChatsPagination", "SyncListMessagesPagination"],
        },
    )
