"""Webhook targets: what a target URL must be, and which addresses are public.

The owner of a subscription chooses where the service sends requests, so a target must not lead into the network in
which the service runs. The URL is checked when it is given. The addresses of its host are checked at every connection
(``delivery/connections``), because they can change at any time.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

import msgspec

Address: TypeAlias = IPv4Address | IPv6Address

MAX_LENGTH = 2048

_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")  # RFC 3986 §2
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_HOST = 253

# Names for the local machine or network (RFC 6761, 6762, 8375; ICANN's reservation of `internal`).
_OWN_NAMES = ("localhost", "localdomain", "local", "internal", "home.arpa")

_AZURE = IPv4Address("168.63.129.16")  # a public address that leads to the host of an Azure VM
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))  # Teredo and 6to4 embed an IPv4 address
_NAT64 = IPv6Network("64:ff9b::/96")
_UNROUTABLE = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv4Network("240.0.0.0/4"))


class Target(msgspec.Struct, frozen=True):
    """The parts of a URL. ``host`` is in lower case, an IPv6 address without brackets; ``path`` includes the query."""

    scheme: str
    host: str
    port: int
    path: str


def parse(url: str) -> Target:
    """The parts of an absolute http(s) URL. Raises ``ValueError``, which says what the URL must be."""
    if len(url) > MAX_LENGTH:
        raise ValueError(f"it must be at most {MAX_LENGTH} characters long")
    if not _URL.fullmatch(url):
        raise ValueError(
            "it must be a URL of ASCII characters; percent-encode others, and use the xn-- form of host names"
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it must be a URL with a valid host and port") from None
    if parts.scheme not in _PORTS or not host:
        raise ValueError("it must be an absolute URL, such as https://example.com/webhooks")
    if "@" in parts.netloc:
        raise ValueError("it must not contain a user name or password")
    if "#" in url:
        raise ValueError("it must not have a fragment, because nothing after # is sent")
    address = _address(host)
    bracketed = "[" in parts.netloc
    if port == 0 or "%" in host or bracketed is not isinstance(address, IPv6Address) or not (address or _is_name(host)):
        raise ValueError("it must be a URL with a valid host and port")
    path = parts.path or "/"
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], f"{path}?{parts.query}" if parts.query else path)


def objection(target: Target) -> str | None:
    """What is wrong with a target, as far as its URL shows; None if it may be on the internet."""
    if target.scheme != "https":
        return "it must begin with https://"
    address = _address(target.host)
    names = ("." + target.host).endswith(tuple([f".{name}" for name in _OWN_NAMES]))
    if names or (address is None and "." not in target.host) or (address is not None and not is_public(address)):
        return "it must lead to a host on the internet, not into a private network"
    return None


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet and embeds no other address."""
    if isinstance(address, IPv4Address):
        return (
            address.is_global
            and not address.is_multicast
            and address != _AZURE
            and not any(address in network for network in _UNROUTABLE)
        )
    embedded = address.ipv4_mapped
    if embedded is None and address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFF_FFFF)
    if embedded is not None:
        return is_public(embedded)
    return (
        address in _GLOBAL_UNICAST
        and address.is_global
        and address.scope_id is None
        and not any(address in network for network in _TUNNELS)
    )


def _address(host: str) -> Address | None:
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
