"""Two versions of the service in one run: this one, and that of another commit, which is checked out for the run.

A version is used only as its users use it, through its commands and HTTP: its modules and tables may be others.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.server.servers import Server, serving

_PACKAGES = "server/src"
_RUN = ("-c", "from trunkline.cli import main; main()")
_MAX_BACKLOG = "1000000"  # no message is refused because the carrier is slower


class Version(msgspec.Struct, frozen=True):
    """A version of the service, as its name and the folder that has its package."""

    name: str
    packages: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables with which Python finds this version."""
        return {"PYTHONPATH": str(self.packages), "TRUNKLINE_MAX_BACKLOG": _MAX_BACKLOG}

    def load_sample(self, database: str, chats: int, seed: int = 1) -> str:
        """Loads a partner with so many chats into a database; another seed is another partner. Returns its key."""
        command = (*_RUN, "demo", "--chats", str(chats), "--seed", str(seed), "--database", database, "--json")
        environment = {**os.environ, **self.environment}
        done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{self.name} cannot load its sample: {done.stderr}")
        return msgspec.json.decode(done.stdout)["partners"][0]["key"]

    @contextmanager
    def serving(self, database: str, *, workers: int = 1, core: int | None = None) -> Generator[Server]:
        """Serves a database of this version until the end of the block, on one core or on any."""
        options = ("serve", "--workers", str(workers), "--allow-private-webhooks", "--database", database)
        with serving((*_RUN, *options), core=core, environment=self.environment) as server:
            yield server


@contextmanager
def both(revision: str) -> Generator[tuple[Version, Version]]:
    """The version of a commit, and this one. Raises ``ValueError`` if there is no such commit."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        tree = Path(folder) / "tree"
        added = _git("worktree", "add", "--detach", str(tree), revision)
        if added.returncode:
            raise ValueError(f"cannot check out {revision!r}: {added.stderr.strip()}")
        try:
            name = _git("-C", str(tree), "rev-parse", "--short", "HEAD").stdout.strip()
            yield Version(name, tree / _PACKAGES), Version("this version", Path(_PACKAGES).absolute())
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
