"""Notices: in the log once a minute and when they are over, and shown until a minute after their cause was seen."""

import logging

import pytest

from trunkline.notices import MOST, Notice

LOG = logging.getLogger("trunkline.test")


class Kettle:
    """A notice, and the time in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.notice = Notice("the kettle is cold", LOG, over="the kettle is hot", clock=lambda: self.now)


def test_a_notice_is_logged_once_a_minute_and_holds_for_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    kettle = Kettle()
    assert kettle.notice.current == []
    for kettle.now, logged in ((0.0, 1), (59.0, 1), (61.0, 2), (62.0, 2)):
        kettle.notice.give(f"seen at {kettle.now:g}", kind="seen")
        assert len(caplog.records) == logged
        assert kettle.notice.current == ["the kettle is cold"]
    assert caplog.messages == ["the kettle is cold: seen at 0", "the kettle is cold: seen at 61"]
    kettle.now = 121.9
    assert kettle.notice.current == ["the kettle is cold"]
    kettle.now = 122.0
    assert kettle.notice.current == []


def test_another_cause_is_logged_at_once_but_not_any_number_of_them(caplog: pytest.LogCaptureFixture) -> None:
    kettle = Kettle()
    for cause in ("no power", "no water", "no power", "no water"):
        kettle.notice.give(cause)
    assert caplog.messages == ["the kettle is cold: no power", "the kettle is cold: no water"]
    for number in range(2 * MOST):
        kettle.notice.give(f"cause {number}")
    assert len(caplog.messages) == MOST


def test_the_log_says_once_that_a_notice_is_over(caplog: pytest.LogCaptureFixture) -> None:
    kettle = Kettle()
    kettle.notice.withdraw()
    kettle.notice.give("no power")
    kettle.now = 9.0
    kettle.notice.withdraw(unseen_for=10)
    assert kettle.notice.current == ["the kettle is cold"]
    kettle.now = 10.0
    kettle.notice.withdraw(unseen_for=10)
    kettle.notice.withdraw()
    assert kettle.notice.current == []
    assert caplog.messages == ["the kettle is cold: no power", "the kettle is hot"]


def test_a_cause_that_comes_and_goes_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    kettle = Kettle()
    for kettle.now in range(59):
        kettle.notice.give("no power")
        kettle.notice.withdraw()
    assert kettle.notice.current == []
    assert caplog.messages == ["the kettle is cold: no power", "the kettle is hot"]
