"""The HTTP clients that ours use unless given another, with the defaults that suit this API."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from typing import Any

import httpx2

DEFAULT_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
"""Seconds: 5 to connect; 60 for each read, write, and wait for a free connection."""
DEFAULT_CONNECTION_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)


def _with_defaults(arguments: dict[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {
        "timeout": DEFAULT_TIMEOUT,
        "limits": DEFAULT_CONNECTION_LIMITS,
        "follow_redirects": True,
    }
    if "verify" not in arguments and "transport" not in arguments:
        trust_env = bool(arguments.get("trust_env", True))
        certificates = tuple(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")) if trust_env else ()
        defaults["verify"] = _tls_context(bool(arguments.get("http2")), trust_env, certificates)
    return defaults | arguments


@lru_cache(maxsize=8)
def _tls_context(http2: bool, trust_env: bool, certificates: tuple[str | None, ...]) -> ssl.SSLContext:
    """The system's certificates, read once for all clients of a process: that takes 40 ms, a client without it 0.1 ms.

    Clients with HTTP/2 have one of their own, since connecting tells the context which protocols to offer;
    ``certificates`` are the variables that decide which ones are read.
    """
    return httpx2.create_ssl_context(trust_env=trust_env)


class DefaultHttpxClient(httpx2.Client):
    """An ``httpx2.Client`` with this SDK's defaults; takes the same arguments (``proxy``, ``verify``, ``http2``, …).

    Use it to change one of them: ``LinqAPIV3(http_client=DefaultHttpxClient(proxy="http://localhost:3128"))``.
    """

    _process: int | None = None

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))
        self._arguments = arguments
        self._process = os.getpid()

    def __del__(self) -> None:
        """Close the connections of one that was dropped; in a forked process they are the parent's, and let alone."""
        if self._process == os.getpid() and not self.is_closed:
            self.close()

    def fresh(self) -> DefaultHttpxClient:
        """Another with the same arguments and connections of its own, for a process that was forked off."""
        return type(self)(**self._arguments)


class DefaultAsyncHttpxClient(httpx2.AsyncClient):
    """The same for ``AsyncLinqAPIV3``."""

    lifetime: object = None
    """What closes it at the end of the event loop that it first served (``_async/_runtime.py``)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))
        self._arguments = arguments

    def fresh(self) -> DefaultAsyncHttpxClient:
        """Another with the same arguments and connections of its own, for another event loop or process."""
        return type(self)(**self._arguments)
