"""Polls: an app sends one, the recipients vote, and it gets the events."""

from tests.acceptance.clients.app import ALICE, BOB, App, Stories, refused
from tests.acceptance.clients.webhook_stories import receiving, subscribe

EVENTS = [
    "poll.sent",
    "poll.received",
    "poll.delivered",
    "poll.read",
    "poll.failed",
    "poll.updated",
    "poll.vote.added",
    "poll.vote.removed",
    "poll.reaction.added",
]


async def polls(app: App) -> None:
    """Every method and every event of polls, whose responses and payloads match the types of the client."""
    client = app.client
    with receiving() as receiver:
        _, inbox = await subscribe(app, receiver, EVENTS)
        chat = await app.begin(ALICE)
        two = {"options": [{"text": "Pizza"}, {"text": "Sushi"}], "idempotency_key": "dinner"}
        poll = await app.got(client.chats.polls.create(chat.id, poll=two))
        assert await app.got(client.chats.polls.create(chat.id, poll=two)) == poll
        message = await app.arrived(poll.message_id)
        assert (message.parts, message.service) == ([], "iMessage")
        await app.play("read", message_id=poll.message_id)
        await app.play("vote", from_=ALICE, option="Sushi")
        await app.play("vote", from_=ALICE, option="Sushi", remove=True)
        added = await app.got(client.messages.poll.add_options(poll.message_id, options=[{"text": "Pasta"}]))
        pasta = added.poll.options[2]
        voted = await app.got(client.messages.poll.vote(poll.message_id, operation="add", option_id=pasta.option_id))
        assert [each.handle for each in voted.poll.options[2].voters] == [app.line]
        await app.play("reaction", from_=ALICE, message_id=poll.message_id, type="love")
        found = await app.got(client.messages.poll.retrieve(poll.message_id))
        assert (found.poll.total_voters, len(found.reactions)) == (1, 1)
        await app.play("poll", from_=ALICE, options=["Here", "There"])
        await app.play("options", from_=ALICE, options=["Anywhere"])
        events = await inbox.types(
            "poll.sent",
            "poll.delivered",
            "poll.read",
            "poll.vote.added",
            "poll.vote.removed",
            "poll.updated",
            "poll.vote.added",
            "poll.reaction.added",
            "poll.received",
            "poll.updated",
        )
        assert events[0].data.poll.options[0].text == "Pizza"
        assert events[3].data.sender_handle.handle == ALICE
        assert [each.text for each in events[-1].data.added_options] == ["Anywhere"]

        with refused(400, 1004):
            await app.got(client.chats.polls.create(chat.id, poll={"options": [{"text": "Only"}]}))
        with refused(404, 2002):
            await app.got(client.messages.poll.retrieve(chat.message.id))
        await app.play("set_rule", handle=BOB, rule={"services": ["SMS"]})
        by_sms = await app.begin(BOB)
        await app.got(client.chats.polls.create(by_sms.id, poll=two | {"idempotency_key": "lunch"}))
        events = await inbox.types(*[event.event_type for event in events], "poll.failed")
        assert "only iMessage can carry it" in events[-1].data.error.message


STORIES: Stories = {polls: (0, 30)}
