"""``python -m bench.scale``: what ten times as many chats and messages cost, and the disk that each takes.

Makes two stores of each engine, one of them a tenth of the other, and measures both in turn, in this process: pages, a
message with its delivery, `trunkline database check` and `backup`.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from typing import Any

import apsw
import asyncpg
import msgspec

from bench.server import data, report
from tests.support.postgres import PROGRAMS
from trunkline.actions.chats.list_chats import cursor_scope, list_chats
from trunkline.actions.messages.send_to_chat import send_to_chat
from trunkline.actions.operator.back_up import back_up
from trunkline.actions.operator.check_store import check_store
from trunkline.actions.operator.progress import silent
from trunkline.actions.steps.outgoing import OutgoingMessage
from trunkline.carriers.loopback import Loopback
from trunkline.delivery.carrier_dispatcher import CarrierDispatcher
from trunkline.delivery.worker import Worker
from trunkline.demo.large import STEP
from trunkline.demo.load import load_demo
from trunkline.domain.chat import Chat
from trunkline.domain.context import RequestContext
from trunkline.domain.ids import new_trace_id, time_ordered_id
from trunkline.domain.instant import Instant, now
from trunkline.domain.message import Content, DeliveryStatus, Message, TextPart
from trunkline.domain.paging import ChatQuery, Filters
from trunkline.schemas.chat import parse_chat
from trunkline.storage import chat_list, messages
from trunkline.storage import cursor as cursors
from trunkline.storage.cursor import Cursor, SortKey
from trunkline.storage.sql import Query
from trunkline.storage.store import Store, open_store

CHUNK = 5_000  # chats that get their messages in one transaction
PAGES = 300
SENDS = 200
PAUSE = 0.02  # s between two messages during a backup
TEXT = "Your table for four is ready at half past seven, by the window, as you asked. See you soon!"

_CHATS = Query(
    "chats",
    "select id, document, name from chats where partner_id = $1 and id > $2 order by id limit $3",
    ("partner", "after", "limit"),
)


_COUNT = Query(
    "count",
    "update chats set message_count = message_count + 1 where partner_id = $1 and id = $2",
    ("partner", "id"),
)


class Sizes(msgspec.Struct):
    """The bytes of an empty store, of its chats and of its messages, and the seconds that loading took."""

    empty: int
    chats: int
    messages: int
    load_chats: float
    load_messages: float


class Measured(msgspec.Struct):
    """A store: how large it is, and the seconds of each thing that was done, round by round."""

    url: str
    chats: int
    messages: int
    sizes: Sizes
    partner_id: int
    seconds: dict[str, list[float]]


def main() -> None:
    """Measures and reports."""
    arguments = parse_arguments()
    data.FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ["PATH"] = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])  # pg_dump of the server's version
    rows: dict[str, list[Measured]] = {}
    with ExitStack() as stack:
        for chats in (arguments.chats // 10, arguments.chats):
            for engine, store in filled_stores(stack, chats, arguments).items():
                rows.setdefault(engine, []).append(store)
                print(engine, store, file=sys.stderr, flush=True)
        if arguments.fill:
            return
        for stores in rows.values():
            for number in range(arguments.rounds):
                for store in stores if number % 2 else reversed(stores):
                    asyncio.run(measure(store, with_backup=not arguments.without_backup))
                    print(store.chats, store.seconds, file=sys.stderr, flush=True)
            for store in stores:
                asyncio.run(data.ensure_empty(store.url))
    print(table(rows))
    if not arguments.keep and arguments.engine == "both":
        report.write("scale", table(rows))


def parse_arguments() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--chats", type=int, default=200_000, help="chats of the larger store; at most ten million")
    parser.add_argument("--messages", type=float, default=1, help="messages per chat, such as 2 or 0.15")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3, help="in which the two stores take turns")
    parser.add_argument("--without-backup", action="store_true", help="for a disk that has no room for one")
    parser.add_argument("--keep", action="store_true", help="leave bench/README.md as it is")
    step = parser.add_mutually_exclusive_group()
    step.add_argument("--fill", action="store_true", help="only fill the stores, for a later run with --filled")
    step.add_argument("--filled", action="store_true", help="measure the stores that --fill left, and delete them")
    arguments = parser.parse_args()
    if not 10_000 <= arguments.chats <= 10_000_000:
        parser.error("the number of chats must be from 10,000 to 10,000,000")
    if (arguments.fill or arguments.filled) and arguments.engine != "sqlite":
        parser.error("--fill and --filled need --engine sqlite, whose stores are files")
    return arguments


def filled_stores(stack: ExitStack, chats: int, arguments: argparse.Namespace) -> dict[str, Measured]:
    """A filled store of each engine, a new one or the one that an earlier run has left."""
    kept = data.FOLDER / f"scale_{chats}.json"
    if arguments.filled:
        stores = msgspec.json.decode(kept.read_bytes(), type=dict[str, Measured])
        kept.unlink()
        return stores
    urls = data.small_stores(stack, f"scale_{chats}", arguments.engine)
    stores = {engine: asyncio.run(filled(url, chats, arguments.messages)) for engine, url in urls.items()}
    if arguments.fill:
        kept.write_bytes(msgspec.json.encode(stores))
    return stores


async def filled(url: str, chats: int, each: float) -> Measured:
    """Fills an empty store."""
    async with open_store(url) as store:
        empty = await size(url)
        began = time.perf_counter()
        [partner] = await load_demo(
            store, chats=chats, seed=data.SEED, now=data.NOW, progress=lambda done: note(f"{done:,} chats")
        )
        loaded = time.perf_counter() - began
        with_chats = await size(url)
        began = time.perf_counter()
        added = await add_messages(store, partner.id, each)
        spent = time.perf_counter() - began
        sizes = Sizes(empty, with_chats - empty, await size_of_messages(url, with_chats), loaded, spent)
        return Measured(url, chats, added, sizes, partner.id, {})


async def measure(filled: Measured, *, with_backup: bool) -> None:
    """Measures a store once."""
    url, partner_id = filled.url, filled.partner_id
    async with open_store(url) as store:
        seconds = {
            "first page": await median(PAGES, lambda _: first_page(store, partner_id)),
            "page at any depth": await any_depth(store, partner_id, filled.chats),
            "send and deliver": await sends(store, partner_id),
        }
    seconds |= await once("check", check(url))
    if with_backup:
        seconds |= await once("backup, unchecked", backup(url))
        if url.startswith("sqlite"):
            seconds["cp and sync"] = await median(1, lambda _: copy(url))
            median_send, slowest = await sends_during_backup(url, partner_id)
            seconds |= {"send during a backup": median_send, "send during a backup, 99 %": slowest}
    for what, spent in seconds.items():
        filled.seconds.setdefault(what, []).append(spent)


async def add_messages(store: Store, partner_id: int, each: float) -> int:
    """Adds messages that were received and read, so many to each chat on average; how many these are."""
    after, due, added = "", 0.0, 0
    while rows := await store.database.fetch(_CHATS, (partner_id, after, CHUNK)):
        after = rows[-1][0]
        ctx = RequestContext(partner_id, now(), new_trace_id())
        async with store.change(ctx, bulk=True) as change:
            new: list[Message] = []
            for _, document, name in rows:
                due += each
                while due >= 1:
                    due -= 1
                    new.append(_message(parse_chat(document, name), change.now))
            await messages.add(change, new)
            await change.transaction.run_many(_COUNT, [(partner_id, message.chat_id) for message in new])
        added += len(new)
        note(f"{added:,} messages")
    return added


def _message(chat: Chat, created_at: Instant) -> Message:
    id_ = time_ordered_id(created_at)
    return Message(
        id=id_,
        chat_id=chat.id,
        sender=next(member for member in chat.participants if not member.is_me),
        content=Content((TextPart(TEXT),)),
        thread=id_,
        created_at=created_at,
        updated_at=created_at,
        delivery_status=DeliveryStatus.READ,
    )


async def first_page(store: Store, partner_id: int) -> None:
    """The first page of the list."""
    await list_chats(store, partner_id, ChatQuery(Filters(), 20, None), now())


async def any_depth(store: Store, partner_id: int, chats: int) -> float:
    """The median of pages after random sort keys."""
    page = await chat_list.read(store.reader(partner_id), Filters(), limit=100)
    assert page.snapshot is not None
    assert page.end is not None
    rng, scope = random.Random(data.SEED), cursor_scope(partner_id, Filters())
    depths = [rng.random() * (chats - 200) for _ in range(PAGES)]
    keys = [SortKey(page.end.updated_at - int(depth * STEP), page.end.revision) for depth in depths]
    tokens = [cursors.encode(Cursor(key, page.snapshot, now()), store.cursor_key, scope) for key in keys]

    async def read(number: int) -> None:
        await list_chats(store, partner_id, ChatQuery(Filters(), 20, tokens[number]), now())

    return await median(PAGES, read)


async def sends(store: Store, partner_id: int) -> float:
    """The median of messages to random chats, each with its delivery."""
    return await median(SENDS, await sender(store, partner_id))


async def sender(store: Store, partner_id: int) -> Callable[[int], Awaitable[None]]:
    """What sends a message to a random chat, and delivers it."""
    carrier = CarrierDispatcher(store, Loopback(store))
    worker = Worker(store, carrier, carrier)
    rng = random.Random(data.SEED)
    ids: list[str] = []
    while len(ids) < SENDS:
        after = f"{rng.getrandbits(32):08x}"
        ids += [row[0] for row in await store.database.fetch(_CHATS, (partner_id, after, 1))]

    async def send(number: int) -> None:
        outgoing = OutgoingMessage(Content((TextPart(TEXT),)), override_optout=True)
        await send_to_chat(store, RequestContext(partner_id, now(), new_trace_id()), ids[number], outgoing)
        await worker.drain()

    return send


async def check(url: str) -> None:
    """Checks the store."""
    async with open_store(url) as store:
        _, problems = await check_store(store.database)
        assert not problems, problems


async def backup(url: str) -> None:
    """Backs the store up, and deletes the backup."""
    target = data.FOLDER / "scale.backup"
    try:
        await back_up(
            url,
            "",
            target,
            silent,
            replace=True,
            check=False,
            with_files=False,
        )
    finally:
        target.unlink(missing_ok=True)


def note(done: str) -> None:
    """Tells how far the filling is."""
    print(f"{time.strftime('%H:%M:%S')} {done}", file=sys.stderr, flush=True)


async def copy(url: str) -> None:
    """Copies the file of a database with ``cp``, for comparison."""
    target = data.FOLDER / "scale.copy"
    try:
        await run("cp", url.removeprefix("sqlite:///"), str(target))
        await run("sync", str(target))
    finally:
        target.unlink(missing_ok=True)


async def run(*arguments: str) -> None:
    """Runs a program. Raises ``RuntimeError`` if it fails."""
    process = await asyncio.create_subprocess_exec(*arguments)
    if await process.wait():
        raise RuntimeError(f"{arguments} failed")


async def sends_during_backup(url: str, partner_id: int) -> tuple[float, float]:
    """The median and the 99th percentile of messages to random chats while another process makes a backup."""
    target = data.FOLDER / "scale.backup"
    options = ("--no-check", "--no-attachments", "--force", "--database", url)
    command = asyncio.create_task(run(f"{sys.prefix}/bin/trunkline", "database", "backup", str(target), *options))
    spent: list[float] = []
    try:
        async with open_store(url) as store:
            send = await sender(store, partner_id)
            while not command.done():
                began = time.perf_counter()
                await send(len(spent) % SENDS)
                spent.append(time.perf_counter() - began)
                await asyncio.sleep(PAUSE)
        await command
    finally:
        target.unlink(missing_ok=True)
    return statistics.median(spent), statistics.quantiles(spent, n=100)[-1]


async def size(url: str) -> int:
    """The bytes of a database."""
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("vacuum analyze")
            return await connection.fetchval("select pg_database_size(current_database())")
        finally:
            await connection.close()
    connection: Any = apsw.Connection(url.removeprefix("sqlite:///"))
    with closing(connection):
        return connection.pragma("page_count") * connection.pragma("page_size")


async def size_of_messages(url: str, before: int) -> int:
    """The bytes of the messages and their indexes, for a store that had so many before."""
    if not url.startswith("postgresql"):
        return await size(url) - before
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("vacuum analyze")
        return await connection.fetchval("select pg_total_relation_size('messages')")
    finally:
        await connection.close()


async def median(times: int, work: Callable[[int], Awaitable[None]]) -> float:
    """The median seconds of doing something so many times."""
    spent: list[float] = []
    for number in range(times):
        began = time.perf_counter()
        await work(number)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


async def once(what: str, work: Awaitable[None]) -> dict[str, float]:
    """The seconds of doing something, and how many of them this process had the processor."""
    began, used = time.perf_counter(), time.process_time()
    await work
    return {what: time.perf_counter() - began, f"{what}: processor": time.process_time() - used}


def table(rows: dict[str, list[Measured]]) -> str:
    """The table for bench/README.md."""
    lines = ["| store | what | a tenth | all | times |", "| -- | -- | -: | -: | -: |"]
    for store, (tenth, whole) in rows.items():
        counts = f"{tenth.chats:,} / {tenth.messages:,}", f"{whole.chats:,} / {whole.messages:,}"
        lines.append(f"| {store} | chats / messages | {counts[0]} | {counts[1]} | 10 |")
        for what, seconds in whole.seconds.items():
            before, after = statistics.median(tenth.seconds[what]), statistics.median(seconds)
            lines.append(f"| {store} | {what}, ms | {before * 1e3:,.2f} | {after * 1e3:,.2f} | {after / before:.1f} |")
        for what, amount in (("bytes of a chat", _of_chat), ("bytes of a message", _of_message)):
            lines.append(f"| {store} | {what} | {amount(tenth):,.0f} | {amount(whole):,.0f} |  |")
    return "\n".join(lines)


def _of_chat(store: Measured) -> float:
    return store.sizes.chats / store.chats


def _of_message(store: Measured) -> float:
    return store.sizes.messages / store.messages


if __name__ == "__main__":
    main()
