"""Webhooks: subscriptions, and events whose signatures and types are checked."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pydantic
import standardwebhooks

import linq
from tests.acceptance.clients import older_payload
from tests.acceptance.clients.app import ALICE, BOB, CAROL, DAVE, PATIENCE, App, Stories, refused, says
from tests.support.receiver import Received, Receiver, Reply, receiving

SENT = (
    "message.sent",
    "message.received",
    "message.read",
    "message.delivered",
    "message.failed",
    "message.edited",
    "reaction.added",
    "reaction.removed",
    "participant.added",
    "participant.removed",
    "chat.created",
    "chat.group_name_updated",
    "chat.group_icon_updated",
    "chat.typing_indicator.started",
    "chat.typing_indicator.stopped",
    "phone_number.status_updated",
)
"""The events that the service sends."""


class Inbox:
    """The events of a receiver, and the secret to check them."""

    def __init__(self, app: App, receiver: Receiver, secret: str) -> None:
        self._app = app
        self._receiver = receiver
        self._secret = secret

    async def holds(self, enough: Callable[[list[Any]], bool]) -> list[Any]:
        """The events in the order in which they were accepted, as soon as there are enough."""
        deadline = time.monotonic() + PATIENCE
        while not enough([received.event for received in self._receiver.accepted]):
            shown = [received.event["event_type"] for received in self._receiver.accepted]
            assert time.monotonic() < deadline, shown
            await asyncio.sleep(0.05)
        return [self.unwrapped(received) for received in list(self._receiver.accepted)]

    async def types(self, *expected: str) -> list[Any]:
        """The events, as soon as there are as many as expected, which must have these types in this order."""
        events = await self.holds(lambda accepted: len(accepted) >= len(expected))
        assert [event.event_type for event in events] == list(expected)
        return events

    def unwrapped(self, received: Received) -> Any:
        """The event as the client unwraps it, after a check of every signature and field."""
        body = received.body.decode()
        headers = dict(received.headers)
        assert standardwebhooks.Webhook(self._secret).verify(body, headers) == json.loads(body)
        timestamp = headers["x-webhook-timestamp"]
        older = hmac.digest(self._secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hex()
        assert headers["x-webhook-signature"] == older
        event = self._parsed(body, headers)
        assert (event.event_type, event.event_id) == (headers["x-webhook-event"], headers["webhook-id"])
        if event.webhook_version == "2025-01-01" and event.event_type in older_payload.DATA:
            assert older_payload.read(body)[0] == event.event_type
        elif (kind := type_of(event.event_type)) is not None:
            self._app.check(kind, body)
        return event

    def _parsed(self, body: str, headers: dict[str, str]) -> Any:
        webhooks = getattr(self._app.client, "webhooks", None)
        if webhooks is None:  # 0.30 has no types of events
            return json.loads(body, object_hook=_attributes)
        if not hasattr(webhooks, "unwrap"):  # 0.12 checks no signature
            return webhooks.events(body)
        return webhooks.unwrap(body, headers=headers, key=self._secret)


def _attributes(fields: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(**{"from_" if name == "from" else name: value for name, value in fields.items()})


def type_of(event_type: str) -> type[pydantic.BaseModel] | None:
    """The client's type of an event, such as ``MessageSentWebhookEvent``; None if it has no types of events."""
    words = event_type.replace(".", "_").split("_")
    return getattr(linq.types, "".join(word.capitalize() for word in words) + "WebhookEvent", None)


async def subscribe(
    app: App, receiver: Receiver, events: Sequence[str], *, query: str = "", **more: Any
) -> tuple[Any, Inbox]:
    """A new subscription of a receiver, and its inbox."""
    target_url = receiver.url + query
    asked = app.client.webhook_subscriptions.create(target_url=target_url, subscribed_events=list(events), **more)
    created = await app.got(asked)
    return created, Inbox(app, receiver, created.signing_secret)


