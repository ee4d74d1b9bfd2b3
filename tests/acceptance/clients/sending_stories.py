"""Lines, sends without a line, and repeated sends."""

import asyncio
from typing import Any

from tests.acceptance.clients.app import ALICE, BOB, CAROL, DAVE, App, Stories, refused, says, settled
from tests.support.lossy_proxy import losing

CRITICAL = 5  # failures


async def lists_lines(app: App) -> None:
    """Both lists of lines have every line; the older one has capabilities."""
    # Not checked: version 0.12 knows a field that the API has since renamed.
    numbers = (await settled(app.client.phone_numbers.list())).phone_numbers
    assert [each.phone_number for each in numbers] == app.partner.lines
    older = (await app.got(app.client.phonenumbers.list())).phone_numbers
    assert [(each.id, each.phone_number) for each in older] == [(each.id, each.phone_number) for each in numbers]
    assert older[0].capabilities.sms


async def rates_lines(app: App) -> None:
    """The list of lines has the reputation of each."""
    numbers = (await app.got(app.client.phone_numbers.list())).phone_numbers
    assert {each.phone_number: each.reputation.status for each in numbers} == dict.fromkeys(
        app.partner.lines, "HEALTHY"
    )


async def sends_without_a_line(app: App) -> None:
    """The service chooses the chat or the line, and replaces a flagged line by another one."""
    asked = app.client.messages.create(to=[ALICE], message=says("hello"), exclude_from=[app.line])
    first = await app.got(asked)
    assert (first.from_, first.created_new_chat, first.is_group) == (app.other_line, True, False)
    assert (first.from_selection.reason, first.from_selection.reused_existing_chat) == ("new_best_number", False)
    again = await app.got(app.client.messages.create(to=[ALICE], message=says("again")))
    assert (again.chat_id, again.created_new_chat) == (first.chat_id, False)
    assert (again.from_selection.reason, again.from_selection.reused_existing_chat) == ("reused_active_chat", True)
    group = await app.got(app.client.messages.create(to=[ALICE, BOB], message=says("both of you")))
    assert group.is_group
    assert [each.handle for each in group.handles] == [group.from_, ALICE, BOB]
    with refused(400, 1005):
        asked = app.client.messages.create(to=[DAVE], message=says("?"), exclude_from=app.partner.lines)
        await app.got(asked)
    await app.play("message", from_=BOB, text="STOP")
    with refused(403, 2024):
        await app.got(app.client.messages.create(to=[BOB], message=says("wait")))

    await app.play("set_rule", rule={"fail": "the line is barred"})
    for handle in (ALICE, CAROL, DAVE):  # three critical chats flag a line
        chat = await app.begin(handle, line=app.other_line)
        for number in range(1, CRITICAL):
            sent = await app.got(app.client.chats.messages.send(chat.id, message=says(f"attempt {number}")))
            await app.arrived(sent.message.id, "failed")
    standing = (await app.got(app.client.phone_numbers.list())).phone_numbers
    assert {each.phone_number: each.reputation.status for each in standing} == {
        app.line: "HEALTHY",
        app.other_line: "CRITICAL",
    }
    asked = app.client.messages.create(
        to=[ALICE], message=says("hello"), continuation_message={"text": "It is me, from another number."}
    )
    failover = await app.got(asked)
    assert (failover.from_, failover.previous_chat_id) == (app.line, first.chat_id)
    assert failover.from_selection.reason == "failover_flagged"
    assert failover.message.parts[0].value == "It is me, from another number."


async def repeats_sends(app: App) -> None:
    """A client that gets no response sends again, and the message exists once."""
    with losing(app.url) as proxy:
        unlucky = app.open(proxy.url, max_retries=2)
        proxy.lost = 1
        asked = unlucky.messages.create(to=[ALICE], message=says("once"), idempotency_key="one")
        first = await app.got(asked)
        proxy.lost = 2
        asked = unlucky.chats.messages.send(first.chat_id, message=says("twice", idempotency_key="two"))
        second = await app.got(asked)
        proxy.lost = 1
        message = says("thrice", idempotency_key="three")
        third = await app.got(unlucky.chats.create(from_=first.from_, to=[ALICE], message=message))
        assert proxy.lost == 0
        await settled(unlucky.close())
    sent = [first.message.id, second.message.id, third.chat.message.id]
    [page] = await app.pages(app.client.chats.messages.list(first.chat_id))
    assert [message.id for message in page.messages] == sent[::-1]

    async def repeat(text: str) -> Any:
        asked = app.client.messages.create(to=[ALICE], message=says(text), idempotency_key="one")
        return await app.got(asked)

    assert (await repeat("once")).message.id == first.message.id
    with refused(400, 1005):
        await repeat("something else")
    await app.got(app.client.messages.delete(first.message.id))
    with refused(404, 2002):
        await repeat("once")


async def sends_at_the_same_time(app: App) -> None:
    """Of concurrent sends with one key, one takes effect, and all get its response."""

    async def create() -> Any:
        asked = {"from_": app.line, "to": [ALICE], "message": says("at once", idempotency_key="k")}
        if app.half == "sync":
            return await asyncio.to_thread(app.client.chats.create, **asked)
        return await app.client.chats.create(**asked)

    answers = await asyncio.gather(*[create() for _ in range(8)])
    assert len({answer.chat.message.id for answer in answers}) == 1
    [chat_id] = await app.listed()
    [page] = await app.pages(app.client.chats.messages.list(chat_id))
    assert [message.id for message in page.messages] == [answers[0].chat.message.id]


STORIES: Stories = {
    lists_lines: (0, 12),
    rates_lines: (0, 30),
    sends_without_a_line: (0, 30),
    repeats_sends: (0, 30),
    sends_at_the_same_time: (0, 12),
}
