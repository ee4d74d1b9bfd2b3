"""Messages of two versions, in turn: accepted and delivered, beside a neighbour, into the list, out to webhooks."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from bench.client import Client
from bench.server import load, plain_send
from bench.server.comparison import Comparison, ratio
from bench.server.data import FOLDER, ensure_empty
from bench.server.paced import Pace, Paced, Plan
from bench.server.plain_model import DATABASE
from bench.server.receiver import Arrivals
from bench.server.servers import Server, serving
from bench.server.tenant import Tenant
from bench.server.writing import CLIENTS, MESSAGES_A_SECOND, READS_A_SECOND, SUBSCRIPTIONS

CHATS = 1_000
MANY = max(CLIENTS)
ROUND_TRIP = 3.0  # ms to the PostgreSQL that is far away
EVENTS = 320  # delivered in a run: they must wait for less time than an attempt to deliver may take
SENDERS = 16  # connections that cause events
_LEAD = 0.5  # s from the begin of a load to what is measured beside it, and from the end of that to its own

T = TypeVar("T", bound=msgspec.Struct)


class Sent(msgspec.Struct, frozen=True):
    """Messages a second until all were delivered, and how many were accepted; the workers' time for one in µs."""

    delivered: float
    accepted: float
    processor: float


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds at rest and under load."""

    rest: float
    load: float


class Delivered(msgspec.Struct, frozen=True):
    """Deliveries to webhooks a second, and the worker's time for one in µs."""

    rate: float
    processor: float


class Side(msgspec.Struct, frozen=True):
    """A running version: its server, the partner that is busy, and another one."""

    server: Server
    tenant: Tenant
    neighbour: Tenant


def tables(comparison: Comparison, postgres: str, engine: str) -> dict[str, str]:
    """The tables, by name."""
    old, new = [version.name for version in comparison.versions]
    lines: dict[str, list[str]] = {
        "compared-messages": [
            f"| store | workers | clients | delivered/s: {old} | {new} | times | accepted/s: {old} | {new} | times | "
            f"µs of processor: {old} | {new} | times | plain: accepted/s | µs |",
            "|---|--:|--:|" + "--:|" * 11,
        ],
        "compared-latency": [
            f"| store | what | ms at rest: {old} | {new} | ms under load: {old} | {new} "
            f"| load, times rest: {old} | {new} |",
            "|---|---|" + "--:|" * 6,
        ],
        "compared-webhooks": [
            f"| store | subscriptions | deliveries/s: {old} | {new} | times | µs of processor: {old} | {new} | times |",
            "|---|--:|" + "--:|" * 6,
        ],
    }
    with ExitStack() as stack:
        stores = dict(comparison.new_stores("writing", postgres, engine))
        keys = {
            url: [version.load_sample(url, CHATS, seed) for seed in (1, 2)]
            for urls in stores.values()
            for version, url in zip(comparison.versions, urls, strict=True)
        }
        if near := stores.get("PostgreSQL"):
            far = [stack.enter_context(_far_away(url)) for url in near]
            keys |= {there: keys[url] for there, url in zip(far, near, strict=True)}
            stores[f"PostgreSQL, {ROUND_TRIP:g} ms away"] = far
        receiver = stack.enter_context(
            serving(("-m", "bench.server.receiver"), core=comparison.load_core, environment={})
        )
        plain = {
            "SQLite": f"sqlite:///{(FOLDER / 'plain_send.db').absolute()}",
            "PostgreSQL": postgres.format("plain_send"),
        }
        for store, urls in stores.items():
            with _sides(comparison, urls, keys, workers=1) as sides:
                beside: Mapping[int, Sent] = _plain(comparison, store, plain[store]) if store in plain else {}
                for clients in reversed(CLIENTS):
                    sent = _messages(comparison, store, sides, clients)
                    lines["compared-messages"].append(_messages_line(store, 1, clients, sent, beside.get(clients)))
                lines["compared-latency"].append(_neighbour(comparison, store, sides))
                if store in plain:
                    lines["compared-latency"].append(_list(comparison, store, sides))
                    lines["compared-webhooks"] += _webhooks(comparison, store, sides, receiver)
            with _sides(comparison, urls, keys, workers=2) as sides:
                sent = _messages(comparison, store, sides, MANY)
                lines["compared-messages"].append(_messages_line(store, 2, MANY, sent, None))
    return {name: "\n".join(each) for name, each in lines.items()}


