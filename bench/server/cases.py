"""What is asked, of which server, and what came of it."""

import statistics
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from bench.server import load
from bench.server.data import DEEP, MILLION, Places
from bench.server.servers import Server


class Case(msgspec.Struct, frozen=True):
    """Paths to ask one server for, at random. ``size`` is the mean length of the bodies, in bytes."""

    group: str
    name: str
    server: Server
    key: str
    paths: Sequence[str]
    size: int


class Speed(msgspec.Struct, frozen=True):
    """Requests per second, and the processor time of the worker for one, in microseconds."""

    rate: float
    processor: float


class Round(msgspec.Struct, frozen=True):
    """One run of load, and the constant body of the same size around it."""

    outcome: load.Outcome
    speed: Speed
    limit: Speed


class Result(msgspec.Struct, frozen=True):
    """The medians of a case's rounds: latencies in ms, and the limit's speed as parts of which ours is given."""

    group: str
    name: str
    size: int
    speed: Speed
    p50: float
    p99: float
    of_limit: Speed
    """The rate by the limit's rate; the limit's processor time by ours."""


def case(group: str, name: str, server: Server, key: str, paths: Sequence[str]) -> Case:
    """A case, each of its paths asked for once. Raises ``RuntimeError`` where an answer is not 200."""
    bodies = [server.get(path, key) for path in paths]
    return Case(group, name, server, key, paths, round(statistics.mean(map(len, bodies))))


def of_store(group: str, server: Server, places: Places, chats: int) -> list[Case]:
    """The cases of a store of ours: all of them at a million chats, the first and a deep page of a small one."""

    def asked(name: str, limit: int, *cursors: str, line: bool = False, handle: bool = False) -> Case:
        filters = f"&from={quote(places.line)}" if line else f"&to={quote(places.handle)}" if handle else ""
        paths = [f"/v3/chats?limit={limit}{filters}{f'&cursor={cursor}' if cursor else ''}" for cursor in cursors]
        return case(group, name, server, places.key, paths)

    if chats < MILLION:
        return [asked("first page", 20, ""), asked(f"{chats // 2:,} deep", 20, places.deep[""])]
    deep = f"{DEEP:,} deep"
    return [
        asked("first page", 20, ""),
        asked(deep, 20, places.deep[""]),
        asked("any depth", 20, *places.anywhere),
        asked("`from`, first page", 20, "", line=True),
        asked(f"`from`, {deep}", 20, places.deep["from"], line=True),
        asked("`to`, first page", 20, "", handle=True),
        asked(f"`to`, {deep}", 20, places.deep["to"], handle=True),
        asked("`limit=100`, first page", 100, ""),
        asked(f"`limit=100`, {deep}", 100, places.deep[""]),
        asked("`limit=100`, any depth", 100, *places.anywhere),
    ]


def of_plain(groups: Mapping[str, str], server: Server, key: str) -> list[Case]:
    """The cases of the plain implementation: the groups, with the path of each."""
    return [
        case(group, name, server, key, [f"{path}?limit=20&cursor={cursor}"])
        for group, path in groups.items()
        for name, cursor in {"first page": 0, f"{DEEP:,} deep": DEEP}.items()
    ]


def measure(asked: Case, limit: Server, *, seconds: int, core: int) -> Round:
    """One round: the limit, the case, the limit again. Before it, what is asked for is brought into memory."""
    constant = [f"/{asked.size}"]
    load.run(asked.server.port, asked.paths, asked.key, seconds=1, core=core)
    _, before = _run(limit, constant, asked.key, seconds, core)
    outcome, speed = _run(asked.server, asked.paths, asked.key, seconds, core)
    _, after = _run(limit, constant, asked.key, seconds, core)
    return Round(outcome, speed, Speed((before.rate + after.rate) / 2, (before.processor + after.processor) / 2))


def _run(server: Server, paths: Sequence[str], key: str, seconds: int, core: int) -> tuple[load.Outcome, Speed]:
    started = server.processor_time()
    outcome = load.run(server.port, paths, key, seconds=seconds, core=core)
    return outcome, Speed(outcome.rate, (server.processor_time() - started) / outcome.requests * 1e6)


def result(asked: Case, rounds: Sequence[Round]) -> Result:
    """The medians."""
    median = statistics.median
    return Result(
        group=asked.group,
        name=asked.name,
        size=asked.size,
        speed=Speed(median(each.speed.rate for each in rounds), median(each.speed.processor for each in rounds)),
        p50=median(each.outcome.p50 for each in rounds) / 1000,
        p99=median(each.outcome.p99 for each in rounds) / 1000,
        of_limit=Speed(
            median(each.speed.rate / each.limit.rate for each in rounds),
            median(each.limit.processor / each.speed.processor for each in rounds),
        ),
    )
