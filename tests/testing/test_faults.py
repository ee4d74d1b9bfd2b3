"""Faults, as both clients of the SDK see them."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import httpx2
import pytest

from linq import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    LinqApiv3Error,
    RateLimitError,
)
from linq.types import Chat
from trunkline.testing import Trunkline

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
    trunkline.faults.error(when=lambda request: "cursor" in request.url.params)
    trunkline.faults.rate_limit(when=lambda request: request.method == "POST")
    client = trunkline.client.with_options(max_retries=0)

    page = client.chats.list_chats(limit=2)
    with pytest.raises(InternalServerError):
        page.get_next_page()

    assert len(page.get_next_page().chats) == 1
    assert trunkline.faults.unused == ["rate_limit()"]
    trunkline.faults.clear()


def test_an_outage_lasts_until_it_is_cleared(trunkline: Trunkline) -> None:
    trunkline.faults.error(None)
    assert trunkline.faults.unused == ["error()"]
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
    with pytest.raises(ValueError, match="must be at least 1"):
        trunkline.faults.rate_limit(0)
    with pytest.raises(ValueError, match="must be at least 0 seconds"):
        trunkline.faults.rate_limit(retry_after=-1)
    with pytest.raises(ValueError, match="must be at least 0 seconds"):
        trunkline.faults.slow(-1)
    assert trunkline.faults.unused == []


def test_a_streamed_response_is_cut_while_it_is_read(trunkline: Trunkline) -> None:
    trunkline.chat()
    trunkline.faults.drop(halfway=True)
    with trunkline.client.chats.with_streaming_response.list_chats() as response:
        assert response.status_code == 200
        with pytest.raises(LinqApiv3Error):
            response.read()
