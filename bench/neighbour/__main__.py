"""``python -m bench.neighbour``: how much slower a tenant's list and sends are while another tenant misbehaves."""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.neighbour.attacks import ATTACKS
from bench.neighbour.noise import Noise
from bench.neighbour.place import Plan, Tenant
from bench.neighbour.windows import Observer, Result, result
from bench.server import data, report
from bench.server.servers import serving
from bench.server.talk import talk
from tests.support.command import environment
from tests.support.reserved_port import reserved_port
from trunkline.actions.operator.partners import add_line, add_partner
from trunkline.domain.errors import NotReady
from trunkline.domain.instant import now

AIM, MOST = 2, 5
_SERVE = ("-c", "from trunkline.cli import main; main()", "serve", "--workers", "1", "--allow-private-webhooks")
_TENANTS = 2


def main() -> None:
    """Measures and reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.neighbour", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help=f"one attack, of {', '.join(ATTACKS)}")
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=4, help="how long each window lasts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each attack is measured; medians are shown")
    parser.add_argument("--keep", action="store_true", help="leave bench/README.md as it is")
    arguments = parser.parse_args()
    if arguments.only and arguments.only not in ATTACKS:
        parser.error(f"there is no attack {arguments.only!r}; the attacks are {', '.join(ATTACKS)}")
    names = [arguments.only] if arguments.only else list(ATTACKS)
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("python -m bench.neighbour needs two cores: one for the server, one for the load")
    data.FOLDER.mkdir(parents=True, exist_ok=True)
    results: dict[tuple[str, str], Result | None] = {}
    with ExitStack() as stack:
        urls = data.small_stores(stack, "neighbour", arguments.engine)
        for store, url in urls.items():
            for name in names:
                try:
                    results[store, name] = measure(url, name, seconds=arguments.seconds, rounds=arguments.rounds)
                except (RuntimeError, NotReady) as error:
                    print(f"{store}: {name}: {error}", file=sys.stderr, flush=True)
                    results[store, name] = None
                # An interrupted run has shown what it has measured.
                print(_row(store, ATTACKS[name].description, *_cells(results[store, name])), file=sys.stderr)
    print(table(results))
    if not arguments.keep and not arguments.only and arguments.engine == "both":
        report.write("neighbour", table(results))


def measure(url: str, attack: str, *, seconds: float, rounds: int, scale: float = 1.0) -> Result:
    """The other tenant of a new service on the database behind a URL, which is emptied, beside an attack.

    Raises ``RuntimeError`` if the attack cannot be carried out.
    """
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trunkline-neighbour-")))
        log = folder / "service.log"
        other = stack.enter_context(talk(url))
        tenants: list[Tenant] = []
        for number in range(_TENANTS):
            line = f"+1202555{number:04}"
            partner, key = other.run(add_partner(other.store, f"Neighbour {number}", now()))
            other.run(add_line(other.store, partner, line, None, now()))
            tenants.append(Tenant(partner.name, key, line))
        variables = environment(TRUNKLINE_DATABASE=url, TRUNKLINE_ATTACHMENTS=str(folder / "attachments"))
        server = stack.enter_context(serving(_SERVE, core=cores[-1], environment=variables, log=log))
        receiver_port = stack.enter_context(reserved_port())
        plan = Plan(attack, server.port, url, tenants, receiver_port, str(folder), scale)
        noise = stack.enter_context(Noise(plan, folder, core=cores[0]))
        noise.prepare()
        observer = Observer(server, other, core=cores[0], seconds=seconds)
        observer.warm_up()
        return result([observer.round(noise) for _ in range(rounds)])


def table(results: Mapping[tuple[str, str], Result | None]) -> str:
    """What the other tenant sees, as times of quiet and, in brackets, of harmless requests at the same rate."""
    lines = [
        "| store | neighbour | its requests/s | refused | failed | list p50 | list p99 | send p50 | send p99 "
        "| spoilt | waits s | lag ms |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for store in dict.fromkeys(store for store, _ in results):
        measured = [each for (of, _), each in results.items() if of == store and each is not None]
        if measured:
            quiet = [statistics.median(column) for column in zip(*(each.quiet for each in measured), strict=True)]
            lag = statistics.median(each.quiet_lag for each in measured)
            lines.append(_row(store, "none", "", "", "", *(f"{each:.1f} ms" for each in quiet), "", "", f"{lag:.1f}"))
        for (of, name), each in results.items():
            if of == store:
                lines.append(_row(store, ATTACKS[name].description, *_cells(each)))
    return "\n".join(lines)


def _cells(each: Result | None) -> Sequence[str]:
    if each is None:
        return ["not measured", *[""] * 9]
    times = [_cell(*pair) for pair in zip(each.times_quiet, each.times_harmless, strict=True)]
    shares = [f"{share:.0%}" for share in (each.refused, each.failed)]
    return [f"{each.rate:,.0f}", *shares, *times, f"{each.spoilt:.0%}", f"{each.waiting:.1f}", f"{each.lag:.1f}"]


def _cell(quiet: float, harmless: float) -> str:
    """Bold if it is beyond what we accept, relative to both."""
    figures = f"{quiet:.1f} ({harmless:.1f})"
    return f"**{figures}**" if min(quiet, harmless) > MOST else figures


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