async def manages_subscriptions(app: App) -> None:
    """A subscription is created, read, changed, listed and deleted; its secret is shown once."""
    calls = app.client.webhook_subscriptions
    url = "https://app.example.com/hooks"
    created = await app.got(calls.create(target_url=url, subscribed_events=["message.received", "call.ended"]))
    assert created.signing_secret.startswith("whsec_")
    assert created.subscribed_events == ["message.received", "call.ended"]
    assert (created.is_active, created.phone_numbers) == (True, None)
    other = await app.got(
        calls.create(target_url=f"{url}/other", subscribed_events=["message.sent"], phone_numbers=[app.line])
    )
    assert other.phone_numbers == [app.line]
    known = await app.got(calls.retrieve(created.id))
    assert (known.target_url, known.created_at) == (url, created.created_at)
    listed = (await app.got(calls.list())).subscriptions
    assert [each.id for each in listed] == [created.id, other.id]

    changed = await app.got(calls.update(created.id, is_active=False, subscribed_events=["message.read"]))
    assert (changed.is_active, changed.subscribed_events, changed.target_url) == (False, ["message.read"], url)
    assert changed.updated_at > changed.created_at
    changed = await app.got(calls.update(other.id, phone_numbers=[], target_url=f"{url}/third"))
    assert (changed.phone_numbers, changed.target_url) == (None, f"{url}/third")
    await app.got(calls.delete(created.id))
    for asked in (calls.retrieve, calls.update, calls.delete):
        with refused(404, 2001):
            await app.got(asked(created.id))
    assert [each.id for each in (await app.got(calls.list())).subscriptions] == [other.id]

    with refused(400, 1005):
        await app.got(calls.create(target_url="ftp://example.com/", subscribed_events=["message.sent"]))
    with refused(400, 1005):
        await app.got(calls.create(target_url=url, subscribed_events=["message.lost"]))
    with refused(403, 2006):
        await app.got(calls.create(target_url=url, subscribed_events=["message.sent"], phone_numbers=["+19995550199"]))
    events = await app.got(app.client.webhook_events.list())
    assert set(SENT) <= set(events.events)

    names = ["message.opt_out", "message.received", "message.opt_in"]
    older = await app.got(calls.create(target_url=f"{url}?version=2025-01-01", subscribed_events=names))
    assert (older.webhook_version, older.subscribed_events) == ("2025-01-01", ["message.received"])
    changed = await app.got(calls.update(older.id, target_url=f"{url}/fourth"))
    assert (changed.webhook_version, changed.target_url) == ("2026-02-03", f"{url}/fourth")
    assert [each.webhook_version for each in (await app.got(calls.list())).subscriptions] == ["2026-02-03"] * 2
    with refused(400, 1005):
        await app.got(calls.create(target_url=f"{url}?version=2024-01-01", subscribed_events=["message.sent"]))


