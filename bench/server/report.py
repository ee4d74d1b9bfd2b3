"""The measured tables, as bench/README.md shows them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.server.cases import Result
from bench.server.servers import Memory

README = Path("bench/README.md")
PLAIN = {"plain FastAPI, async": "/v3/chats", "plain FastAPI, threads": "/threads/v3/chats"}
"""The ways in which the plain implementation answers, and where."""


def rates(results: Sequence[Result]) -> str:
    """Every case. "Cost" is an answer's processor time, relative to the engine's first page at a million chats."""
    lines = [
        "| store | page | kB | requests/s | p50 ms | p99 ms | of the limit | µs of processor | of the limit | cost |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    first: dict[str, float] = {}
    for each in results:
        engine = each.group.partition(",")[0]
        first.setdefault(engine, each.of_limit.processor)
        cells = [
            each.group,
            each.name,
            f"{each.size / 1000:.1f}",
            f"{each.speed.rate:,.0f}",
            f"{each.p50:.1f}",
            f"{each.p99:.1f}",
            f"{each.of_limit.rate:.1%}",
            f"{each.speed.processor:,.0f}",
            f"{each.of_limit.processor:.1%}",
            f"{first[engine] / each.of_limit.processor:.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def times_plain(results: Sequence[Result]) -> str:
    """How many times the plain implementation's processor time is ours, each relative to the limit around it."""
    ratios = {(each.group, each.name): each.of_limit.processor for each in results}
    names = list(dict.fromkeys(each.name for each in results if each.group in PLAIN))
    lines = [f"| how many times as fast as | page | {' | '.join(PLAIN)} |", "|---|---|" + "--:|" * len(PLAIN)]
    for (group, name), ratio in ratios.items():
        if group not in PLAIN and name in names and all((plain, name) in ratios for plain in PLAIN):
            cells = [f"{ratio / ratios[plain, name]:.0f}" for plain in PLAIN]
            lines.append(f"| {group} | {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def memory(measured: Mapping[str, Memory]) -> str:
    """What the workers took by the end."""
    lines = ["| worker, after all of this | peak MB | own MB |", "|---|--:|--:|"]
    lines += [f"| {name} | {each.peak:.0f} | {each.own:.0f} |" for name, each in measured.items()]
    return "\n".join(lines)


def write(name: str, text: str) -> None:
    """Puts a table into its place in bench/README.md."""
    begin, end = f"<!-- {name}: measured -->\n", f"<!-- {name}: end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    page = README.read_text("utf-8")
    README.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n\n{end}", page), "utf-8")
