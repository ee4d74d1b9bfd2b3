"""URLs in requests: what one must be, whichever field it is in (RFC 3986)."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from trunkline.domain.errors import TrunklineError
from trunkline.domain.handle import quoted

Address: TypeAlias = IPv4Address | IPv6Address

MAX_URL = 2048  # characters

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IN_LABEL = "(?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_PORT = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})"
AUTHORITY = (
    rf"(?:(?:(?![^/?#:]{{254}})(?:[A-Za-z0-9_]{_IN_LABEL}\.)*[A-Za-z]{_IN_LABEL})|(?:{_OCTET}\.){{3}}{_OCTET})"
    rf"(?::{_PORT})?"
)
"""A regular expression for the host and port of a URL: a name whose last label begins with a letter, or an IPv4
address. ``split`` also accepts rarer hosts, such as IPv6 addresses.
"""

IN_PATH = "(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
"""A regular expression for a character of the path, query or fragment. ``split`` also accepts others, such as ``[``."""

_URL = re.compile(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+")  # RFC 3986 §2
_SCHEMES = ("http", "https")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_HOST = 253


def split(url: str) -> SplitResult:
    """The parts of an absolute http(s) URL. Raises ``ValueError``, which says what the URL must be."""
    if len(url) > MAX_URL:
        raise ValueError(f"it must be at most {MAX_URL} characters long")
    if not _URL.fullmatch(url):
        raise ValueError(
            "it must be a URL of ASCII letters, digits and -._~:/?#@!$&'()*+,;=%[]; percent-encode other characters, "
            "and use the xn-- form of host names"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it must be a URL with a valid host and port") from None
    if parts.scheme not in _SCHEMES or not host:
        raise ValueError("it must be an absolute URL, such as https://example.com/path")
    address = address_of(host)
    bracketed = "[" in parts.netloc
    if (
        port == 0
        or "%" in host
        or bracketed is not isinstance(address, IPv6Address)
        or not (address or _is_name(host.removesuffix(".")))
    ):
        raise ValueError("it must be a URL with a valid host and port")
    return parts


def check(name: str, url: str, error: type[TrunklineError], *, is_https: bool = True) -> None:
    """Raises ``error``, which names the field, unless it has an absolute URL. ``is_https``: one with https://."""
    try:
        scheme = split(url).scheme
    except ValueError as problem:
        raise error(f"'{name}' is {quoted(url)}; {problem}") from None
    if is_https and scheme != "https":
        raise error(f"'{name}' is {quoted(url)}; it must begin with https://")


def address_of(host: str) -> Address | None:
    """The IP address that is the host of a URL; None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """Whether it is a host name. One that ends in a number would be an IPv4 address in some notation."""
    labels = host.split(".")
    return (
        len(host) <= _MAX_HOST
        and all(_LABEL.fullmatch(label) for label in labels)
        and not _NUMBER.fullmatch(labels[-1])
    )
