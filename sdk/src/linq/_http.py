"""The default HTTP clients, and the timeout of a request."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache
from typing import Any

import httpx2

from linq._types import NotGiven, TimeoutTypes

DEFAULT_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
"""Seconds: 5 to connect; 60 for each read, write, and wait for a free connection."""
DEFAULT_CONNECTION_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)


def timeout_for(timeout: TimeoutTypes | NotGiven, default: httpx2.Timeout, wait: float) -> httpx2.Timeout:
    """The timeout of one request: ``timeout``, or else ``default``. ``wait`` seconds are added to the read timeout."""
    if isinstance(timeout, NotGiven):
        chosen = default
    elif timeout is None or isinstance(timeout, int | float):
        chosen = httpx2.Timeout(timeout)
    else:
        # A Timeout of the older httpx has the same parts, but httpx2 would take it for a number.
        chosen = httpx2.Timeout(**timeout.as_dict())
    if not wait or chosen.read is None:
        return chosen
    return httpx2.Timeout(**{**chosen.as_dict(), "read": chosen.read + wait})


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
    """The system's certificates, read once per process: reading takes 40 ms, the rest of a client 0.1 ms.

    Clients with HTTP/2 share another context, because connecting sets the protocols that the context offers.
    ``certificates`` are the environment variables that choose the certificates.
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
        """Close the connections of a client that was dropped; in a forked process, leave the parent's alone."""
        if self._process == os.getpid() and not self.is_closed:
            self.close()

    def fresh(self) -> DefaultHttpxClient:
        """A client with the same arguments and its own connections, for a forked process."""
        return type(self)(**self._arguments)


class DefaultAsyncHttpxClient(httpx2.AsyncClient):
    """The ``DefaultHttpxClient`` for ``AsyncLinqAPIV3``."""

    lifetime: object = None
    """Closes the client at the end of the first event loop that used it (``_async/_runtime.py``)."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_with_defaults(arguments))
        self._arguments = arguments

    def fresh(self) -> DefaultAsyncHttpxClient:
        """A client with the same arguments and its own connections, for another event loop or process."""
        return type(self)(**self._arguments)
