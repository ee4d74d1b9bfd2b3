"""``python -m bench.soak``: serves a steady load for a while, and checks what became of it.

It exits with status 1 if a rule is broken, and says which.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from bench.receivers import Arrival
from bench.server import data, report
from bench.server.servers import Server, serving
from bench.soak import rules, verify
from bench.soak.clients import Accepted, Outcome, Plan, Tenant
from bench.soak.rules import CARRIER, FAILING, HEALTHY, Sample
from bench.soak.samples import Sampler
from bench.soak.verify import StoredEvent, Target
from tests.acceptance.ledger_carrier import LEDGER, offers
from tests.support.command import environment
from tests.support.open_store import OpenStore, opened_store
from tests.support.reserved_port import reserved_port
from trunkline.actions.chats.create_chat import create_chat
from trunkline.actions.operator.partners import add_line, add_partner
from trunkline.actions.steps.outgoing import OutgoingMessage
from trunkline.actions.webhooks.subscriptions import SubscriptionUpdate, create_subscription
from trunkline.domain.context import RequestContext
from trunkline.domain.ids import new_trace_id
from trunkline.domain.instant import now
from trunkline.domain.message import Content, TextPart
from trunkline.schemas.chat import with_doc_base
from trunkline.schemas.sending import ChatCreated
from trunkline.storage.sql import parse

WORKERS = 2
TENANTS = 5
HEALTHY_TARGETS = 4  # of each tenant, and one that fails
FAILURES = ("refuse", "hang", "500", "cut")
DRAIN = 60.0  # s after the senders have stopped
SAMPLE_EVERY = 5.0  # s
_MIN_SAMPLES = 20
_PATIENCE = 600.0  # s to tell what is late from what is lost
_CLIENTS_END = 120.0  # s that the clients have to end

_QUERIES = parse("""
-- name: events
select partner_id, sequence, id from events

-- name: states
select o.destination, o.state, count(*) from outbox o
where o.destination in (select id from subscriptions where is_active = 1)
group by o.destination, o.state
""")


class Options(msgspec.Struct, frozen=True):
    """How to soak. ``rate`` is the messages per second, None for as many as the service accepts."""

    minutes: float
    rate: float | None
    senders: int = 100
    walkers: int = 50
    chats: int = 100
    """Of each tenant."""


class Result(msgspec.Struct, frozen=True):
    """What happened: ``drained`` is the seconds until nothing waited after the senders stopped, None if something does.

    ``unsteady`` has the broken rules about load, ``lost`` those about what clients, the carrier and receivers got.
    """

    store: str
    outcome: Outcome
    accepted: int
    deliveries: int
    samples: Sequence[Sample]
    drained: float | None
    unsteady: Sequence[str]
    lost: Sequence[str]

    @property
    def broken(self) -> Sequence[str]:
        """Every broken rule."""
        return [*self.unsteady, *self.lost]


def main() -> None:
    """Soaks each engine, and reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rate", type=float, default=20, help="messages per second of all senders together")
    parser.add_argument("--senders", type=int, default=100)
    parser.add_argument("--walkers", type=int, default=50)
    parser.add_argument("--unbounded", action="store_true", help="send as fast as the service accepts")
    parser.add_argument("--keep", action="store_true", help="leave bench/README.md as it is")
    arguments = parser.parse_args()
    rate = None if arguments.unbounded else arguments.rate
    options = Options(arguments.minutes, rate, arguments.senders, arguments.walkers)
    data.FOLDER.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    with ExitStack() as stack:
        urls = data.small_stores(stack, "soak", arguments.engine)
        for store, url in urls.items():
            print(f"{store}: {arguments.minutes:g} minutes", file=sys.stderr)
            results.append(soak(store, url, options))
    print(table(results))
    if not arguments.keep and arguments.engine == "both" and rate is not None:
        report.write("soak", table(results))
    sentences = [f"{result.store}: {sentence}" for result in results for sentence in result.broken]
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    sys.exit(1 if sentences else 0)


