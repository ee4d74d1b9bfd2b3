"""Log lines: written if requested, and never with a key."""

import logging
from collections.abc import Iterator

import httpx2
import pytest

from linq import APIError, LinqApiv3Error
from tests.sdk.clients import KEY, Half
from tests.sdk.samples import PagedChats, envelope


@pytest.fixture(autouse=True)
def _logger_as_it_was() -> Iterator[None]:
    logger = logging.getLogger("linq")
    level, handlers = logger.level, list(logger.handlers)
    yield
    logger.setLevel(level)
    logger.handlers[:] = handlers


@pytest.mark.parametrize("level", ["info", "debug", "DEBUG"])
def test_a_line_for_every_request_and_retry(
    half: Half, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, level: str
) -> None:
    monkeypatch.setenv("LINQ_API_V3_LOG", level)
    paged = PagedChats(
        1, faults={0: httpx2.Response(429, headers={"retry-after-ms": "1"}, json=envelope(429, 1007, "slow"))}
    )
    half.run(half.client(paged).chats.list_chats(to="a@b.c"))
    lines = [record.getMessage() for record in caplog.records if record.name == "linq"]
    requests = [
        line for line in lines if line.startswith("GET https://api.linqapp.com/api/partner/v3/chats?to=a%40b.c ")
    ]
    assert [line.split()[2] for line in requests] == ["429", "200"]
    assert sum(line.startswith("Retry 1 of 2 in 0.00 s: Error code: 429") for line in lines) == 1


def test_silent_unless_asked(half: Half, caplog: pytest.LogCaptureFixture) -> None:
    half.run(half.client(PagedChats(1)).chats.list_chats())
    assert [record for record in caplog.records if record.name == "linq"] == []


def test_a_key_is_never_shown_wherever_it_travels(
    half: Half, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LINQ_API_V3_LOG", "debug")
    caplog.set_level(logging.DEBUG)
    secrets = [KEY, "other-key-123", "whsec_abc", "cookie-value", "in-a-header"]
    echo = httpx2.Response(500, headers={"set-cookie": "cookie-value", "retry-after-ms": "1"}, text=f"you sent {KEY}")
    paged = PagedChats(1, faults={0: echo, 1: httpx2.ConnectError(f"cannot reach http://x?key={KEY}")})
    client = half.client(paged, webhook_secret="whsec_abc", default_headers={"X-Api-Key": "in-a-header"})
    half.run(client.chats.list_chats(extra_headers={"Authorization": "Bearer other-key-123"}, extra_query={"k": KEY}))
    shown = "\n".join(record.getMessage() for record in caplog.records if record.name == "linq")
    shown += repr(client) + repr(client.chats) + repr(client.__dict__)
    assert "Retry 2 of 2" in shown
    assert [secret for secret in secrets if secret in shown] == []


def test_errors_do_not_tell_the_key(half: Half) -> None:
    faults: dict[int, httpx2.Response | Exception] = {
        0: httpx2.Response(401, json=envelope(401, 2004, "unknown key")),
        1: httpx2.ConnectError("refused"),
    }
    client = half.client(PagedChats(1, faults=faults), max_retries=0)
    for _ in range(2):
        with pytest.raises(APIError) as caught:
            half.run(client.chats.list_chats())
        assert KEY not in f"{caught.value!s} {caught.value!r} {caught.value.request!r} {caught.value.request.headers!r}"


def test_the_password_of_a_base_url_is_not_shown(
    half: Half, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LINQ_API_V3_LOG", "debug")
    faults: dict[int, httpx2.Response | Exception] = {1: httpx2.ConnectError("refused")}
    client = half.client(PagedChats(1, faults=faults), base_url="http://me:pa55word@proxied.example", max_retries=0)
    half.run(client.chats.list_chats())
    with pytest.raises(LinqApiv3Error) as caught:
        half.run(client.chats.list_chats())
    assert "pa55word" not in caplog.text + repr(client) + str(caught.value)