async def hears_of_a_conversation(app: App) -> None:
    """Everything that happens in a chat is sent, signed, in order, with the state at that moment."""
    with receiving() as receiver:
        subscription, inbox = await subscribe(app, receiver, SENT)
        chat = await app.begin(ALICE)
        await app.arrived(chat.message.id)
        await app.play("typing", from_=ALICE)
        await app.play("typing", from_=ALICE, stop=True)
        answer = (await app.play("message", from_=ALICE, text="hi", service="RCS"))["message_id"]
        await app.play("read", from_=ALICE)
        await app.play("edit", from_=ALICE, text="hi!")
        await app.play("reaction", from_=ALICE, type="custom", custom_emoji="🎉")
        await app.play("reaction", from_=ALICE, type="custom", custom_emoji="🎉", remove=True)
        await app.got(app.client.messages.add_reaction(answer, operation="add", type="like"))
        await app.got(app.client.messages.update(chat.message.id, text="Hello"))
        created, sent, delivered, started, stopped, received, read, *edits = await inbox.types(
            "chat.created",
            "message.sent",
            "message.delivered",
            "chat.typing_indicator.started",
            "chat.typing_indicator.stopped",
            "message.received",
            "message.read",
            "message.edited",
            "reaction.added",
            "reaction.removed",
            "reaction.added",
            "message.edited",
        )
        assert created.data.id == chat.id
        assert [each.handle for each in created.data.handles] == [app.line, ALICE]
        assert (sent.data.id, sent.data.direction, sent.data.delivered_at) == (chat.message.id, "outbound", None)
        assert sent.data.sender_handle.handle == app.line
        assert sent.data.parts[0].value == "hello"
        assert delivered.data.delivered_at >= delivered.data.sent_at
        assert {started.data.chat_id, stopped.data.chat_id} == {chat.id}
        assert (received.data.id, received.data.direction, received.data.service) == (answer, "inbound", "RCS")
        assert received.data.chat.owner_handle.handle == app.line
        assert received.data.chat.health_status.status == "HEALTHY"
        assert (read.data.id, read.data.read_at is None) == (chat.message.id, False)
        theirs, added, removed, ours, edited = edits
        assert (theirs.data.id, theirs.data.part.text, theirs.data.direction) == (answer, "hi!", "inbound")
        assert (added.data.custom_emoji, added.data.is_from_me, added.data.from_) == ("🎉", False, ALICE)
        assert removed.data.reaction_id == added.data.reaction_id
        assert (ours.data.reaction_type, ours.data.is_from_me, ours.data.message_id) == ("like", True, answer)
        assert (edited.data.id, edited.data.part.text) == (chat.message.id, "Hello")
        assert {each.headers["x-webhook-subscription-id"] for each in receiver.received} == {subscription.id}
        assert len({each.event_id for each in receiver.received}) == len(receiver.received)


async def hears_who_is_typing(app: App) -> None:
    """An event says which participant of a group is typing."""
    with receiving() as receiver:
        _, inbox = await subscribe(app, receiver, ["chat.typing_indicator.started"])
        group = await app.begin(ALICE, BOB)
        await app.play("typing", chat_id=group.id, from_=BOB)
        [started] = await inbox.types("chat.typing_indicator.started")
        assert (started.data.chat_id, started.data.actor_handle.handle) == (group.id, BOB)


async def hears_of_groups(app: App) -> None:
    """So is everything that happens to a group."""
    icon = "https://example.com/icon.png"
    with receiving() as receiver:
        of_groups = [name for name in SENT if name.startswith(("chat.", "participant."))]
        _, inbox = await subscribe(app, receiver, of_groups)
        group = await app.begin(ALICE, BOB, CAROL)
        await app.got(app.client.chats.update(group.id, display_name="Trip"))
        await app.got(app.client.chats.update(group.id, group_chat_icon=icon))
        await app.got(app.client.chats.participants.add(group.id, handle=DAVE))
        await app.got(app.client.chats.participants.remove(group.id, handle=BOB))
        await app.play("join", chat_id=group.id, from_=BOB)
        await app.got(app.client.chats.leave_chat(group.id))
        _, named, pictured, added, removed, returned, left = await inbox.types(
            "chat.created",
            "chat.group_name_updated",
            "chat.group_icon_updated",
            "participant.added",
            "participant.removed",
            "participant.added",
            "participant.removed",
        )
        assert (named.data.old_value, named.data.new_value) == (None, "Trip")
        assert (pictured.data.old_value, pictured.data.new_value) == (None, icon)
        assert named.data.changed_by_handle.is_me
        assert (added.data.handle, added.data.participant.status) == (DAVE, "active")
        assert (removed.data.handle, removed.data.participant.status) == (BOB, "removed")
        assert (returned.data.handle, returned.data.participant.left_at) == (BOB, None)
        assert (left.data.handle, left.data.participant.status) == (app.line, "left")


