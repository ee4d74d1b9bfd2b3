"""Checks what the environment says about the connection, before a client uses it."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec

import httpx2

from linq._cli.profiles import Profile
from linq._errors import LinqApiv3Error
from linq._log import safe_text

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")
_MAX_PORT = 65535


def check_connection(profile: Profile, environment: Mapping[str, str] = os.environ) -> None:
    """Raises ``LinqApiv3Error``, which says what to change, if no client can use these settings."""
    shown = safe_text(profile.base_url, profile.api_key)
    try:
        port = httpx2.URL(profile.base_url).port or 0
    except (httpx2.InvalidURL, ValueError) as error:
        raise LinqApiv3Error(f"The base URL {shown!r} is not a URL: {error}; set LINQ_API_V3_BASE_URL") from None
    if port > _MAX_PORT:
        raise LinqApiv3Error(f"The base URL {shown!r} has the port {port}; it must be from 1 to {_MAX_PORT}")
    for name in PROXIES:
        if environment.get(name, "").lower().startswith("socks") and find_spec("socksio") is None:
            raise LinqApiv3Error(
                f"{name} is a SOCKS proxy, which needs another package: pip install 'httpx2[socks]', or unset {name}"
            )
    certificates = environment.get("SSL_CERT_FILE")
    if certificates:
        try:
            ssl.create_default_context(cafile=certificates)
        except OSError as error:
            raise LinqApiv3Error(
                f"SSL_CERT_FILE is {certificates!r}, which cannot be read: {error.strerror}; set it to a file with "
                "certificates in PEM format, or unset it"
            ) from None
