"""HTTP clients: the defaults, those that the caller made with httpx2 or with httpx, and the timeout of a request.

httpx2 is the successor of httpx and has the same interface, but the two do not accept each other's objects. The SDK
sends with httpx2, and with whichever library made the client that it is given (decision 0021). httpx need not be
installed: an object of a library exists only once the library is imported.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Self, TypeAlias, cast

import httpx2

from linq._types import NotGiven, TimeoutTypes

DEFAULT_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
"""Seconds: 5 to connect; 60 for each read, write, and wait for a free connection."""
DEFAULT_CONNECTION_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)

Transport = httpx2.BaseTransport
"""The base class of custom transports."""
AsyncTransport = httpx2.AsyncBaseTransport
ProxiesTypes: TypeAlias = "str | httpx2.Proxy | dict[str | httpx2.URL, str | httpx2.URL | httpx2.Proxy | None]"
"""The types of a proxy."""

_UNSET = httpx2.Timeout(5.0).as_dict()
"""The timeout of a client of either library that was made without one."""


def library_of(value: object) -> str | None:
    """``"httpx"`` or ``"httpx2"``: the library that defines the object's class, or the base of it; else None."""
    packages = (kind.__module__.partition(".")[0] for kind in type(value).__mro__)
    return next((package for package in packages if package in ("httpx", "httpx2")), None)


def of_either_library(*names: str) -> tuple[type[Any], ...]:
    """The classes of these names in httpx2 and, if it is imported, in httpx; for ``isinstance``."""
    libraries = (sys.modules[package] for package in ("httpx2", "httpx") if package in sys.modules)
    return tuple(getattr(library, name) for library in libraries for name in names if hasattr(library, name))


def check_client(given: object, kind: str) -> None:
    """Raise ``TypeError`` unless this is a client of httpx2 or httpx, made with objects of the same library.

    :param kind: ``Client`` or ``AsyncClient``
    """
    library = library_of(given)
    if library is None or not isinstance(given, of_either_library(kind)):
        default = "DefaultHttpxClient" if kind == "Client" else "DefaultAsyncHttpxClient"
        raise TypeError(
            f"http_client must be an httpx2.{kind} (or an httpx.{kind}, or a {default}), not {_named(given)}"
        )
    mounts = cast("Mapping[object, object]", getattr(given, "_mounts", {}))
    for name, part in (
        ("transport", getattr(given, "_transport", None)),
        *(("mounted transport", each) for each in mounts.values()),
        ("timeout", getattr(getattr(given, "timeout", None), "read", None)),
    ):
        if library_of(part) not in (None, library):
            raise TypeError(
                f"http_client is an {library}.{kind}, but its {name} is an {_named(part)}: "
                f"take both from {library_of(part)} or both from {library}"
            )


def timeout_for(timeout: TimeoutTypes | NotGiven, default: httpx2.Timeout, wait: float) -> httpx2.Timeout:
    """The timeout of one request: ``timeout``, or else ``default``. ``wait`` seconds are added to the read timeout."""
    if isinstance(timeout, NotGiven):
        chosen = default
    elif timeout is None or isinstance(timeout, int | float):
        chosen = httpx2.Timeout(timeout)
    else:
        chosen = httpx2.Timeout(**timeout.as_dict())
    if not wait or chosen.read is None:
        return chosen
    return httpx2.Timeout(**{**chosen.as_dict(), "read": chosen.read + wait})


def timeout_of(http: Any) -> httpx2.Timeout:
    """The timeout of an HTTP client; ``DEFAULT_TIMEOUT`` if the client was made without one."""
    parts = http.timeout.as_dict()
    return DEFAULT_TIMEOUT if parts == _UNSET else httpx2.Timeout(**parts)


def response_of(kind: type[Any], response: httpx2.Response) -> Any:
    """The response, whose body has been read, as a ``Response`` of httpx or httpx2, whichever ``kind`` is."""
    if isinstance(response, kind):
        return response
    library = sys.modules[kind.__module__.partition(".")[0]]
    sent = response.request
    # The body is decoded already.
    skipped = ("content-encoding", "content-length", "transfer-encoding")
    made = library.Response(
        response.status_code,
        headers=[(name, value) for name, value in response.headers.multi_items() if name.lower() not in skipped],
        content=response.content,
        request=library.Request(sent.method, str(sent.url), headers=sent.headers.multi_items()),
        extensions={"http_version": response.http_version.encode()},
    )
    with suppress(RuntimeError):  # a mock's response may not have it
        made.elapsed = response.elapsed
    return made


def _named(value: object) -> str:
    return f"{type(value).__module__.partition('._')[0]}.{type(value).__name__}"