@contextmanager
def _far_away(url: str) -> Generator[str]:
    """The URL of the same database, behind a network that takes its time."""
    parts = urlsplit(url)
    [folder] = parse_qs(parts.query)["host"]
    socket = f"{folder}/.s.PGSQL.{parts.port or 5432}"
    command = ("-m", "bench.server.distance", "--socket", socket, "--ms", str(ROUND_TRIP))
    with serving(command, core=None, environment={}) as proxy:
        yield f"postgresql://{parts.username}@127.0.0.1:{proxy.port}{parts.path}"


@contextmanager
def _sides(
    comparison: Comparison, urls: Sequence[str], keys: Mapping[str, Sequence[str]], *, workers: int
) -> Generator[list[Side]]:
    """Every version runs. One worker has a core of its own; two run on any."""
    core = comparison.service_core if workers == 1 else None
    with ExitStack() as stack:
        sides: list[Side] = []
        for version, url in zip(comparison.versions, urls, strict=True):
            server = stack.enter_context(version.serving(url, workers=workers, core=core))
            sides.append(Side(server, *[Tenant.of(server, key) for key in keys[url]]))
        yield sides


def _messages(comparison: Comparison, store: str, sides: Sequence[Side], clients: int) -> list[Sent]:
    runs: list[list[Sent]] = [[] for _ in sides]
    for index in comparison.turns(f"{store}, messages of {clients}"):
        side = sides[index]
        _send(comparison, side.server, side.tenant, clients, 1)
        side.tenant.settle(side.server)
        used, began = side.server.processor_time(), time.monotonic()
        outcome = _send(comparison, side.server, side.tenant, clients, comparison.seconds)
        side.tenant.settle(side.server)
        took, used = time.monotonic() - began, side.server.processor_time() - used
        runs[index].append(Sent(outcome.requests / took, outcome.rate, used / outcome.requests * 1e6))
    return [_median(each) for each in runs]


def _send(comparison: Comparison, server: Server, tenant: Tenant, clients: int, seconds: int) -> load.Outcome:
    core = comparison.load_core
    return load.send(server.port, tenant.paths, tenant.key, clients=clients, seconds=seconds, core=core)


def _messages_line(store: str, workers: int, clients: int, sent: Sequence[Sent], plain: Sent | None) -> str:
    old, new = sent
    cells = [store, str(workers), str(clients)]
    cells += [f"{old.delivered:,.0f}", f"{new.delivered:,.0f}", ratio(old.delivered, new.delivered)]
    cells += [f"{old.accepted:,.0f}", f"{new.accepted:,.0f}", ratio(old.accepted, new.accepted)]
    cells += [f"{old.processor:,.0f}", f"{new.processor:,.0f}", ratio(new.processor, old.processor)]
    cells += ["", ""] if plain is None else [f"{plain.accepted:,.0f}", f"{plain.processor:,.0f}"]
    return f"| {' | '.join(cells)} |"


def _plain(comparison: Comparison, store: str, url: str) -> Mapping[int, Sent]:
    """What the plain implementation accepts, by the number of clients. It delivers nothing."""
    asyncio.run(ensure_empty(url))
    tenant = Tenant(plain_send.KEY, asyncio.run(plain_send.load(url)))
    core = comparison.service_core
    runs: dict[int, list[Sent]] = {clients: [] for clients in CLIENTS}
    with serving(("-m", "bench.server.plain_send"), core=core, environment={DATABASE: url}) as server:
        for clients, _ in itertools.product(CLIENTS, range(comparison.rounds)):
            comparison.say(f"{store}, plain messages of {clients}")
            _send(comparison, server, tenant, clients, 1)
            used = server.processor_time()
            outcome = _send(comparison, server, tenant, clients, comparison.seconds)
            used = (server.processor_time() - used) / outcome.requests * 1e6
            runs[clients].append(Sent(outcome.rate, outcome.rate, used))
    return {clients: _median(each) for clients, each in runs.items()}


def _neighbour(comparison: Comparison, store: str, sides: Sequence[Side]) -> str:
    """How long a message of another partner takes, alone and while 16 clients send."""
    runs: list[list[Latency]] = [[] for _ in sides]
    for index in comparison.turns(f"{store}, a neighbour"):
        side = sides[index]
        rest = _send(comparison, side.server, side.neighbour, 1, comparison.seconds)
        with ThreadPoolExecutor(1) as pool:
            busy = pool.submit(_send, comparison, side.server, side.tenant, MANY, comparison.seconds + 1)
            time.sleep(_LEAD)
            beside = _send(comparison, side.server, side.neighbour, 1, comparison.seconds)
            busy.result()
        side.tenant.settle(side.server)
        side.neighbour.settle(side.server)
        runs[index].append(Latency(rest.p50 / 1000, beside.p50 / 1000))
    return _latency_line(store, f"a message beside {MANY} clients of another partner, p50", runs)


