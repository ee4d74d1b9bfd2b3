"""``client.chats.typing``: the typing indicator."""

from __future__ import annotations

from types import NoneType
from typing import Unpack

from linq._request import Request, path_to, request
from linq._types import MethodOptions


def start(chat_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Show the recipients that you are typing (``POST /v3/chats/{id}/typing``)."""
    return request("POST", path_to("/v3/chats/{chat_id}/typing", chat_id=chat_id), NoneType, options)


def stop(chat_id: str, **options: Unpack[MethodOptions]) -> Request[None]:
    """Stop showing that you are typing (``DELETE /v3/chats/{id}/typing``)."""
    return request("DELETE", path_to("/v3/chats/{chat_id}/typing", chat_id=chat_id), NoneType, options)
