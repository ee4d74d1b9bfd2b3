"""What one partner could make grow without end: what a chat keeps, what a request reads, what can be stored."""

import pytest

from tests.support.caller import GROUP, Caller, emails
from tests.support.chats import ALICE, BOB, CAROL, LINE
from tests.support.envelope import refused
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.chat import MAX_FORMER, MAX_PRESENT, ParticipantStatus
from trunkline.domain.handle import MAX_BLOCKED
from trunkline.domain.loopback_rules import MAX_RULES
from trunkline.storage.outbox import Command
from trunkline.storage.sql import Query

ACTIVE, LEFT = ParticipantStatus.ACTIVE, ParticipantStatus.LEFT


def problems(we: Caller) -> list[str]:
    store = we.api.opened.store
    return list(we.api.opened.run(check_store(store.database))[1])


def join_and_leave(we: Caller, chat_id: str, handles: list[str]) -> None:
    for handle in handles:
        we.membership(chat_id, handle, ACTIVE)
        we.membership(chat_id, handle, LEFT)


def test_a_chat_keeps_the_latest_of_those_who_left(we: Caller) -> None:
    group = we.create(GROUP)["id"]
    passers_by = emails(MAX_FORMER + 5)
    join_and_leave(we, group, passers_by)
    shown = we.chat(group)
    assert [each["handle"] for each in shown["handles"]] == [LINE, *GROUP, *passers_by[5:]]
    assert shown["display_name"] == ", ".join([*GROUP, *passers_by[5:]])
    # Whoever is kept finds the chat.
    assert we.chats(to=passers_by[5]) == [shown]
    assert we.chats(to=passers_by[4]) == []
    # Those who are present are never dropped, and a returning participant is one of the latest again.
    we.membership(group, passers_by[5], ACTIVE)
    join_and_leave(we, group, ["late@example.com"])
    we.membership(group, passers_by[5], LEFT)
    handles = [each["handle"] for each in we.chat(group)["handles"]]
    assert passers_by[5] in handles
    assert passers_by[6] not in handles
    assert handles[: 1 + len(GROUP)] == [LINE, *GROUP]
    assert len(handles) == 1 + len(GROUP) + MAX_FORMER
    we.send(group)
    assert problems(we) == []


def test_a_group_with_a_name_or_without_the_line_is_not_continued(we: Caller) -> None:
    group = we.create(GROUP)["id"]
    for name in ("Team", ""):
        assert we.call("PUT", f"/v3/chats/{group}", {"display_name": name}).status_code == 200
        assert (we.create(GROUP)["id"] == group) is (name == "") or name == ""
    first = {each["id"] for each in we.chats()}
    assert len(first) == 2
    # The one that changed last is continued.
    latest = we.chats()[0]["id"]
    assert we.create(GROUP)["id"] == latest
    people = [*GROUP, CAROL]
    large = we.create(people)["id"]
    assert we.call("POST", f"/v3/chats/{large}/leave").status_code == 202
    another = we.create(people)["id"]
    assert another != large
    we.membership(large, LINE, ACTIVE)
    assert we.create(people)["id"] == large
    assert problems(we) == []


def test_counterparties_can_fill_a_group_to_a_limit(we: Caller) -> None:
    group = we.create(GROUP)["id"]
    people = emails(MAX_PRESENT - len(GROUP))
    for handle in people:
        we.membership(group, handle, ACTIVE)
    action = {"action": "join", "from": "late@example.com", "chat_id": group}
    assert f"at most {MAX_PRESENT} recipients" in refused(we.post("/admin/simulate", action), 400, 1005)
    assert len(we.chat(group)["handles"]) == 1 + MAX_PRESENT
    assert "at most 31" in refused(we.post(f"/v3/chats/{group}/participants", {"handle": "me@example.com"}), 400, 1005)


def test_very_many_messages_are_marked_as_read(we: Caller) -> None:
    chat = we.create()["id"]
    count = 450
    for _ in range(count):
        we.hear("hello")
    assert we.chats(include="unread_count")[0]["unread_count"] == count
    assert we.post(f"/v3/chats/{chat}/read").status_code == 204
    assert we.chats(include="unread_count")[0]["unread_count"] == 0
    statuses = {each["delivery_status"] for each in we.pages(f"/v3/chats/{chat}/messages") if not each["is_from_me"]}
    assert statuses == {"read"}
    store, query = we.api.opened.store, Query("commands", "select kind from outbox where partner_id = $1", ("partner",))
    assert [row[0] for row in we.api.opened.run(store.database.fetch(query, (we.tenant.id,)))].count(
        Command.MARK_READ
    ) == 1
    assert problems(we) == []


def test_a_message_has_a_limited_number_of_reactions(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trunkline.actions.messages.change_message.MAX_REACTIONS", 1)
    message = we.create(GROUP)["message"]["id"]
    assert we.post(f"/v3/messages/{message}/reactions", {"operation": "add", "type": "love"}).status_code == 202
    reaction = {"action": "reaction", "from": ALICE, "message_id": message, "type": "like"}
    assert "1 reactions, which is the maximum" in refused(we.post("/admin/simulate", reaction), 400, 1005)
    # Another reaction of the same participant replaces the first one.
    assert we.post(f"/v3/messages/{message}/reactions", {"operation": "add", "type": "laugh"}).status_code == 202


def test_a_partner_can_block_a_limited_number_of_handles(we: Caller) -> None:
    async def fill() -> None:
        rows = [(we.tenant.id, f"person{number}@example.com", None, number) for number in range(MAX_BLOCKED)]
        async with we.api.opened.store.database.transaction() as transaction:
            await transaction.load("blocked_handles", ("partner_id", "handle", "reason", "blocked_at"), rows)

    we.api.opened.run(fill())
    assert "5,000 handles, which is the maximum" in refused(
        we.post("/v3/blocked_handles", {"handle": ALICE}), 400, 1005
    )
    assert we.post("/v3/blocked_handles", {"handle": "person7@example.com"}).status_code == 200
    assert we.call("DELETE", "/v3/blocked_handles", {"handle": "person7@example.com"}).status_code == 204
    assert we.post("/v3/blocked_handles", {"handle": ALICE}).status_code == 200


def test_a_partner_has_a_limited_number_of_rules(we: Caller) -> None:
    async def fill() -> None:
        rows = [(we.tenant.id, f"person{number}@example.com", "{}") for number in range(MAX_RULES)]
        async with we.api.opened.store.database.transaction() as transaction:
            await transaction.load("loopback_rules", ("partner_id", "handle", "rule"), rows)

    we.api.opened.run(fill())
    rule = {"action": "set_rule", "handle": BOB, "rule": {"holds": True}}
    assert "1,000 rules, which is the maximum" in refused(we.post("/admin/simulate", rule), 400, 1005)
    assert we.post("/admin/simulate", {**rule, "handle": "person7@example.com"}).status_code == 200
