"""Where the time of a request goes: each step on its own, without HTTP, in microseconds."""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.server.data import Places
from trunkline.actions.list_chats import list_chats, scope
from trunkline.api import query
from trunkline.api.app import Application
from trunkline.api.auth import Authentication
from trunkline.domain import document
from trunkline.domain.listing import ChatQuery
from trunkline.storage import cursor as cursors
from trunkline.storage import pages
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
    partner_id = await authentication.partner(headers, now)
    tokens = random.Random(2).choices(places.anywhere, k=_REPEATS)
    texts = [f"limit=20&cursor={token}".encode() for token in tokens]
    queries = [query.parse(text) for text in texts]
    bound_to = scope(partner_id, queries[0].filters)
    places_asked = [cursors.decode(token, store.cursor_key, bound_to) for token in tokens]
    page = await list_chats(store, partner_id, ChatQuery(queries[0].filters), now)
    application = Application(store, _BASE, _BASE)

    async def parse(index: int) -> None:
        query.parse(texts[index])

    async def authenticate(_: int) -> None:
        await authentication.partner(headers, now)

    async def decode(index: int) -> None:
        cursors.decode(tokens[index], store.cursor_key, bound_to)

    async def read(index: int) -> None:
        at = places_asked[index]
        assert at is not None
        await pages.read(store.database, partner_id, queries[0].filters, limit=20, walk=at.walk, below=at.place)

    async def encode(index: int) -> None:
        at = places_asked[index]
        assert at is not None
        cursors.encode(at, store.cursor_key, bound_to)

    async def join(_: int) -> bytes:
        chats = document.complete(b",".join(page.documents), _BASE.encode())
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
