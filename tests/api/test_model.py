"""For any actions in any order, the service and a simple model of it agree after every step."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.examples import examples
from tests.support.partner_model import Model, Refused, Repeated, Said, Talk
from trunkline.domain.chat import ParticipantStatus
from trunkline.domain.errors import InvalidParameter
from trunkline.domain.message import DeliveryStatus
from trunkline.testing.clock import Clock

LINES = (LINE, OTHER_LINE)
HANDLES = (ALICE, BOB, CAROL, "dan@example.com")

partners = st.integers(0, 1)
lines = st.sampled_from(LINES)
handles = st.sampled_from((ALICE, *HANDLES))  # one of them is in most of it
people = st.lists(handles, min_size=1, max_size=3)
picks = st.integers(0, 99)
keys = st.sampled_from([None, None, None, "one", "two"])
words = st.sampled_from(["hello", "hello", "hello", "see https://example.com"])
heard = st.sampled_from(["hi", "STOP", "opt out"])
flags = st.sampled_from([False, False, True])
kinds = st.sampled_from(["love", "like"])
names = st.sampled_from(["Team", "Other", ""])
statuses = st.sampled_from(["failed", "failed", "sent", "delivered", "read"])


class Side:
    """A partner: the caller, and the model of the expected results."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.model = Model(LINES)

    @property
    def now(self) -> int:
        """When the last call was made."""
        return self.caller.clock()

    def chat(self, pick: int) -> Talk:
        """One of the chats."""
        return self.model.chats[pick % len(self.model.chats)]

    def group(self, pick: int) -> Talk:
        """One of the groups, or occasionally a direct chat."""
        groups = [chat for chat in self.model.chats if chat.is_group]
        return self.chat(pick) if pick % 5 == 0 else groups[pick % len(groups)]

    def message(self, pick: int) -> tuple[Talk, Said] | None:
        """One of the messages, if there are any, with its chat."""
        messages = sorted(self.model.messages, key=lambda found: -found[1].at)
        # Mostly the latest ones, so that several things happen to the same message.
        return messages[pick % min(len(messages), 100 if pick % 3 == 0 else 3)] if messages else None

    def agree(self, response: Any, predicted: Callable[[], None], status: int) -> bool:
        """Asserts that the response is as predicted, and returns whether the call succeeded."""
        try:
            predicted()
        except Refused as why:
            refused(response, why.status, why.code)
            return False
        except Repeated as first:
            known = first.body
        else:
            known = None
        if known is not None:
            assert response.content == known
            return False
        assert response.status_code == status, response.text
        return True

    def check(self) -> None:
        """Asserts that the list of chats matches the model."""
        listed = self.caller.chats()
        shown = {chat.id: chat.shown() for chat in self.model.chats}
        assert {chat["id"]: seen(chat) for chat in listed} == shown
        updated = [chat["updated_at"] for chat in listed]
        assert updated == sorted(updated, reverse=True)

    def check_the_rest(self) -> None:
        """Asserts that lines and blocked handles match the model."""
        numbers = self.caller.call("GET", "/v3/phone_numbers").json()["phone_numbers"]
        assert [each["reputation"]["status"] for each in numbers] == [self.model.reputation(line) for line in LINES]
        blocked = self.caller.call("GET", "/v3/blocked_handles").json()["blocked_handles"]
        assert {each["handle"] for each in blocked} == self.model.blocked

    def check_messages(self, chat: Talk) -> None:
        """Asserts that the messages of a chat match the model."""
        found = [said(each) for each in self.caller.messages(chat.id)]
        assert found == [each.shown() for each in reversed(chat.messages)]


def seen(chat: dict[str, Any]) -> dict[str, Any]:
    """The compared fields of a chat."""
    compared = ("id", "created_at", "updated_at", "display_name", "is_group", "group_chat_icon")
    return {name: chat[name] for name in compared} | {
        "health": (chat["health_status"]["status"], chat["health_status"]["updated_at"]),
        "people": [(each["handle"], each["status"], each["joined_at"], each["left_at"]) for each in chat["handles"]],
    }