async def hears_of_failures(app: App) -> None:
    """So are messages that fail, and what they do to the reputation of the line."""
    with receiving() as receiver:
        _, inbox = await subscribe(app, receiver, ["message.failed", "phone_number.status_updated"])
        await app.play("set_rule", rule={"fail": "the line is barred"})
        for handle in (ALICE, BOB, CAROL):
            chat = await app.begin(handle)
            await app.got(app.client.chats.messages.send(chat.id, message=says("again")))
        events = await inbox.holds(lambda accepted: len(accepted) >= 7)
        [line] = [event.data for event in events if event.event_type == "phone_number.status_updated"]
        assert (line.phone_number, line.new_status, line.previous_status) == (app.line, "ACTIVE", "ACTIVE")
        assert (line.previous_reputation, line.new_reputation) == ("HEALTHY", "AT_RISK")
        failed = [event.data for event in events if event.event_type == "message.failed"]
        assert len({each.message_id for each in failed}) == 6
        assert {each.reason for each in failed} == {"the line is barred"}


async def hears_what_it_asked_for(app: App) -> None:
    """A subscription gets the events and lines that it names, and none while inactive."""
    with receiving() as receiver, receiving() as other:
        subscription, inbox = await subscribe(app, receiver, ["message.received"], phone_numbers=[app.line])
        _, everywhere = await subscribe(app, other, ["message.received"])
        await app.play("message", from_=ALICE, text="one")
        await app.play("message", from_=ALICE, to=app.other_line, text="two")
        await app.play("message", from_=ALICE, text="three")
        events = await inbox.types(*["message.received"] * 2)
        assert [event.data.parts[0].value for event in events] == ["one", "three"]

        await app.got(app.client.webhook_subscriptions.update(subscription.id, is_active=False))
        await app.play("message", from_=ALICE, text="four")
        await app.got(app.client.webhook_subscriptions.update(subscription.id, is_active=True))
        await app.play("message", from_=ALICE, text="five")
        events = await inbox.types(*["message.received"] * 3)
        assert events[-1].data.parts[0].value == "five"
        events = await everywhere.types(*["message.received"] * 5)
        assert {event.data.parts[0].value for event in events} == {"one", "two", "three", "four", "five"}


async def routes_events(app: App) -> None:
    """A subscription names the headers that route its events: one has the chat, one what the receiver last said."""

    def answering(received: Received) -> Reply:
        return Reply(headers={"X-Shard": "shard-7"})

    with receiving(answering) as receiver:
        names = {"routing_id_header": "X-Chat", "routing_key_header": "X-Shard"}
        created, inbox = await subscribe(app, receiver, ["message.received"], **names)
        assert (created.routing_id_header, created.routing_key_header) == ("X-Chat", "X-Shard")
        first = await app.play("message", from_=ALICE, text="one")
        await inbox.types("message.received")
        await app.play("message", from_=ALICE, text="two")
        await inbox.types(*["message.received"] * 2)
        assert [each.headers["x-chat"] for each in receiver.received] == [first["chat_id"]] * 2
        assert [each.headers.get("x-shard") for each in receiver.received] == [None, "shard-7"]


async def hears_again_of_what_it_refused(app: App) -> None:
    """A rejected event is sent again, under the same id, before later events of the chat."""
    attempts: list[str] = []

    def answering(received: Received) -> Reply:
        attempts.append(received.event_id)
        return Reply(503 if len(attempts) == 1 else 200)

    with receiving(answering) as receiver:
        _, inbox = await subscribe(app, receiver, ["message.received"])
        for words in ("one", "two"):
            await app.play("message", from_=ALICE, text=words)
        events = await inbox.types("message.received", "message.received")
        assert [event.data.parts[0].value for event in events] == ["one", "two"]
        assert attempts == [events[0].event_id, events[0].event_id, events[1].event_id]


