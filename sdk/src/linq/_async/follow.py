"""``chats.follow``: yields chats as they change."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from linq import types
from linq._async._runtime import sleep
from linq._async.resource import AsyncResource
from linq._errors import APIError
from linq._follow import FollowState
from linq._lazy import importing
from linq._log import logger, safe_text
from linq._types import Omit, omit

if TYPE_CHECKING:
    from linq._async.base_client import AsyncBaseClient
    from linq.types import Chat, ChatInclude


class AsyncChatFollower:
    """Yields chats as they change, forever. ``chats.follow`` makes one; use it in an ``async with`` block.

    An error that is raised does not end it: the next step sends the same request again.
    """

    sleep: Callable[[float], Awaitable[object]]
    """Pauses for a number of seconds. Replace it, and pass ``clock`` to the client, to control time in tests."""

    def __init__(self, client: AsyncBaseClient, state: FollowState) -> None:
        self.sleep = sleep
        self._client = client
        self._state = state
        self._chats: Iterator[Chat] = iter(())
        self._is_closed = False

    @property
    def token(self) -> str | None:
        """Pass it as ``since`` to resume; None until the first listing is complete.

        It advances when you ask for the chat after the last one of a page. So if you stop, or fail, at any chat and
        resume with this token, you miss no change, and receive the chats of the current page again.
        """
        return self._state.token

    async def close(self) -> None:
        """End the iteration. A request in progress is not interrupted, but its chats are not yielded."""
        self._is_closed = True

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Chat:
        while not self._is_closed:
            for chat in self._chats:
                return chat
            self._state.page_consumed()
            await self._fetch()
        raise StopAsyncIteration

    async def _fetch(self) -> None:
        """Fetch the next page, or pause after a failure."""
        with importing:
            # Needs pydantic, which clients load late.
            from linq._async.pages import AsyncListChatsPagination  # noqa: PLC0415

        clock = self._client.clock or time.time
        monotonic = self._client.clock or time.monotonic
        started = monotonic()
        request = self._state.request().with_result(AsyncListChatsPagination[types.Chat])
        try:
            page = await self._client.transport.send(request)
        except APIError as error:
            pause = self._state.failed(error, now=clock(), chance=random.random())  # noqa: S311
            logger.warning("follow: retry in %.2f s: %s", pause, safe_text(error.message, self._client.api_key))
        else:
            chats, cursor = page.page_items() or [], page.next_cursor
            token = self._state.check(chats=len(chats), next_cursor=cursor, sync_token=page.sync_token)
            # In this order: if this is interrupted, the page is fetched again.
            self._chats = iter(chats)
            pause = self._state.received(
                chats=len(chats), next_cursor=cursor, sync_token=token, seconds=monotonic() - started
            )
        if pause:
            await self.sleep(pause)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()


class AsyncFollowableChats(AsyncResource):
    """The hand-written part of ``client.chats``."""

    def follow(
        self,
        since: str | None = None,
        *,
        from_: str | Omit | None = omit,
        to: str | Omit | None = omit,
        include: Sequence[ChatInclude] | str | Omit | None = omit,
        wait: int = 60,
        limit: int = 100,
    ) -> AsyncChatFollower:
        """Yield chats as they change, forever. An extension of Trunkline; other services do not support it.

        Without ``since``, it yields all chats first. Then it waits for changes, and yields each changed chat as it is
        now, in the order of the changes. It retries connection errors, timeouts, 408, 409, 429 and 5xx
        indefinitely, after growing delays of up to 30 s, or after the delay that the server asks for.

        :param since: the ``token`` of an earlier follower, or the ``sync_token`` of a page, with the same filters
        :param from_: only chats of this line, in E.164
        :param to: only chats with this participant: E.164, or an email address
        :param include: fields to add to each chat: any of ``last_message``, ``unread_count``, ``message_count``
        :param wait: how many seconds a request waits for a change, 1 to 60
        :param limit: chats per request, 1 to 100
        :raises linq.APIStatusError: the server rejects the request: 400, 401, 403, …
        :raises linq.LinqApiv3Error: the service does not send ``X-Sync-Token``
        :raises ValueError: ``wait`` is out of range
        """
        filters = {"from": from_, "to": to, "include": include}
        return AsyncChatFollower(self._client, FollowState(since, filters, wait=wait, limit=limit))
