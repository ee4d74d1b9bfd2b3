"""The settings of a client: arguments first, then environment variables, then defaults."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from linq._errors import LinqApiv3Error
from linq._types import NOT_GIVEN, NotGiven, TimeoutTypes
from linq._version import __version__

if TYPE_CHECKING:
    from httpx2 import URL

DEFAULT_BASE_URL = "https://api.linqapp.com/api/partner"
DEFAULT_MAX_RETRIES = 2
STANDARD_HEADERS = {"Accept": "application/json", "User-Agent": f"LinqAPIV3/Python trunkline-sdk/{__version__}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one client. Frozen: ``with_options`` makes a copy. The repr omits what may be secret."""

    api_key: str = field(repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    base_url: str = field(default=DEFAULT_BASE_URL, repr=False)
    timeout: TimeoutTypes | NotGiven = NOT_GIVEN
    """Seconds; None waits forever; ``NOT_GIVEN`` is the HTTP client's (by default 5 s to connect, 60 s otherwise)."""
    max_retries: int = DEFAULT_MAX_RETRIES
    default_headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    default_query: Mapping[str, object] = field(default_factory=dict[str, object], repr=False)
    clock: Callable[[], float] | None = field(default=None, repr=False)
    """Returns the time in seconds since 1970; None is the machine's clock."""

    def __post_init__(self) -> None:
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise LinqApiv3Error(
                "api_key contains a line break or a non-ASCII character, which a header cannot carry: "
                "check what was pasted"
            )
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LinqApiv3Error(
                f"base_url must be an http:// or https:// URL, as {DEFAULT_BASE_URL!r} is, not {self.base_url!r}"
            )
        check_timeout(self.timeout)
        check_max_retries(self.max_retries)


def check_max_retries(value: object) -> None:
    """Raise ``TypeError`` or ``ValueError`` unless it is a whole number of 0 or more, or ``math.inf``."""
    if value == math.inf:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(
            f"max_retries must be a whole number (0 turns retries off, math.inf retries forever), not {value!r}"
        )
    if value < 0:
        raise ValueError(f"max_retries must be 0 or more, not {value}")


def check_timeout(value: object) -> None:
    """Raise ``TypeError`` or ``ValueError`` unless it is seconds, None, ``NOT_GIVEN``, or a Timeout of httpx(2)."""
    if value is None or isinstance(value, NotGiven) or hasattr(value, "as_dict"):
        return
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"timeout must be seconds, an httpx2.Timeout, or None to wait forever, not {value!r}")
    if not value >= 0:
        raise ValueError(f"timeout must be 0 or more seconds, not {value!r}")


def settings_from(
    *,
    api_key: str | None,
    webhook_secret: str | None,
    base_url: str | URL | None,
    timeout: TimeoutTypes | NotGiven,
    max_retries: int,
    default_headers: Mapping[str, str] | None,
    default_query: Mapping[str, object] | None,
    clock: Callable[[], float] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings for these arguments; those left out come from the environment (docs/wire.md §5).

    Raises ``LinqApiv3Error`` if there is no key, or if a setting is invalid.
    """
    key = api_key if api_key is not None else environment.get("LINQ_API_V3_API_KEY")
    if not key:
        raise LinqApiv3Error(
            "No API key: pass api_key=… to the client, or set the environment variable LINQ_API_V3_API_KEY"
        )
    address = str(base_url or environment.get("LINQ_API_V3_BASE_URL") or DEFAULT_BASE_URL)
    return Settings(
        api_key=key,
        webhook_secret=webhook_secret if webhook_secret is not None else environment.get("LINQ_WEBHOOK_SECRET"),
        base_url=address.rstrip("/"),
        timeout=timeout,
        max_retries=max_retries,
        default_headers={**custom_headers(environment), **(default_headers or {})},
        default_query=dict(default_query or {}),
        clock=clock,
    )


def custom_headers(environment: Mapping[str, str]) -> dict[str, str]:
    """``LINQ_API_V3_CUSTOM_HEADERS``: one ``Name: value`` per line. Raises ``LinqApiv3Error`` for any other line."""
    headers: dict[str, str] = {}
    for line in environment.get("LINQ_API_V3_CUSTOM_HEADERS", "").splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip():
            # The line may be a secret, so the message does not quote it.
            raise LinqApiv3Error("LINQ_API_V3_CUSTOM_HEADERS: every line must be 'Name: value'; one has no name")
        headers[name.strip()] = value.strip()
    return headers
