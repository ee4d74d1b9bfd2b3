"""The pages that list methods give."""

from linq._async.pages import AsyncListChatsPagination
from linq._page import PageInfo
from linq._sync.pages import SyncListChatsPagination

__all__ = ["AsyncListChatsPagination", "PageInfo", "SyncListChatsPagination"]
