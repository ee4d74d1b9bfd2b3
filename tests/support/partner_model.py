"""A model of one partner: what the service must return, in plain Python.

It knows the rules of docs/wire.md §1 to §4 and nothing of how they are kept. What only the service can know, the ids,
it is told when they are known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from trunkline.domain.instant import MINUTE, Instant, render

AT_RISK, CRITICAL = 5, 15  # messages without a reply
FAILED_AT_RISK, FAILED_CRITICAL = 2, 5
KEYWORDS = {"STOP", "opt out"}
PASSES = ["pending", "queued", "sent", "delivered", "read"]


class Refused(Exception):
    """The service must respond with an error of this status and code."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


class Repeated(Exception):
    """The service must return the same response as before."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.body = body


@dataclass
class Person:
    """A participant of a chat."""

    handle: str
    joined_at: Instant
    status: str = "active"
    left_at: Instant | None = None


@dataclass
class Said:
    """A message."""

    id: str
    by: str
    mine: bool
    words: str
    at: Instant
    status: str
    thread: str
    reply_to: str | None = None
    sent_at: Instant | None = None
    edits: int = 0
    reactions: dict[str, str] = field(default_factory=lambda: {})

    def shown(self) -> dict[str, Any]:
        """The fields that are compared."""
        return {
            "id": self.id,
            "from": self.by,
            "is_from_me": self.mine,
            "words": self.words,
            "created_at": render(self.at),
            "delivery_status": self.status,
            "reply_to": self.reply_to,
            "reactions": self.reactions,
        }


@dataclass
class Talk:
    """A chat. ``people`` has the line first; ``changed`` orders chats by their last change of any kind."""

    id: str
    people: list[Person]
    is_group: bool
    updated_at: Instant
    created_at: Instant
    health_at: Instant
    name: str | None = None
    icon: str | None = None
    health: str = "HEALTHY"
    changed: int = 0
    messages: list[Said] = field(default_factory=lambda: [])

    @property
    def line(self) -> str:
        return self.people[0].handle

    @property
    def me(self) -> Person:
        return self.people[0]

    @property
    def active(self) -> list[str]:
        """The present participants."""
        return [each.handle for each in self.people if each.status == "active"]

    def person(self, handle: str) -> Person:
        return next(each for each in self.people if each.handle == handle)

    def shown(self) -> dict[str, Any]:
        """The fields that are compared."""
        default = ", ".join(each.handle for each in self.people[1:])
        return {
            "id": self.id,
            "created_at": render(self.created_at),
            "updated_at": render(self.updated_at),
            "display_name": default if self.name is None else self.name,
            "is_group": self.is_group,
            "group_chat_icon": self.icon,
            "health": (self.health, render(self.health_at)),
            "people": [
                (each.handle, each.status, render(each.joined_at), each.left_at and render(each.left_at))
                for each in self.people
            ],
        }


class Model:
    """Everything of one partner."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self.chats: list[Talk] = []
        self.opted_out: dict[str, set[str]] = {}
        self.blocked: set[str] = set()
        self.answers: dict[str, tuple[Any, str, bytes]] = {}
        self._changes = 0

    # Lookup.

    @property
    def messages(self) -> list[tuple[Talk, Said]]:
        """Every message, with its chat."""
        return [(chat, each) for chat in self.chats for each in chat.messages]

    def find(self, line: str, recipients: Collection[str]) -> Talk | None:
        """The chat of a line with exactly these people."""
        found = [chat for chat in self.chats if chat.line == line and self._is_with(chat, set(recipients))]
        return max(found, key=lambda chat: chat.changed, default=None)

    @staticmethod
    def _is_with(chat: Talk, recipients: set[str]) -> bool:
        if not chat.is_group:
            return recipients == {chat.people[1].handle}
        left = chat.me.status != "active"
        return len(recipients) > 1 and chat.name is None and not left and set(chat.active) == recipients | {chat.line}

    def reputation(self, line: str) -> str:
        """The reputation of a line."""
        chats = [chat.health for chat in self.chats if chat.line == line]
        for status, worse in (("CRITICAL", {"CRITICAL"}), ("AT_RISK", {"AT_RISK", "CRITICAL"})):
            count = sum(each in worse for each in chats)
            if count >= 3 and count * 5 >= len(chats):
                return status
        return "HEALTHY"

    # Sending.

    def repeat(self, key: str | None, request: Any) -> None:
        """Raises the expected outcome for an idempotency key that was used before."""
        if key is None or key not in self.answers:
            return
        known, message, body = self.answers[key]
        if known != request:
            raise Refused(400, 1005)
        if all(each.id != message for _, each in self.messages):
            raise Refused(404, 2002)
        raise Repeated(body)

    def may_write(self, recipients: Collection[str], *, override: bool) -> None:
        """Raises the expected error if a single recipient must not be messaged."""
        if len(recipients) != 1:
            return
        (handle,) = recipients
        if handle in self.blocked:
            raise Refused(403, 2026)
        if self.opted_out.get(handle) and not override:
            raise Refused(403, 2024)

    def present(self, chat: Talk) -> None:
        """Raises if the line has left the chat."""
        if chat.me.status != "active":
            raise Refused(409, 2013)

    def begin(self, chat_id: str, line: str, recipients: Sequence[str], at: Instant) -> Talk:
        """A new chat."""
        people = [Person(handle, at) for handle in (line, *recipients)]
        chat = Talk(chat_id, people, len(recipients) > 1, at, at, at)
        self.chats.append(chat)
        return chat

    def say(
        self,
        chat: Talk,
        message_id: str,
        words: str,
        at: Instant,
        *,
        by: str | None = None,
        reply_to: Said | None = None,
    ) -> None:
        """Adds a message from the line or a participant."""
        said = Said(
            id=message_id,
            by=by or chat.line,
            mine=by is None,
            words=words,
            at=at,
            status="pending" if by is None else "received",
            thread=message_id if reply_to is None else reply_to.thread,
            reply_to=None if reply_to is None else reply_to.id,
            sent_at=None if by is None else at,
        )
        chat.messages.append(said)
        if by is not None:
            self._hear(chat, by, words, at)
        self.touch(chat, at)
        self.judge(chat, at)

    def _hear(self, chat: Talk, by: str, words: str, at: Instant) -> None:
        if words in KEYWORDS:
            if not chat.is_group:
                self.opted_out.setdefault(by, set()).add(chat.id)
            return
        marked = self.opted_out.pop(by, set())
        for other in self.chats:
            if other.id in marked and other is not chat:
                self.changed(other)
                self.judge(other, at)

    # What every change does.

    def changed(self, chat: Talk) -> None:
        """Records a change that does not move the chat."""
        self._changes += 1
        chat.changed = self._changes

    def touch(self, chat: Talk, at: Instant) -> None:
        """Records a change that moves the chat to the top."""
        self.changed(chat)
        chat.updated_at = at

    def judge(self, chat: Talk, at: Instant) -> None:
        """Updates the health of a chat from its messages; a change of health moves the chat."""
        status = self._status(chat)
        if status != chat.health:
            chat.health, chat.health_at, chat.updated_at = status, at, at

    def _status(self, chat: Talk) -> str:
        if any(chat.id in chats for chats in self.opted_out.values()):
            return "OPTED_OUT"
        sent: list[Said] = []
        for each in reversed(chat.messages):
            if not each.mine:
                break
            sent.append(each)
        failed = sum(each.status == "failed" for each in sent)
        if len(sent) >= CRITICAL or failed >= FAILED_CRITICAL:
            return "CRITICAL"
        return "AT_RISK" if len(sent) >= AT_RISK or failed >= FAILED_AT_RISK else "HEALTHY"

    # Groups.

    def as_group(self, chat: Talk) -> None:
        """Raises if a chat cannot be changed like a group."""
        if not chat.is_group:
            raise Refused(409, 1006)
        self.present(chat)

    def rename(self, chat: Talk, name: str, at: Instant) -> None:
        self.as_group(chat)
        if (name or None) != chat.name:
            chat.name = name or None
            self.touch(chat, at)

    def add(self, chat: Talk, handle: str, at: Instant) -> None:
        self.as_group(chat)
        if handle in chat.active:
            raise Refused(400, 1005)
        self.join(chat, handle, at)

    def join(self, chat: Talk, handle: str, at: Instant) -> None:
        """Adds a participant to the group."""
        if handle in [each.handle for each in chat.people]:
            person = chat.person(handle)
            person.joined_at, person.left_at, person.status = at, None, "active"
        else:
            chat.people.append(Person(handle, at))
        self.touch(chat, at)

    def remove(self, chat: Talk, handle: str, at: Instant) -> None:
        self.as_group(chat)
        if handle not in chat.active or handle == chat.line or len(chat.active) <= 3:
            raise Refused(400, 1005)
        self.depart(chat, handle, "removed", at)

    def leave(self, chat: Talk, at: Instant) -> None:
        self.as_group(chat)
        if len(chat.active) <= 3:
            raise Refused(400, 1005)
        self.depart(chat, chat.line, "left", at)

    def depart(self, chat: Talk, handle: str, status: str, at: Instant) -> None:
        """Removes a participant from the group."""
        person = chat.person(handle)
        person.status, person.left_at = status, at
        self.touch(chat, at)

    # Existing messages.

    def edit(self, chat: Talk, said: Said, words: str, at: Instant) -> None:
        self.present(chat)
        late = at - (said.sent_at or said.at) > 15 * MINUTE
        if not said.mine or said.edits >= 5 or late:
            raise Refused(400, 1005)
        said.words = words
        said.edits += 1
        self.changed(chat)

    def react(self, chat: Talk, said: Said, kind: str, *, added: bool) -> None:
        self.present(chat)
        known = said.reactions.get(chat.line)
        if added and known != kind:
            said.reactions[chat.line] = kind
            self.changed(chat)
        elif not added:
            if known != kind:
                raise Refused(400, 1005)
            del said.reactions[chat.line]
            self.changed(chat)

    def delete(self, chat: Talk, said: Said, at: Instant) -> None:
        chat.messages.remove(said)
        self.changed(chat)
        self.judge(chat, at)

    def read(self, chat: Talk) -> None:
        self.present(chat)
        unread = [each for each in chat.messages if each.status == "received"]
        for each in unread:
            each.status = "read"
        if unread:
            self.changed(chat)

    def receipt(self, chat: Talk, said: Said, status: str, at: Instant) -> None:
        """The carrier reports the status of a sent message; a late report changes nothing."""
        if status == "failed":
            passes = said.status in {"pending", "queued", "sent"}
        else:
            known = "queued" if said.status == "failed" else said.status
            passes = PASSES.index(status) > PASSES.index(known)
        if not passes:
            return
        judged = "failed" in {status, said.status}
        said.status = status
        if status in {"sent", "delivered", "read"}:
            said.sent_at = said.sent_at or at
        self.changed(chat)
        if judged:
            self.judge(chat, at)
