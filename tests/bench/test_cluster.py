"""The simulation of a cluster: nothing is lost by moving shards, and the largest partner is a limit of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cluster import NODE_RATE, PARTNER_RATE, Limit, in_turn, limit_of, rebalanced, shares, simulate

LOADS = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(loads=LOADS, nodes=st.integers(1, 16))
def test_every_shard_is_on_one_node(loads: list[float], nodes: int) -> None:
    for placed in (in_turn(loads, nodes), rebalanced(loads, nodes)):
        assert len(placed) == nodes
        assert sum(placed) == pytest.approx(sum(loads))


def test_equal_partners_fill_the_nodes_and_a_large_one_is_the_limit() -> None:
    assert limit_of(0.0001, [0.25] * 4) == Limit(4 * NODE_RATE, is_partner=False)
    assert limit_of(0.5, [0.5, 0.5]) == Limit(2 * PARTNER_RATE, is_partner=True)
    assert sum(shares(1_000, 1.2)) == pytest.approx(1)


def test_moving_shards_never_carries_less_than_the_largest_partner_allows() -> None:
    for run in range(3):
        found = simulate(1.0, 4, run)
        assert found["isolated"].rate >= found["hash"].rate
        assert found["isolated"].rate <= PARTNER_RATE / shares(10_000, 1.0)[0]
