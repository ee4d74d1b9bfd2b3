"""A soak of some seconds, with real processes, on each engine."""

import pytest

from bench.soak.__main__ import TENANTS, Options, soak, table
from bench.soak.verify import EVENTS

SECONDS = 6
CHATS = 25


@pytest.mark.slow
@pytest.mark.parametrize("rate", [40, None], ids=["paced", "unbounded"])
def test_a_short_soak_loses_nothing(database_url: str, rate: float | None) -> None:
    options = Options(SECONDS / 60, rate, senders=8, walkers=4, chats=CHATS)
    result = soak("store", database_url, options)
    # Some seconds do not show whether the load is steady.
    assert result.lost == []
    assert result.accepted > TENANTS * CHATS
    assert result.outcome.walks > 0
    assert result.outcome.statuses.keys() <= {"200", "202", "429", "503"}
    assert result.deliveries >= 4 * len(EVENTS) * result.accepted
    assert f"| messages accepted | {result.accepted:,} |" in table([result])
