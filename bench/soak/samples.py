"""What is sampled of a running service: from /proc, from its log and from its database."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bench.server.servers import Server
from bench.soak.rules import CARRIER, FAILING, HEALTHY, Backlog, Sample
from tests.support.open_store import OpenStore
from trunkline.domain.instant import SECOND, now
from trunkline.storage import outbox
from trunkline.storage.sql import Row, parse

_QUERIES = parse("""
-- name: backlog
select w.destination, w.entries, coalesce(
    (select e.created_at from events e where e.partner_id = w.partner_id and e.sequence = w.sequence), w.updated_at
)
from (
    select partner_id, destination, count(*) as entries, min(sequence) as sequence, min(updated_at) as updated_at
    from outbox where state = 'waiting'
    group by partner_id, destination
) w

-- name: wal_of_postgres
select coalesce(sum(size), 0)::bigint from pg_ls_waldir()
""")
_MB = 1_000_000


class Sampler:
    """Takes samples of a service. ``healthy`` says of each subscription whether its receiver works."""

    def __init__(self, server: Server, opened: OpenStore, url: str, log: Path, healthy: Mapping[str, bool]) -> None:
        self._server = server
        self._opened = opened
        self._wal = None if url.startswith("postgresql") else Path(url.removeprefix("sqlite:///") + "-wal")
        self._log = log
        self._healthy = healthy
        self._began = time.monotonic()

    def sample(self) -> Sample:
        """The service now."""
        memory: dict[int, float] = {}
        files: dict[int, int] = {}
        for pid in self._server.workers():
            with suppress(ProcessLookupError, FileNotFoundError):  # it has just died
                memory[pid], files[pid] = _resident(pid), sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
        log = self._log.read_bytes()
        return Sample(
            at=time.monotonic() - self._began,
            memory=memory,
            files=files,
            log_lines=log.count(b"\n"),
            log_bytes=len(log),
            backlog=self.backlog(),
            wal=self._wal_size() / _MB,
        )

    def backlog(self) -> dict[str, Backlog]:
        """The waiting entries by kind of destination."""
        at = now()
        found: dict[str, Backlog] = {kind: Backlog() for kind in (CARRIER, HEALTHY, FAILING)}
        for destination, entries, since in self._fetch("backlog"):
            kind = CARRIER if destination == outbox.CARRIER else HEALTHY if self._healthy[destination] else FAILING
            age = max(found[kind].oldest, (at - since) / SECOND)
            found[kind] = Backlog(found[kind].entries + entries, age)
        return found

    def _wal_size(self) -> int:
        if self._wal is None:
            return self._fetch("wal_of_postgres")[0][0]
        return self._wal.stat().st_size if self._wal.exists() else 0

    def _fetch(self, name: str) -> Sequence[Row]:
        return self._opened.run(self._opened.store.database.fetch(_QUERIES[name], ()))


def _resident(pid: int) -> float:
    """The resident memory of a process in MB. Raises ``ProcessLookupError`` if it has none."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / _MB
    raise ProcessLookupError(pid)
