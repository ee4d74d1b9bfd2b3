"""Every figure about the SDK: ``python -m bench.sdk``. Takes three minutes; ``--chats`` and ``--rounds`` change that.

The server is ``trunkline serve`` with one worker on one core, the client on the other; rounds alternate between the two
clients, and the medians count. Both are imported from compiled files, as an installed package is.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bench.server.report import write
from bench.server.servers import serving

FOLDER = Path("bench/data")
PUBLIC = Path(".clients/linq-python-0.65.0")
OURS = Path("sdk/src")
WORKER = Path("bench/sdk/worker.py")
TRUNKLINE = Path(sys.executable).with_name("trunkline")
SERVER_CORE, CLIENT_CORE = 0, 1

CLIENT = "from linq import LinqAPIV3"
FIRST_PAGE = f"{CLIENT}; LinqAPIV3(api_key={{key!r}}, base_url={{url!r}}).chats.list_chats().chats[0].id"


Run: TypeAlias = tuple[Path, tuple[str, ...]]


@dataclass(frozen=True)
class Case:
    """One thing to measure: the worker's arguments, for the public client and for ours, and what we aim at.

    ``aim`` is how many times better ours should be; None where there is only something to know.
    """

    name: str
    arguments: tuple[str, ...]
    unit: str
    aim: float | None = None
    of: str = "seconds"
    ours: tuple[str, ...] | None = None
    is_slow: bool = False

    @property
    def runs(self) -> tuple[Run, Run]:
        """That of the public client, and ours."""
        return (PUBLIC, self.arguments), (OURS, self.ours or self.arguments)


def cases(url: str, key: str, chats: int) -> list[Case]:
    first_page = ("import", FIRST_PAGE.format(key=key, url=url))
    return [
        Case("parsing a page of 100 chats", ("parse", url, key), "ms", 25),
        Case(f"listing {chats:,} chats, sync", ("list", url, key, "sync"), "s", 8, is_slow=True),
        Case(f"listing {chats:,} chats, async", ("list", url, key, "async"), "s", 8, is_slow=True),
        Case(
            f"listing {chats:,} chats, sync, ours with `prefetch=1`",
            ("list", url, key, "sync"),
            "s",
            ours=("list", url, key, "prefetch"),
            is_slow=True,
        ),
        Case("the same, sync: seconds on the CPU", ("list", url, key, "sync"), "s", of="cpu", is_slow=True),
        Case("the same, async: seconds on the CPU", ("list", url, key, "async"), "s", of="cpu", is_slow=True),
        Case("`import linq`", ("import", "import linq"), "ms", 3),
        Case("`import linq`, memory", ("import", "import linq"), "MB", 1.5, of="megabytes"),
        Case(f"`{CLIENT}`", ("import", CLIENT), "ms"),
        Case(f"`{CLIENT}`, memory", ("import", CLIENT), "MB", of="megabytes"),
        Case("from nothing to the first page of 20 chats", first_page, "ms"),
        Case("from nothing to the first page, memory", first_page, "MB", of="megabytes"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sdk", description=__doc__)
    parser.add_argument("--chats", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7, help="of all but the lists, which are measured once")
    options = parser.parse_args()
    database = f"sqlite:///{FOLDER.absolute()}/sdk-{options.chats}.db"
    key = loaded(database, options.chats)
    arguments = [str(TRUNKLINE), "serve", "--workers", "1", "--database", database]
    with serving(arguments, core=SERVER_CORE, environment={}) as server:
        asked = cases(f"http://127.0.0.1:{server.port}", key, options.chats)
        results = measure(asked, options.rounds)
    text = table(asked, results)
    print(text)
    write("sdk", text)


def loaded(database: str, chats: int) -> str:
    """The key of a store with that many chats, which is made where it is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [str(TRUNKLINE), "demo", "--chats", str(chats), "--json", "--database", database]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    key: str = json.loads(done.stdout)["partners"][0]["key"]
    return key


def measure(asked: Sequence[Case], rounds: int) -> dict[Run, list[dict[str, float]]]:
    """The results of everything that the cases need, each run once per round, the two clients by turns."""
    results: dict[Run, list[dict[str, float]]] = {}
    for number in range(rounds):
        runs = dict.fromkeys(each for case in asked if number == 0 or not case.is_slow for each in case.runs)
        for package, arguments in runs:
            results.setdefault((package, arguments), []).append(run(package, arguments))
    return results


def run(package: Path, arguments: Sequence[str]) -> dict[str, float]:
    """One measurement in a process of its own, which finds ``linq`` in ``package``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LINQ_", "PYTHON"))}
    environment |= {"PYTHONPATH": str(package.absolute()), "PYTHONPYCACHEPREFIX": str((FOLDER / "compiled").absolute())}
    command = ["taskset", "-c", str(CLIENT_CORE), sys.executable, str(WORKER), *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def table(asked: Sequence[Case], results: Mapping[Run, Sequence[Mapping[str, float]]]) -> str:
    """The comparison of the medians as Markdown."""
    lines = ["| | linq-python 0.65.0 | ours | times better | aim |", "|---|--:|--:|--:|--:|"]
    for case in asked:
        public, ours = (statistics.median(result[case.of] for result in results[run]) for run in case.runs)
        scale = 1000 if case.unit == "ms" else 1
        figures = [f"{value * scale:.3g} {case.unit}" for value in (public, ours)]
        aim = "" if case.aim is None else f"{case.aim:g}"
        lines.append(f"| {case.name} | {figures[0]} | {figures[1]} | {public / ours:.1f} | {aim} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
