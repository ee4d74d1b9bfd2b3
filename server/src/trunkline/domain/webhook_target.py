"""Webhook targets: what a target URL must be, and which addresses are public.

The owner of a subscription chooses where the service sends requests, so a target must not lead into the network in
which the service runs. The URL is checked when it is given. The addresses of its host are checked at every connection
(``delivery/connections``), because they can change at any time.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Network

import msgspec

from trunkline.domain import urls
from trunkline.domain.urls import Address

_PORTS = {"http": 80, "https": 443}

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
    parts = urls.split(url)
    host = parts.hostname or ""
    if "@" in parts.netloc:
        raise ValueError("it must not contain a user name or password")
    if "#" in url:
        raise ValueError("it must not have a fragment, because nothing after # is sent")
    if host.endswith("."):
        raise ValueError("it must have a host that does not end with a dot")
    path = parts.path or "/"
    return Target(
        parts.scheme,
        host,
        parts.port or _PORTS[parts.scheme],
        f"{path}?{parts.query}" if parts.query else path,
    )


def objection(target: Target) -> str | None:
    """What is wrong with a target, as far as its URL shows; None if it may be on the internet."""
    if target.scheme != "https":
        return "it must begin with https://"
    address = urls.address_of(target.host)
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
