"""What every resource of the client is made of, and its two other forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from linq._async.client import AsyncLinqAPIV3
    from linq._async.engine import Form
    from linq._async.pages import AsyncPage
    from linq._async.response import AsyncAPIResponse, AsyncResponseContextManager
    from linq._request import Call

P = ParamSpec("P")
R = TypeVar("R")


class AsyncResource:
    """Some methods of the API.

    Each takes what its endpoint takes, and besides:

    - ``extra_headers``: sent besides, or instead of, the client's own; ``omit`` leaves a default header out
    - ``extra_query``: further query parameters
    - ``extra_body``: further fields of the JSON body
    - ``timeout``: seconds, or an ``httpx2.Timeout``; None waits for ever

    and raises ``linq.APIStatusError`` where the server refuses (``BadRequestError``, ``NotFoundError``, …), and
    ``linq.APIConnectionError`` where no answer comes, also not after the retries.
    """

    def __init__(self, client: AsyncLinqAPIV3, form: Form = "parsed") -> None:
        self._client = client
        self._form: Form = form

    async def _answer(self, call: Call, cast_to: type[R]) -> R:
        """A call's answer as a model (or as ``None``), in this resource's form."""
        return cast("R", await self._client.engine.ask(call, cast_to, self._form))

    def _list(self, call: Call, page: type[AsyncPage[Any]], prefetch: int) -> Any:
        """The first page of a list, in this resource's form."""
        return self._client.engine.list(call, page, self._form, prefetch)


def raw(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[AsyncAPIResponse[R]]]:
    """The method as a resource of the form ``raw`` has it: only its type differs."""
    return cast("Any", method)  # type: ignore[no-any-return]


def streamed(method: Callable[P, Awaitable[R]]) -> Callable[P, AsyncResponseContextManager[R]]:
    """A method of a resource of the form ``streamed``, called when the context that it gives is entered."""

    @wraps(method)
    def manager(*arguments: P.args, **named: P.kwargs) -> AsyncResponseContextManager[R]:
        from linq._async.response import AsyncResponseContextManager  # noqa: PLC0415 - needs httpx2, loaded late

        return AsyncResponseContextManager(partial(raw(method), *arguments, **named))

    return manager
