"""Groups over the wire: name and picture, joining, removing and leaving, and what the list shows."""

from typing import Any

import pytest

from tests.support.caller import GROUP, Caller, emails, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.message import DeliveryStatus

DAN = "dan@example.com"
ICON = "https://example.com/icon.png"


def update(we: Caller, chat: str, **changes: Any) -> Any:
    return we.call("PUT", f"/v3/chats/{chat}", changes)


def add(we: Caller, chat: str, handle: str) -> Any:
    return we.call("POST", f"/v3/chats/{chat}/participants", {"handle": handle})


def remove(we: Caller, chat: str, handle: str) -> Any:
    return we.call("DELETE", f"/v3/chats/{chat}/participants", {"handle": handle})


def leave(we: Caller, chat: str) -> Any:
    return we.post(f"/v3/chats/{chat}/leave")


def people(chat: dict[str, Any]) -> list[tuple[str, str]]:
    """The status of every participant."""
    return [(each["handle"], each["status"]) for each in chat["handles"]]


def accepted(response: Any) -> None:
    """Asserts that a call is accepted."""
    assert response.status_code == 202, response.text
    body = response.json()
    assert body["status"] == "accepted"
    assert body["message"]
    assert body["trace_id"] == response.headers["x-trace-id"]


def moved(we: Caller, before: dict[str, Any]) -> dict[str, Any]:
    """The chat now, which is at the top of the list and newer than it was."""
    [top, *_] = we.chats()
    assert top["id"] == before["id"]
    assert top["updated_at"] > before["updated_at"]
    return we.chat(before["id"])


@pytest.fixture
def group(we: Caller) -> dict[str, Any]:
    """A group of three recipients, which is not the last that changed."""
    chat = we.create([ALICE, BOB, CAROL])
    we.create([DAN])
    return we.chat(chat["id"])


def test_a_name(we: Caller, group: dict[str, Any]) -> None:
    response = update(we, group["id"], display_name="  Team  ")
    assert response.status_code == 200
    assert response.json() == {"chat_id": group["id"], "status": "accepted"}
    named = moved(we, group)
    assert named == group | {"display_name": "Team", "updated_at": named["updated_at"]}
    # The same name again changes nothing.
    we.create([DAN])
    assert update(we, group["id"], display_name="Team").status_code == 200
    assert we.chat(group["id"]) == named
    assert we.chats()[0]["id"] != group["id"]
    # The name stays when people join; an empty name removes it.
    accepted(add(we, group["id"], DAN))
    assert we.chat(group["id"])["display_name"] == "Team"
    for nothing in ("", "  ", None):
        assert update(we, group["id"], display_name="Team").status_code == 200
        assert update(we, group["id"], display_name=nothing).status_code == 200
        assert we.chat(group["id"])["display_name"] == f"{ALICE}, {BOB}, {CAROL}, {DAN}"


def test_names_as_long_as_they_can_be(we: Caller, group: dict[str, Any]) -> None:
    for longest in ("n" * 255, "🎂" * 255):
        assert update(we, group["id"], display_name=longest).status_code == 200
        assert we.chat(group["id"])["display_name"] == longest
    message = refused(update(we, group["id"], display_name="n" * 256), 400, 1005)
    assert "'display_name' has 256 characters" in message
    assert "255" in message


def test_a_picture(we: Caller, group: dict[str, Any]) -> None:
    assert update(we, group["id"], group_chat_icon=ICON).status_code == 200
    shown = moved(we, group)
    assert (shown["group_chat_icon"], shown["display_name"]) == (ICON, group["display_name"])
    assert update(we, group["id"], display_name="Team", group_chat_icon="").status_code == 200
    shown = we.chat(group["id"])
    assert (shown["group_chat_icon"], shown["display_name"]) == (None, "Team")
    for wrong in ("icon.png", "http://example.com/a.png", "ftp://a.b", "https://", "https://a b", ICON + "a" * 2048):
        assert "'group_chat_icon'" in refused(update(we, group["id"], group_chat_icon=wrong), 400, 1005)
    # Unlike a name, a picture does not distinguish a group from others with the same people.
    assert update(we, group["id"], display_name="", group_chat_icon=ICON).status_code == 200
    assert we.create([ALICE, BOB, CAROL])["id"] == group["id"]


