# Generated from _async/resource.py by sdk/tools/generate_sync.py; run make generate.
"""The base of every resource, and the variants of a method that give HTTP responses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from linq._request import Request
    from linq._sync.base_client import BaseClient
    from linq._sync.response import APIResponse, ResponseContextManager

P = ParamSpec("P")
R = TypeVar("R")


class Resource:
    """Some methods of the API.

    Each method takes the parameters of its endpoint, and these options:

    - ``extra_headers``: headers to add, or to send instead of the client's own; ``omit`` removes a default header
    - ``extra_query``: query parameters to add
    - ``extra_body``: fields to add to the JSON body
    - ``timeout``: seconds, or an ``httpx2.Timeout``; None waits forever

    It raises ``linq.APIStatusError`` if the server responds with an error (``BadRequestError``, ``NotFoundError``, …),
    and ``linq.APIConnectionError`` if no response arrives, each after the retries.
    """

    def __init__(self, client: BaseClient) -> None:
        self._client = client


def raw(client: BaseClient, build: Callable[P, Request[R]]) -> Callable[P, APIResponse[R]]:
    """The method whose requests ``build`` makes, giving the response instead of the parsed body."""

    @wraps(build)
    def send(*arguments: P.args, **named: P.kwargs) -> APIResponse[R]:
        return client.transport.send_raw(build(*arguments, **named))

    return send


def streaming(client: BaseClient, build: Callable[P, Request[R]]) -> Callable[P, ResponseContextManager[R]]:
    """The method whose requests ``build`` makes, giving a context manager whose response is read on demand."""

    @wraps(build)
    def stream(*arguments: P.args, **named: P.kwargs) -> ResponseContextManager[R]:
        return client.transport.stream(build(*arguments, **named))

    return stream


def of_pages(build: Callable[P, Request[object]], page: Callable[[], type[R]]) -> Callable[P, Request[R]]:
    """A list method's ``build``, with this half's page class as the result; ``page`` loads the class."""

    @wraps(build)
    def build_for_page(*arguments: P.args, **named: P.kwargs) -> Request[R]:
        return build(*arguments, **named).with_result(page())

    return build_for_page
