"""The receivers of the benchmarks behave as the path of a target says."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bench.client import Client, NoResponse
from bench.receivers import Arrival
from bench.server.servers import serving

EVENT = {"event_id": "1", "event_type": "message.sent", "data": {"id": "m", "chat": {"id": "c"}, "more": 1}}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("receivers") / "record"


@pytest.fixture(scope="module")
def port(record: Path) -> Iterator[int]:
    with serving(("-m", "bench.receivers", "--record", str(record)), core=None, environment={}) as server:
        yield server.port


def test_an_accepted_event_is_recorded(port: int, record: Path) -> None:
    async def post_two() -> list[int]:
        async with Client(port) as client:
            return [(await client.request("POST", f"/ok/{number}", EVENT)).status for number in range(2)]

    assert asyncio.run(post_two()) == [200, 200]
    arrivals = [msgspec.json.decode(line, type=Arrival) for line in record.read_bytes().splitlines()]
    assert arrivals == [Arrival(f"ok/{number}", "1", "message.sent", "c", "m") for number in range(2)]


@pytest.mark.parametrize(
    ("behaviour", "start"),
    [
        ("500", b"HTTP/1.1 500"),
        ("cut", b"HTTP/1.1 200 OK\r\nContent-Le"),
        ("hints", b"HTTP/1.1 103"),
        ("drip", b"HTTP"),
    ],
)
def test_a_bad_receiver_misbehaves(port: int, behaviour: str, start: bytes) -> None:
    async def first_bytes() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(Client(port).encode("POST", f"/{behaviour}/0", msgspec.json.encode(EVENT)))
        try:
            return await reader.readexactly(len(start))
        finally:
            writer.close()

    assert asyncio.run(first_bytes()) == start


@pytest.mark.parametrize("behaviour", ["hang", "cut"])
def test_there_is_no_response(port: int, behaviour: str) -> None:
    async def post() -> None:
        async with Client(port) as client:
            await client.exchange(client.encode("POST", f"/{behaviour}/0", msgspec.json.encode(EVENT)), limit=0.3)

    with pytest.raises(NoResponse):
        asyncio.run(post())
