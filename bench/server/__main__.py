"""``python -m bench.server``: measures everything in one run, and puts the tables into bench/README.md."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import TypeAlias

import msgspec

from bench.server import cases, compared_list, compared_writing, data, load, message_steps, report, steps, writing
from bench.server.comparison import Comparison
from bench.server.plain_model import DATABASE as PLAIN_DATABASE
from bench.server.servers import Server, serving
from bench.server.talk import talk
from bench.server.versions import both

WRITING = "writing"
_ROUNDS = 3  # of what writes: the stores grow
Start: TypeAlias = Callable[..., Server]

_OURS = ("-c", "from trunkline.cli import main; main()", "serve", "--workers", "1")


def main() -> None:
    """Measures and reports."""
    parser = argparse.ArgumentParser(description="Measures the service; see bench/README.md.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured; medians are shown")
    parser.add_argument("--seconds", type=int, default=1, help="how long each run of load lasts")
    parser.add_argument("--keep", action="store_true", help="leave bench/README.md as it is")
    parser.add_argument("--only", default="", help="'writing', or the cases whose store or page has this in its name")
    parser.add_argument("--against", metavar="COMMIT", help="compare this version with that of a commit instead")
    parser.add_argument("--chats", type=int, default=20_000, help="with --against: the chats of the list")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both", help="with --against")
    parser.add_argument("--quick", action="store_true", help="one round of one second")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds = arguments.seconds = 1
    if missing := load.missing_tools():
        sys.exit(f"make bench needs {' and '.join(missing)}; on Debian: apt-get install wrk util-linux")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("make bench needs two cores: one for the server, one for the load")
    data.FOLDER.mkdir(exist_ok=True)

    tables: dict[str, str] = {}
    with ExitStack() as stack:

        def start(arguments: tuple[str, ...], environment: Mapping[str, str] | None = None) -> Server:
            return stack.enter_context(serving(arguments, core=cores[-1], environment=environment or {}))

        postgres = stack.enter_context(data.postgres())
        limit = start(("-m", "bench.server.constant"))
        if arguments.against:
            tables |= _compared(arguments, stack, postgres, limit, cores)
        elif arguments.only != WRITING:
            tables |= _reading(arguments, start, postgres, limit, cores[0])
        if not arguments.against and arguments.only in {"", WRITING}:
            tables |= _writing(arguments, stack, start, postgres, limit, cores)
    _say("")
    for name, table in tables.items():
        print(table, end="\n\n")
        if not arguments.keep:
            report.write(name, table)


def _reading(arguments: argparse.Namespace, start: Start, postgres: str, limit: Server, core: int) -> dict[str, str]:
    """The pages of the list, of large stores."""
    urls = {
        "SQLite, 1,000,000 chats": (f"sqlite:///{(data.FOLDER / 'million.db').absolute()}", data.MILLION),
        "SQLite, 10,000 chats": (f"sqlite:///{(data.FOLDER / 'ten_thousand.db').absolute()}", data.TEN_THOUSAND),
        "PostgreSQL, 1,000,000 chats": (postgres.format("million"), data.MILLION),
        "PostgreSQL, 10,000 chats": (postgres.format("ten_thousand"), data.TEN_THOUSAND),
    }
    stores = {name: data.prepared(url, chats) for name, (url, chats) in urls.items()}
    million = next(iter(stores.values()))
    plain = data.plain(million.key, data.MILLION)

    ours = {name: start((*_OURS, "--database", places.url)) for name, places in stores.items()}
    asked = [
        case for name, places in stores.items() for case in cases.of_store(name, ours[name], places, urls[name][1])
    ]
    asked += cases.of_plain(report.PLAIN, start(("-m", "bench.server.plain"), {PLAIN_DATABASE: plain}), million.key)
    _check_same_chats(asked)
    asked = [case for case in asked if arguments.only in f"{case.group} {case.name}"]

    rounds: list[list[cases.Round]] = [[] for _ in asked]
    for number in range(1, arguments.rounds + 1):
        for case, measured in zip(asked, rounds, strict=True):
            _say(f"round {number} of {arguments.rounds}: {case.group}, {case.name}")
            measured.append(cases.measure(case, limit, seconds=arguments.seconds, core=core))
    results = [cases.result(case, measured) for case, measured in zip(asked, rounds, strict=True)]
    return {
        "rates": report.rates(results),
        "plain": report.times_plain(results),
        "memory": report.memory({name: server.memory() for name, server in ours.items()}),
        "steps": steps.table(million),
    }


def _writing(
    arguments: argparse.Namespace, stack: ExitStack, start: Start, postgres: str, limit: Server, cores: Sequence[int]
) -> dict[str, str]:
    """Messages in, webhooks out, and the list meanwhile, of small stores."""
    urls = {"SQLite": f"sqlite:///{(data.FOLDER / 'talk.db').absolute()}", "PostgreSQL": postgres.format("talk")}
    talks = {name: stack.enter_context(talk(url)) for name, url in urls.items()}
    _say("the steps of a message")
    of_a_message = message_steps.table(talks)
    options = (*_OURS, "--allow-private-webhooks", "--database")
    stores = {name: (start((*options, urls[name])), each) for name, each in talks.items()}
    receiver = stack.enter_context(serving(("-m", "bench.server.receiver"), core=cores[0], environment={}))
    rounds = min(arguments.rounds, _ROUNDS)
    return {
        "message-steps": of_a_message,
        "messages": writing.messages(stores, limit, cores[0], rounds, _say),
        "webhooks": writing.webhooks(stores, receiver, rounds, _say),
        "latency": writing.latency(stores, cores[0], _say),
    }


def _compared(
    arguments: argparse.Namespace, stack: ExitStack, postgres: str, limit: Server, cores: Sequence[int]
) -> dict[str, str]:
    """This version beside that of a commit."""
    try:
        versions = stack.enter_context(both(arguments.against))
    except ValueError as error:
        sys.exit(str(error))
    comparison = Comparison(versions, cores[-1], cores[0], arguments.rounds, arguments.seconds, _say)
    engine, found = arguments.engine, dict[str, str]()
    if arguments.only != WRITING:
        found["compared-list"] = compared_list.table(
            comparison, postgres, engine, limit, arguments.chats, arguments.only
        )
    if arguments.only in {"", WRITING}:
        shorter = msgspec.structs.replace(comparison, rounds=min(arguments.rounds, _ROUNDS))
        found |= compared_writing.tables(shorter, postgres, engine)
    return found


def _check_same_chats(asked: list[cases.Case]) -> None:
    """Raises ``RuntimeError`` unless the plain implementation answers with the same chats as we do."""
    pages: dict[str, set[str]] = {}
    for case in asked:
        if case.group in {"SQLite, 1,000,000 chats", "PostgreSQL, 1,000,000 chats", *report.PLAIN}:
            page = json.loads(case.server.get(case.paths[0], case.key))
            pages.setdefault(case.name, set()).add(json.dumps([chat["id"] for chat in page["chats"]]))
    for name in ("first page", f"{data.DEEP:,} deep"):
        if len(pages[name]) != 1:
            raise RuntimeError(f"the servers do not agree on the chats of the {name}")


def _say(what: str) -> None:
    print(f"\r\x1b[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
