"""``/v3/contact_card`` and ``/v3/chats/{id}/share_contact_card`` over the wire."""

from typing import Any

import pytest

from tests.support.caller import GROUP, Caller
from tests.support.chats import ALICE, BOB, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.pages import query_of
from trunkline.domain.chat import ParticipantStatus
from trunkline.domain.contact_card import ContactCard
from trunkline.storage import contact_cards

PATH = "/v3/contact_card"
CARD = {"phone_number": LINE, "first_name": "Harbor", "last_name": "Bakery", "image_url": "https://example.com/a.png"}


def create(we: Caller, **fields: Any) -> dict[str, Any]:
    response = we.post(PATH, {**CARD, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def cards(we: Caller, **query: str) -> list[dict[str, Any]]:
    response = we.call("GET", PATH, query=query_of(**query))
    assert response.status_code == 200, response.text
    return response.json()["contact_cards"]


def change(we: Caller, fields: Any, line: str = LINE) -> Any:
    return we.call("PATCH", PATH, fields, query=query_of(phone_number=line))


def test_a_card_is_created_and_replaced(we: Caller) -> None:
    assert cards(we) == []
    assert create(we) == {**CARD, "is_active": True}
    replaced = we.post(PATH, {"phone_number": LINE, "first_name": "Harbour"}).json()
    assert replaced == {
        "phone_number": LINE,
        "first_name": "Harbour",
        "last_name": None,
        "image_url": None,
        "is_active": True,
    }
    assert cards(we) == [replaced]


def test_cards_of_every_line_or_of_one(we: Caller) -> None:
    one, other = create(we), create(we, phone_number=OTHER_LINE)
    assert cards(we) == sorted([one, other], key=lambda card: card["phone_number"])
    assert cards(we, phone_number=LINE) == [one]
    assert cards(we, phone_number=LINE.removeprefix("+")) == [one]


def test_a_line_without_a_card_has_an_empty_list(we: Caller) -> None:
    create(we, phone_number=OTHER_LINE)
    assert cards(we, phone_number=LINE) == []


def test_a_change_keeps_the_other_fields(we: Caller) -> None:
    create(we)
    changed = change(we, {"first_name": "Harbour"})
    assert (changed.status_code, changed.json()) == (200, {**CARD, "first_name": "Harbour", "is_active": True})
    assert cards(we) == [changed.json()]


def test_a_url_that_is_older_than_its_rule_does_not_prevent_another_change(we: Caller) -> None:
    create(we)
    older = ContactCard(LINE, "Harbor", None, "https://example.com/ä.png")

    async def store() -> None:
        async with we.api.opened.store.change(we.ctx()) as stored:
            await contact_cards.save(stored, older)

    we.api.opened.run(store())
    changed = change(we, {"first_name": "Harbour"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["first_name"], changed.json()["image_url"]) == ("Harbour", older.image_url)
    refused(change(we, {"image_url": "https://example.com/ö.png"}), 400, 1005)


@pytest.mark.parametrize("field", ["last_name", "image_url"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_optional_field_can_be_removed(we: Caller, field: str, value: str | None) -> None:
    create(we)
    assert change(we, {field: value}).json() == {**CARD, field: None, "is_active": True}


def test_the_first_name_cannot_be_removed(we: Caller) -> None:
    card = create(we)
    assert "'first_name' is null" in refused(change(we, {"first_name": None}), 400, 1001)
    assert "'first_name' is empty" in refused(change(we, {"first_name": " "}), 400, 1005)
    assert "at least one of them" in refused(change(we, {}), 400, 1001)
    assert cards(we) == [card]


def test_a_card_that_does_not_exist_cannot_be_changed(we: Caller) -> None:
    create(we, phone_number=OTHER_LINE)
    message = refused(change(we, {"first_name": "Harbor"}), 404, 2012)
    assert LINE in message
    assert "POST /v3/contact_card" in message


def test_the_line_of_a_change_is_required(we: Caller) -> None:
    assert "'phone_number'" in refused(we.call("PATCH", PATH, {"first_name": "Harbor"}), 400, 1001)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"phone_number": "0"}, 1002),
        ({"phone_number": "555-1234"}, 1002),
        ({"phone_number": None}, 1001),
        ({"first_name": None}, 1001),
        ({"first_name": 7}, 1003),
        ({"first_name": ""}, 1005),
        ({"first_name": "x" * 256}, 1005),
        ({"last_name": "x" * 256}, 1005),
        ({"image_url": "http://example.com/a.png"}, 1005),
    ],
)
def test_an_invalid_card_changes_nothing(we: Caller, fields: dict[str, Any], code: int) -> None:
    card = create(we)
    refused(we.post(PATH, {**CARD, **fields}), 400, code)
    assert cards(we) == [card]


def test_a_line_must_be_the_partners_own(we: Caller, they: Caller) -> None:
    create(they)
    assert cards(we) == []
    foreign = "+12125550199"
    refused(we.post(PATH, {**CARD, "phone_number": foreign}), 403, 2006)
    refused(change(we, {"first_name": "Harbor"}, foreign), 403, 2006)
    refused(we.call("GET", PATH, query=query_of(phone_number=foreign)), 403, 2006)
    refused(change(we, {"first_name": "Ours"}), 404, 2012)
    assert cards(they) == [{**CARD, "is_active": True}]


def share(we: Caller, chat_id: str) -> Any:
    return we.post(f"/v3/chats/{chat_id}/share_contact_card")


def test_sharing_changes_nothing_of_the_chat(we: Caller) -> None:
    create(we)
    chat = we.create()
    before = we.chat(chat["id"])
    response = share(we, chat["id"])
    assert (response.status_code, response.content) == (204, b"")
    assert we.chat(chat["id"]) == before


def test_a_card_must_exist_to_be_shared(we: Caller, they: Caller) -> None:
    create(they)
    create(we, phone_number=OTHER_LINE)
    message = refused(share(we, we.create()["id"]), 404, 2012)
    assert LINE in message
    assert "POST /v3/contact_card" in message


def test_a_chat_must_exist_to_share_a_card_in_it(we: Caller, they: Caller) -> None:
    create(we)
    theirs = they.create()["id"]
    assert refused(share(we, theirs), 404, 2001).replace(theirs, "ID") == refused(share(we, "ID"), 404, 2001)


def test_a_line_that_left_shares_nothing(we: Caller) -> None:
    create(we)
    group = we.create(GROUP)["id"]
    we.membership(group, LINE, ParticipantStatus.REMOVED)
    refused(share(we, group), 409, 2013)


def test_an_opted_out_recipient_gets_no_card(we: Caller) -> None:
    create(we)
    chat = we.create()["id"]
    we.hear("STOP")
    refused(share(we, chat), 403, 2024)
    we.hear("hello again")
    assert share(we, chat).status_code == 204


def test_a_blocked_recipient_gets_no_card(we: Caller) -> None:
    create(we)
    chat, group = we.create()["id"], we.create((ALICE, BOB))["id"]
    we.post("/v3/blocked_handles", {"handle": ALICE})
    refused(share(we, chat), 403, 2026)
    assert share(we, group).status_code == 204