def said(message: dict[str, Any]) -> dict[str, Any]:
    """The compared fields of a message."""
    compared = ("id", "from", "is_from_me", "created_at", "delivery_status")
    [part] = message["parts"]
    return {name: message[name] for name in compared} | {
        "words": part["value"],
        "reply_to": message["reply_to"] and message["reply_to"]["message_id"],
        "reactions": {each["handle"]["handle"]: each["type"] for each in part["reactions"] or ()},
    }


class Life(RuleBasedStateMachine):
    """Two partners of one service, with the same lines, who know the same people."""

    api: Api
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.sides = [Side(Caller(self.api, self.clock)) for _ in range(2)]
        self.touched: list[tuple[Side, Talk]] = []

    @initialize()
    def begin(self) -> None:
        for who in (0, 1):
            self.create(who, LINE, [ALICE], "hello", None, False)
            self.create(who, OTHER_LINE, [ALICE], "hello", None, False)
            self.create(who, LINE, [ALICE, BOB, CAROL], "hello", None, False)
            self.create(who, LINE, [ALICE, BOB], "hello", None, False)

    # Sending.

    @rule(who=partners, line=lines, to=people, words=words, key=keys, override=flags)
    def create(self, who: int, line: str, to: list[str], words: str, key: str | None, override: bool) -> None:
        side, recipients = self.sides[who], list(dict.fromkeys(to))
        model = side.model
        body = {"from": line, "to": to, "message": text(words, idempotency_key=key), "override_optout": override}
        response = side.caller.post("/v3/chats", body)
        found = model.find(line, recipients)

        def predicted() -> None:
            model.repeat(key, ("create", body))
            model.may_write(recipients, override=override)
            if found is None and "://" in words:
                raise Refused(400, 1005)

        if side.agree(response, predicted, 201):
            chat = response.json()["chat"]
            talk = found or model.begin(chat["id"], line, recipients, side.now)
            assert chat["id"] == talk.id
            model.say(talk, chat["message"]["id"], words, side.now)
            self.answered(side, talk, key, ("create", body), chat["message"]["id"], response.content)

    @rule(who=partners, pick=picks, key=keys, override=flags, reply=st.none() | picks)
    def send(self, who: int, pick: int, key: str | None, override: bool, reply: int | None) -> None:
        side = self.sides[who]
        model, talk = side.model, side.chat(pick)
        here = [(talk, each) for each in talk.messages]
        answered = None
        if reply is not None:
            answered = side.message(reply) if reply % 5 == 0 or not here else here[-1 - reply % min(len(here), 4)]
        message = text("hello", idempotency_key=key)
        if answered is not None:
            message["reply_to"] = {"message_id": answered[1].id}
        body = {"message": message, "override_optout": override}
        response = side.caller.post(f"/v3/chats/{talk.id}/messages", body)

        def predicted() -> None:
            model.repeat(key, (talk.id, body))
            model.present(talk)
            if not talk.is_group:
                model.may_write([talk.people[1].handle], override=override)
            if answered is not None and answered[0] is not talk:
                raise Refused(404, 2002)

        if side.agree(response, predicted, 202):
            sent = response.json()["message"]["id"]
            model.say(talk, sent, "hello", side.now, reply_to=None if answered is None else answered[1])
            self.answered(side, talk, key, (talk.id, body), sent, response.content)

    @rule(who=partners, line=lines, to=people, key=st.sampled_from(["one", "two"]), gone=flags)
    def create_again(self, who: int, line: str, to: list[str], key: str, gone: bool) -> None:
        self.create(who, line, to, "hello", key, False)
        if gone:
            self.delete(who, 3)
        self.create(who, line, to, "hello", key, False)

    @rule(who=partners, pick=picks, count=st.sampled_from([3, 5, 14]))
    def send_on_and_on(self, who: int, pick: int, count: int) -> None:
        for _ in range(count):
            self.send(who, pick, None, False, None)

    @rule(who=partners, pick=picks, replies=st.lists(picks, min_size=2, max_size=4))
    def answer_on_and_on(self, who: int, pick: int, replies: list[int]) -> None:
        for reply in replies:
            self.send(who, pick, None, False, reply)
            self.thread(who, 0)

    @rule(who=partners, to=people, key=keys)
    def send_anywhere(self, who: int, to: list[str], key: str | None) -> None:
        side, recipients = self.sides[who], list(dict.fromkeys(to))
        model = side.model
        if any(model.reputation(line) == "CRITICAL" for line in LINES):
            return  # test_send_message covers the result
        body = {"to": to, "message": text("hello", idempotency_key=key)}
        response = side.caller.post("/v3/messages", body)
        found = [chat for line in LINES if (chat := model.find(line, recipients)) is not None]

        def predicted() -> None:
            model.repeat(key, ("anywhere", body))
            model.may_write(recipients, override=False)

        if side.agree(response, predicted, 202):
            answer = response.json()
            if found:
                latest = max(chat.updated_at for chat in found)
                [talk] = [chat for chat in found if chat.id == answer["chat_id"] and chat.updated_at == latest]
            else:
                talk = model.begin(answer["chat_id"], answer["from"], recipients, side.now)
            assert (answer["created_new_chat"], answer["from"]) == (not found, talk.line)
            model.say(talk, answer["message"]["id"], "hello", side.now)
            self.answered(side, talk, key, ("anywhere", body), answer["message"]["id"], response.content)

    def answered(self, side: Side, talk: Talk, key: str | None, request: Any, message: str, body: bytes) -> None:
        """Records the response to a send."""
        self.touched.append((side, talk))
        if key is not None:
            side.model.answers[key] = (request, message, body)

    # Receiving.

    @rule(who=partners, line=lines, sender=handles, others=st.lists(handles, max_size=2), words=heard)
    def hear(self, who: int, line: str, sender: str, others: list[str], words: str) -> None:
        side = self.sides[who]
        model, recipients = side.model, list(dict.fromkeys([sender, *others]))
        message = side.caller.hear(words, sender, line=line, others=others)
        if sender in model.blocked:
            assert message is None
            return
        assert message is not None
        talk = model.find(line, recipients) or model.begin(message.chat_id, line, recipients, side.now)
        assert message.chat_id == talk.id
        model.say(talk, message.id, words, side.now, by=sender)
        self.touched.append((side, talk))

    @rule(who=partners, line=lines, handle=handles, words=st.lists(heard, min_size=1, max_size=3), override=flags)
    def hear_and_write_back(self, who: int, line: str, handle: str, words: list[str], override: bool) -> None:
        for each in words:
            self.hear(who, line, handle, [], each)
        for each in LINES:
            self.create(who, each, [handle], "hello", None, override)
        self.send_anywhere(who, [handle], None)

    @rule(who=partners, pick=picks, person=picks, words=heard)
    def hear_in_a_chat(self, who: int, pick: int, person: int, words: str) -> None:
        side = self.sides[who]
        model, talk = side.model, side.chat(pick)
        senders = [*[each.handle for each in talk.people[1:]], *HANDLES[:1]]
        sender = senders[person % len(senders)]
        dropped = sender in model.blocked or talk.me.status != "active"
        try:
            message = side.caller.hear(words, sender, line=talk.line, chat_id=talk.id)
        except InvalidParameter:
            assert not dropped
            assert sender not in talk.active
            return
        assert (message is None) == dropped
        if message is not None:
            assert sender in talk.active
            model.say(talk, message.id, words, side.now, by=sender)
            self.touched.append((side, talk))

    @rule(who=partners, pick=picks, status=statuses)
    def receipt(self, who: int, pick: int, status: str) -> None:
        side = self.sides[who]
        found = side.message(pick)
        if found is not None and found[1].mine:
            talk, message = found
            side.caller.receipt(message.id, DeliveryStatus(status))
            side.model.receipt(talk, message, status, side.now)
            self.touched.append((side, talk))

    @rule(who=partners, pick=picks, late=st.sampled_from(["sent", "delivered", "read"]))
    def fail_and_mend(self, who: int, pick: int, late: str) -> None:
        self.send(who, pick, None, False, None)
        self.send(who, pick, None, False, None)
        for which, status in enumerate(("failed", "failed", late)):
            self.receipt(who, which % 2, status)
            self.they_agree()

    # Groups.

    @rule(who=partners, pick=picks, name=names)
    def rename(self, who: int, pick: int, name: str) -> None:
        self.rename_one(who, self.sides[who].group(pick), name)

    def rename_one(self, who: int, talk: Talk, name: str) -> None:
        """Renames this chat."""
        side = self.sides[who]
        response = side.caller.call("PUT", f"/v3/chats/{talk.id}", {"display_name": name})
        side.agree(response, lambda: side.model.rename(talk, name, side.now), 200)

    @rule(who=partners, pick=picks, renamings=st.lists(names, min_size=1, max_size=3))
    def rename_and_begin_anew(self, who: int, pick: int, renamings: list[str]) -> None:
        talk = self.sides[who].group(pick)
        recipients = [handle for handle in talk.active if handle != talk.line]
        for name in renamings:
            self.rename_one(who, talk, name)
            if recipients:
                self.create(who, talk.line, recipients, "hello", None, False)

    @rule(who=partners, pick=picks)
    def leave(self, who: int, pick: int) -> None:
        self.in_chat(who, pick, "POST", "/leave", None, 202, lambda side, talk: side.model.leave(talk, side.now))

    @rule(who=partners, pick=picks, handle=handles)
    def add(self, who: int, pick: int, handle: str) -> None:
        def predicted(side: Side, talk: Talk) -> None:
            side.model.add(talk, handle, side.now)

        self.in_chat(who, pick, "POST", "/participants", {"handle": handle}, 202, predicted)

    @rule(who=partners, pick=picks, handle=handles)
    def remove(self, who: int, pick: int, handle: str) -> None:
        def predicted(side: Side, talk: Talk) -> None:
            side.model.remove(talk, handle, side.now)

        self.in_chat(who, pick, "DELETE", "/participants", {"handle": handle}, 202, predicted)

    @rule(who=partners, pick=picks, handle=handles | lines)
    def come_or_go(self, who: int, pick: int, handle: str) -> None:
        side = self.sides[who]
        talk = side.group(pick)
        if not talk.is_group or (handle in LINES and handle != talk.line):
            return
        if handle in talk.active:
            side.caller.membership(talk.id, handle, ParticipantStatus.LEFT)
            side.model.depart(talk, handle, "left", side.now)
        else:
            side.caller.membership(talk.id, handle, ParticipantStatus.ACTIVE)
            side.model.join(talk, handle, side.now)

    @rule(who=partners, pick=picks, handle=handles | lines)
    def go_and_come(self, who: int, pick: int, handle: str) -> None:
        self.come_or_go(who, pick, handle)
        self.they_agree()
        self.come_or_go(who, pick, handle)

    @rule(who=partners, pick=picks)
    def read(self, who: int, pick: int) -> None:
        self.in_chat(who, pick, "POST", "/read", None, 204, lambda side, talk: side.model.read(talk))

    def in_chat(
        self,
        who: int,
        pick: int,
        method: str,
        path: str,
        body: Any,
        status: int,
        predicted: Callable[[Side, Talk], None],
    ) -> None:
        """A call about one of the chats."""
        side = self.sides[who]
        talk = side.group(pick)
        response = side.caller.call(method, f"/v3/chats/{talk.id}{path}", body)
        side.agree(response, lambda: predicted(side, talk), status)
        self.touched.append((side, talk))

    # Messages.

    @rule(who=partners, pick=picks)
    def edit(self, who: int, pick: int) -> None:
        def predicted(side: Side, talk: Talk, message: Said) -> None:
            side.model.edit(talk, message, "edited", side.now)

        self.at_message(who, pick, "PATCH", "", {"text": "edited"}, 200, predicted)

    @rule(who=partners, pick=picks)
    def edit_on_and_on(self, who: int, pick: int) -> None:
        for _ in range(4):
            self.edit(who, pick)

    @rule(who=partners, pick=picks, kind=kinds, added=st.booleans())
    def react(self, who: int, pick: int, kind: str, added: bool) -> None:
        def predicted(side: Side, talk: Talk, message: Said) -> None:
            side.model.react(talk, message, kind, added=added)

        body = {"operation": "add" if added else "remove", "type": kind}
        self.at_message(who, pick, "POST", "/reactions", body, 202, predicted)

    @rule(who=partners, pick=picks)
    def delete(self, who: int, pick: int) -> None:
        def predicted(side: Side, talk: Talk, message: Said) -> None:
            side.model.delete(talk, message, side.now)

        self.at_message(who, pick, "DELETE", "", None, 204, predicted)

    def at_message(
        self,
        who: int,
        pick: int,
        method: str,
        path: str,
        body: Any,
        status: int,
        predicted: Callable[[Side, Talk, Said], None],
    ) -> None:
        """A call about one of the messages."""
        side = self.sides[who]
        found = side.message(pick)
        if found is not None:
            talk, message = found
            response = side.caller.call(method, f"/v3/messages/{message.id}{path}", body)
            side.agree(response, lambda: predicted(side, talk, message), status)
            self.touched.append((side, talk))

    @rule(who=partners, pick=picks)
    def thread(self, who: int, pick: int) -> None:
        side = self.sides[who]
        found = side.message(pick)
        if found is not None:
            talk, message = found
            expected = [each.id for each in talk.messages if each.thread == message.thread]
            walked = side.caller.pages(f"/v3/messages/{message.id}/thread", 2)
            assert [each["id"] for each in walked] == expected

    # Blocking, and other partners' data.

    @rule(who=partners, handle=handles)
    def block_or_unblock(self, who: int, handle: str) -> None:
        side = self.sides[who]
        if handle in side.model.blocked:
            assert side.caller.call("DELETE", "/v3/blocked_handles", {"handle": handle}).status_code == 204
            side.model.blocked.remove(handle)
        else:
            assert side.caller.post("/v3/blocked_handles", {"handle": handle}).status_code == 200
            side.model.blocked.add(handle)

    @rule()
    def look_at_the_rest(self) -> None:
        for side in self.sides:
            side.check_the_rest()

    @rule(who=partners, pick=picks)
    def ask_for_what_is_theirs(self, who: int, pick: int) -> None:
        we, they = self.sides[who].caller, self.sides[1 - who]
        found = they.message(pick)
        if found is not None:
            talk, message = found
            refused(we.try_send(talk.id), 404, 2001)
            refused(we.post(f"/v3/chats/{talk.id}/leave"), 404, 2001)
            refused(we.call("DELETE", f"/v3/messages/{message.id}"), 404, 2002)

    @invariant()
    def they_agree(self) -> None:
        for side, talk in self.touched:
            side.check_messages(talk)
        self.touched = []
        for side in self.sides:
            side.check()

    def teardown(self) -> None:
        for side in self.sides:
            side.check_the_rest()
            for talk in side.model.chats:
                side.check_messages(talk)


@pytest.mark.slow
def test_the_service_agrees_with_the_model(timed: Api, clock: Clock, engine: str) -> None:
    machine = type("Machine", (Life,), {"api": timed, "clock": clock})
    run_state_machine_as_test(machine, settings=settings(max_examples=examples(60, engine), stateful_step_count=30))
