"""``GET /v3/available_number`` over the wire, and the vCard that it links to."""

from typing import Any

import pytest
from httpx2 import Response

from tests.support.asgi import BASE
from tests.support.caller import Caller, emails, text
from tests.support.chats import ALICE, BOB, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.partners import new_partner
from trunkline.domain.chat_health import DEFAULT_THRESHOLDS

PATH = "/v3/available_number"
PLUS = "%2B"


def ask(we: Caller, query: str = "") -> Response:
    return we.call("GET", PATH, query=query.replace("+", PLUS))


def available(we: Caller, query: str = "") -> dict[str, Any]:
    response = ask(we, query)
    assert response.status_code == 200, response.text
    assert response.json().keys() == {"phone_number", "vcf_url"}
    return response.json()


def number(we: Caller, query: str = "") -> str:
    return available(we, query)["phone_number"]


def open_link(we: Caller, link: str) -> Response:
    """The response to somebody without a key."""
    assert link.startswith(f"{BASE}/contact_cards/")
    return we.api.ask(link.removeprefix(BASE))


def flag(we: Caller, line: str) -> None:
    """Makes a line critical."""
    for handle in emails(DEFAULT_THRESHOLDS.line_chats):
        chat = we.create([handle], line=line)["id"]
        for _ in range(DEFAULT_THRESHOLDS.critical_unanswered - 1):
            we.send(chat)


def test_the_line_that_was_used_least_recently(we: Caller) -> None:
    assert number(we) == LINE  # neither was used: the oldest
    we.create([ALICE], line=LINE)
    assert number(we) == OTHER_LINE
    we.create([ALICE], line=OTHER_LINE)
    assert number(we) == LINE


def test_a_line_in_good_standing_comes_first(we: Caller) -> None:
    flag(we, LINE)
    we.create([ALICE], line=OTHER_LINE)
    assert number(we) == OTHER_LINE
    # A flagged line is better than none.
    assert number(we, f"exclude_from={OTHER_LINE}") == LINE


def test_a_message_without_a_line_goes_from_the_same_one(we: Caller) -> None:
    we.create([ALICE], line=LINE)
    expected = number(we, f"to={BOB}")
    sent = we.post("/v3/messages", {"to": [BOB], "message": text("hello")}).json()
    assert sent["from"] == expected == OTHER_LINE


def test_people_with_a_chat_keep_their_line(we: Caller) -> None:
    we.create([ALICE], line=LINE)
    assert number(we) == OTHER_LINE
    assert number(we, f"to={ALICE}") == LINE
    assert number(we, f"to={ALICE}&exclude_from={LINE}") == OTHER_LINE
    we.create([ALICE, BOB], line=OTHER_LINE)
    group = [f"to={ALICE}&to={BOB}", f"to={BOB},{ALICE}"]
    assert {number(we, query) for query in group} == {OTHER_LINE}
    we.create([ALICE, "carol@example.com"], line=LINE)
    assert number(we, f"to={ALICE}&to=Carol@Example.com") == LINE


def test_excluded_lines(we: Caller) -> None:
    assert number(we, f"exclude_from={LINE}") == OTHER_LINE
    assert number(we, "exclude_from=+12125550199") == LINE
    for query in (f"exclude_from={LINE}&exclude_from={OTHER_LINE}", f"exclude_from={LINE},{OTHER_LINE}"):
        assert "'exclude_from' lists all of your lines" in refused(ask(we, query), 400, 1005)


@pytest.mark.parametrize(
    ("query", "code", "problem"),
    [
        ("exclude_from=0", 1002, "'exclude_from[0]' is '0'"),
        (f"to={ALICE},somebody", 1002, "'to[1]' is 'somebody'"),
        (f"to={LINE}", 1005, "one of your lines"),
        ("to=" + ",".join(emails(32)), 1005, "'to' lists 32 values; it must list at most 31"),
        ("exclude_from=" + ",".join([LINE] * 1001), 1005, "at most 1000"),
        ("type=SMS", 1005, "'type' is 'SMS'; it must be iMessage or RCS"),
        ("type=RCS&type=RCS", 1005, "'type' is given twice"),
    ],
)
def test_invalid_parameters(we: Caller, query: str, code: int, problem: str) -> None:
    assert problem in refused(ask(we, query), 400, code)


def test_the_type_of_the_line(we: Caller) -> None:
    assert number(we, "type=imessage") == number(we, "type=") == LINE
    assert "every line is of type iMessage" in refused(ask(we, "type=rcs"), 503, 3006)


def test_a_partner_without_lines(we: Caller) -> None:
    nobody = Caller(we.api, we.clock, we.api.opened.run(new_partner(we.api.opened.store, lines=())))
    assert "`trunkline line add`" in refused(ask(nobody), 400, 1005)


def test_the_link_leads_to_the_card_as_it_is_now(we: Caller) -> None:
    link = available(we)["vcf_url"]
    response = open_link(we, link)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/vcard; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="contact.vcf"'
    assert response.headers["x-content-type-options"] == "nosniff"
    assert f"FN:{LINE}\r\n" in response.text
    we.post("/v3/contact_card", {"phone_number": LINE, "first_name": "Müller; Söhne"})
    assert "FN:Müller\\; Söhne\r\n" in open_link(we, link).text


def test_the_card_lists_other_lines_that_are_not_flagged(we: Caller) -> None:
    assert f"TEL;TYPE=CELL,VOICE:{OTHER_LINE}\r\n" in open_link(we, available(we)["vcf_url"]).text
    excluded = available(we, f"exclude_from={OTHER_LINE}")["vcf_url"]
    assert OTHER_LINE not in open_link(we, excluded).text
    flag(we, OTHER_LINE)
    assert OTHER_LINE not in open_link(we, available(we)["vcf_url"]).text


def test_an_altered_or_expired_link_leads_nowhere(we: Caller) -> None:
    link = available(we)["vcf_url"]
    position = link.index("/contact_cards/") + 30
    altered = link[:position] + ("A" if link[position] != "A" else "B") + link[position + 1 :]
    for wrong in (altered, link.replace(".vcf", "x.vcf"), f"{BASE}/contact_cards/x.vcf"):
        assert "GET /v3/available_number" in refused(open_link(we, wrong), 404, 2001)
    we.clock.advance(days=6)
    assert open_link(we, link).status_code == 200
    we.clock.advance(days=1)
    refused(open_link(we, link), 404, 2001)


def test_partners_have_their_own_cards_and_lines(we: Caller, they: Caller) -> None:
    they.post("/v3/contact_card", {"phone_number": LINE, "first_name": "Theirs"})
    assert "Theirs" not in open_link(we, available(we)["vcf_url"]).text
    assert "FN:Theirs" in open_link(they, available(they)["vcf_url"]).text
