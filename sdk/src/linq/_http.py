"""The HTTP clients that ours use unless given another, with the defaults that suit this API."""

from __future__ import annotations

from typing import Any

import httpx2

DEFAULT_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
"""Seconds: 5 to connect; 60 for each read, write, and wait for a free connection."""
DEFAULT_CONNECTION_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "timeout": DEFAULT_TIMEOUT,
        "limits": DEFAULT_CONNECTION_LIMITS,
        "follow_redirects": True,
        **arguments,
    }


class DefaultHttpxClient(httpx2.Client):
    """An ``httpx2.Client`` with this SDK's defaults; takes the same arguments (``proxy``, ``verify``, ``http2``, …).

    Use it to change one of them: ``LinqAPIV3(http_client=DefaultHttpxClient(proxy="http://localhost:3128"))``.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))
        self._arguments = arguments

    def fresh(self) -> DefaultHttpxClient:
        """Another with the same arguments and connections of its own, for a process that was forked off."""
        return type(self)(**self._arguments)


class DefaultAsyncHttpxClient(httpx2.AsyncClient):
    """The same for ``AsyncLinqAPIV3``."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))
        self._arguments = arguments

    def fresh(self) -> DefaultAsyncHttpxClient:
        """Another with the same arguments and connections of its own, for another event loop or process."""
        return type(self)(**self._arguments)