def test_somebody_comes(we: Caller, group: dict[str, Any]) -> None:
    accepted(add(we, group["id"], DAN.upper()))
    after = moved(we, group)
    assert people(after) == [*people(group), (DAN, "active")]
    assert after["handles"][:4] == group["handles"]
    joined = after["handles"][4]
    assert (joined["joined_at"], joined["left_at"], joined["is_me"]) == (after["updated_at"], None, False)
    assert joined["service"] == after["service"]
    assert after["display_name"] == f"{ALICE}, {BOB}, {CAROL}, {DAN}"
    assert group["id"] in [each["id"] for each in we.chats(to=DAN)]
    assert f"{DAN}, who is already in this group" in refused(add(we, group["id"], DAN), 400, 1005)
    assert LINE in refused(add(we, group["id"], LINE), 400, 1005)
    assert we.chat(group["id"]) == after


def test_somebody_is_put_out(we: Caller, group: dict[str, Any]) -> None:
    accepted(remove(we, group["id"], BOB))
    after = moved(we, group)
    assert people(after) == [(LINE, "active"), (ALICE, "active"), (BOB, "removed"), (CAROL, "active")]
    gone = after["handles"][2]
    assert gone == group["handles"][2] | {"status": "removed", "left_at": after["updated_at"]}
    # They stay in the handles and in the default name, and filters still find them.
    assert after["display_name"] == group["display_name"]
    assert [each["id"] for each in we.chats(to=BOB)] == [group["id"]]
    assert f"{BOB}, who is not in this group" in refused(remove(we, group["id"], BOB), 400, 1005)
    assert f"{DAN}, who is not in this group" in refused(remove(we, group["id"], DAN), 400, 1005)


def test_somebody_comes_back_as_themselves(we: Caller, group: dict[str, Any]) -> None:
    accepted(remove(we, group["id"], BOB))
    accepted(add(we, group["id"], BOB))
    after = we.chat(group["id"])
    assert people(after) == people(group)
    bob = after["handles"][2]
    assert bob == group["handles"][2] | {"joined_at": after["updated_at"]}
    we.membership(group["id"], BOB, ParticipantStatus.LEFT)
    assert we.chat(group["id"])["handles"][2]["status"] == "left"
    accepted(add(we, group["id"], BOB))
    assert we.chat(group["id"])["handles"][2]["id"] == bob["id"]


def test_a_group_keeps_three_people(we: Caller) -> None:
    small = we.create(GROUP)["id"]
    before = we.chat(small)
    message = refused(remove(we, small, BOB), 400, 1005)
    assert "has 3 people" in message
    assert "3 people" in refused(leave(we, small), 400, 1005)
    assert we.chat(small) == before
    # Those who left do not count.
    accepted(add(we, small, CAROL))
    we.membership(small, CAROL, ParticipantStatus.LEFT)
    refused(remove(we, small, BOB), 400, 1005)
    refused(leave(we, small), 400, 1005)
    accepted(add(we, small, CAROL))
    accepted(remove(we, small, BOB))


def test_others_may_leave_a_group_of_three(we: Caller) -> None:
    small = we.create(GROUP)["id"]
    we.membership(small, BOB, ParticipantStatus.LEFT)
    after = we.chat(small)
    assert people(after) == [(LINE, "active"), (ALICE, "active"), (BOB, "left")]
    assert after["is_group"] is True
    we.send(small)
    refused(remove(we, small, ALICE), 400, 1005)


def test_a_group_has_31_recipients_at_most(we: Caller) -> None:
    chat = we.create(emails(30))["id"]
    accepted(add(we, chat, ALICE))
    message = refused(add(we, chat, BOB), 400, 1005)
    assert "full" in message
    assert "31" in message
    # Adding a member again is an error, full or not; and a member who left makes room.
    assert "already" in refused(add(we, chat, ALICE), 400, 1005)
    accepted(remove(we, chat, ALICE))
    accepted(add(we, chat, BOB))
    refused(add(we, chat, ALICE), 400, 1005)


def test_an_address_has_no_place_in_a_group_of_phones(we: Caller) -> None:
    for service in ("SMS", "RCS"):
        chat = we.create([ALICE, BOB], text("hello", preferred_service=service), line=OTHER_LINE)
        we.receipt(chat["message"]["id"], DeliveryStatus.SENT, Service(service))
        message = refused(add(we, chat["id"], DAN), 400, 1005)
        assert service in message
        assert "phone numbers only" in message


def test_the_line_leaves(we: Caller, group: dict[str, Any]) -> None:
    accepted(leave(we, group["id"]))
    after = moved(we, group)
    assert people(after) == [(LINE, "left"), (ALICE, "active"), (BOB, "active"), (CAROL, "active")]
    assert after["handles"][0]["left_at"] == after["updated_at"]
    assert (after["display_name"], after["is_group"]) == (group["display_name"], True)
    assert we.chats(from_=LINE)[0]["id"] == group["id"]


