"""Requests of a partner that arrive at the same time share a transaction, and each gets its own, exact answer."""

import asyncio
import itertools
from collections import Counter
from typing import Any

from httpx2 import Response

from tests.support.caller import Caller, text

NO_CHAT = "00000000-0000-4000-8000-000000000000"


def sending(chat: str, words: str, **more: Any) -> tuple[str, str, Any]:
    return "POST", f"/v3/chats/{chat}/messages", {"message": text(words, **more)}


def test_a_send_that_fails_among_sixteen_harms_no_other(we: Caller) -> None:
    chat = we.create()["id"]
    calls = [sending(chat, str(number)) for number in range(16)]
    calls[7] = sending(NO_CHAT, "7")
    responses = we.together(*calls)
    assert [each.status_code for each in responses] == [404 if number == 7 else 202 for number in range(16)]
    texts = {message["parts"][0]["value"] for message in we.messages(chat)}
    assert texts == {"hello"} | {str(number) for number in range(16)} - {"7"}


def test_sixteen_with_the_same_idempotency_key_send_once(we: Caller) -> None:
    chat = we.create()["id"]
    responses = we.together(*[sending(chat, "once", idempotency_key="order-4711") for _ in range(16)])
    assert {each.status_code for each in responses} == {202}
    assert len({each.content for each in responses}) == 1
    assert len(we.messages(chat)) == 2


def test_one_of_sixteen_requests_with_the_same_key_and_other_words_is_sent(we: Caller) -> None:
    chat = we.create()["id"]
    responses = we.together(*[sending(chat, str(number), idempotency_key="order-4711") for number in range(16)])
    assert Counter(each.status_code for each in responses) == {202: 1, 400: 15}
    assert len(we.messages(chat)) == 2


def test_a_message_is_sent_before_an_opt_out_or_not_at_all(we: Caller) -> None:
    chat = we.create()["id"]

    numbers = itertools.count()
    sent: list[str] = []
    is_sent = asyncio.Event()

    async def send_until_refused() -> Response:
        while True:
            words = str(next(numbers))
            response = await we.calling(*sending(chat, words))
            if response.status_code != 202:
                return response
            sent.append(words)
            is_sent.set()

    async def race() -> list[Response]:
        async with asyncio.timeout(60):
            clients = [asyncio.create_task(send_until_refused()) for _ in range(16)]
            await is_sent.wait()
            await we.hearing("STOP")
            return await asyncio.gather(*clients)

    refused = we.api.opened.run(race())
    assert {each.status_code for each in refused} == {403}
    newest_first = [message["parts"][0]["value"] for message in we.messages(chat)]
    assert sorted(newest_first[1:-1]) == sorted(sent)
    assert newest_first[0] == "STOP", "nothing is sent after the opt-out"
