"""What a long command shows where there is no terminal, such as under cron."""

import pytest

from trunkline.cli import output
from trunkline.cli.output import progress


def test_a_line_a_minute_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    time = 1000.0
    monkeypatch.setattr(output, "monotonic", lambda: time)
    with progress("Checking chats", 2_000_000) as show:
        for position in range(100_000, 500_001, 100_000):
            time += 25
            show(position)
    with progress("Checking files", None) as show:
        time += 59
        show(1_000)
        time += 1
        show(2_000)
    assert capsys.readouterr().err == "Checking chats: 300,000 of 2,000,000\nChecking files: 2,000\n"