def _made_of(arguments: Mapping[str, Any]) -> str:
    """The library whose objects a client is to be made of. Raises ``TypeError`` for objects of both."""
    found = {library: name for name, library in _libraries(arguments)}
    if len(found) == 2:
        raise TypeError(
            f"{found['httpx']} is an object of httpx, and {found['httpx2']} of httpx2: take both from the same library"
        )
    return next(iter(found), "httpx2")


def _libraries(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The arguments that are objects of a library. Timeouts and limits are converted, so they do not count."""
    for name, value in arguments.items():
        if name not in ("timeout", "limits"):
            for each in cast("Mapping[str, object]", value).values() if name == "mounts" and value else (value,):
                library = library_of(each)
                if library is not None:
                    yield name, library


def _with_defaults(arguments: Mapping[str, Any], library: Any) -> dict[str, Any]:
    """The arguments of a client of this library (the module), with this SDK's defaults."""
    limits = arguments.get("limits", DEFAULT_CONNECTION_LIMITS)
    timeout = arguments.get("timeout", DEFAULT_TIMEOUT)
    return {
        "follow_redirects": True,
        **arguments,
        "limits": library.Limits(
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
        ),
        "timeout": library.Timeout(**timeout.as_dict()) if hasattr(timeout, "as_dict") else timeout,
    }


def _prepared(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a client of httpx2."""
    _let_respx_answer()
    prepared = _with_defaults(arguments, httpx2)
    if "verify" not in arguments and "transport" not in arguments:
        trust_env = bool(arguments.get("trust_env", True))
        certificates = tuple(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")) if trust_env else ()
        prepared["verify"] = _tls_context(bool(arguments.get("http2")), trust_env, certificates)
    return prepared


def _let_respx_answer() -> None:
    """If respx is in use: it mocks httpx by patching httpcore; let it patch httpx2's httpcore2 as well."""
    respx = sys.modules.get("respx.mocks")
    if respx is not None:
        mocker = respx.HTTPCoreMocker
        targets = [each for each in mocker.targets if each.startswith("httpcore.")]
        mocker.add_targets(*(each.replace("httpcore.", "httpcore2.", 1) for each in targets))


@lru_cache(maxsize=8)
def _tls_context(http2: bool, trust_env: bool, certificates: tuple[str | None, ...]) -> ssl.SSLContext:
    """The system's certificates, read once per process: reading takes 40 ms, the rest of a client 0.1 ms.

    Clients with HTTP/2 share another context, because connecting sets the protocols that the context offers.
    ``certificates`` are the environment variables that choose the certificates.
    """
    return httpx2.create_ssl_context(trust_env=trust_env)


class DefaultHttpxClient(httpx2.Client):
    """An ``httpx2.Client`` with this SDK's defaults; takes the same arguments (``proxy``, ``verify``, ``http2``, …).

    Use it to change one of them: ``LinqAPIV3(http_client=DefaultHttpxClient(proxy="http://localhost:3128"))``. With
    objects of httpx (a ``transport``, ``auth``, …) it makes an ``httpx.Client`` with the same defaults.
    """

    _process: int | None = None

    def __new__(cls, **arguments: Any) -> Self:
        if _made_of(arguments) == "httpx":
            library = sys.modules["httpx"]
            return cast("Self", library.Client(**_with_defaults(arguments, library)))
        return super().__new__(cls)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_prepared(arguments))
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

    def __new__(cls, **arguments: Any) -> Self:
        if _made_of(arguments) == "httpx":
            library = sys.modules["httpx"]
            return cast("Self", library.AsyncClient(**_with_defaults(arguments, library)))
        return super().__new__(cls)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**_prepared(arguments))
        self._arguments = arguments

    def fresh(self) -> DefaultAsyncHttpxClient:
        """A client with the same arguments and its own connections, for another event loop or process."""
        return type(self)(**self._arguments)


def DefaultAioHttpClient(**arguments: Any) -> Any:  # noqa: N802 - the public client's name
    """An HTTP client for ``AsyncLinqAPIV3`` that sends with aiohttp, with this SDK's defaults.

    Takes the arguments of ``httpx.AsyncClient``. Raises ``RuntimeError`` unless the extra ``aiohttp`` is installed.
    """
    try:
        import httpx  # noqa: PLC0415 - only with the extra
        from httpx_aiohttp import HttpxAiohttpClient  # noqa: PLC0415
    except ImportError as error:
        raise RuntimeError("DefaultAioHttpClient needs its extra: pip install 'trunkline-sdk[aiohttp]'") from error
    return HttpxAiohttpClient(**_with_defaults(arguments, httpx))
