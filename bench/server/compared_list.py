"""The pages of two versions, in turn: how close each is to the limit of the HTTP server."""

from collections.abc import Mapping
from contextlib import ExitStack
from urllib.parse import quote

import msgspec

from bench.server import cases
from bench.server.comparison import Comparison, ratio
from bench.server.servers import Server
from bench.server.tenant import cursors


def table(comparison: Comparison, postgres: str, engine: str, limit: Server, chats: int, only: str) -> str:
    """The table of the pages whose store or name has ``only`` in it."""
    old, new = [version.name for version in comparison.versions]
    lines = [
        f"| store | page | of the limit: {old} | {new} | times | µs of processor: {old} | {new} |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for store, urls in comparison.new_stores("list", postgres, engine).items():
        with ExitStack() as stack:
            asked: list[Mapping[str, cases.Case]] = []
            for version, url in zip(comparison.versions, urls, strict=True):
                comparison.say(f"loading {chats:,} chats: {store}, {version.name}")
                key = version.load_sample(url, chats)
                server = stack.enter_context(version.serving(url, core=comparison.service_core))
                asked.append(_cases(store, server, key))
            for name in asked[0]:
                if only in f"{store} {name}":
                    lines.append(_line(comparison, limit, [each[name] for each in asked]))
    return "\n".join(lines)


def _cases(store: str, server: Server, key: str) -> Mapping[str, cases.Case]:
    [chat] = msgspec.json.decode(server.get("/v3/chats?limit=1", key))["chats"]
    line = next(each["handle"] for each in chat["handles"] if each["is_me"])
    handle = next(each["handle"] for each in chat["handles"] if not each["is_me"])
    places = cursors(server, key)
    queries = {
        "first page": ["limit=20"],
        "`from`, first page": [f"limit=20&from={quote(line)}"],
        "`to`, first page": [f"limit=20&to={quote(handle)}"],
        "`limit=100`, first page": ["limit=100"],
        "half way": [f"limit=20&cursor={places[len(places) // 2]}"],
        "any depth": [f"limit=20&cursor={place}" for place in places],
        "`limit=100`, any depth": [f"limit=100&cursor={place}" for place in places],
    }
    return {
        name: cases.case(store, name, server, key, [f"/v3/chats?{each}" for each in asked])
        for name, asked in queries.items()
    }


def _line(comparison: Comparison, limit: Server, asked: list[cases.Case]) -> str:
    rounds: list[list[cases.Round]] = [[] for _ in asked]
    store, name = asked[0].group, asked[0].name
    for index in comparison.turns(f"{store}, {name}"):
        measured = cases.measure(asked[index], limit, seconds=comparison.seconds, core=comparison.load_core)
        rounds[index].append(measured)
    old, new = [cases.result(case, each) for case, each in zip(asked, rounds, strict=True)]
    cells = [
        f"{old.of_limit.processor:.1%}",
        f"{new.of_limit.processor:.1%}",
        ratio(old.of_limit.processor, new.of_limit.processor),
        f"{old.speed.processor:,.0f}",
        f"{new.speed.processor:,.0f}",
    ]
    return f"| {store} | {name} | {' | '.join(cells)} |"
