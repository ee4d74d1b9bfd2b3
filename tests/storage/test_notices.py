"""Notices: in the log once a minute, and shown until a minute after their cause was last seen."""

import pytest

from trunkline.storage.notices import Notice


def test_a_notice_is_logged_once_a_minute_and_holds_for_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    notice = Notice("the kettle is cold", lambda: now)
    assert notice.current == []
    for now, logged in ((0.0, 1), (59.0, 1), (61.0, 2), (62.0, 2)):
        notice.give(f"seen at {now:g}")
        assert len(caplog.records) == logged
        assert notice.current == ["the kettle is cold"]
    assert caplog.messages == ["the kettle is cold (seen at 0)", "the kettle is cold (seen at 61)"]
    now = 121.9
    assert notice.current == ["the kettle is cold"]
    now = 122.0
    assert notice.current == []
