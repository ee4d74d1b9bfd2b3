"""What a URL in a request must be."""

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain import urls, webhook_target
from trunkline.domain.errors import InvalidContent
from trunkline.schemas.fields import GivenUrl, TargetUrl


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "HTTPS://Example.COM/",
        "http://localhost:3000/x",
        "https://example.com:/empty-port",
        "https://example.com./absolute-name",
        "https://xn--bcher-kva.example/",
        "https://my_bucket.example.com/a%20b.png?x=%E2%9C%93",
        "https://user:password@example.com/private.png",
        "https://[2606:4700::1111]:8443/",
        "https://1.1.1.1/a//b;c=d?e[]=1&f=100%#g?h",
        "https://example.com?q#",
    ],
)
def test_what_clients_send_is_accepted(url: str) -> None:
    assert urls.split(url).geturl().lower().rstrip("#") == url.lower().rstrip("#")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "percent-encode"),
        ("https://example.com/a|b", "percent-encode other characters"),
        ("https://example.com/a\\b", "percent-encode other characters"),
        ("https://example.com/a\n", "percent-encode other characters"),
        ("https://日本.example/", "xn-- form"),
        ("https:example.com", "an absolute URL"),
        ("https:///a", "an absolute URL"),
        ("mailto:ann@example.com", "an absolute URL"),
        ("https://user@", "an absolute URL"),
        ("https://.", "a valid host and port"),
        ("https://example.com../", "a valid host and port"),
        ("https://example.com:65536/", "a valid host and port"),
        ("https://[fe80::1%25eth0]/", "a valid host and port"),
        ("https://1.1.1.1./", "a valid host and port"),
    ],
)
def test_what_is_wrong_with_another_is_said(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^it must .*{problem}"):
        urls.split(url)


@given(st.text("aZ9-._~:/?#@!$&'()*+,;=%[]é \n", max_size=40))
def test_what_is_accepted_has_one_meaning(rest: str) -> None:
    """A client that normalizes the URL reaches the same host and port."""
    with suppress(InvalidContent):
        urls.check("url", f"https://{rest}", InvalidContent)
        parts = urls.split(f"https://{rest}")
        assert parts.hostname
        again = urls.split(parts.geturl())
        assert (again.hostname, again.port) == (parts.hostname, parts.port)


def described(field: Any) -> st.SearchStrategy[str]:
    """The strings that the description of the API allows for a field."""
    schema: dict[str, Any] = field.__metadata__[0].extra_json_schema
    pattern: str = schema["pattern"]
    matching = st.from_regex(pattern, fullmatch=True)
    return matching.filter(lambda url: len(url) <= schema["maxLength"])


@given(described(GivenUrl))
def test_what_is_described_is_accepted(url: str) -> None:
    assert urls.split(url).hostname


@given(described(TargetUrl))
def test_what_is_described_is_a_webhook_target(url: str) -> None:
    assert webhook_target.parse(url).host


@pytest.mark.parametrize("field", [GivenUrl, TargetUrl])
@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://localhost:3000/x",
        "http://127.0.0.1:8000/hook?a=1",
        "https://xn--bcher-kva.example/",
        "https://my_bucket.s3.eu-west-1.amazonaws.com/a%20b.png?x=%E2%9C%93",
    ],
)
def test_what_clients_send_is_described(field: Any, url: str) -> None:
    assert re.fullmatch(field.__metadata__[0].extra_json_schema["pattern"], url)
