"""One run that compares two versions: whose turn it is, and the stores of each."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from bench.server import data
from bench.server.versions import Version


class Comparison(msgspec.Struct, frozen=True):
    """The earlier version and this one, on which cores the service and the load run, and for how long."""

    versions: Sequence[Version]
    service_core: int
    load_core: int
    rounds: int
    seconds: int
    say: Callable[[str], None]

    def turns(self, what: str) -> Iterator[int]:
        """The place in ``versions`` of the one whose turn it is. Every other round begins with the other version."""
        for number in range(self.rounds):
            self.say(f"round {number + 1} of {self.rounds}: {what}")
            order = range(len(self.versions))
            yield from reversed(order) if number % 2 else order

    def new_stores(self, name: str, postgres: str, engine: str) -> Mapping[str, Sequence[str]]:
        """The URLs of new, empty databases for each version, by store. ``engine`` is one, or "both"."""
        numbers = range(len(self.versions))
        urls: dict[str, list[str]] = {}
        if engine in {"sqlite", "both"}:
            urls["SQLite"] = [f"sqlite:///{(data.FOLDER / f'{name}_{number}.db').absolute()}" for number in numbers]
        if engine in {"postgresql", "both"}:
            urls["PostgreSQL"] = [postgres.format(f"{name}_{number}") for number in numbers]
        for databases in urls.values():
            for url in databases:
                asyncio.run(data.ensure_empty(url))
        return urls


def ratio(old: float, new: float) -> str:
    """How many times the old figure the new one is."""
    return f"**{new / old:.2f}**"