def soak(store: str, url: str, options: Options) -> Result:
    """One soak of the empty database behind a URL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trunkline-soak-")))
        log, ledger, record = (folder / name for name in ("service.log", "ledger", "arrivals"))
        for file in (log, ledger, record):
            file.touch()
        opened = stack.enter_context(opened_store(url))
        command = ("-m", "bench.receivers", "--record", str(record))
        receiver = stack.enter_context(serving(command, core=None, environment={}))
        tenants, targets, first = _set_up(opened, options.chats, receiver.port, stack.enter_context(reserved_port()))
        variables = environment(TRUNKLINE_DATABASE=url, **{LEDGER: str(ledger)})
        serve = ("-c", "from trunkline.cli import main; main()", "serve", "--workers", str(WORKERS))
        serve += ("--allow-private-webhooks", "--carrier", "tests.acceptance.ledger_carrier:open_carrier")
        server = stack.enter_context(serving(serve, core=None, environment=variables, log=log))
        sampler = Sampler(server, opened, url, log, {target.id: target.is_healthy for target in targets})
        outcome, samples = _run(folder, server, tenants, sampler, options)
        drained = _drain(sampler)
        journal = (folder / "journal").read_bytes().splitlines()
        accepted = [*first, *(msgspec.json.decode(line, type=Accepted) for line in journal)]
        arrivals = [msgspec.json.decode(line, type=Arrival) for line in record.read_bytes().splitlines()]
        rate = len(journal) / (options.minutes * 60)
        arriving = rate * (1 + len(verify.EVENTS) * HEALTHY_TARGETS)
        unsteady = rules.check(samples, arriving, has_bounded_log=not url.startswith("postgresql"))
        if drained is None:
            unsteady.append(
                f"{_waiting(sampler)} entries still wait after {_PATIENCE:.0f} s: what is missing may be late"
            )
        elif drained > DRAIN:
            unsteady.append(f"the backlog took {drained:.0f} s to drain; the most is {DRAIN:.0f} s")
        lost = [
            *_clients(outcome),
            *verify.carrier(accepted, offers(ledger), outcome.uncertain),
            *_webhooks(opened, accepted, targets, arrivals),
        ]
        return Result(store, outcome, len(accepted), len(arrivals), samples, drained, unsteady, lost)


def _set_up(
    opened: OpenStore, chats_each: int, port: int, refusing: int
) -> tuple[list[Tenant], list[Target], list[Accepted]]:
    """Partners with subscriptions to receivers, of which one in five fails, and with chats of one message each."""
    first: list[Accepted] = []
    tenants: list[Tenant] = []
    targets: list[Target] = []
    for number in range(TENANTS):
        partner, key = opened.run(add_partner(opened.store, f"Soak {number}", now()))
        line = f"+1202555{number:04}"
        opened.run(add_line(opened.store, partner, line, "", now()))
        ctx = lambda partner_id=partner.id: RequestContext(partner_id, now(), new_trace_id())  # noqa: E731
        chats: list[str] = []
        for chat in range(chats_each):
            text = f"Hello from {number} to {chat}"
            outgoing = OutgoingMessage(Content((TextPart(text),)))
            body = opened.run(create_chat(opened.store, ctx(), line, [f"+1310555{chat:04}"], outgoing))
            created = msgspec.json.decode(with_doc_base(body, b""), type=ChatCreated).chat
            chats.append(created.id)
            first.append(Accepted(partner.id, created.id, created.message.id, text))
        failure = FAILURES[number % len(FAILURES)]
        paths = [*(f"ok/{number}-{each}" for each in range(HEALTHY_TARGETS)), f"{failure}/{number}"]
        for path in paths:
            at = refusing if path.startswith("refuse") else port
            update = SubscriptionUpdate(target_url=f"http://127.0.0.1:{at}/{path}", subscribed_events=[*verify.EVENTS])
            subscription, _ = opened.run(create_subscription(opened.store, ctx(), update, allow_private=True))
            targets.append(Target(subscription.id, partner.id, path, path.startswith("ok")))
        tenants.append(Tenant(partner.id, key, chats))
    return tenants, targets, first


def _run(
    folder: Path, server: Server, tenants: Sequence[Tenant], sampler: Sampler, options: Options
) -> tuple[Outcome, Sequence[Sample]]:
    """Samples the service while the clients run."""
    seconds = options.minutes * 60
    plan = Plan(server.port, tenants, options.senders, options.walkers, options.rate, seconds, str(folder / "journal"))
    (folder / "plan").write_bytes(msgspec.json.encode(plan))
    command = [sys.executable, "-m", "bench.soak.clients", str(folder / "plan")]
    samples: list[Sample] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until and process.poll() is None:
                samples.append(sampler.sample())
                if sys.stderr.isatty():
                    print(f"\r\x1b[K{_line(samples[-1])}", end="", file=sys.stderr, flush=True)
                time.sleep(min(SAMPLE_EVERY, seconds / _MIN_SAMPLES, max(0.0, until - time.monotonic())))
            output, _ = process.communicate(timeout=_CLIENTS_END)
        finally:
            process.kill()
    return msgspec.json.decode(output, type=Outcome), samples


def _line(sample: Sample) -> str:
    waiting = ", ".join(f"{each.entries:,} for {kind}" for kind, each in sample.backlog.items())
    memory = " + ".join(f"{each:.0f}" for each in sample.memory.values())
    return f"{sample.at:.0f} s: {memory} MB; waiting: {waiting}"


def _waiting(sampler: Sampler) -> int:
    """The entries that could leave."""
    backlog = sampler.backlog()
    return backlog[CARRIER].entries + backlog[HEALTHY].entries


def _drain(sampler: Sampler) -> float | None:
    """Seconds until nothing waits for the carrier or a healthy receiver; None if something does after ``_PATIENCE``."""
    began = time.monotonic()
    while (took := time.monotonic() - began) < _PATIENCE:
        if not _waiting(sampler):
            return took
        time.sleep(0.2)
    return None


def _clients(outcome: Outcome) -> list[str]:
    """What the clients have to complain about."""
    problems = list(outcome.problems)
    if outcome.unanswered:
        problems.append(f"{outcome.unanswered} requests got no response")
    if outcome.without_retry_after:
        problems.append(f"{outcome.without_retry_after} requests were refused without a Retry-After")
    return problems


def _webhooks(
    opened: OpenStore, accepted: Sequence[Accepted], targets: Sequence[Target], arrivals: Sequence[Arrival]
) -> list[str]:
    rows = opened.run(opened.store.database.fetch(_QUERIES["events"], ()))
    stored = [StoredEvent(*row) for row in rows]
    states = opened.run(opened.store.database.fetch(_QUERIES["states"], ()))
    return [
        *verify.webhooks(accepted, targets, arrivals, stored),
        *verify.failing(
            targets, {(row[0], row[1]): row[2] for row in states}, Counter(event.partner_id for event in stored)
        ),
    ]


def table(results: Sequence[Result]) -> str:
    """The soaks as Markdown."""
    rows = [
        ["store", *(result.store for result in results)],
        ["messages accepted", *(f"{result.accepted:,}" for result in results)],
        ["requests refused", *(f"{_refused(result.outcome):.1%}" for result in results)],
        ["walks of the list", *(f"{result.outcome.walks:,}" for result in results)],
        ["deliveries", *(f"{result.deliveries:,}" for result in results)],
        ["memory of the workers at the end, MB", *(_memory(result) for result in results)],
        ["their growth in the last two thirds, MB", *(_growth(result) for result in results)],
        ["lines of log, kB", *(_log(result.samples[-1]) for result in results)],
        ["waiting for the carrier: median, most", *(_backlog(result, CARRIER) for result in results)],
        ["waiting for healthy receivers: median, most", *(_backlog(result, HEALTHY) for result in results)],
        ["longest wait for either, s", *(f"{_oldest(result):.1f}" for result in results)],
        ["waiting for failing receivers at the end", *(_failing(result) for result in results)],
        ["write-ahead log, most MB", *(f"{max(each.wal for each in result.samples):.0f}" for result in results)],
        ["open files of a worker, most", *(f"{_files(result)}" for result in results)],
        ["drained after, s", *("no" if each.drained is None else f"{each.drained:.1f}" for each in results)],
        ["broken rules", *(f"{len(result.broken)}" for result in results)],
    ]
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---|" + "--:|" * len(results), *rest])


def _refused(outcome: Outcome) -> float:
    refused = sum(outcome.statuses.get(each, 0) for each in ("429", "503"))
    return refused / max(1, sum(outcome.statuses.values()))


def _memory(result: Result) -> str:
    return " + ".join(f"{each:.0f}" for each in result.samples[-1].memory.values())


def _growth(result: Result) -> str:
    rest = rules.settled(result.samples)
    grown = [rules.growth([(each.at, each.memory.get(pid, 0.0)) for each in rest]) for pid in rest[-1].memory]
    return " + ".join(f"{each:.1f}" for each in grown)


def _log(sample: Sample) -> str:
    return f"{sample.log_lines:,}, {sample.log_bytes / 1000:.1f}"


def _backlog(result: Result, kind: str) -> str:
    entries = [each.backlog[kind].entries for each in result.samples]
    return f"{statistics.median(entries):,.0f}, {max(entries):,}"


def _oldest(result: Result) -> float:
    return max(each.backlog[kind].oldest for each in rules.settled(result.samples) for kind in (CARRIER, HEALTHY))


def _failing(result: Result) -> str:
    return f"{result.samples[-1].backlog[FAILING].entries:,}"


def _files(result: Result) -> int:
    return max(files for each in result.samples for files in each.files.values())


if __name__ == "__main__":
    main()
