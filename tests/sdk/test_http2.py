"""HTTP/2 through the injected client, against a server that speaks both versions and negotiates one with TLS."""

from collections.abc import Iterator
from pathlib import Path
from ssl import create_default_context

import pytest

from linq import BadRequestError, DefaultAsyncHttpxClient, DefaultHttpxClient
from tests.sdk.clients import Half
from tests.sdk.server_process import apart


@pytest.fixture(scope="module")
def url(authority: Path) -> Iterator[str]:
    with apart(authority) as running:
        yield running


@pytest.fixture(autouse=True)
def trusted(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting of a user with a private certificate authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))


def spoken(half: Half, url: str, **options: object) -> tuple[str, str]:
    """The HTTP version of a response, according to the client and to the server."""
    default = DefaultHttpxClient if half.name == "sync" else DefaultAsyncHttpxClient
    client = half.client(base_url=url, http_client=default(**options))
    answer = half.run(client.chats.with_raw_response.list_chats())
    half.run(client.close())
    return answer.http_version, answer.headers["x-spoken"]


def test_http2_is_spoken_where_it_was_asked_for_and_only_there(half: Half, url: str) -> None:
    # Alternating: shared certificates must not carry the protocols that one client offers over to the next.
    for _ in range(2):
        assert spoken(half, url, http2=True) == ("HTTP/2", "2")
        assert spoken(half, url) == ("HTTP/1.1", "1.1")


def test_http2_with_a_tls_context_of_the_callers(half: Half, url: str, authority: Path) -> None:
    context = create_default_context(cafile=str(authority))
    assert spoken(half, url, http2=True, verify=context) == ("HTTP/2", "2")


@pytest.mark.parametrize("prefetch", [0, 1])
def test_pages_streams_and_errors_are_the_same_over_http2(half: Half, url: str, prefetch: int) -> None:
    default = DefaultHttpxClient if half.name == "sync" else DefaultAsyncHttpxClient
    client = half.client(base_url=url, http_client=default(http2=True))
    for _ in range(3):
        assert len(half.collect(client.chats.list_chats(prefetch=prefetch))) == 4
        manager = client.chats.with_streaming_response.list_chats()
        answer = half.enter(manager)
        assert answer.http_version == "HTTP/2"
        assert len(half.run(answer.parse()).chats) == 2
        half.leave(manager)
        with pytest.raises(BadRequestError) as caught:
            half.run(client.chats.list_chats(limit=0))
        assert (caught.value.code, caught.value.response.http_version) == (1005, "HTTP/2")
    half.run(client.close())
