"""``python -m bench.server``: measures everything in one run, and puts the tables into bench/README.md."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack

from bench.server import cases, data, load, report, steps
from bench.server.plain import DATABASE as PLAIN_DATABASE
from bench.server.servers import Server, serving

_OURS = ("-c", "from trunkline.cli import main; main()", "serve", "--workers", "1")


def main() -> None:
    """Measures and reports."""
    parser = argparse.ArgumentParser(description="Measures the service; see bench/README.md.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is measured; medians are shown")
    parser.add_argument("--seconds", type=int, default=1, help="how long each run of load lasts")
    parser.add_argument("--keep", action="store_true", help="leave bench/README.md as it is")
    parser.add_argument("--only", default="", help="only the cases whose store or page has this in its name")
    arguments = parser.parse_args()
    if missing := load.missing_tools():
        sys.exit(f"make bench needs {' and '.join(missing)}; on Debian: apt-get install wrk util-linux")
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("make bench needs two cores: one for the server, one for the load")
    data.FOLDER.mkdir(exist_ok=True)

    with ExitStack() as stack:

        def start(arguments: tuple[str, ...], environment: Mapping[str, str] | None = None) -> Server:
            return stack.enter_context(serving(arguments, core=cores[-1], environment=environment or {}))

        postgres = stack.enter_context(data.postgres())
        urls = {
            "SQLite, 1,000,000 chats": (f"sqlite:///{(data.FOLDER / 'million.db').absolute()}", data.MILLION),
            "SQLite, 10,000 chats": (f"sqlite:///{(data.FOLDER / 'ten_thousand.db').absolute()}", data.TEN_THOUSAND),
            "PostgreSQL, 1,000,000 chats": (postgres.format("million"), data.MILLION),
            "PostgreSQL, 10,000 chats": (postgres.format("ten_thousand"), data.TEN_THOUSAND),
        }
        stores = {name: data.prepared(url, chats) for name, (url, chats) in urls.items()}
        million = next(iter(stores.values()))
        plain = data.plain(million.key, data.MILLION)

        limit = start(("-m", "bench.server.constant"))
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
                measured.append(cases.measure(case, limit, seconds=arguments.seconds, core=cores[0]))
        _say("")
        memory = {name: server.memory() for name, server in ours.items()}

    results = [cases.result(case, measured) for case, measured in zip(asked, rounds, strict=True)]
    tables = {
        "rates": report.rates(results),
        "plain": report.times_plain(results),
        "memory": report.memory(memory),
        "steps": steps.table(million),
    }
    for name, table in tables.items():
        print(table, end="\n\n")
        if not arguments.keep:
            report.write(name, table)


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
