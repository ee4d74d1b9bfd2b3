# Generated from _async/resource.py by sdk/tools/generate_sync.py: change that, then run this.
"""What every resource of the client is made of, and its two other forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from linq._request import Call
    from linq._sync.client import LinqAPIV3
    from linq._sync.engine import Form
    from linq._sync.pages import Page
    from linq._sync.response import APIResponse, ResponseContextManager

P = ParamSpec("P")
R = TypeVar("R")


class Resource:
    """Some methods of the API.

    Each takes what its endpoint takes, and besides:

    - ``extra_headers``: sent besides, or instead of, the client's own; ``omit`` leaves a default header out
    - ``extra_query``: further query parameters
    - ``extra_body``: further fields of the JSON body
    - ``timeout``: seconds, or an ``httpx2.Timeout``; None waits for ever

    and raises ``linq.APIStatusError`` where the server refuses (``BadRequestError``, ``NotFoundError``, …), and
    ``linq.APIConnectionError`` where no answer comes, also not after the retries.
    """

    def __init__(self, client: LinqAPIV3, form: Form = "parsed") -> None:
        self._client = client
        self._form: Form = form

    def _answer(self, call: Call, cast_to: type[R]) -> R:
        """A call's answer as a model (or as ``None``), in this resource's form."""
        return cast("R", self._client.engine.ask(call, cast_to, self._form))

    def _list(self, call: Call, page: type[Page[Any]], prefetch: int) -> Any:
        """The first page of a list, in this resource's form."""
        return self._client.engine.list(call, page, self._form, prefetch)


def raw(method: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """The method as a resource of the form ``raw`` has it: only its type differs."""
    return cast("Any", method)  # type: ignore[no-any-return]


def streamed(method: Callable[P, R]) -> Callable[P, ResponseContextManager[R]]:
    """A method of a resource of the form ``streamed``, called when the context that it gives is entered."""

    @wraps(method)
    def manager(*arguments: P.args, **named: P.kwargs) -> ResponseContextManager[R]:
        from linq._sync.response import ResponseContextManager  # noqa: PLC0415 - needs httpx2, loaded late

        return ResponseContextManager(partial(raw(method), *arguments, **named))

    return manager
