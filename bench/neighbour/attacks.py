"""What a bad neighbour does, by name. Each attack is prepared once, and then runs until it is cancelled."""

import asyncio
import itertools
import socket
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench.client import NoResponse
from bench.neighbour.place import Place, message

_BODY = 990_000  # bytes, just below the most that the service reads
_FILE = 100_000_000  # bytes
_LONG_TEXT = "Hello, " * 2_800
_PATIENCE = 10.0  # s to get to full strength
_IMPORT_PATIENCE = 30.0  # s, in which the import reads most of the archive
_PREPARATION = 60.0  # s
_PIECE = bytes(1_000_000)
_ARCHIVE = "archive.xml"


class Attack(msgspec.Struct, frozen=True):
    """What the neighbour does, in the words of the table, with its preparation."""

    description: str
    run: Callable[[Place], Awaitable[None]]
    prepare: Callable[[Place], Awaitable[None]]


async def _one_chat(place: Place) -> None:
    await place.add_chats(1)


async def _large_bodies(place: Place, *, body: Callable[[], bytes]) -> None:
    path = f"/v3/chats/{place.chats[0][0]}/messages"
    await place.repeat(4, itertools.repeat(("POST", path, body())))


def _decorated() -> bytes:
    """The most files and texts of a message, the texts of the maximum length with the most decorations."""
    decorations = [{"range": [at, at + 1], "style": "bold"} for at in range(100)]
    text = {"type": "text", "value": "x" * 19_900, "text_decorations": decorations}
    image = {"type": "media", "url": "https://example.com/image.png"}
    return msgspec.json.encode({"message": {"parts": [text, image] * 40}})


