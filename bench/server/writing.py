"""Messages in, webhooks out, and the list meanwhile: what is measured of it, and the tables."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from bench.server import load
from bench.server.data import FOLDER
from bench.server.paced import Pace, Paced, Plan
from bench.server.receiver import Arrivals
from bench.server.servers import Server
from bench.server.talk import Talk

CLIENTS = (1, 16)
SUBSCRIPTIONS = (1, 8)
EVENTS = 1_000  # delivered in a run, over all subscriptions
MESSAGES_A_SECOND = 200
READS_A_SECOND = 100
SECONDS = 2  # of sending, in a run
PACED = 8  # s of reading, at rest and under load

Say = Callable[[str], None]
T = TypeVar("T", bound=msgspec.Struct)


class Written(msgspec.Struct, frozen=True):
    """One run of load. ``processor`` is the worker's time for a message, until all of them are delivered, in µs."""

    accepted: float
    """Messages a second."""
    delivered: float
    """The same, counted until the carrier has them all and what became of them is stored."""
    of_limit: float
    processor: float
    p50: float
    p99: float


class Sent(msgspec.Struct, frozen=True):
    """One run of webhooks: deliveries a second, and the worker's time for one in µs."""

    rate: float
    processor: float


def messages(stores: Mapping[str, tuple[Server, Talk]], limit: Server, core: int, rounds: int, say: Say) -> str:
    """The table of what is accepted."""
    runs: dict[tuple[str, int], list[Written]] = {}
    for number in range(1, rounds + 1):
        for name, (server, talk) in stores.items():
            for clients in CLIENTS:
                say(f"round {number} of {rounds}: {name}, messages of {clients}")
                runs.setdefault((name, clients), []).append(_messages(server, talk, limit, clients, core))
    lines = [
        "| store | clients | accepted/s | of the limit | with delivery/s | µs of processor | p50 ms | p99 ms |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for (name, clients), written in runs.items():
        each = _median(written)
        cells = [name, str(clients), f"{each.accepted:,.0f}", f"{each.of_limit:.1%}", f"{each.delivered:,.0f}"]
        cells += [f"{each.processor:,.0f}", f"{each.p50:.1f}", f"{each.p99:.1f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Meanwhile, a synced write of 8 kB to this disk took {_disk() * 1000:.1f} ms."])


def _disk() -> float:
    """The median of some writes that wait for the disk, in seconds."""
    took: list[float] = []
    with tempfile.TemporaryFile(dir=FOLDER) as file:
        for _ in range(100):
            file.write(b"x" * 8192)
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def _messages(server: Server, talk: Talk, limit: Server, clients: int, core: int) -> Written:
    size = 400  # bytes of an answer, about

    def constant() -> float:
        return load.send(limit.port, [f"/{size}"], talk.key, clients=clients, seconds=1, core=core).rate

    load.send(server.port, talk.paths, talk.key, clients=clients, seconds=1, core=core)
    talk.settle()
    before = constant()
    used, began = server.processor_time(), time.monotonic()
    outcome = load.send(server.port, talk.paths, talk.key, clients=clients, seconds=SECONDS, core=core)
    talk.settle()
    took, used = time.monotonic() - began, server.processor_time() - used
    return Written(
        accepted=outcome.rate,
        delivered=outcome.requests / took,
        of_limit=outcome.rate / ((before + constant()) / 2),
        processor=used / outcome.requests * 1e6,
        p50=outcome.p50 / 1000,
        p99=outcome.p99 / 1000,
    )


def webhooks(stores: Mapping[str, tuple[Server, Talk]], receiver: Server, rounds: int, say: Say) -> str:
    """The table of deliveries to a local receiver."""
    runs: dict[tuple[str, int], list[Sent]] = {}
    for subscriptions in SUBSCRIPTIONS:
        for name, (server, talk) in stores.items():
            known = 0 if subscriptions == SUBSCRIPTIONS[0] else SUBSCRIPTIONS[0]
            talk.subscribe([f"http://127.0.0.1:{receiver.port}/{number}" for number in range(known, subscriptions)])
            for number in range(1, rounds + 1):
                say(f"round {number} of {rounds}: {name}, webhooks to {subscriptions}")
                runs.setdefault((name, subscriptions), []).append(_webhooks(server, talk, receiver, subscriptions))
    lines = ["| store | subscriptions | deliveries/s | µs of processor |", "|---|--:|--:|--:|"]
    for (name, subscriptions), sent in runs.items():
        each = _median(sent)
        lines.append(f"| {name} | {subscriptions} | {each.rate:,.0f} | {each.processor:,.0f} |")
    return "\n".join(lines)


def _webhooks(server: Server, talk: Talk, receiver: Server, subscriptions: int) -> Sent:
    receiver.get("/", "")
    used = server.processor_time()
    talk.tell(EVENTS // subscriptions)
    talk.settle()
    used = server.processor_time() - used
    arrivals = msgspec.json.decode(receiver.get("/", ""), type=Arrivals)
    if arrivals.count != EVENTS:
        raise RuntimeError(f"{arrivals.count} events came, of {EVENTS}")
    return Sent((EVENTS - 1) / (arrivals.last - arrivals.first), used / EVENTS * 1e6)


def latency(stores: Mapping[str, tuple[Server, Talk]], core: int, say: Say) -> str:
    """The table of how long a page takes at rest, and while messages arrive."""
    lines = [
        f"| store | | ms at rest | ms with {MESSAGES_A_SECOND} messages/s | times |",
        "|---|---|--:|--:|--:|",
    ]
    for name, (server, talk) in stores.items():
        say(f"{name}, the list while messages arrive")
        rest = _read(server, talk, core)
        plan = Plan(server.port, talk.key, talk.paths, MESSAGES_A_SECOND, PACED + 2, posting=True)
        with Paced(plan, core=core) as writing:
            time.sleep(1)
            busy = _read(server, talk, core)
            writing.result()
        talk.settle()
        for part, before, during in (("p50", rest.p50, busy.p50), ("p99", rest.p99, busy.p99)):
            lines.append(f"| {name} | {part} | {before:.2f} | {during:.2f} | {during / before:.1f} |")
    return "\n".join(lines)


def _read(server: Server, talk: Talk, core: int) -> Pace:
    plan = Plan(server.port, talk.key, ["/v3/chats?limit=20"], READS_A_SECOND, PACED)
    with Paced(plan, core=core) as reading:
        return reading.result()


def _median(runs: Sequence[T]) -> T:
    fields = [[getattr(run, name) for run in runs] for name in runs[0].__struct_fields__]
    return type(runs[0])(*[statistics.median(values) for values in fields])