def test_what_a_line_that_left_cannot_do(we: Caller, group: dict[str, Any]) -> None:
    chat = group["id"]
    message = we.messages(chat)[0]["id"]
    heard = we.hear("hi", chat_id=chat)
    assert heard is not None
    accepted(leave(we, chat))
    before = we.chat(chat)
    for method, path, body in [
        ("POST", f"/v3/chats/{chat}/messages", {"message": text("hello")}),
        ("POST", f"/v3/chats/{chat}/messages", {"message": text("hello"), "override_optout": True}),
        ("PUT", f"/v3/chats/{chat}", {"display_name": "Team"}),
        ("POST", f"/v3/chats/{chat}/leave", None),
        ("POST", f"/v3/chats/{chat}/read", None),
        ("POST", f"/v3/chats/{chat}/typing", None),
        ("DELETE", f"/v3/chats/{chat}/typing", None),
        ("POST", f"/v3/chats/{chat}/participants", {"handle": DAN}),
        ("DELETE", f"/v3/chats/{chat}/participants", {"handle": ALICE}),
        ("PATCH", f"/v3/messages/{message}", {"text": "edited"}),
        ("POST", f"/v3/messages/{message}/reactions", {"operation": "add", "type": "love"}),
    ]:
        assert "left" in refused(we.call(method, path, body), 409, 2013)
    assert we.chat(chat) == before
    # Earlier messages can still be read and deleted.
    assert len(we.messages(chat)) == 2
    assert we.call("DELETE", f"/v3/messages/{message}").status_code == 204


def test_a_line_that_left_hears_nothing(we: Caller, group: dict[str, Any]) -> None:
    accepted(leave(we, group["id"]))
    before = we.chat(group["id"])
    assert we.hear("are you there?", chat_id=group["id"]) is None
    assert we.chat(group["id"]) == before
    # The line can be added again, and everything works again.
    we.membership(group["id"], LINE, ParticipantStatus.ACTIVE)
    after = we.chat(group["id"])
    assert people(after) == people(group)
    assert after["handles"][0]["id"] == group["handles"][0]["id"]
    assert we.hear("welcome back", chat_id=group["id"]) is not None
    we.send(group["id"])


def test_the_line_is_put_out_by_another(we: Caller, group: dict[str, Any]) -> None:
    we.membership(group["id"], LINE, ParticipantStatus.REMOVED)
    assert people(we.chat(group["id"]))[0] == (LINE, "removed")
    refused(we.try_send(group["id"]), 409, 2013)


def test_the_line_does_not_put_itself_out(we: Caller, group: dict[str, Any]) -> None:
    assert f"/v3/chats/{group['id']}/leave" in refused(remove(we, group["id"], LINE), 400, 1005)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"display_name": "Alice"}),
        ("PUT", "", {"group_chat_icon": ICON}),
        ("POST", "/leave", None),
        ("POST", "/participants", {"handle": BOB}),
        ("DELETE", "/participants", {"handle": ALICE}),
    ],
)
def test_a_direct_chat_is_no_group(we: Caller, method: str, path: str, body: Any) -> None:
    chat = we.create()["id"]
    before = we.chat(chat)
    assert "one person" in refused(we.call(method, f"/v3/chats/{chat}{path}", body), 409, 1006)
    assert we.chat(chat) == before


def test_whoever_comes_and_goes_by_themselves(we: Caller, group: dict[str, Any]) -> None:
    we.membership(group["id"], DAN, ParticipantStatus.ACTIVE)
    joined = moved(we, group)
    assert people(joined)[-1] == (DAN, "active")
    we.create([BOB])
    we.membership(group["id"], ALICE, ParticipantStatus.LEFT)
    left = moved(we, joined)
    assert left["handles"][1] == group["handles"][1] | {"status": "left", "left_at": left["updated_at"]}


def test_ten_that_are_added_at_once(we: Caller) -> None:
    chat = we.create(emails(25))["id"]
    calls = [("POST", f"/v3/chats/{chat}/participants", {"handle": f"late{n}@example.com"}) for n in range(10)]
    answers = we.together(*calls)
    assert sorted(answer.status_code for answer in answers) == [202] * 6 + [400] * 4
    assert len(we.chat(chat)["handles"]) == 32


def test_ten_that_are_removed_at_once(we: Caller) -> None:
    chat = we.create(emails(10))["id"]
    calls = [("DELETE", f"/v3/chats/{chat}/participants", {"handle": handle}) for handle in emails(10)]
    answers = we.together(*calls)
    assert sorted(answer.status_code for answer in answers) == [202] * 8 + [400] * 2
    assert [each["status"] for each in we.chat(chat)["handles"]].count("active") == 3
