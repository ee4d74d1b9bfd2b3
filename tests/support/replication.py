"""A real standby of a real PostgreSQL: it streams, its replay can be paused, and it can be promoted."""

import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.postgres import PROGRAMS, PostgresServer
from tests.support.waiting import until

USER = "pgserver" if os.geteuid() == 0 else None
"""The user of the system who runs the servers: PostgreSQL refuses to be root."""


def _program(name: str, *arguments: str) -> None:
    subprocess.run(
        [PROGRAMS / name, *arguments], user=USER, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


class Cluster(PostgresServer):
    """A server that tests stop, start and promote."""

    def url(self, database_url: str) -> str:
        """The same database on this server."""
        return f"{database_url.partition('?')[0]}?{self.query}"

    def start(self) -> None:
        """Returns once the server accepts connections."""
        log = str(self.folder / "log")
        _program("pg_ctl", "-D", str(self.folder), "-l", log, "-o", f"-h '' -k {self.folder}", "-w", "start")

    def crash(self) -> None:
        """Ends the server without a shutdown."""
        _program("pg_ctl", "-D", str(self.folder), "-m", "immediate", "-w", "stop")

    def promote(self) -> None:
        """Makes a standby the primary."""
        _program("pg_ctl", "-D", str(self.folder), "-w", "promote")

    def pause(self) -> None:
        """From now on, a standby receives changes and does not show them."""
        self.execute("select pg_wal_replay_pause()")
        until(lambda: self.value("select pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        """A standby shows changes again."""
        self.execute("select pg_wal_replay_resume()")

    def follow(self, primary: PostgresServer) -> None:
        """Returns once a standby shows all that the primary has now."""
        position = primary.value("select pg_current_wal_insert_lsn()::text")
        until(lambda: self.value(f"select pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"))

    @property
    def is_running(self) -> bool:
        """Whether the server's first process is there."""
        file = self.folder / "postmaster.pid"
        return file.exists() and psutil.pid_exists(int(file.read_text().split("\n", 1)[0]))


@contextmanager
def running_standby(primary: PostgresServer) -> Generator[Cluster]:
    """A standby that streams from a primary, until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="trunkline-standby-") as name:
        folder = Path(name)
        if USER is not None:
            folder.chmod(0o777)
        data = folder / "data"
        source = primary.query.removeprefix("host=")
        _program("pg_basebackup", "-h", source, "-U", "postgres", "-D", str(data), "-R", "-X", "stream", "-c", "fast")
        (data / ".s.PGSQL.5432.lock").unlink()  # the copy of the primary's
        standby = Cluster(data)
        standby.start()
        try:
            yield standby
        finally:
            if standby.is_running:
                standby.crash()
