# Generated from _async/chats.py by sdk/tools/generate_sync.py: change that, then run this.
"""The methods of ``client.chats``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from linq._request import Call
from linq._types import NOT_GIVEN, Body, Headers, NotGiven, Omit, Query, TimeoutTypes, omit

if TYPE_CHECKING:
    from linq._sync._runtime import SyncListChatsPagination
    from linq._sync.client import LinqAPIV3
    from linq._sync.engine import Form
    from linq._sync.response import APIResponse, ResponseContextManager
    from linq.types.chat import Chat

P = ParamSpec("P")
R = TypeVar("R")


class ChatsResource:
    """``client.chats``."""

    def __init__(self, client: LinqAPIV3, form: Form = "parsed") -> None:
        self._client = client
        self._form: Form = form

    @property
    def with_raw_response(self) -> ChatsWithRawResponse:
        """The same methods, giving the HTTP answer; its ``parse()`` gives what they give here."""
        return ChatsWithRawResponse(self._client)

    @property
    def with_streaming_response(self) -> ChatsWithStreamingResponse:
        """The same methods as context managers, whose answer is read only when it is asked for."""
        return ChatsWithStreamingResponse(self._client)

    def list_chats(
        self,
        *,
        cursor: str | Omit | None = omit,
        from_: str | Omit | None = omit,
        limit: int | Omit | None = omit,
        to: str | Omit | None = omit,
        prefetch: int = 0,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: TimeoutTypes | NotGiven = NOT_GIVEN,
    ) -> SyncListChatsPagination[Chat]:
        """List all chats, most recently updated first (seed; ``GET /v3/chats``).

        Iterating over the result walks every page; each page takes one request.

        :param cursor: ``next_cursor`` of an earlier page with the same filters, to go on from there
        :param from_: only chats of this line of yours, in E.164 (``+13343284472``)
        :param limit: chats per page, 1 to 100; the server's default is 20
        :param to: only chats in which this handle takes part: E.164, or an e-mail address
        :param prefetch: 1 fetches the next page in the background while you work through this one
        :param extra_headers: sent besides, or instead of, the client's own; ``omit`` leaves a default header out
        :param extra_query: further query parameters
        :param extra_body: a JSON body, for servers that want one
        :param timeout: seconds, or an ``httpx2.Timeout``; None waits for ever
        :raises linq.APIStatusError: the server refused (``BadRequestError``, ``AuthenticationError``, …)
        :raises linq.APIConnectionError: no answer came, also not after the retries
        """
        query: dict[str, object] = {"cursor": cursor, "from": from_, "limit": limit, "to": to, **(extra_query or {})}
        call = Call("GET", "/v3/chats", query=query, headers=extra_headers or {}, body=extra_body, timeout=timeout)
        return cast("SyncListChatsPagination[Chat]", self._client.engine.list_chats(call, self._form, prefetch))


class ChatsWithRawResponse:
    """``client.chats.with_raw_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        self.list_chats = _raw(ChatsResource(client, "raw").list_chats)


class ChatsWithStreamingResponse:
    """``client.chats.with_streaming_response``."""

    def __init__(self, client: LinqAPIV3) -> None:
        self.list_chats = _streamed(ChatsResource(client, "streamed").list_chats)


def _raw(method: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """The method as a resource of the form ``raw`` has it: only its type differs."""
    return cast("Any", method)  # type: ignore[no-any-return]


def _streamed(method: Callable[P, R]) -> Callable[P, ResponseContextManager[R]]:
    """The method as a resource of the form ``streamed`` has it: only its type differs."""
    return cast("Any", method)  # type: ignore[no-any-return]
