"""Chats and groups."""

from typing import Any

from tests.acceptance.clients.app import ALICE, BOB, CAROL, DAVE, App, Stories, refused, says


async def converses(app: App) -> None:
    """A chat begins, both sides write, and each message moves it to the top of the list."""
    other = await app.begin(BOB)
    chat = await app.begin(ALICE)
    assert [handle.handle for handle in chat.handles] == [app.line, ALICE]
    assert [handle.is_me for handle in chat.handles] == [True, False]
    assert (chat.is_group, chat.display_name, chat.health_status.status) == (False, ALICE, "HEALTHY")
    assert (chat.message.delivery_status, chat.message.parts[0].value) == ("pending", "hello")
    assert await app.listed() == [chat.id, other.id]

    first = await app.arrived(chat.message.id)
    assert first.is_from_me
    assert first.is_delivered
    assert first.from_handle.handle == app.line
    assert first.sent_at <= first.delivered_at

    played = await app.play("message", from_=BOB, text="hi there")
    assert played["chat_id"] == other.id
    assert await app.listed() == [other.id, chat.id]
    answer = await app.got(app.client.messages.retrieve(played["message_id"]))
    assert (answer.delivery_status, answer.is_from_me, answer.from_handle.handle) == ("received", False, BOB)
    await app.got(app.client.chats.mark_as_read(other.id))
    assert (await app.got(app.client.messages.retrieve(answer.id))).delivery_status == "read"

    for asked in (app.client.chats.typing.start, app.client.chats.typing.stop):
        await app.got(asked(chat.id))
    again = await app.begin(ALICE, text="me again")
    assert again.id == chat.id
    alone = await app.got(app.client.chats.retrieve(chat.id))
    assert alone.display_name == ALICE
    assert await app.listed() == [chat.id, other.id]
    await app.play("read", from_=ALICE)
    assert (await app.got(app.client.messages.retrieve(again.message.id))).delivery_status == "read"

    with refused(404, 2001):
        await app.got(app.client.chats.retrieve("550e8400-e29b-41d4-a716-446655440000"))


async def pages_through_messages(app: App) -> None:
    """Messages are listed newest first, each once, although more arrive meanwhile."""
    chat = await app.begin(ALICE, text="0")
    for number in range(1, 7):
        await app.got(app.client.chats.messages.send(chat.id, message=says(str(number))))
    first = await app.got(app.client.chats.messages.list(chat.id, limit=3))
    await app.play("message", chat_id=chat.id, from_=ALICE, text="too late for these pages")
    pages = [first]
    while pages[-1].has_next_page():
        pages.append(await app.got(pages[-1].get_next_page()))
    assert [[message.parts[0].value for message in page.messages] for page in pages] == [
        ["6", "5", "4"],
        ["3", "2", "1"],
        ["0"],
    ]
    assert pages[-1].next_cursor is None
    listed = app.client.chats.messages.list(chat.id, limit=5)
    found = [message.id for message in listed] if app.half == "sync" else [message.id async for message in listed]
    assert len(found) == len(set(found)) == 8
    with refused(400, 1005):
        await app.got(app.client.chats.messages.list(chat.id, cursor="edited"))
    with refused(404, 2001):
        await app.got(app.client.chats.messages.list("550e8400-e29b-41d4-a716-446655440000"))


async def answers_in_threads(app: App) -> None:
    """Both sides reply to a message; the thread lists it and its replies, in either order."""
    chat = await app.begin(ALICE, text="shall we?")
    root = chat.message.id
    await app.got(app.client.chats.messages.send(chat.id, message=says("of another thread")))
    reply = says("yes", reply_to={"message_id": root, "part_index": 0})
    received = (await app.play("message", from_=ALICE, message=reply))["message_id"]
    sent = await app.got(
        app.client.chats.messages.send(chat.id, message=says("good", reply_to={"message_id": received}))
    )
    assert sent.chat_id == chat.id
    assert sent.message.reply_to.message_id == received
    for of in (root, received, sent.message.id):
        [page] = await app.pages(app.client.messages.list_messages_thread(of))
        assert [message.id for message in page.messages] == [root, received, sent.message.id]
    pages = await app.pages(app.client.messages.list_messages_thread(root, order="desc", limit=2))
    assert [[message.id for message in page.messages] for page in pages] == [[sent.message.id, received], [root]]
    with refused(404, 2002):
        await app.got(app.client.chats.messages.send(chat.id, message=says("?", reply_to={"message_id": chat.id})))


