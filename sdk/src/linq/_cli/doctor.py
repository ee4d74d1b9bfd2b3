"""``linq doctor``: checks the settings, sends one request, and explains its failure."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from linq._cli.environment import PROXIES, check_connection
from linq._cli.profiles import Access, ProfileStore
from linq._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AuthenticationError,
    LinqApiv3Error,
    NotFoundError,
)
from linq._log import safe_text
from linq._sync.client import LinqAPIV3
from linq._version import __version__

_REMEDIES: tuple[tuple[type[APIError], tuple[str, ...], str], ...] = (
    (AuthenticationError, (), "the key is unknown, revoked or expired: run linq login with a new one"),
    (NotFoundError, (), "the base URL is not the API's; for the public API it ends in /api/partner"),
    (APIResponseValidationError, (), "the base URL is not the API's, or a proxy responds in its place"),
    (APITimeoutError, (), "something drops the connection: a firewall, a VPN, or a proxy that is not configured here"),
    (
        APIConnectionError,
        ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed"),
        "the certificate is not trusted here; for a company CA, set SSL_CERT_FILE to its certificate",
    ),
    (APIConnectionError, ("WRONG_VERSION_NUMBER",), "that port does not use TLS: use http:// instead of https://"),
    (
        APIConnectionError,
        ("Name or service not known", "nodename nor servname", "getaddrinfo failed", "name resolution"),
        "the host does not exist: check the base URL and the network",
    ),
    (APIConnectionError, (), "nothing listens there: check that the service is running, and the port"),
)
"""The remedy for an error of this class with one of these words in its causes; no words match any cause."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: whether it is good, what was found, and the remedy."""

    good: bool
    what: str
    remedy: str = ""


def examine(store: ProfileStore, profile: str | None, timeout: float) -> Iterator[Finding]:
    """Yield the findings, the most important first. Stops at the first problem that prevents the rest."""
    yield Finding(True, f"trunkline-sdk {__version__}, httpx2 {httpx2.__version__}")
    if store.path.exists() and store.path.stat().st_mode & 0o077:
        yield Finding(False, f"{store.path} is readable by other users", f"chmod 600 {store.path}")
    try:
        access = store.access(profile)
        check_connection(access.profile)
        client = LinqAPIV3(
            api_key=access.profile.api_key, base_url=access.profile.base_url, timeout=timeout, max_retries=0
        )
    except LinqApiv3Error as error:
        yield Finding(False, str(error))
        return
    with client:
        yield Finding(True, f"The key comes from {access.source}")
        yield _base_url(access)
        for name in PROXIES:
            if os.environ.get(name):
                yield Finding(
                    True, f"{name} sends requests through {safe_text(os.environ[name], access.profile.api_key)}"
                )
        yield from _request(client, access)


def _base_url(access: Access) -> Finding:
    url = urlsplit(access.profile.base_url)
    shown = safe_text(access.profile.base_url, access.profile.api_key)
    if url.scheme == "http" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
        return Finding(False, f"The base URL is {shown}: the key travels unencrypted", "use https://")
    return Finding(True, f"The base URL is {shown}")


def _request(client: LinqAPIV3, access: Access) -> Iterator[Finding]:
    started = time.monotonic()
    try:
        raw = client.chats.with_raw_response.list_chats(limit=1)
        page = raw.parse()
    except APIError as error:
        yield Finding(False, safe_text(error.message, access.profile.api_key), _remedy(error))
        return
    milliseconds = (time.monotonic() - started) * 1000
    trace = f" (trace id {raw.trace_id})" if raw.trace_id else ""
    yield Finding(True, f"The service answers in {milliseconds:.0f} ms{trace}, and the key is valid")
    yield Finding(True, "There are chats to list" if page.chats else "There are no chats yet")


def _remedy(error: APIError) -> str:
    """The remedy for an error, by its class and its causes; empty if the message is enough."""
    causes = " ".join(str(cause) for cause in _causes(error))
    for kind, words, remedy in _REMEDIES:
        if isinstance(error, kind) and (not words or any(word in causes for word in words)):
            return remedy
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