def _list(comparison: Comparison, store: str, sides: Sequence[Side]) -> str:
    """How long a page takes, alone and while messages arrive."""
    runs: list[list[Latency]] = [[] for _ in sides]
    for index in comparison.turns(f"{store}, the list while messages arrive"):
        side = sides[index]
        rest = _read(comparison, side)
        writing = _plan(side.server, side.tenant, comparison.seconds + 2 * _LEAD, MESSAGES_A_SECOND, posting=True)
        with Paced(writing, core=comparison.load_core) as sender:
            time.sleep(_LEAD)
            busy = _read(comparison, side)
            sender.result()
        side.tenant.settle(side.server)
        runs[index].append(Latency(rest.p99, busy.p99))
    return _latency_line(store, f"the first page beside {MESSAGES_A_SECOND} messages/s, p99", runs)


def _read(comparison: Comparison, side: Side) -> Pace:
    plan = _plan(side.server, side.tenant, comparison.seconds, READS_A_SECOND, posting=False)
    with Paced(plan, core=comparison.load_core) as reading:
        return reading.result()


def _plan(server: Server, tenant: Tenant, seconds: float, rate: int, *, posting: bool) -> Plan:
    paths = tenant.paths if posting else ["/v3/chats?limit=20"]
    return Plan(server.port, tenant.key, paths, rate, seconds, posting)


def _latency_line(store: str, what: str, runs: Sequence[Sequence[Latency]]) -> str:
    medians = [_median(each) for each in runs]
    cells = [f"{each.rest:.2f}" for each in medians] + [f"{each.load:.2f}" for each in medians]
    # Each run has its own rest, so the ratio is taken in each.
    cells += [f"**{statistics.median(run.load / run.rest for run in each):.2f}**" for each in runs]
    return f"| {store} | {what} | {' | '.join(cells)} |"


def _webhooks(comparison: Comparison, store: str, sides: Sequence[Side], receiver: Server) -> list[str]:
    """How fast events that wait are delivered."""
    lines: list[str] = []
    for known, subscriptions in itertools.pairwise((0, *SUBSCRIPTIONS)):
        for side in sides:
            targets = [f"http://127.0.0.1:{receiver.port}/{number}" for number in range(known, subscriptions)]
            asyncio.run(_subscribe(side, targets))
        runs: list[list[Delivered]] = [[] for _ in sides]
        for index in comparison.turns(f"{store}, webhooks to {subscriptions}"):
            runs[index].append(_deliveries(sides[index], receiver, subscriptions))
        old, new = [_median(each) for each in runs]
        cells = [store, str(subscriptions), f"{old.rate:,.0f}", f"{new.rate:,.0f}", ratio(old.rate, new.rate)]
        cells += [f"{old.processor:,.0f}", f"{new.processor:,.0f}", ratio(new.processor, old.processor)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _deliveries(side: Side, receiver: Server, subscriptions: int) -> Delivered:
    """The receiver holds its answers until every event waits."""
    receiver.get("/hold", "")
    asyncio.run(_post(side, EVENTS // subscriptions))
    side.neighbour.settle(side.server)
    used, began = side.server.processor_time(), time.monotonic()
    receiver.get("/release", "")
    count, last = 0, began
    while count < EVENTS:
        time.sleep(0.01)
        arrivals = msgspec.json.decode(receiver.get("/", ""), type=Arrivals)
        count, last = count + arrivals.count, max(last, arrivals.last)
    used = side.server.processor_time() - used
    return Delivered(EVENTS / (last - began), used / EVENTS * 1e6)


async def _subscribe(side: Side, targets: Sequence[str]) -> None:
    async with Client(side.server.port, side.neighbour.key) as client:
        for target in targets:
            body = {"target_url": target, "subscribed_events": ["message.delivered"]}
            await client.insist("POST", "/v3/webhook-subscriptions", body)


async def _post(side: Side, messages: int) -> None:
    """So many messages of the neighbour, to different chats."""
    paths = iter(list(itertools.islice(itertools.cycle(side.neighbour.paths), messages)))

    async def post() -> None:
        async with Client(side.server.port, side.neighbour.key) as client:
            for path in paths:
                await client.insist("POST", path, {"message": {"parts": [{"type": "text", "value": "Thank you!"}]}})

    async with asyncio.TaskGroup() as tasks:
        for _ in range(SENDERS):
            tasks.create_task(post())


def _median(runs: Sequence[T]) -> T:
    fields = [[getattr(run, name) for run in runs] for name in runs[0].__struct_fields__]
    return type(runs[0])(*[statistics.median(values) for values in fields])
