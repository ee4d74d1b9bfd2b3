"""``GET /v3/phone_numbers`` over the wire, the reputation of a line, and the event that reports its change."""

from itertools import pairwise

import pytest

from tests.support.asgi import BASE
from tests.support.caller import Caller, emails
from tests.support.chats import LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.events import emitted_events, subscribe
from tests.support.partners import new_partner
from trunkline.domain.chat_health import DEFAULT_THRESHOLDS
from trunkline.domain.events import EventType

CHANGED = "phone_number.status_updated"


def reputation(we: Caller, line: str = LINE) -> str:
    """The reputation of a line."""
    numbers = we.call("GET", "/v3/phone_numbers").json()["phone_numbers"]
    [found] = [each["reputation"]["status"] for each in numbers if each["phone_number"] == line]
    return found


def silence(we: Caller, handle: str, sent: int, line: str = LINE) -> str:
    """The id of a chat with this many messages without a reply."""
    chat = we.create([handle], line=line)["id"]
    for _ in range(sent - 1):
        we.send(chat)
    return chat


def changes(we: Caller) -> list[tuple[str, str, str]]:
    """Every change of a line's reputation that was reported to subscribers."""
    return [
        (data["phone_number"], data["previous_reputation"], data["new_reputation"])
        for kind, data in emitted_events(we)
        if kind == CHANGED
    ]


def test_lines(we: Caller) -> None:
    response = we.call("GET", "/v3/phone_numbers")
    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {"phone_numbers"}
    assert [each["phone_number"] for each in body["phone_numbers"]] == [LINE, OTHER_LINE]
    first, second = body["phone_numbers"]
    assert first == {
        "id": first["id"],
        "phone_number": LINE,
        "reputation": {"status": "HEALTHY", "doc_url": f"{BASE}/guides/chats/chat-health#lines"},
        "line_type": "iMessage",
        "forwarding_number": None,
    }
    assert first["id"] != second["id"]


def test_the_page_that_it_leads_to(we: Caller) -> None:
    page = we.call("GET", "/guides/chats/chat-health")
    assert 'id="lines"' in page.text


def test_lines_as_older_clients_ask(we: Caller) -> None:
    newer = we.call("GET", "/v3/phone_numbers").json()["phone_numbers"]
    older = we.call("GET", "/v3/phonenumbers").json()["phone_numbers"]
    assert [(each["id"], each["phone_number"]) for each in older] == [
        (each["id"], each["phone_number"]) for each in newer
    ]
    assert older[0]["capabilities"] == {"sms": True, "mms": True, "voice": False}


@pytest.mark.parametrize("path", ["/v3/phone_numbers", "/v3/phonenumbers"])
def test_everybody_sees_their_own(we: Caller, they: Caller, path: str) -> None:
    none = Caller(we.api, we.clock, we.api.opened.run(new_partner(we.api.opened.store, lines=())))
    assert none.call("GET", path).json() == {"phone_numbers": []}
    ours, theirs = (caller.call("GET", path).json()["phone_numbers"] for caller in (we, they))
    assert not {each["id"] for each in ours} & {each["id"] for each in theirs}
    refused(we.call("POST", path), 405, 1005)


def test_a_line_follows_from_its_chats(we: Caller, they: Caller) -> None:
    at_risk, critical = DEFAULT_THRESHOLDS.at_risk_unanswered, DEFAULT_THRESHOLDS.critical_unanswered
    people = emails(DEFAULT_THRESHOLDS.line_chats)
    chats = [silence(we, handle, at_risk) for handle in people[:-1]]
    assert reputation(we) == "HEALTHY"
    chats.append(silence(we, people[-1], at_risk))
    assert reputation(we) == "AT_RISK"
    for chat in chats:
        assert reputation(we) == "AT_RISK"
        for _ in range(critical - at_risk):
            we.send(chat)
    assert reputation(we) == "CRITICAL"
    # Only this line, and only this partner's.
    assert reputation(we, OTHER_LINE) == "HEALTHY"
    assert reputation(they) == "HEALTHY"
    we.hear("hi", people[0])
    assert reputation(we) == "HEALTHY"


def test_it_is_a_share_that_counts(we: Caller) -> None:
    bad, percent = DEFAULT_THRESHOLDS.line_chats, DEFAULT_THRESHOLDS.line_percent
    for handle in emails(bad):
        silence(we, handle, DEFAULT_THRESHOLDS.at_risk_unanswered)
    assert reputation(we) == "AT_RISK"
    enough = 100 * bad // percent
    for number in range(enough - bad):
        we.create([f"other{number}@example.com"])
        assert reputation(we) == "AT_RISK"
    we.create(["one-more@example.com"])
    assert reputation(we) == "HEALTHY"


def test_who_opted_out_does_not_count_against_a_line(we: Caller) -> None:
    for handle in emails(10):
        we.create([handle])
        we.hear("STOP", handle)
    assert reputation(we) == "HEALTHY"


def test_subscribers_are_told(we: Caller) -> None:
    subscribe(we, EventType.LINE_STATUS_UPDATED)
    at_risk, critical = DEFAULT_THRESHOLDS.at_risk_unanswered, DEFAULT_THRESHOLDS.critical_unanswered
    people = emails(DEFAULT_THRESHOLDS.line_chats)
    chats = [silence(we, handle, at_risk) for handle in people]
    assert changes(we) == [(LINE, "HEALTHY", "AT_RISK")]
    for chat in chats:
        for _ in range(critical - at_risk):
            we.send(chat)
    we.hear("hi", people[0])
    assert changes(we) == [
        (LINE, "HEALTHY", "AT_RISK"),
        (LINE, "AT_RISK", "CRITICAL"),
        (LINE, "CRITICAL", "HEALTHY"),
    ]
    flagged = [(data["previous_status"], data["new_status"]) for _, data in emitted_events(we)]
    assert flagged == [("ACTIVE", "ACTIVE"), ("ACTIVE", "FLAGGED"), ("FLAGGED", "ACTIVE")]


def test_subscribers_are_told_whatever_changed_it(we: Caller) -> None:
    subscribe(we, EventType.LINE_STATUS_UPDATED)
    bad = DEFAULT_THRESHOLDS.line_chats
    for handle in emails(bad):
        silence(we, handle, DEFAULT_THRESHOLDS.at_risk_unanswered)
    # New chats reduce the share of the bad ones, until it is below the threshold.
    for number in range(100 * bad // DEFAULT_THRESHOLDS.line_percent - bad + 1):
        we.create([f"other{number}@example.com"])
    assert reputation(we) == "HEALTHY"
    assert changes(we) == [(LINE, "HEALTHY", "AT_RISK"), (LINE, "AT_RISK", "HEALTHY")]


def test_every_change_that_is_seen_was_told(we: Caller) -> None:
    subscribe(we, EventType.LINE_STATUS_UPDATED)
    seen = ["HEALTHY"]
    for number, handle in enumerate(emails(12)):
        chat = we.create([handle])["id"]
        for _ in range((0, 4, 14)[number % 3]):
            we.send(chat)
            seen.append(reputation(we))
    for handle in emails(12):
        we.hear("hi", handle)
        seen.append(reputation(we))
    steps = [(LINE, one, other) for one, other in pairwise(seen) if one != other]
    assert changes(we) == steps
    assert len(steps) >= 4
