"""The parameters of ``client.chats.list_chats``, for callers who collect them first."""

from typing import TypedDict


class ChatListChatsParams(TypedDict, total=False):
    """``client.chats.list_chats(**params)``: every one may be left out."""

    cursor: str | None
    """``next_cursor`` of the page before; the same filters have to come with it."""

    from_: str | None
    """Only chats of this line of yours, in E.164: ``+13343284472``."""

    limit: int | None
    """Chats per page, 1 to 100; the server's default is 20."""

    to: str | None
    """Only chats in which this handle takes part: E.164, or an e-mail address."""