async def edits_and_deletes(app: App) -> None:
    """A message is edited by its sender, and deleted."""
    chat = await app.begin(ALICE, text="helo")
    edited = await app.got(app.client.messages.update(chat.message.id, text="hello", part_index=0))
    assert edited.parts[0].value == "hello"
    assert edited.updated_at > edited.created_at
    theirs = (await app.play("message", from_=ALICE, text="hy"))["message_id"]
    await app.play("edit", from_=ALICE, message_id=theirs, text="hi")
    assert (await app.got(app.client.messages.retrieve(theirs))).parts[0].value == "hi"
    with refused(400, 1005):
        await app.got(app.client.messages.update(theirs, text="bye"))
    await app.got(app.client.messages.delete(theirs))
    with refused(404, 2002):
        await app.got(app.client.messages.retrieve(theirs))
    [page] = await app.pages(app.client.chats.messages.list(chat.id))
    assert [message.id for message in page.messages] == [chat.message.id]


async def reacts(app: App) -> None:
    """Both sides add, replace and remove reactions."""
    chat = await app.begin(ALICE)
    message_id = chat.message.id

    async def reactions() -> list[tuple[str, bool, str | None]]:
        found: list[Any] | None = (await app.got(app.client.messages.retrieve(message_id))).parts[0].reactions
        return [(each.type, each.is_me, each.custom_emoji) for each in found or []]

    await app.play("reaction", from_=ALICE, type="love")
    assert await reactions() == [("love", False, None)]
    added = await app.got(app.client.messages.add_reaction(message_id, operation="add", type="like"))
    assert added.status == "accepted"
    await app.got(app.client.messages.add_reaction(message_id, operation="add", type="custom", custom_emoji="🎉"))
    await app.play("reaction", from_=ALICE, type="love", remove=True)
    assert await reactions() == [("custom", True, "🎉")]
    await app.got(app.client.messages.add_reaction(message_id, operation="remove", type="custom", custom_emoji="🎉"))
    assert await reactions() == []
    with refused(400, 1005):
        await app.got(app.client.messages.add_reaction(message_id, operation="remove", type="like"))


async def follows_deliveries(app: App) -> None:
    """Messages are held, delivered, read, sent over another service, or fail, as the counterparty decides."""
    await app.play("set_rule", handle=ALICE, rule={"holds": True})
    chat = await app.begin(ALICE)
    sent = await app.arrived(chat.message.id, "sent")
    assert (sent.is_delivered, sent.delivered_at, sent.service) == (False, None, "iMessage")
    await app.play("deliver", from_=ALICE)
    assert (await app.arrived(chat.message.id)).read_at is None
    await app.play("read", from_=ALICE)
    assert (await app.arrived(chat.message.id, "read")).is_read

    await app.play("set_rule", handle=ALICE, rule={"services": ["SMS"]})
    asked = app.client.chats.messages.send(chat.id, message=says("by text", preferred_service="iMessage"))
    by_text = (await app.got(asked)).message
    assert by_text.preferred_service == "iMessage"
    assert (await app.arrived(by_text.id)).service == "SMS"
    after = await app.got(app.client.chats.retrieve(chat.id))
    assert (after.service, after.handles[1].service) == ("SMS", "SMS")

    await app.play("set_rule", handle=ALICE, rule={"fail": "the number is not in service"})
    for _ in range(2):
        lost = (await app.got(app.client.chats.messages.send(chat.id, message=says("lost")))).message
        await app.arrived(lost.id, "failed")
    assert (await app.got(app.client.chats.retrieve(chat.id))).health_status.status == "AT_RISK"
    await app.play("message", from_=ALICE, text="here I am")
    assert (await app.got(app.client.chats.retrieve(chat.id))).health_status.status == "HEALTHY"


async def sends_every_kind_of_part(app: App) -> None:
    """Decorated text, files, links and effects read as they were sent."""
    chat = await app.begin(ALICE)
    decorations = [{"range": [0, 4], "style": "bold"}, {"range": [5, 8], "animation": "shake"}]
    parts = [
        {"type": "text", "value": "look here", "text_decorations": decorations},
        {"type": "media", "url": "https://example.com/pictures/cat.jpg"},
    ]
    effect = {"type": "screen", "name": "confetti"}
    sent = (await app.got(app.client.chats.messages.send(chat.id, message={"parts": parts, "effect": effect}))).message
    text, media = (await app.got(app.client.messages.retrieve(sent.id))).parts
    assert [(each.range, each.style, each.animation) for each in text.text_decorations] == [
        ([0, 4], "bold", None),
        ([5, 8], None, "shake"),
    ]
    assert (media.filename, media.mime_type, media.url) == ("cat.jpg", "image/jpeg", parts[1]["url"])
    assert (sent.effect.type, sent.effect.name) == ("screen", "confetti")
    link = {"parts": [{"type": "link", "value": "https://example.com/"}]}
    sent = (await app.got(app.client.chats.messages.send(chat.id, message=link))).message
    assert (await app.got(app.client.messages.retrieve(sent.id))).parts[0].value == "https://example.com/"
    with refused(400, 1004):
        await app.got(app.client.chats.messages.send(chat.id, message={"parts": []}))


