"""A network between the service and PostgreSQL: what goes through it arrives later, in both directions.

``python -m bench.server.distance --port … --socket … --ms …`` forwards a TCP port to a Unix socket.
"""

import argparse
import asyncio
import selectors
from collections import deque
from contextlib import suppress

_CHUNK = 65_536  # bytes


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Writes what is read, ``delay`` seconds later, until one side closes the connection."""
    loop = asyncio.get_running_loop()
    coming: deque[tuple[float, bytes]] = deque()
    arrived = asyncio.Event()

    async def read() -> None:
        while data := await reader.read(_CHUNK):
            coming.append((loop.time() + delay, data))
            arrived.set()
        coming.append((loop.time() + delay, b""))
        arrived.set()

    reading = asyncio.create_task(read())
    try:
        while True:
            while not coming:
                arrived.clear()
                await arrived.wait()
            due, data = coming.popleft()
            await asyncio.sleep(due - loop.time())
            if not data:
                return
            writer.write(data)
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await reading
        writer.close()


async def _serve(port: int, path: str, delay: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(path)
        with suppress(OSError):
            await asyncio.gather(_forward(reader, server_writer, delay), _forward(server_reader, writer, delay))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    await server.serve_forever()


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--ms", type=float, required=True, help="the time of a round trip")
    arguments = parser.parse_args()
    # The other selectors, and uvloop, count milliseconds.
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.SelectSelector())) as runner:
        runner.run(_serve(arguments.port, arguments.socket, arguments.ms / 2000))


if __name__ == "__main__":
    _main()
