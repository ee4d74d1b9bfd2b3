"""Opt-outs, blocked handles, and capability checks."""

from tests.acceptance.clients.app import ALICE, BOB, CAROL, App, Stories, refused, says


async def opts_out_and_returns(app: App) -> None:
    """STOP applies to every line; override_optout sends anyway; any other message ends the opt-out everywhere."""
    chat = await app.begin(ALICE)
    other = await app.begin(ALICE, line=app.other_line)
    group = await app.begin(ALICE, BOB)
    assert len({chat.id, other.id, group.id}) == 3
    await app.play("message", from_=ALICE, text=" STOP ")

    async def health(chat_id: str) -> str:
        return (await app.got(app.client.chats.retrieve(chat_id))).health_status.status

    assert [await health(each.id) for each in (chat, other, group)] == ["OPTED_OUT", "HEALTHY", "HEALTHY"]
    before = await app.listed()
    for asked in (
        lambda: app.client.chats.messages.send(chat.id, message=says("wait")),
        lambda: app.client.chats.messages.send(other.id, message=says("wait")),
        lambda: app.client.chats.create(from_=app.other_line, to=[ALICE], message=says("wait")),
    ):
        with refused(403, 2024):
            await app.got(asked())
    assert await app.listed() == before
    [page] = await app.pages(app.client.chats.messages.list(other.id))
    assert len(page.messages) == 1

    sent = app.client.chats.messages.send(other.id, message=says("your receipt"), override_optout=True)
    await app.arrived((await app.got(sent)).message.id)
    assert await health(chat.id) == "OPTED_OUT"
    await app.got(app.client.chats.messages.send(group.id, message=says("to everybody")))

    await app.play("message", from_=ALICE, to=app.other_line, text="stop it, I was joking")
    assert [await health(each.id) for each in (chat, other)] == ["HEALTHY", "HEALTHY"]
    assert (await app.listed())[:2] == [other.id, chat.id]
    await app.got(app.client.chats.messages.send(chat.id, message=says("welcome back")))


async def opts_out_by_any_keyword(app: App) -> None:
    """Keywords match the whole message in their case; ``opt out`` in any case."""
    chat = await app.begin(ALICE)
    for words, stops in {
        "UNSUBSCRIBE": True,
        "Opt-Out": True,
        "optout": True,
        "stop": False,
        "Please STOP": False,
        "QUIT": True,
        "hello": False,
    }.items():
        await app.play("message", from_=ALICE, text=words)
        status = (await app.got(app.client.chats.retrieve(chat.id))).health_status.status
        assert status == ("OPTED_OUT" if stops else "HEALTHY"), words
        if stops:
            with refused(403, 2024):
                await app.got(app.client.chats.messages.send(chat.id, message=says("wait")))


async def blocks_handles(app: App) -> None:
    """Messages from and to a blocked handle are dropped or rejected, until it is unblocked."""
    chat = await app.begin(ALICE)
    entry = (await app.got(app.client.blocked_handles.block(handle=ALICE, reason="spam"))).blocked_handle
    again = (await app.got(app.client.blocked_handles.block(handle=ALICE, reason="more spam"))).blocked_handle
    assert (again.handle, again.blocked_at) == (ALICE, entry.blocked_at)
    await app.got(app.client.blocked_handles.block(handle=CAROL.upper()))
    await app.got(app.client.blocked_handles.block(handle="AMZN"))
    listed = (await app.got(app.client.blocked_handles.list())).blocked_handles
    assert [each.handle for each in listed] == ["AMZN", CAROL, ALICE]
    assert listed[0].reason is None

    for asked in (
        lambda: app.client.chats.messages.send(chat.id, message=says("?")),
        lambda: app.client.chats.create(from_=app.line, to=[CAROL], message=says("?")),
        lambda: app.client.messages.create(to=[ALICE], message=says("?")),
    ):
        with refused(403, 2026):
            await app.got(asked())
    assert (await app.play("message", from_=ALICE, text="let me in"))["message_id"] is None
    [page] = await app.pages(app.client.chats.messages.list(chat.id))
    assert len(page.messages) == 1

    await app.got(app.client.blocked_handles.unblock(handle=ALICE))
    await app.got(app.client.blocked_handles.unblock(handle=ALICE))
    await app.play("message", from_=ALICE, text="thanks")
    await app.got(app.client.chats.messages.send(chat.id, message=says("sorry")))
    assert len((await app.got(app.client.blocked_handles.list())).blocked_handles) == 2
    with refused(400, 1002):
        await app.got(app.client.blocked_handles.block(handle="nobody@"))


async def looks_for_capabilities(app: App) -> None:
    """iMessage reaches the handles that the carrier says; RCS reaches only phone numbers."""

    async def reaches(check: str, address: str, **more: str) -> bool:
        answer = await app.got(getattr(app.client.capability, check)(address=address, **more))
        assert answer.address == address
        return answer.available

    assert await reaches("check_i_message", ALICE)
    assert await reaches("check_i_message", CAROL, from_=app.line)
    assert await reaches("check_RCS", ALICE, from_=app.other_line)
    await app.play("set_rule", handle=ALICE, rule={"services": ["SMS"]})
    assert not await reaches("check_i_message", ALICE)
    assert not await reaches("check_RCS", ALICE)
    with refused(403, 2006):
        await reaches("check_RCS", ALICE, from_="+19995550199")
    with refused(400, 1002):
        await reaches("check_RCS", CAROL)


async def looks_for_another_service(app: App) -> None:
    """A capability check says which service would carry a message instead."""

    async def found(check: str, address: str) -> tuple[str | None, str | None]:
        answer = await app.got(getattr(app.client.capability, check)(address=address))
        return answer.reason, answer.selected_service

    assert await found("check_i_message", ALICE) == (None, "iMessage")
    assert await found("check_RCS", ALICE) == (None, "RCS")
    await app.play("set_rule", handle=ALICE, rule={"services": ["SMS"]})
    assert await found("check_i_message", ALICE) == ("not_supported", "SMS")
    assert await found("check_RCS", ALICE) == ("not_supported", "SMS")
    await app.play("set_rule", handle=ALICE, rule={"services": []})
    assert await found("check_i_message", ALICE) == ("not_supported", None)


STORIES: Stories = {
    opts_out_and_returns: (0, 30),
    opts_out_by_any_keyword: (0, 12),
    blocks_handles: (0, 30),
    looks_for_capabilities: (0, 12),
    looks_for_another_service: (0, 30),
}
