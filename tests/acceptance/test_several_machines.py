"""Two services on one PostgreSQL, one on a host whose clock is wrong: no claim is stolen, every date is right."""

import json
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.support.chats import LINE
from tests.support.command import ROOT, get, post, run, run_json, serving
from tests.support.receiver import Received, Reply, receiving

EVENTS = 8
ATTEMPT = 2.0  # s that the receiver takes for each event
CLOCK = ROOT / "tests" / "support" / "shifted_clock"


def answer_slowly(_: Received) -> Reply:
    time.sleep(ATTEMPT)
    return Reply()


@pytest.mark.parametrize("ahead", [40, 3600, -3600])
def test_a_host_whose_clock_is_wrong(postgres_url: str, ahead: int) -> None:
    key = run_json("partner", "add", "Acme", database=postgres_url)["key"]
    assert run("line", "add", "Acme", LINE, database=postgres_url).returncode == 0
    shifted = {"PYTHONPATH": str(CLOCK), "CLOCK_AHEAD": str(ahead)}
    began = datetime.now(UTC)
    with (
        receiving(answer_slowly) as receiver,
        serving(postgres_url, "--allow-private-webhooks") as right,
        serving(postgres_url, "--allow-private-webhooks", **shifted) as wrong,
    ):
        subscription = {"target_url": receiver.url, "subscribed_events": ["message.sent"]}
        assert post(f"{right}/v3/webhook-subscriptions", subscription, key)[0] == 201
        for number in range(EVENTS):
            body = {
                "from": LINE,
                "to": [f"+1310555{number:04d}"],
                "message": {"parts": [{"type": "text", "value": "hello"}]},
            }
            status, sent = post(f"{(right, wrong)[number % 2]}/v3/chats", body, key)
            assert status == 201, sent
        deadline = time.monotonic() + 60
        while len(receiver.accepted) < EVENTS and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(ATTEMPT)  # so that a second delivery would have begun
        assert sorted(Counter(each.event_id for each in receiver.received).values()) == [1] * EVENTS
        _, page = get(f"{wrong}/v3/chats?limit=100", key)
        dates = [datetime.fromisoformat(chat["updated_at"]) for chat in page["chats"]]
    assert len(dates) == EVENTS
    assert began <= min(dates), json.dumps(page)
    assert max(dates) <= datetime.now(UTC)
