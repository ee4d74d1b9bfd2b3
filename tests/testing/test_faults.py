"""Faults, as both clients of the SDK see them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import httpx2
import pytest

from linq import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    LinqAPIV3,
    LinqApiv3Error,
    PermissionDeniedError,
    RateLimitError,
)
from linq.types import Chat, MessageContentParam
from trunkline.domain.errors import InvalidParameter
from trunkline.testing import Trunkline, open_trunkline

FirstPage: TypeAlias = Callable[..., list[Chat]]


@pytest.fixture(params=["sync", "async"])
def first_page(request: pytest.FixtureRequest, trunkline: Trunkline) -> FirstPage:
    """Returns the chats of the first page, through either client with these options."""

    def blocking(**options: float) -> list[Chat]:
        return trunkline.client.with_options(**options).chats.list_chats().chats  # type: ignore[arg-type]

    def looping(**options: float) -> list[Chat]:
        async def fetch() -> list[Chat]:
            return (await trunkline.async_client.with_options(**options).chats.list_chats()).chats  # type: ignore[arg-type]

        return asyncio.run(fetch())

    return blocking if request.param == "sync" else looping


@pytest.mark.parametrize(
    ("fault", "error", "status", "code"),
    [("rate_limit", RateLimitError, 429, 1007), ("error", InternalServerError, 500, 3006)],
)
def test_a_fault_is_an_error_of_the_service(
    trunkline: Trunkline, first_page: FirstPage, fault: str, error: type[APIStatusError], status: int, code: int
) -> None:
    getattr(trunkline.faults, fault)(retry_after=7)

    with pytest.raises(error) as caught:
        first_page(max_retries=0)

    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert caught.value.response.headers["retry-after"] == "7"
    assert caught.value.trace_id == caught.value.response.headers["x-trace-id"]
    assert caught.value.doc_url == f"{trunkline.base_url}/docs/errors#{code}"
    assert caught.value.response.json()["error"].get("retry_after") == (7 if code == 1007 else None)


def test_an_error_may_omit_when_to_retry(trunkline: Trunkline) -> None:
    trunkline.faults.error(retry_after=None)
    with pytest.raises(InternalServerError) as caught:
        trunkline.client.with_options(max_retries=0).chats.list_chats()
    assert "retry-after" not in caught.value.response.headers


def test_faults_occur_in_the_order_they_were_requested(trunkline: Trunkline, first_page: FirstPage) -> None:
    chat = trunkline.chat()
    trunkline.faults.rate_limit(2)
    trunkline.faults.error(3)

    with pytest.raises(InternalServerError):
        first_page()
    assert first_page() == [chat]
    assert len(trunkline.requests) == 6
    assert trunkline.faults.unused == []


def test_a_fault_waits_for_a_matching_request(trunkline: Trunkline) -> None:
    trunkline.chats(3)
    trunkline.faults.error(path="/v3/chats?*cursor=*")
    trunkline.faults.rate_limit(method="POST")
    client = trunkline.client.with_options(max_retries=0)

    page = client.chats.list_chats(limit=2)
    with pytest.raises(InternalServerError):
        page.get_next_page()

    assert len(page.get_next_page().chats) == 1
    assert trunkline.faults.unused == ["rate_limit"]
    trunkline.faults.clear()


def test_an_outage_lasts_until_it_is_cleared(trunkline: Trunkline) -> None:
    trunkline.faults.error(None)
    assert trunkline.faults.unused == ["error"]
    for _ in range(2):
        with pytest.raises(InternalServerError):
            trunkline.client.chats.list_chats()
    assert trunkline.faults.unused == []
    trunkline.faults.clear()
    assert trunkline.client.chats.list_chats().chats == []


@pytest.mark.parametrize("halfway", [False, True])
def test_a_dropped_connection(trunkline: Trunkline, first_page: FirstPage, halfway: bool) -> None:
    chat = trunkline.chat()
    trunkline.faults.drop(halfway=halfway)
    with pytest.raises(APIConnectionError) as caught:
        first_page(max_retries=0)
    assert isinstance(caught.value.__cause__, httpx2.RemoteProtocolError)
    assert first_page(max_retries=0) == [chat]


def test_a_slow_response_arrives_unless_the_timeout_is_shorter(trunkline: Trunkline, first_page: FirstPage) -> None:
    chat = trunkline.chat()
    trunkline.faults.slow(0.05, 2)
    assert first_page(max_retries=0, timeout=5) == [chat]
    with pytest.raises(APITimeoutError):
        first_page(max_retries=0, timeout=0.01)


def test_a_timeout_is_immediate_although_the_client_would_wait_a_minute(
    trunkline: Trunkline, first_page: FirstPage
) -> None:
    trunkline.faults.timeout()
    with pytest.raises(APITimeoutError):
        first_page(max_retries=0)


def test_a_caller_can_cancel_a_slow_request(trunkline: Trunkline) -> None:
    trunkline.faults.slow(60)

    async def impatient() -> None:
        async with asyncio.timeout(0.02):
            await trunkline.async_client.chats.list_chats()

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())


def test_an_invalid_fault(trunkline: Trunkline) -> None:
    with pytest.raises(ValueError, match=r"`int` >= 1 - at `\$\.times`"):
        trunkline.faults.rate_limit(0)
    with pytest.raises(ValueError, match=r"`int` >= 0 - at `\$\.retry_after`"):
        trunkline.faults.rate_limit(retry_after=-1)
    with pytest.raises(ValueError, match=r">= 0.* - at `\$\.delay_seconds`"):
        trunkline.faults.slow(-1)
    with pytest.raises(InvalidParameter, match="must begin with /v3/"):
        trunkline.faults.error(path="v3/chats")
    assert trunkline.faults.unused == []


def test_a_streamed_response_is_cut_while_it_is_read(trunkline: Trunkline) -> None:
    trunkline.chat()
    trunkline.faults.drop(halfway=True)
    with trunkline.client.chats.with_streaming_response.list_chats() as response:
        assert response.status_code == 200
        with pytest.raises(LinqApiv3Error):
            response.read()


def test_faults_belong_to_a_partner(trunkline: Trunkline) -> None:
    other = trunkline.partner()
    other.faults.error()

    assert trunkline.client.chats.list_chats().chats == []
    assert (trunkline.faults.unused, trunkline.unused_faults) == ([], ["error"])
    with pytest.raises(InternalServerError):
        other.client.with_options(max_retries=0).chats.list_chats()
    assert trunkline.unused_faults == []


def test_a_share_of_the_requests_is_the_same_in_every_run(tmp_path: Path) -> None:
    def failures(folder: Path) -> list[int]:
        folder.mkdir()
        with open_trunkline(folder) as trunkline:
            trunkline.faults.error(None, share=0.2)
            client = trunkline.client.with_options(max_retries=0)
            return [number for number in range(100) if not _succeeds(client)]

    first, second = failures(tmp_path / "first"), failures(tmp_path / "second")
    assert first == second
    assert 10 <= len(first) <= 30


def _succeeds(client: LinqAPIV3) -> bool:
    try:
        client.chats.list_chats()
    except InternalServerError:
        return False
    return True


@pytest.mark.parametrize("fault", ["drop", "timeout"])
def test_a_repeated_send_with_an_idempotency_key_sends_once(trunkline: Trunkline, fault: str) -> None:
    chat = trunkline.chat("+13105550111")
    hello: MessageContentParam = {"parts": [{"type": "text", "value": "Hello"}], "idempotency_key": "order-1"}
    if fault == "drop":
        trunkline.faults.drop(halfway=True, path="/v3/chats/*/messages", handle="+13105550111")
    else:
        trunkline.faults.timeout(method="POST")

    sent = trunkline.client.chats.messages.send(chat.id, message=hello).message

    assert [each.id for each in trunkline.client.chats.messages.list(chat.id)] == [sent.id]
    assert [request.method for request in trunkline.requests] == ["POST", "POST", "GET"]


def test_a_shared_line_cannot_send_the_first_message(trunkline: Trunkline) -> None:
    trunkline.faults.first_message()
    chat = trunkline.chat()
    assert trunkline.client.chats.retrieve(chat.id) == chat
    with pytest.raises(PermissionDeniedError) as caught:
        trunkline.client.chats.messages.send(chat.id, message={"parts": [{"type": "text", "value": "Hello"}]})
    assert caught.value.code == 2008
