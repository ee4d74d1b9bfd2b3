"""Removing a partner or a line: nothing of it is left, and nothing of anyone else's is lost."""

import asyncio
from typing import Any

import pytest

from tests.support.asgi import LIST, Api
from tests.support.attachments import asked, file_names, putting, sending, uploaded
from tests.support.caller import GROUP, Caller, text
from tests.support.chats import ALICE, BOB, LINE, OTHER_LINE
from tests.support.envelope import refused
from tests.support.events import subscribe
from tests.support.open_store import OpenStore
from tests.support.store_contents import stored
from tests.support.traces import columns_by_table, columns_with, files_with, rows_of, tables_with_partner
from trunkline.actions.operator import partners, remove
from trunkline.actions.operator.check_store import check_store
from trunkline.domain.errors import CommandError, NoSuchLine, NotYourLine, PartnerRemoved
from trunkline.domain.events import EventType
from trunkline.domain.message import DeliveryStatus
from trunkline.storage import removal
from trunkline.storage.partners import Partner, Partners
from trunkline.testing.clock import Clock

CANARY = "canary7f3a"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other worker has to notice a removal."""
    monkeypatch.setattr(remove, "NOTICED", 0.0)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def api(opened: OpenStore, clock: Clock) -> Api:
    return Api(opened, clock, sandbox=True)


@pytest.fixture
def we(api: Api, clock: Clock) -> Caller:
    return filled(Caller(api, clock), CANARY)


@pytest.fixture
def they(api: Api, clock: Clock) -> Caller:
    return filled(Caller(api, clock), "parrot51")


def filled(we: Caller, words: str) -> Caller:
    """A partner with something in every table."""
    subscribe(we, *EventType)
    file = uploaded(we, f"{words} in a file".encode())
    chat = we.create(message=sending(file, idempotency_key=f"{words}-1"))["id"]
    sent = we.send(chat, text(words, idempotency_key=f"{words}-2"))["id"]
    we.receipt(sent, DeliveryStatus.DELIVERED)
    we.create(GROUP, text(words), OTHER_LINE)
    we.hear(words)
    we.hear("STOP", BOB)
    asked(we)
    card = {"phone_number": LINE, "first_name": words}
    assert we.post("/v3/contact_card", card).status_code < 300
    assert we.post(f"/v3/chats/{chat}/share_contact_card").status_code < 300
    assert we.post("/v3/blocked_handles", {"handle": "+13105550199", "reason": words}).status_code < 300
    assert we.post("/admin/faults", {"effect": "unavailable", "method": "PATCH"}).status_code == 201
    rule = we.call("PUT", "/admin/rules", {"handle": ALICE, "rule": "read"})
    assert rule.status_code < 500
    return we


def partner_of(we: Caller) -> Partner:
    return we.api.opened.run(partners.find_any_partner(we.api.opened.store, str(we.tenant.id)))


def remove_partner(we: Caller) -> None:
    store = we.api.opened.store
    we.api.opened.run(remove.remove_partner(store, partner_of(we), we.clock, lambda _: None))


def problems(we: Caller) -> list[str]:
    store = we.api.opened.store
    return we.api.opened.run(check_store(store.database, store.files))[1]


def test_every_table_of_a_partner_is_removed(opened: OpenStore) -> None:
    columns = opened.run(columns_by_table(opened.store))
    in_batches = {each.name.removeprefix("delete_") for each in removal.DELETIONS}
    # The sweep empties files_to_delete when it has deleted the files.
    assert in_batches | {"keys", "queues", "attachments", "partner_states", "files_to_delete"} == {
        table for table, names in columns.items() if "partner_id" in names
    }


def test_nothing_of_a_removed_partner_is_left(we: Caller, they: Caller, opened_url: str) -> None:
    before = they.api.opened.run(stored(they.api.opened.store, they.tenant.id))
    files = file_names(they)
    assert len(we.api.opened.run(tables_with_partner(we.api.opened.store, we.tenant.id))) > 15
    remove_partner(we)
    assert we.api.opened.run(tables_with_partner(we.api.opened.store, we.tenant.id)) == set()
    assert we.api.opened.run(columns_with(we.api.opened.store, CANARY)) == set()
    assert files_with(opened_url, CANARY) == []
    refused(we.call("GET", LIST), 401, 2004)
    assert they.api.opened.run(stored(they.api.opened.store, they.tenant.id)) == before
    assert set(files) <= set(file_names(they))
    assert problems(they) == []


def test_a_removal_continues_where_it_was_interrupted(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    store = we.api.opened.store
    whole = removal.delete_batch

    async def interrupted(*arguments: Any) -> int:
        if arguments[1] is removal.DELETIONS[5]:
            raise KeyboardInterrupt
        return await whole(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(removal, "delete_batch", interrupted)
        with pytest.raises(KeyboardInterrupt):
            remove_partner(we)
    we.clock.advance(seconds=2)
    refused(we.call("GET", LIST), 401, 2004)
    with pytest.raises(CommandError, match=f"`trunkline partner remove {we.tenant.id}`"):
        we.api.opened.run(partners.find_partner(store, we.tenant.name))
    with pytest.raises(PartnerRemoved):
        we.hear("anyone there?")
    assert we.tenant.id not in [each.id for each in we.api.opened.run(store.partners.owners(LINE))]
    remove_partner(we)
    assert we.api.opened.run(tables_with_partner(store, we.tenant.id)) == set()


def test_batches_end_with_the_last_row(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "BATCH", 2)
    monkeypatch.setattr(remove, "BATCH", 2)
    remove_partner(we)
    assert we.api.opened.run(tables_with_partner(we.api.opened.store, we.tenant.id)) == set()


def test_an_upload_during_the_removal_leaves_no_file(we: Caller) -> None:
    made = asked(we, 4)
    arriving, removed = asyncio.Event(), asyncio.Event()
    pieces = [b"fi", b"le"]

    async def receive() -> dict[str, object]:
        if len(pieces) == 1:
            arriving.set()
            await removed.wait()
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def both() -> int:
        answer = asyncio.ensure_future(putting(we.api, made["upload_url"], b"", length=4, receive=receive))
        await arriving.wait()
        await remove.remove_partner(we.api.opened.store, partner, we.clock, lambda _: None)
        removed.set()
        return (await answer).status_code

    partner = partner_of(we)
    assert we.api.opened.run(both()) == 404
    assert [name for name in file_names(we) if name.startswith(f"{we.tenant.id}/")] == []
    assert we.api.opened.run(rows_of(we.api.opened.store))["files_to_delete"] == []


def test_a_request_that_runs_when_the_partner_is_removed_gets_401(we: Caller) -> None:
    chat = we.chats()[0]["id"]
    remove_partner(we)
    refused(we.try_send(chat), 401, 2004)


def test_a_line_with_chats_stays_unless_they_are_removed_too(we: Caller) -> None:
    before = len(we.chats())
    with pytest.raises(CommandError, match="--with-chats"):
        remove_line(we, LINE, with_chats=False)
    assert len(we.chats()) == before


def test_a_removal_of_a_line_continues_where_it_was_interrupted(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = we.create()["id"]
    sent = we.send(chat)["id"]
    before = events_of(we, LINE)
    others = we.chats(**{"from": OTHER_LINE})
    with monkeypatch.context() as patch:
        patch.setattr(removal, "next_messages", interrupted)
        with pytest.raises(KeyboardInterrupt):
            remove_line(we, LINE, with_chats=True)
    # From the start, the partner does not have the line.
    lines = we.call("GET", "/v3/phone_numbers").json()["phone_numbers"]
    assert [each["phone_number"] for each in lines] == [OTHER_LINE]
    all_lines = we.api.opened.run(we.api.opened.store.partners.all_lines(we.tenant.id))
    assert {each.phone_number: each.removed_at is not None for each in all_lines} == {LINE: True, OTHER_LINE: False}
    refused(we.try_create(), 403, 2006)
    refused(we.try_send(chat), 403, 2006)
    refused(we.post(f"/v3/messages/{sent}/reactions", {"operation": "add", "type": "like"}), 403, 2006)
    refused(we.post("/v3/contact_card", {"phone_number": LINE, "first_name": "Ann"}), 403, 2006)
    with pytest.raises(NotYourLine):
        we.hear()
    we.receipt(sent, DeliveryStatus.DELIVERED)
    assert events_of(we, LINE) == before
    # A message that names no line goes out from another one.
    selected = we.post("/v3/messages", {"to": ["+13105550177"], "message": text("hello")})
    assert (selected.status_code, selected.json()["from"]) == (202, OTHER_LINE)
    with pytest.raises(CommandError, match=f"`trunkline line remove {we.tenant.id} .* --with-chats` completes it"):
        add_line(we)
    with pytest.raises(CommandError, match="has chats"):
        remove_line(we, LINE, with_chats=False)
    assert problems(we) == []
    remove_line(we, LINE, with_chats=True)
    assert events_of(we, LINE) == []
    add_line(we)
    assert we.chats(**{"from": LINE}) == []
    assert len(we.chats(**{"from": OTHER_LINE})) == len(others) + 1
    we.create()
    assert problems(we) == []


async def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("again", [False, True])
def test_requests_that_were_under_way_do_not_bring_a_line_back(
    we: Caller, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    remove_line(we, LINE, with_chats=True)
    if again:
        remove_line(we, OTHER_LINE, with_chats=True)

    async def had_line(*_: object) -> bool:
        return True

    monkeypatch.setattr(Partners, "has_line", had_line)  # they had looked before it was removed
    refused(we.try_create(), 403, 2006)
    refused(we.post("/v3/contact_card", {"phone_number": LINE, "first_name": "Ann"}), 403, 2006)
    with pytest.raises(NotYourLine):
        we.hear()
    assert we.chats(**{"from": LINE}) == []
    assert we.call("GET", "/v3/contact_card", query=f"phone_number={LINE}").json()["contact_cards"] == []
    assert problems(we) == []


def test_a_second_command_leaves_a_line_that_was_added_again(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    delete_chat = removal.delete_chat
    created: list[str] = []
    store = we.api.opened.store

    async def meanwhile(*arguments: Any) -> None:
        await delete_chat(*arguments)
        monkeypatch.setattr(removal, "delete_chat", delete_chat)
        pending.append(asyncio.create_task(complete()))

    async def complete() -> None:
        await remove.remove_line(store, partner_of_we, LINE, we.clock, lambda _: None, with_chats=True)
        await partners.add_line(store, partner_of_we, LINE, None, we.clock())
        response = await we.calling("POST", "/v3/chats", {"from": LINE, "to": [ALICE], "message": text("again")})
        created.append(response.json()["chat"]["id"])

    async def both() -> None:
        await remove.remove_line(store, partner_of_we, LINE, we.clock, lambda _: None, with_chats=True)
        await asyncio.gather(*pending)

    pending: list[asyncio.Task[None]] = []
    partner_of_we = partner_of(we)
    monkeypatch.setattr(removal, "delete_chat", meanwhile)
    we.api.opened.run(both())
    assert [each["id"] for each in we.chats(**{"from": LINE})] == created
    assert problems(we) == []


def test_a_removed_line_can_be_added_again(we: Caller, opened_url: str) -> None:
    others = we.chats(**{"from": OTHER_LINE})
    chat = we.create()["id"]
    for number in range(120):  # more than one batch
        we.send(chat, text(f"{CANARY} {number}"))
    remove_line(we, LINE, with_chats=True)
    assert [each["id"] for each in we.chats()] == [each["id"] for each in others]
    assert problems(we) == []
    assert we.post("/v3/chats", {"from": LINE, "to": [ALICE], "message": text("hello")}).status_code == 403
    with pytest.raises(NoSuchLine):
        remove_line(we, LINE, with_chats=True)
    store = we.api.opened.store
    add_line(we)
    assert we.chats(**{"from": LINE}) == []
    # BOB said STOP to the line that was removed; that applies to every line.
    refused(we.try_create([BOB]), 403, 2024)
    we.hear("I am back", BOB)
    assert we.try_create([BOB]).status_code == 201
    assert problems(we) == []
    remove_line(we, OTHER_LINE, with_chats=True)
    remove_line(we, LINE, with_chats=True)
    assert we.api.opened.run(columns_with(store, f"{CANARY} 50")) == set()


def remove_line(we: Caller, line: str, *, with_chats: bool) -> None:
    store = we.api.opened.store
    work = remove.remove_line(store, partner_of(we), line, we.clock, lambda _: None, with_chats=with_chats)
    we.api.opened.run(work)


def add_line(we: Caller) -> None:
    we.api.opened.run(partners.add_line(we.api.opened.store, partner_of(we), LINE, None, we.clock()))


def events_of(we: Caller, line: str) -> list[dict[str, Any]]:
    """The stored events of a line."""
    events = we.api.opened.run(rows_of(we.api.opened.store))["events"]
    return [each for each in events if (each["partner_id"], each["line"]) == (we.tenant.id, line)]
