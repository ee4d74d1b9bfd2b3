"""Where the time of a request goes: each step on its own, without HTTP, in microseconds."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.server.data import Places
from trunkline.actions.chats.list_chats import cursor_scope, list_chats
from trunkline.api.app import Application
from trunkline.api.auth import Authentication
from trunkline.api.chat_query import parse_chat_query
from trunkline.domain.paging import ChatQuery
from trunkline.schemas.chat import with_doc_base
from trunkline.storage import chat_list
from trunkline.storage import cursor as cursors
from trunkline.storage.store import Store, open_store

_REPEATS = 2_000
_ROUNDS = 5
_BASE = "http://127.0.0.1:8080"


def table(places: Places) -> str:
    """The steps of a page of 20 at a random depth of a store."""
    return asyncio.run(_table(places))


async def _table(places: Places) -> str:
    async with open_store(places.url) as store:
        steps = await _steps(store, places)
        lines = ["| step of a page of 20, any depth | µs |", "|---|--:|"]
        for name, step in steps.items():
            lines.append(f"| {name} | {await _time(step):.1f} |")
    return "\n".join(lines)


async def _time(step: Callable[[int], Awaitable[Any]]) -> float:
    """Microseconds of the processor a call, the median of some rounds."""
    rounds: list[float] = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        for index in range(_REPEATS):
            await step(index)
        rounds.append((time.process_time() - started) / _REPEATS * 1e6)
    return statistics.median(rounds)


async def _steps(store: Store, places: Places) -> dict[str, Callable[[int], Awaitable[Any]]]:
    now = time.time_ns() // 1000
    headers = [(b"host", b"127.0.0.1:8080"), (b"authorization", b"Bearer " + places.key.encode())]
    authentication = Authentication(store)
    partner_id = (await authentication.authenticate(headers, now)).partner_id
    tokens = random.Random(2).choices(places.anywhere, k=_REPEATS)
    texts = [f"limit=20&cursor={token}".encode() for token in tokens]
    queries = [parse_chat_query(text) for text in texts]
    scope = cursor_scope(partner_id, queries[0].filters)
    requested = [cursors.decode(token, store.cursor_key, scope) for token in tokens]
    page = await list_chats(store, partner_id, ChatQuery(queries[0].filters), now)
    reader = store.reader(partner_id)
    application = Application(store, _BASE, _BASE)

    async def parse(index: int) -> None:
        parse_chat_query(texts[index])

    async def authenticate(_: int) -> None:
        await authentication.authenticate(headers, now)

    async def decode(index: int) -> None:
        cursors.decode(tokens[index], store.cursor_key, scope)

    async def read(index: int) -> None:
        at = requested[index]
        assert at is not None
        await chat_list.read(reader, queries[0].filters, limit=20, snapshot=at.snapshot, after=at.after)

    async def encode(index: int) -> None:
        at = requested[index]
        assert at is not None
        cursors.encode(at, store.cursor_key, scope)

    async def join(_: int) -> bytes:
        chats = with_doc_base(page.documents, _BASE.encode())
        return b'{"chats":[%b],"next_cursor":%b}' % (chats, b"null")

    async def send(_: dict[str, Any]) -> None: ...

    async def everything(index: int) -> None:
        asked = {
            "type": "http",
            "method": "GET",
            "path": "/v3/chats",
            "headers": headers,
            "query_string": texts[index],
        }
        await application(asked, None, send)  # pyright: ignore[reportArgumentType] - nothing is received

    return {
        "the query's parameters": parse,
        "the key": authenticate,
        "the cursor, read and checked": decode,
        "the page from the store": read,
        "the next cursor, signed": encode,
        "the body, joined and completed": join,
        "all of the application": everything,
    }
