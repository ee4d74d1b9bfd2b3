"""The time of the database server, as a process knows it, whatever the clock of its host says."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import NOW
from trunkline.domain.instant import HOUR, SECOND, now
from trunkline.storage.server_clock import ServerClock
from trunkline.storage.store import connect

delays = st.integers(0, SECOND)


class Host:
    """The clocks of a host: one that can be set, and one that cannot."""

    def __init__(self, ahead: int = 0) -> None:
        self.elapsed = 7 * SECOND
        self.ahead = ahead

    def clock(self) -> ServerClock:
        return ServerClock(lambda: self.elapsed, lambda: NOW + self.elapsed + self.ahead)

    def ask(self, clock: ServerClock, there: int = 1_000, back: int = 1_000, server: int = 0) -> None:
        """One measurement. ``server`` is how much the server's clock is ahead of the time."""
        sent = self.elapsed
        self.elapsed += there
        answer = NOW + self.elapsed + server
        self.elapsed += back
        clock.measured(sent, self.elapsed, answer)


@given(st.integers(-HOUR, HOUR), st.lists(st.tuples(delays, delays), min_size=1))
def test_the_error_is_at_most_the_time_of_the_fastest_answer(ahead: int, answers: list[tuple[int, int]]) -> None:
    host = Host(ahead)
    clock = host.clock()
    for there, back in answers:
        host.ask(clock, there, back)
    assert abs(clock() - (NOW + host.elapsed)) <= min(there + back for there, back in answers)


def test_the_clock_follows_a_server_whose_clock_is_set() -> None:
    host = Host()
    clock = host.clock()
    host.ask(clock)
    for server in (HOUR, -HOUR):
        host.ask(clock, server=server)
        assert abs(clock() - (NOW + host.elapsed + server)) <= 2_000


def test_setting_the_clock_of_the_host_changes_nothing_but_asks_the_server_again() -> None:
    host = Host()
    clock = host.clock()
    assert clock.is_due()
    host.ask(clock)
    before = clock()
    host.ahead = HOUR
    assert clock() == before
    assert clock.is_due()
    host.ask(clock)
    assert not clock.is_due()
    host.elapsed += 10 * SECOND
    assert clock.is_due()


async def test_a_store_has_the_time_of_its_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    true, read = now(), time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: read() + HOUR * 1000)
    database = await connect(database_url)
    try:
        if database_url.startswith("postgresql"):
            assert abs(database.clock() - true) < 30 * SECOND
        else:
            assert abs(database.clock() - true - HOUR) < 30 * SECOND, "the file is on this host"
    finally:
        await database.close()
