"""A mirror stores every message of an upstream once, and updates it when it changes."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.sources.upstream import upstream
from tests.support.chats import ALICE, BOB, LINE, NOW, make_chat
from tests.support.open_store import OpenStore
from tests.support.partners import Tenant, new_partner
from tests.support.store_contents import Stored, outbox_and_events, stored
from trunkline.actions.imports.mirror import NO_MESSAGES, mirror_upstream
from trunkline.actions.imports.summary import ImportSummary, SkippedRecords
from trunkline.domain.chat import Chat, Health, HealthStatus, Service
from trunkline.domain.instant import SECOND
from trunkline.domain.message import Content, DeliveryStatus, Message, ReplyTo, TextPart
from trunkline.schemas.chat import render_chat, with_doc_base
from trunkline.schemas.message import render_message
from trunkline.sources.mirror.messages import UNKNOWN_MESSAGE, UNKNOWN_PART
from trunkline.storage.store import Store

PAGE = 3
MESSAGES = re.compile(r"/v3/chats/([^/]+)/messages")


def make_message(number: int, chat: Chat, *, from_me: bool = False, **changes: Any) -> Message:
    """A message of a chat; ``number`` makes its id and time."""
    message_id = f"00000000-0000-0000-0000-{number:012x}"
    at = NOW + number * SECOND
    message = Message(
        id=message_id,
        chat_id=chat.id,
        sender=chat.participants[0 if from_me else 1],
        content=Content((TextPart(f"message {number}"),)),
        thread=message_id,
        created_at=at,
        updated_at=at,
        delivery_status=DeliveryStatus.SENT if from_me else DeliveryStatus.RECEIVED,
        service=Service.SMS,
        sent_at=at,
    )
    return msgspec.structs.replace(message, **changes)


def page_of(items: list[Any], cursor: str | None) -> tuple[list[Any], str | None]:
    start = int(cursor or 0)
    return items[start : start + PAGE], str(start + PAGE) if start + PAGE < len(items) else None


class Upstream:
    """What the upstream has, and the number of requests for each list."""

    def __init__(self) -> None:
        self.chats: list[Chat] = []
        self.messages: dict[str, list[Message]] = {}
        self.refused: dict[str, int] = {}
        """The status that refuses the messages of a chat, by chat id; ``*`` for all chats."""
        self.requests: Counter[str] = Counter()

    def has(self, chat: Chat, *messages: Message) -> None:
        """Sets a chat as it is now, and adds these messages to it."""
        self.chats = [each for each in self.chats if each.id != chat.id] + [chat]
        self.messages.setdefault(chat.id, []).extend(messages)

    def answer(self, path: str, cursor: str | None) -> tuple[int, Any]:
        found = MESSAGES.fullmatch(path)
        self.requests["list" if found is None else found[1]] += 1
        if found is None:
            chats, following = page_of(sorted(self.chats, key=lambda chat: -chat.updated_at), cursor)
            documents = [with_doc_base(render_chat(chat), b"") for chat in chats]
            return 200, {"chats": [msgspec.json.decode(each) for each in documents], "next_cursor": following}
        status = self.refused.get(found[1], self.refused.get("*"))
        if status is not None:
            return status, {"error": {"message": "no"}}
        newest_first = sorted(self.messages.get(found[1], []), key=lambda message: -message.created_at)
        page, following = page_of(newest_first, cursor)
        shown = [msgspec.json.decode(render_message(message)) for message in page]
        return 200, {"messages": shown, "next_cursor": following}

    async def mirror(
        self, store: Store, partner: Tenant, progress: Callable[[int], None] = lambda _: None
    ) -> ImportSummary:
        """Runs the mirror once."""
        self.requests.clear()
        async with upstream(self.answer) as source:
            # The server of each run has another port, and the cursor is stored under the URL.
            source.base_url = "https://upstream.example"
            return await mirror_upstream(store, partner.id, source, clock=lambda: NOW, progress=progress)


@pytest.fixture
def store(opened: OpenStore) -> Store:
    return opened.store


def later(chat: Chat, seconds: int) -> Chat:
    return msgspec.structs.replace(chat, updated_at=NOW + seconds * SECOND)


def seen(found: Stored, *chats: Chat) -> list[list[str]]:
    """The texts of the messages of these chats."""
    return [[message.content.text for message in found.of(chat)] for chat in chats]


def test_messages_are_stored_unchanged_and_the_next_run_reads_only_new_ones(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        there = Upstream()
        chat, quiet = make_chat(1), make_chat(2, (BOB,))
        messages = [make_message(number, chat, from_me=number % 2 == 0) for number in range(8)]
        there.has(chat, *messages)
        there.has(quiet, make_message(100, quiet))
        first = await there.mirror(store, partner)
        assert (first.new, first.messages, first.new_messages, first.skipped) == (2, 9, 9, SkippedRecords())
        found = await stored(store, partner.id)
        assert found.of(chat) == messages
        assert (found.chats[chat.id].message_count, found.chats[chat.id].unread_count) == (8, 4)
        assert await outbox_and_events(store, partner.id) == []

        again = await there.mirror(store, partner)
        assert (again.new, again.changed, again.unchanged, again.new_messages) == (0, 0, 2, 0)
        assert there.requests == {"list": 1}

        delivered = msgspec.structs.replace(messages[6], delivery_status=DeliveryStatus.DELIVERED)
        there.messages[chat.id][6] = delivered
        there.has(later(chat, 8), make_message(8, chat))
        third = await there.mirror(store, partner)
        assert (third.changed, third.unchanged, third.new_messages) == (1, 1, 1)
        assert there.requests == {"list": 1, chat.id: 1}
        found = await stored(store, partner.id)
        assert len(found.of(chat)) == found.chats[chat.id].message_count == 9
        assert delivered in found.messages

    opened.run(play())


def test_a_reply_is_in_the_thread_of_the_message_it_replies_to(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        there = Upstream()
        chat = make_chat(3)
        first = make_message(200, chat)
        second = make_message(201, chat, content=Content((TextPart("b"),), reply_to=ReplyTo(first.id)))
        third = make_message(202, chat, content=Content((TextPart("c"),), reply_to=ReplyTo(second.id)))
        there.has(chat, first, second)
        await there.mirror(store, partner)
        there.has(later(chat, 1), third)
        await there.mirror(store, partner)
        found = await stored(store, partner.id)
        assert [message.thread for message in found.of(chat)] == [first.id] * 3

    opened.run(play())


def test_an_interrupted_mirror_continues_with_the_chat_where_it_stopped(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        there = Upstream()
        chats = [later(make_chat(10 + number), number) for number in range(4)]
        for index, chat in enumerate(chats):
            there.has(chat, *[make_message(300 + 10 * index + number, chat) for number in range(5)])

        def stop(seen: int) -> None:
            if seen == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await there.mirror(store, partner, stop)
        assert (await stored(store, partner.id)).chats.keys() == {chats[1].id, chats[2].id}
        done = await there.mirror(store, partner)
        assert (done.new, done.unchanged) == (2, 2)
        assert there.requests == {"list": 2, chats[3].id: 2, chats[0].id: 2}
        found = await stored(store, partner.id)
        assert all(len(found.of(chat)) == 5 for chat in chats)

    opened.run(play())


def test_a_chat_whose_messages_cannot_be_read_does_not_stop_the_rest_and_is_tried_again(
    opened: OpenStore, store: Store
) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        there = Upstream()
        chat, other = make_chat(20), later(make_chat(21, (BOB,)), 5)
        there.has(chat, make_message(400, chat))
        there.has(other, make_message(410, other))
        there.refused = {chat.id: 403}
        done = await there.mirror(store, partner)
        assert (done.new, done.new_messages) == (2, 1)
        assert done.skipped.chats == {"messages of a chat that cannot be read: HTTP 403": 1}
        assert seen(await stored(store, partner.id), chat, other) == [[], ["message 410"]]

        there.refused = {}
        assert (await there.mirror(store, partner)).new_messages == 1
        assert seen(await stored(store, partner.id), chat) == [["message 400"]]

        # A chat with messages stays as it was until its new messages can be read.
        changed = later(chat, 9)
        there.has(changed, make_message(401, chat))
        there.refused = {chat.id: 403}
        assert (await there.mirror(store, partner)).changed == 0
        assert (await stored(store, partner.id)).chats[chat.id].updated_at == chat.updated_at
        there.refused = {}
        assert (await there.mirror(store, partner)).new_messages == 1
        assert (await stored(store, partner.id)).chats[chat.id].updated_at == changed.updated_at

    opened.run(play())


@pytest.mark.parametrize("status", [404, 405])
def test_the_chats_of_an_upstream_without_messages_are_mirrored(opened: OpenStore, store: Store, status: int) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        there = Upstream()
        for number in range(5):
            there.has(later(make_chat(30 + number), number))
        there.refused = {"*": status}
        done = await there.mirror(store, partner)
        assert (done.new, done.messages, done.skipped.chats) == (5, 0, {NO_MESSAGES: 5})
        assert there.requests.total() == 2 + 1

        # Now it lists them, and the chats have not changed.
        chat = there.chats[0]
        there.messages[chat.id] = [make_message(500, chat)]
        there.refused = {}
        assert (await there.mirror(store, partner)).new_messages == 1

    opened.run(play())


def test_an_opt_out_of_the_upstream_is_mirrored(opened: OpenStore, store: Store) -> None:
    async def play() -> None:
        partner = await new_partner(store)
        there = Upstream()
        chat = make_chat(40)
        out = msgspec.structs.replace(chat, health=Health(HealthStatus.OPTED_OUT, NOW - SECOND))
        there.has(out, make_message(600, chat, content=Content((TextPart("STOP"),))))
        await there.mirror(store, partner)
        assert (await stored(store, partner.id)).opt_outs == [(ALICE, chat.id, NOW - SECOND)]
        there.has(later(chat, 601), make_message(601, chat))
        await there.mirror(store, partner)
        assert (await stored(store, partner.id)).opt_outs == []

    opened.run(play())


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([], "messages of a chat in an unknown format"),
        ({"messages": None}, "messages of a chat in an unknown format"),
        ({"messages": [], "next_cursor": "3"}, "messages of a chat that repeat a cursor"),
    ],
    ids=str,
)
def test_a_response_that_is_not_a_list_of_messages_is_skipped(
    opened: OpenStore, store: Store, body: Any, reason: str
) -> None:
    class Odd(Upstream):
        def answer(self, path: str, cursor: str | None) -> tuple[int, Any]:
            return (200, body) if MESSAGES.fullmatch(path) else super().answer(path, cursor)

    async def play() -> None:
        partner = await new_partner(store)
        there = Odd()
        there.has(make_chat(50, line=LINE))
        done = await there.mirror(store, partner)
        assert (done.new, done.skipped.chats) == (1, {reason: 1})

    opened.run(play())


def test_every_message_of_an_upstream_is_counted_once(opened: OpenStore, store: Store) -> None:
    class Newer(Upstream):
        """An upstream some of whose messages have a field that this version does not know."""

        def answer(self, path: str, cursor: str | None) -> tuple[int, Any]:
            status, body = super().answer(path, cursor)
            for message in body.get("messages", []):
                if int(message["id"][-4:], 16) % 3 == 0:
                    message["delivery_status"] = "teleported"
                elif int(message["id"][-4:], 16) % 3 == 1:
                    message["parts"].append({"type": "hologram"})
            return status, body

    async def play() -> None:
        partner = await new_partner(store)
        there = Newer()
        chat = make_chat(60)
        there.has(chat, *[make_message(700 + number, chat) for number in range(12)])
        done = await there.mirror(store, partner)
        skipped = done.skipped
        assert done.messages == done.new_messages + skipped.messages.total() == 12
        assert skipped.messages.keys() == {UNKNOWN_MESSAGE}
        assert skipped.pieces == {UNKNOWN_PART: 4}
        assert len((await stored(store, partner.id)).of(chat)) == done.new_messages == 8

    opened.run(play())
