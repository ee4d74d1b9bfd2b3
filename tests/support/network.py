"""A network between a client and PostgreSQL that can freeze, break, and lose what the server answers."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")

CHUNK = 65_536  # bytes


class Network:
    """Forwards TCP connections to the Unix socket of a server, in a thread of its own.

    ``url`` is that of the database through it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._path = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._trigger: tuple[bytes, Callable[[], None]] | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = parts._replace(netloc=f"postgres@127.0.0.1:{self._port}", query="").geturl()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        server_reader, server_writer = await asyncio.open_unix_connection(self._path)
        self._writers |= {writer, server_writer}
        await asyncio.gather(
            self._forward(reader, server_writer, from_client=True), self._forward(server_reader, writer)
        )
        self._writers -= {writer, server_writer}

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_client: bool = False
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
                if from_client and self._trigger is not None and self._trigger[0] in data:
                    (_, act), self._trigger = self._trigger, None
                    act()
        writer.close()

    def freeze(self) -> None:
        """From now on, nothing arrives, as when packets are dropped."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def thaw(self) -> None:
        """What has not arrived does so now."""
        self._loop.call_soon_threadsafe(self._open.set)

    def freeze_after(self, text: str) -> None:
        """Freezes after the next request that contains this text has arrived at the server."""
        self._trigger = text.encode(), self._open.clear

    def cut_after(self, text: str) -> None:
        """Resets every connection after the next request that contains this text has arrived at the server."""
        self._trigger = text.encode(), self._reset

    def cut(self) -> None:
        """Resets every connection."""
        self._loop.call_soon_threadsafe(self._reset)

    def _reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def close(self) -> None:
        """Ends every connection, and accepts no more."""

        async def close() -> None:
            self._open.set()
            self._server.close()
            self._reset()
            await asyncio.sleep(0)
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        self._run(close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def network_to(url: str) -> Generator[Network]:
    """A network to the database at this URL, until the end of the block."""
    network = Network(url)
    try:
        yield network
    finally:
        network.close()
