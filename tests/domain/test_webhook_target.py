"""Which targets webhooks may have."""

import re
import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.webhook_target import Target, is_public, objection, parse

PRIVATE = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_rejected(address: str) -> None:
    assert not is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    if "%" not in address:
        assert objection(parse(f"https://{host}/hook")) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    assert objection(parse(f"https://{host}/hook")) is None


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_like_the_address_itself(address: IPv4Address) -> None:
    number = int(address)
    for embedding in (0xFFFF << 32 | number, int(IPv6Address("64:ff9b::")) | number):
        assert is_public(IPv6Address(embedding)) is is_public(address)
    assert not is_public(IPv6Address(0x2002 << 112 | number << 80 | 1))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "app.localhost",
        "db",
        "metadata.google.internal",
        "printer.local",
        "router.home.arpa",
        "x.localdomain",
    ],
)
def test_a_name_of_the_local_network_is_rejected(host: str) -> None:
    assert objection(parse(f"https://{host}/hook")) is not None


def test_only_https_is_allowed() -> None:
    assert objection(parse("http://example.com/hook")) is not None
    assert objection(parse("https://example.com/hook")) is None
    assert objection(parse("https://localhost.example.com/hook")) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "//example.com/hook",
        "/hook",
        "https://",
        "https:///hook",
        "https:example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://@example.com/",
        "https://good.example\\@127.0.0.1/",
        "https://good.example#@127.0.0.1/",
        "https://example.com/#fragment",
        "https://example.com/a b",
        "https://example.com/\n",
        " https://example.com/",
        "https://exa\tmple.com/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:x/",
        "https://example..com/",
        "https://.example.com/",
        "https://example.com./",
        "https://-example.com/",
        "https://exam%70le.com/",
        "https://127.0.0.1%2f@example.com/",
        "https://１２７.0.0.1/",
        "https://bücher.example/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1.2/",
        "https://256.1.1.1/",
        "https://[::1/",
        "https://[::1%25lo]/",
        "https://[v1.x]/",
        "https://[127.0.0.1]/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://example.com/" + "a" * 2048,
    ],
)
def test_an_invalid_url_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match=r"^it must "):
        parse(url)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", Target("https", "example.com", 443, "/")),
        ("HTTPS://Example.COM/Hook?a=1&b=%20", Target("https", "example.com", 443, "/Hook?a=1&b=%20")),
        ("https://example.com?line=1", Target("https", "example.com", 443, "/?line=1")),
        ("http://localhost:3000/x", Target("http", "localhost", 3000, "/x")),
        ("https://xn--bcher-kva.example:8443/", Target("https", "xn--bcher-kva.example", 8443, "/")),
        ("https://[2606:4700::1111]:8443/", Target("https", "2606:4700::1111", 8443, "/")),
        ("https://1.1.1.1/", Target("https", "1.1.1.1", 443, "/")),
        ("https://example.com/@user", Target("https", "example.com", 443, "/@user")),
    ],
)
def test_a_url_is_parsed_into_its_parts(url: str, target: Target) -> None:
    assert parse(url) == target


@given(st.from_regex(re.compile(r"https://[0-9a-fx.]{1,20}/?", re.ASCII), fullmatch=True))
def test_no_notation_of_a_private_address_is_accepted_as_a_host(url: str) -> None:
    """The C library reads ``127.1``, ``0x7f.1`` and ``2130706433`` as addresses; none is accepted."""
    try:
        target = parse(url)
    except ValueError:
        return
    try:
        address = IPv4Address(socket.inet_aton(target.host))
    except OSError:
        return
    assert is_public(address) or objection(target) is not None


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_raises_value_error(text: str) -> None:
    for url in (text, f"https://{text}/", f"https://example.com{text}"):
        with suppress(ValueError):
            target = parse(url)
            assert target.host.isascii()
            assert target.path.isascii()
