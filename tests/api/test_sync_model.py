"""A client that lists once and then follows the sync tokens has what a fresh list shows, whatever happens meanwhile.

Everything happens through the service's own doors, because what `include` shows is true only if each of them gives the
chat a new position.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.asgi import Api
from tests.support.caller import Caller, text
from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.pages import page_of, query_of
from trunkline.domain.chat import ParticipantStatus, Service
from trunkline.domain.errors import TrunklineError
from trunkline.domain.message import DeliveryStatus, ReactionChange, ReactionType
from trunkline.domain.paging import Include
from trunkline.testing.clock import Clock

PEOPLE = (ALICE, BOB, CAROL)
FILTERS = [{}, {"from_": LINE}, {"to": ALICE}, {"from_": OTHER_LINE, "to": BOB}]
EVERYTHING = ",".join(Include)
ENDLESS = 200  # pages


class Follower:
    """A client that stores the chats that it has seen, and only the last token or cursor."""

    def __init__(self, caller: Caller, filters: dict[str, str]) -> None:
        self._caller = caller
        self._filters = filters
        self._cursor: str | None = None
        self._token: str | None = None
        self._walked = False
        self.kept: dict[str, Any] = {}

    def page(self, limit: int) -> int:
        """Takes the next page, of the list or of the changes, and returns its number of chats."""
        where = {"updated_since": self._token} if self._walked else {"cursor": self._cursor}
        query = query_of(limit=limit, include=EVERYTHING, **where, **self._filters)
        answer = self._caller.call("GET", "/v3/chats", query=query)
        page = page_of(answer)
        self.kept.update({chat["id"]: chat for chat in page.chats})
        self._token = answer.headers["x-sync-token"]
        if not self._walked:
            self._cursor = page.next_cursor
            self._walked = page.next_cursor is None
        return len(page.chats)

    def catch_up(self, limit: int) -> None:
        """Takes pages until nothing is left."""
        for _ in range(ENDLESS):
            walked = self._walked
            if self.page(limit) == 0 and walked:
                return
        raise AssertionError("there is no end to what has changed")


class Scene:
    """What may happen to a partner's chats; a pick chooses among the existing ones."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def chat(self, pick: int) -> dict[str, Any]:
        chats = self.caller.chats()
        return chats[pick % len(chats)]

    def message(self, pick: int) -> dict[str, Any]:
        messages = self.caller.messages(self.chat(pick)["id"])
        return messages[pick % len(messages)]

    def create(self, pick: int) -> None:
        people = PEOPLE[pick % 3 :][: pick % 2 + 1]
        self.caller.try_create(people, line=(LINE, OTHER_LINE)[pick % 5 == 0])

    def send(self, pick: int) -> None:
        self.caller.try_send(self.chat(pick)["id"], text(f"message {pick}"))

    def hear(self, pick: int) -> None:
        words = ("hi", "STOP", "back again")[pick % 3]
        self.caller.hear(words, PEOPLE[pick % 2], line=(LINE, OTHER_LINE)[pick % 4 == 0], service=Service.SMS)

    def hear_group(self, pick: int) -> None:
        self.caller.hear(f"group {pick}", PEOPLE[pick % 3], others=PEOPLE[: pick % 3])

    def read(self, pick: int) -> None:
        self.caller.post(f"/v3/chats/{self.chat(pick)['id']}/read")

    def receipt(self, pick: int) -> None:
        status = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.FAILED)[pick % 4]
        self.caller.receipt(self.message(pick)["id"], status, Service.RCS if pick % 3 else None)

    def react(self, pick: int) -> None:
        change = ReactionChange(ReactionType.LOVE, added=pick % 3 != 0)
        self.caller.reacts(self.message(pick)["id"], change, PEOPLE[pick % 3])

    def edit(self, pick: int) -> None:
        message = self.message(pick)
        if message["is_from_me"]:
            self.caller.call("PATCH", f"/v3/messages/{message['id']}", {"part_index": 0, "text": f"edited {pick}"})
        else:
            self.caller.edits(message["id"], f"corrected {pick}")

    def delete(self, pick: int) -> None:
        self.caller.call("DELETE", f"/v3/messages/{self.message(pick)['id']}")

    def rename(self, pick: int) -> None:
        self.caller.call("PUT", f"/v3/chats/{self.chat(pick)['id']}", {"display_name": f"name {pick}"})

    def add(self, pick: int) -> None:
        path = f"/v3/chats/{self.chat(pick)['id']}/participants"
        self.caller.call(("POST", "DELETE")[pick % 2], path, {"handle": PEOPLE[pick % 3]})

    def depart(self, pick: int) -> None:
        status = (ParticipantStatus.LEFT, ParticipantStatus.ACTIVE, ParticipantStatus.REMOVED)[pick % 3]
        self.caller.membership(self.chat(pick)["id"], PEOPLE[pick % 2], status)

    def leave(self, pick: int) -> None:
        self.caller.post(f"/v3/chats/{self.chat(pick)['id']}/leave")

    def typing(self, pick: int) -> None:
        self.caller.post(f"/v3/chats/{self.chat(pick)['id']}/typing")


EVENTS: list[Callable[[Scene, int], None]] = [
    Scene.create,
    Scene.send,
    Scene.hear,
    Scene.hear_group,
    Scene.read,
    Scene.receipt,
    Scene.react,
    Scene.edit,
    Scene.delete,
    Scene.rename,
    Scene.add,
    Scene.depart,
    Scene.leave,
    Scene.typing,
]

events = st.tuples(st.sampled_from(EVENTS), st.integers(0, 60))
pages = st.sampled_from([1, 2, 3, 100])


@settings(max_examples=60)
@given(st.lists(st.one_of(events, events, pages), max_size=25), pages)
def test_a_client_that_follows_the_tokens(
    timed: Api, clock: Clock, script: list[tuple[Callable[[Scene, int], None], int] | int], last: int
) -> None:
    caller = Caller(timed, clock)
    scene = Scene(caller)
    for people in ((ALICE,), (BOB,), PEOPLE):
        caller.create(people)
    caller.create((BOB,), line=OTHER_LINE)
    followers = [Follower(caller, filters) for filters in FILTERS]

    for step in script:
        if isinstance(step, int):
            for follower in followers:
                follower.page(step)
        else:
            happen, pick = step
            with suppress(TrunklineError, ZeroDivisionError):  # rejected, or there is no message to choose
                happen(scene, pick)

    for follower, filters in zip(followers, FILTERS, strict=True):
        follower.catch_up(last)
        shown = {chat["id"]: chat for chat in caller.chats(include=EVERYTHING, **filters)}
        assert follower.kept == shown