def _nested() -> bytes:
    return b'{"message":%b%b}' % (b"[" * (_BODY // 2), b"]" * (_BODY // 2))


def _many_parts() -> bytes:
    part = b'{"type":"text","value":"x"}'
    return b'{"message":{"parts":[%b]}}' % b",".join([part] * (_BODY // (len(part) + 1)))


async def _targets(place: Place, *, behaviour: str, number: int, tenants: int) -> None:
    await place.add_chats(64, tenants=tenants)
    await place.subscribe(behaviour, number, tenants=tenants)


async def _send_to_targets(place: Place, *, tenants: int, rate: float) -> None:
    async with place.receiving(), asyncio.TaskGroup() as tasks:
        for tenant in range(tenants):
            tasks.create_task(place.pace(rate, place.messages(tenant), tenant=tenant))


async def _long_chats(place: Place) -> None:
    await place.add_chats(100, _LONG_TEXT)


async def _unread_pages(place: Place) -> None:
    async def one() -> None:
        request = place.client().encode("GET", "/v3/chats?limit=100&include=last_message")
        while True:
            with suppress(OSError):
                async with _connected(place.plan.port) as (_, writer):
                    writer.transport.pause_reading()  # type: ignore[attr-defined]
                    writer.write(request * 10)
                    place.counts.requests += 10
                    await asyncio.sleep(5)

    await place.concurrently(20, one)


async def _many_chats(place: Place) -> None:
    await place.add_chats(200)


async def _chats_and_a_receiver(place: Place) -> None:
    await place.add_chats(200)
    await place.subscribe("ok", 1)


async def _senders(place: Place) -> None:
    async with place.receiving():
        await place.repeat(200, place.messages())


async def _flood(place: Place, *, clients: int) -> None:
    await place.repeat(clients, place.messages())


async def _long_polls(place: Place) -> None:
    """Waits on as many connections as there are, and a change every two seconds, which ends all waits."""
    wanted, waiting = place.scaled(8_500), 0

    async def one() -> None:
        nonlocal waiting
        async with place.client() as client:
            token: str | None = None
            while True:
                query = f"?updated_since={token}&wait=60" if token else "?limit=1"
                waiting += token is not None
                if waiting >= wanted:
                    place.is_loud.set()
                response = await place.ask(client, ("GET", f"/v3/chats{query}", None))
                if response is None or not response.is_success:
                    await asyncio.sleep(1)
                else:
                    token = response.header("x-sync-token")

    async def change() -> None:
        await _loud_at_the_latest(place)
        await place.pace(0.5, place.messages())

    async with asyncio.TaskGroup() as tasks:
        for _ in range(wanted):
            tasks.create_task(one())
        tasks.create_task(change())


async def _silence(place: Place, *, connections: int, pieces: Callable[[Place], Iterator[bytes]]) -> None:
    """Holds connections on which a piece of a request is sent each second, or nothing; opens them again if closed."""
    wanted = place.scaled(connections)
    opened = 0

    async def one() -> None:
        nonlocal opened
        while True:
            try:
                async with _connected(place.plan.port) as (reader, writer):
                    opened += 1
                    place.counts.requests += 1
                    if opened >= wanted:
                        place.is_loud.set()
                    closed = asyncio.create_task(reader.read())
                    for piece in pieces(place):
                        writer.write(piece)
                        await asyncio.wait([closed], timeout=1)
                        if closed.done():
                            break
                    await closed
            except OSError:
                place.counts.failed += 1
            await asyncio.sleep(0.2)

    async with asyncio.TaskGroup() as tasks:
        for number in range(wanted):
            tasks.create_task(one())
            if number % 100 == 0:
                await asyncio.sleep(0.01)
        await _loud_at_the_latest(place)


def _nothing(_: Place) -> Iterator[bytes]:
    return iter(())


def _slow_headers(place: Place) -> Iterator[bytes]:
    yield place.client().encode("GET", "/v3/chats")[:-2]
    yield b"X-Slow: "
    while True:
        yield b"x"


async def _named_groups(place: Place) -> None:
    people = [f"+1310555{number:04}" for number in range(3)]

    async def one() -> None:
        async with place.client() as client:
            while True:
                body = {"from": place.plan.tenants[0].line, "to": people, "message": message("Hello")}
                created = await place.ask(client, ("POST", "/v3/chats", body))
                if created is not None and created.is_success:
                    path = f"/v3/chats/{created.json()['chat']['id']}"
                    await place.ask(client, ("PUT", path, {"display_name": "Friends"}))

    await place.concurrently(4, one)


async def _past_members(place: Place) -> None:
    """A group that 1,686 people have left, or as many as the service allows or a minute suffices for."""
    people = [f"+1310555{number:04}" for number in range(3)]
    until = time.monotonic() + _PREPARATION
    async with place.client() as client:
        body = {"from": place.plan.tenants[0].line, "to": people, "message": message("Hello")}
        chat = (await client.insist("POST", "/v3/chats", body)).json()["chat"]["id"]
        for number in range(place.scaled(1_686)):
            for method in ("POST", "DELETE"):
                response = await client.request(
                    method, f"/v3/chats/{chat}/participants", {"handle": f"+1310556{number:04}"}
                )
                if not response.is_success or time.monotonic() > until:
                    return


async def _list(place: Place) -> None:
    await place.repeat(4, itertools.repeat(("GET", "/v3/chats?limit=20", None)))


async def _nothing_to_prepare(_: Place) -> None:
    """This attack needs nothing."""


async def _uploads(place: Place) -> None:
    """Uploads files, and deletes them."""
    size = place.scaled(_FILE)
    file = {"filename": "film.mp4", "content_type": "video/mp4", "size_bytes": size}

    async def one() -> None:
        async with place.client() as client:
            while True:
                created = await place.ask(client, ("POST", "/v3/attachments", file))
                if created is None or not created.is_success:
                    await asyncio.sleep(0.1)
                    continue
                upload = created.json()
                try:
                    await _upload(place, upload, size)
                except (OSError, EOFError):
                    place.counts.failed += 1
                await place.ask(client, ("DELETE", f"/v3/attachments/{upload['attachment_id']}", None))

    await place.concurrently(2, one)


async def _upload(place: Place, upload: Mapping[str, Any], size: int) -> None:
    path = "/" + upload["upload_url"].split("/", 3)[3]
    headers = {"Host": "127.0.0.1", "Connection": "close", **upload["required_headers"]}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    async with _connected(place.plan.port) as (reader, writer):
        place.counts.requests += 1
        writer.write(f"PUT {path} HTTP/1.1\r\n{head}\r\n".encode())
        for start in range(0, size, len(_PIECE)):
            writer.write(_PIECE[: size - start])
            await writer.drain()
        status = await reader.readline()
        place.counts.refused += b" 2" not in status


async def _archive(place: Place) -> None:
    await place.add_chats(1)
    await asyncio.to_thread(_write_archive, Path(place.plan.folder, _ARCHIVE), place.scaled(_FILE))


def _write_archive(path: Path, size: int) -> None:
    """An archive of SMS Backup & Restore with a size in bytes."""
    text = _LONG_TEXT[:200]
    with path.open("w") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<smses>\n')
        for number in itertools.count():
            at = 1_700_000_000_000 + number * 1_000
            file.write(
                f'<sms protocol="0" address="+1310555{number % 1_000:04}" date="{at}" type="{number % 2 + 1}" '
                f'body="Message {number}: {text}" read="1" status="-1" date_sent="{at}" />\n'
            )
            if file.tell() >= size:
                break
        file.write("</smses>\n")


async def _imports(place: Place) -> None:
    """Imports the archive again and again. The operator's command is another process, on the same database."""
    tenant = place.plan.tenants[0]
    archive = Path(place.plan.folder, _ARCHIVE)
    command = ("-c", "from trunkline.cli import main; main()", "import", "sms-backup", str(archive))
    options = ("--line", tenant.line, "--partner", tenant.name, "--database", place.plan.database)

    async def run() -> None:
        while True:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, *options, stdout=asyncio.subprocess.DEVNULL
            )
            place.counts.requests += 1
            try:
                place.counts.failed += await process.wait() != 0
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            place.is_loud.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run())
        tasks.create_task(_loud_when_changes_wait(place))


async def _loud_when_changes_wait(place: Place) -> None:
    """The import is at full strength when it has begun to write: then a send of the same partner has to wait."""
    until = time.monotonic() + _IMPORT_PATIENCE
    async with place.client() as client:
        for method, path, body in place.messages():
            if place.is_loud.is_set() or time.monotonic() > until:
                break
            try:
                await client.exchange(client.encode(method, path, msgspec.json.encode(body)), limit=3)
            except NoResponse:
                break
            await asyncio.sleep(0.5)
    place.is_loud.set()


async def _loud_at_the_latest(place: Place) -> None:
    """Returns when the attack is at full strength, or when it has had enough time for that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await place.is_loud.wait()
    place.is_loud.set()


@asynccontextmanager
async def _connected(port: int) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection that is reset at the end of the block, so that its port is free at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def _against(behaviour: str, *, number: int, tenants: int, rate: float, description: str) -> Attack:
    return Attack(
        description,
        partial(_send_to_targets, tenants=tenants, rate=rate),
        partial(_targets, behaviour=behaviour, number=number, tenants=tenants),
    )


ATTACKS: Mapping[str, Attack] = {
    "decorations": Attack("1 MB bodies, decorations", partial(_large_bodies, body=_decorated), _one_chat),
    "nesting": Attack("1 MB bodies, nested", partial(_large_bodies, body=_nested), _one_chat),
    "parts": Attack("1 MB bodies, many parts", partial(_large_bodies, body=_many_parts), _one_chat),
    "dead-targets": _against(
        "hang", number=50, tenants=2, rate=5, description="100 targets that never respond, of two partners"
    ),
    "early-hints": _against("hints", number=8, tenants=1, rate=10, description="8 targets, endless 103 Early Hints"),
    "drip": _against("drip", number=8, tenants=1, rate=10, description="8 targets, endless one-byte chunks"),
    "unread-pages": Attack("20 readers that never read", _unread_pages, _long_chats),
    "senders": Attack("200 senders, with webhooks", _senders, _chats_and_a_receiver),
    "long-polls": Attack("8,500 long polls", _long_polls, _one_chat),
    "flood-16": Attack("16 senders", partial(_flood, clients=16), _many_chats),
    "flood-64": Attack("64 senders", partial(_flood, clients=64), _many_chats),
    "silence": Attack(
        "10,500 silent connections",
        partial(_silence, connections=10_500, pieces=_nothing),
        _nothing_to_prepare,
    ),
    "slow-headers": Attack(
        "2,000 slow headers", partial(_silence, connections=2_000, pieces=_slow_headers), _nothing_to_prepare
    ),
    "named-groups": Attack("named groups of the same people", _named_groups, _nothing_to_prepare),
    "past-members": Attack("lists a chat with 1,686 past members", _list, _past_members),
    "uploads": Attack("uploads of 100 MB", _uploads, _nothing_to_prepare),
    "imports": Attack("imports of 100 MB", _imports, _archive),
}
"""The attacks by the name for ``--only``."""
