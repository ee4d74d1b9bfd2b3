"""``python -m bench.filters``: pages of the list, and all of them, with filters, in this process, on both engines."""

import argparse
import asyncio
import statistics
import time
from contextlib import ExitStack

from bench.server import data, report
from trunkline.actions.chats.list_chats import list_chats
from trunkline.api.chat_query import parse_chat_query
from trunkline.demo.load import load_demo
from trunkline.domain.instant import now
from trunkline.storage.store import Store, open_store

QUERIES = {
    "no filter": "limit=100",
    "`q`, found in every page": "limit=100&q=555",
    "`q`, found nowhere": "limit=100&q=zzz",
    "`is_group=true`": "limit=100&is_group=true",
    "`health=HEALTHY`": "limit=100&health=HEALTHY",
    "`health=AT_RISK,CRITICAL`": "limit=100&health=AT_RISK,CRITICAL",
    "`sort=created`": "limit=100&sort=created",
}
ROUNDS = 5


def main() -> None:
    """Measures and reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.filters", description=__doc__)
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true", help="leave bench/README.md as it is")
    arguments = parser.parse_args()
    data.FOLDER.mkdir(parents=True, exist_ok=True)
    lines = ["| store | filter | page ms | all pages s | pages | chats |", "| -- | -- | -: | -: | -: | -: |"]
    with ExitStack() as stack:
        for engine, url in data.small_stores(stack, f"filters_{arguments.chats}").items():
            lines += asyncio.run(measured(f"{engine}, {arguments.chats:,} chats", url, arguments.chats))
            asyncio.run(data.ensure_empty(url))
    print("\n".join(lines))
    if not arguments.keep:
        report.write("filters", "\n".join(lines))


async def measured(name: str, url: str, chats: int) -> list[str]:
    """The rows of a store, which is filled first."""
    async with open_store(url) as store:
        [partner] = await load_demo(store, chats=chats, seed=data.SEED, now=data.NOW, progress=lambda _: None)
        if url.startswith("postgresql"):
            async with store.database.transaction() as transaction:
                await transaction.script("analyze")
        return [f"| {name} | {what} | {await row(store, partner.id, query)} |" for what, query in QUERIES.items()]


async def row(store: Store, partner_id: int, query: str) -> str:
    """The median time of a first page, and the time, pages and chats of all of them."""
    spent = [await first_page(store, partner_id, query) for _ in range(ROUNDS)]
    began, pages, found, cursor = time.perf_counter(), 0, 0, ""
    while True:
        page = await list_chats(store, partner_id, parse_chat_query(f"{query}{cursor}".encode()), now())
        pages, found = pages + 1, found + page.documents.count(b'"is_archived"')
        if page.next_cursor is None:
            break
        cursor = f"&cursor={page.next_cursor}"
    spent_on_all = time.perf_counter() - began
    return f"{statistics.median(spent) * 1e3:,.1f} | {spent_on_all:,.2f} | {pages:,} | {found:,}"


async def first_page(store: Store, partner_id: int, query: str) -> float:
    """The seconds that a first page takes."""
    began = time.perf_counter()
    await list_chats(store, partner_id, parse_chat_query(query.encode()), now())
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