async def lives_in_a_group(app: App) -> None:
    """A group is named, people join and leave, and when the line has left, every action is rejected."""
    group = await app.begin(ALICE, BOB, CAROL)
    assert group.is_group
    assert group.display_name == f"{ALICE}, {BOB}, {CAROL}"

    icon = "https://example.com/icon.png"
    updated = await app.got(app.client.chats.update(group.id, display_name="Trip", group_chat_icon=icon))
    assert updated.chat_id == group.id
    assert (await app.got(app.client.chats.retrieve(group.id))).display_name == "Trip"

    added = await app.got(app.client.chats.participants.add(group.id, handle=DAVE))
    assert added.status == "accepted"
    await app.got(app.client.chats.participants.remove(group.id, handle=BOB))
    await app.play("leave", chat_id=group.id, from_=CAROL)
    await app.play("join", chat_id=group.id, from_=CAROL)
    chat = await app.got(app.client.chats.retrieve(group.id))
    assert {each.handle: each.status for each in chat.handles} == {
        app.line: "active",
        ALICE: "active",
        BOB: "removed",
        CAROL: "active",
        DAVE: "active",
    }
    assert [each.handle for each in chat.handles if each.left_at is not None] == [BOB]

    played = await app.play("message", chat_id=group.id, from_=DAVE, text="who is Bob?")
    assert (await app.got(app.client.messages.retrieve(played["message_id"]))).from_handle.handle == DAVE
    await app.play("message", chat_id=group.id, from_=ALICE, text="STOP")
    assert (await app.got(app.client.chats.retrieve(group.id))).health_status.status == "HEALTHY"

    left = await app.got(app.client.chats.leave_chat(group.id))
    assert left.status == "accepted"
    me = (await app.got(app.client.chats.retrieve(group.id))).handles[0]
    assert (me.status, me.left_at is None) == ("left", False)
    for asked in (
        lambda: app.client.chats.messages.send(group.id, message=says("anybody?")),
        lambda: app.client.chats.update(group.id, display_name="Ours"),
        lambda: app.client.chats.participants.add(group.id, handle=BOB),
        lambda: app.client.chats.participants.remove(group.id, handle=DAVE),
        lambda: app.client.chats.leave_chat(group.id),
        lambda: app.client.chats.mark_as_read(group.id),
        lambda: app.client.chats.typing.start(group.id),
    ):
        with refused(409, 2013):
            await app.got(asked())
    assert await app.listed() == [group.id]


async def mentions_people(app: App) -> None:
    """A text mentions a participant of the group."""
    group = await app.begin(ALICE, BOB)
    mention = {"parts": [{"type": "text", "value": "Bob, hurry", "mention": BOB, "mention_range": [0, 3]}]}
    sent = (await app.got(app.client.chats.messages.send(group.id, message=mention))).message
    shown = await app.got(app.client.messages.retrieve(sent.id))
    for message in (sent, shown):
        assert [each.handle for each in message.parts[0].mentions] == [BOB]


async def keeps_groups_and_direct_chats_apart(app: App) -> None:
    """Group actions are rejected in a direct chat, and a group keeps three people."""
    chat = await app.begin(ALICE)
    for asked in (
        lambda: app.client.chats.update(chat.id, display_name="Ours"),
        lambda: app.client.chats.participants.add(chat.id, handle=BOB),
        lambda: app.client.chats.participants.remove(chat.id, handle=ALICE),
        lambda: app.client.chats.leave_chat(chat.id),
    ):
        with refused(409, 1006):
            await app.got(asked())
    group = await app.begin(ALICE, BOB)
    assert group.id != chat.id
    with refused(400, 1005):
        await app.got(app.client.chats.participants.remove(group.id, handle=BOB))
    with refused(400, 1005):
        await app.got(app.client.chats.leave_chat(group.id))
    with refused(400, 1005):
        await app.begin(*[f"person{number}@example.com" for number in range(32)])
    assert (await app.begin(BOB, ALICE)).id == group.id
    with refused(403, 2006):
        await app.begin(ALICE, line="+19995550199")
    with refused(400, 1002):
        await app.begin("nobody")


STORIES: Stories = {
    converses: (0, 12),
    pages_through_messages: (0, 12),
    answers_in_threads: (0, 12),
    edits_and_deletes: (0, 12),
    reacts: (0, 12),
    follows_deliveries: (0, 12),
    sends_every_kind_of_part: (0, 12),
    lives_in_a_group: (0, 12),
    mentions_people: (0, 50),
    keeps_groups_and_direct_chats_apart: (0, 12),
}
