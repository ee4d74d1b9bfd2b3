"""How much a cluster carries whose partners differ in size, and what limits it: a node, or the largest partner.

    python -m bench.cluster

A simulation: no database runs. The partners' shares of the messages follow Zipf's law with an exponent. Each partner is
in a shard, each shard on a node, as Citus places them: by a hash, in turn. Then the shards are moved, the largest
first, to the node that has least, as the rebalancer of Citus can. At last, the largest partners get shards of their own
(``isolate_tenant_to_new_shard``).
"""

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

PARTNERS = 10_000
SHARDS = 32
ISOLATED = 8  # partners with a shard of their own
PARTNER_RATE = 640.0  # messages per second of one partner, accepted and delivered (docs/capacity.md)
NODE_RATE = 4_000.0  # messages per second of one node, of all its partners: half of 8 cores, at 1 ms a message
RUNS = 9


class Limit(msgspec.Struct, frozen=True):
    """What a placement carries: messages per second, and whether the largest partner is the limit, not a node."""

    rate: float
    is_partner: bool


def shares(partners: int, exponent: float) -> Sequence[float]:
    """The share of the messages that each partner has, the largest first."""
    sizes = [1 / rank**exponent for rank in range(1, partners + 1)]
    total = sum(sizes)
    return [size / total for size in sizes]


def shard_of(partner: int, run: int, shards: int) -> int:
    """The shard of a partner: uniform, and another one in each run."""
    digest = hashlib.blake2b(f"{run}/{partner}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % shards


def in_turn(loads: Sequence[float], nodes: int) -> Sequence[float]:
    """The load of each node if it gets every so-many-th shard."""
    return [sum(loads[node::nodes]) for node in range(nodes)]


def rebalanced(loads: Sequence[float], nodes: int) -> Sequence[float]:
    """The load of each node if each shard, the largest first, goes to the node that has least."""
    placed = [0.0] * nodes
    for load in sorted(loads, reverse=True):
        placed[placed.index(min(placed))] += load
    return placed


def limit_of(largest: float, nodes: Sequence[float]) -> Limit:
    """How many messages per second can be sent in all until the largest partner, or the fullest node, has its limit."""
    by_partner, by_node = PARTNER_RATE / largest, NODE_RATE / max(nodes)
    return Limit(min(by_partner, by_node), by_partner < by_node)


def simulate(exponent: float, nodes: int, run: int) -> Mapping[str, Limit]:
    """What each placement carries."""
    sizes = shares(PARTNERS, exponent)
    loads = [0.0] * SHARDS
    rest = [0.0] * SHARDS
    for partner, size in enumerate(sizes):
        shard = shard_of(partner, run, SHARDS)
        loads[shard] += size
        if partner >= ISOLATED:
            rest[shard] += size
    placements = {
        "hash": in_turn(loads, nodes),
        "rebalanced": rebalanced(loads, nodes),
        "isolated": rebalanced([*rest, *sizes[:ISOLATED]], nodes),
    }
    return {name: limit_of(sizes[0], placed) for name, placed in placements.items()}


def _cell(limits: Sequence[Limit]) -> str:
    rate = median([limit.rate for limit in limits])
    by = "partner" if sum(limit.is_partner for limit in limits) > len(limits) / 2 else "node"
    return f"{rate:,.0f} ({by})"


def main() -> None:
    """Prints the table of bench/README.md."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print("| Exponent | Nodes | Largest partner | By hash | Rebalanced | Largest isolated | If all were equal |")
    print("| -: | -: | -: | -: | -: | -: | -: |")
    for exponent in (0.0, 0.5, 0.8, 1.0, 1.2):
        for nodes in (2, 4, 16):
            runs = [simulate(exponent, nodes, run) for run in range(RUNS)]
            cells = [_cell([run[name] for run in runs]) for name in ("hash", "rebalanced", "isolated")]
            largest = f"{shares(PARTNERS, exponent)[0]:.2%}"
            print(f"| {exponent} | {nodes} | {largest} | {' | '.join(cells)} | {nodes * NODE_RATE:,.0f} |")


if __name__ == "__main__":
    main()