async def hears_in_the_older_version(app: App) -> None:
    """A subscription of the older version gets every event but edits, and one of the latest is not affected."""
    with receiving() as receiver, receiving() as other:
        _, inbox = await subscribe(app, receiver, SENT, query="?version=2025-01-01")
        _, latest = await subscribe(app, other, SENT)
        group = await app.begin(ALICE, BOB)
        await app.arrived(group.message.id)
        reply_to = {"message_id": group.message.id, "part_index": 0}
        message = says("and?", idempotency_key="key-1", reply_to=reply_to)
        await app.arrived((await app.got(app.client.chats.messages.send(group.id, message=message))).message.id)
        await app.play("message", chat_id=group.id, from_=BOB, text="yes")
        await app.play("edit", chat_id=group.id, from_=BOB, text="yes!")
        await app.play("reaction", chat_id=group.id, from_=BOB, type="love")
        await app.play("read", chat_id=group.id, from_=BOB)
        await app.play("typing", chat_id=group.id, from_=BOB)
        await app.got(app.client.chats.update(group.id, display_name="Trip"))
        await app.play("set_rule", rule={"fail": "the line is barred"})
        await app.got(app.client.chats.messages.send(group.id, message=says("lost")))
        expected = [
            "chat.created",
            *["message.sent", "message.delivered"] * 2,
            "message.received",
            "message.edited",
            "reaction.added",
            *["message.read"] * 2,
            "chat.typing_indicator.started",
            "chat.group_name_updated",
            "message.failed",
        ]
        await latest.types(*expected)
        await inbox.types(*[each for each in expected if each != "message.edited"])
        assert {each.path for each in receiver.received} == {"/hook?version=2025-01-01"}
        webhooks = [each.body for each in receiver.accepted if each.event["event_type"] in older_payload.DATA]
        sent, delivered, answered, _, received, *_ = [older_payload.read(each)[1] for each in webhooks]
        assert (str(sent.chat_id), sent.is_group, sent.is_from_me, sent.from_) == (group.id, True, True, app.line)
        assert (sent.message.text, sent.recipient_phone, sent.recipient_handle) == ("hello", None, None)
        assert (str(delivered.message_id), delivered.message.is_delivered) == (group.message.id, True)
        assert (answered.idempotency_key, str(answered.message.reply_to.message_id)) == ("key-1", group.message.id)
        assert (received.from_, received.recipient_phone, received.message.text) == (BOB, app.line, "yes")
        assert (received.from_handle.is_me, received.recipient_handle.is_me) == (False, True)


async def replies_to_the_older_version(app: App) -> None:
    """A program that reads only the older payload has a conversation."""
    answers: asyncio.Queue[older_payload.Received] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def program(request: Received) -> Reply:
        """Rejects what it cannot read."""
        try:
            _, data = older_payload.read(request.body)
        except pydantic.ValidationError as error:
            return Reply(422, body=str(error).encode())
        loop.call_soon_threadsafe(answers.put_nowait, data)
        return Reply()

    with receiving(program) as receiver:
        await subscribe(app, receiver, ["message.received"], query="?version=2025-01-01")
        for words in ("Is there bread?", "And butter?"):
            await app.play("message", from_=ALICE, text=words)
            heard = await asyncio.wait_for(answers.get(), PATIENCE)
            assert (heard.from_, heard.recipient_phone, heard.is_from_me) == (ALICE, app.line, False)
            echo = says(f"You said: {heard.message.text}")
            await app.got(app.client.chats.messages.send(str(heard.chat_id), message=echo))
        pages = await app.pages(app.client.chats.messages.list(str(heard.chat_id)))
        said = [message.parts[0].value for page in pages for message in page.messages]
    assert said == ["You said: And butter?", "And butter?", "You said: Is there bread?", "Is there bread?"]
    assert receiver.received == receiver.accepted


STORIES: Stories = {
    hears_again_of_what_it_refused: (0, 65),
    manages_subscriptions: (0, 12),
    hears_of_a_conversation: (0, 12),
    hears_who_is_typing: (0, 65),
    hears_of_groups: (0, 12),
    hears_of_failures: (0, 30),
    hears_what_it_asked_for: (0, 12),
    routes_events: (0, 65),
    hears_in_the_older_version: (0, 12),
    replies_to_the_older_version: (0, 12),
}
