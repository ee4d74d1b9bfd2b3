"""A large archive is imported in chunks: others write in between, and what a killed import left is completed later."""

import asyncio
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sources.sms_archive import AT, backup, sms
from tests.support.chats import ALICE, BOB, CAROL, LINE, NOW, make_chat
from tests.support.command import BIN, environment
from tests.support.open_store import OpenStore
from tests.support.partners import Tenant, context, new_partner, save
from tests.support.store_contents import Stored, stored
from trunkline.actions.imports import archive
from trunkline.actions.imports.archive import import_archive
from trunkline.actions.imports.recompute import recompute_chats
from trunkline.actions.imports.summary import ImportSummary
from trunkline.domain.chat import Chat
from trunkline.sources.base import DamagedSource
from trunkline.sources.sms_backup.reader import SmsBackup
from trunkline.storage.store import Store, open_store

PEOPLE = (ALICE, BOB, CAROL)


def messages(number: int) -> list[str]:
    """Messages of three people. Alice opts out in the first one, and writes again in the last one."""
    found = [
        sms(PEOPLE[each % 3], f"Message {each}", kind=1 + each % 2, date=AT + each * 1000, read=str(each % 5 and 1))
        for each in range(1, number - 1)
    ]
    return [sms(ALICE, "STOP", date=AT), *found, sms(ALICE, "Hello", date=AT + number * 1000)]


async def import_from(store: Store, partner: Tenant, path: Path) -> ImportSummary:
    source = SmsBackup(path, LINE, "US")
    return await import_archive(store, context(partner.id), LINE, source, progress=lambda _: None)


def content(found: Stored) -> object:
    """What two partners with the same archive have in common: everything but ids."""
    return (
        sorted(
            (chat.recipients, chat.message_count, chat.unread_count, chat.health, chat.created_at, chat.updated_at)
            for chat in found.chats.values()
        ),
        sorted(
            (each.created_at, each.sender.handle, each.content.text, each.delivery_status) for each in found.messages
        ),
        [handle for handle, *_ in found.opt_outs],
    )


def test_an_import_that_is_interrupted_after_any_chunk_is_completed_by_the_next(
    opened: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, path = opened.store, backup(tmp_path, *messages(35))

    async def play() -> None:
        whole = await new_partner(store)
        expected = await import_from(store, whole, path)
        monkeypatch.setattr(archive, "CHUNK", 10)
        for chunks in range(5):
            partner, left = await new_partner(store), iter(range(chunks))

            async def interrupted(*args: Any, left: Iterator[int] = left) -> dict[str, Chat]:
                if next(left, None) is None:
                    raise KeyboardInterrupt
                return await recompute_chats(*args)

            with monkeypatch.context() as patch:
                patch.setattr(archive, "recompute_chats", interrupted)
                if chunks < 4:
                    with pytest.raises(KeyboardInterrupt):
                        await import_from(store, partner, path)
                else:
                    assert await import_from(store, partner, path) == expected
            found = await stored(store, partner.id)
            assert len(found.messages) == min(35, chunks * 10)
            assert found.opt_outs == []  # she wrote again, which only the last chunk contains
            summary = await import_from(store, partner, path)
            assert summary.new_messages + len(found.messages) == summary.messages == 35
            assert content(await stored(store, partner.id)) == content(await stored(store, whole.id))
            again = await import_from(store, partner, path)
            assert (again.new, again.changed, again.new_messages) == (0, 0, 0)

    opened.run(play())


def test_a_damaged_archive_leaves_nothing(opened: OpenStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "CHUNK", 10)
    path = backup(tmp_path, *messages(35), sms(BOB, "Hello", date="yesterday"))

    async def play() -> None:
        partner = await new_partner(opened.store)
        with pytest.raises(DamagedSource):
            await import_from(opened.store, partner, path)
        assert (await stored(opened.store, partner.id)).messages == []

    opened.run(play())


async def test_others_write_between_two_chunks(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other store stands for the service, which is another process."""
    monkeypatch.setattr(archive, "CHUNK", 20)
    path = backup(tmp_path, *messages(400))
    async with open_store(database_url) as store, open_store(database_url) as service:
        partner, other = await new_partner(store), await new_partner(store)
        importing = asyncio.create_task(import_from(store, partner, path))
        writes = {partner.id: 0, other.id: 0}

        async def write(partner_id: int, number: int) -> None:
            while not importing.done():
                await save(service, partner_id, make_chat(number, updated_at=NOW))
                writes[partner_id] += 1

        await asyncio.gather(write(partner.id, 71), write(other.id, 72))
        assert (await importing).new_messages == 400
        assert min(writes.values()) >= 5


async def test_a_killed_import_is_completed_by_the_next(database_url: str, tmp_path: Path) -> None:
    number = 6_000
    path = backup(tmp_path, *messages(number))
    async with open_store(database_url) as store:
        partner, whole = await new_partner(store), await new_partner(store)

        options = ("--line", LINE, "--partner", partner.name, "--database", database_url)
        process = await asyncio.create_subprocess_exec(
            BIN / "trunkline", "import", "sms-backup", path, *options, env=environment(), stdout=DEVNULL
        )
        async with asyncio.timeout(60):
            while await store.reader(partner.id).direct_chat(LINE, CAROL) is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.005)
        process.kill()
        await process.wait()
        found = await stored(store, partner.id)
        assert 0 < len(found.messages) < number
        await import_from(store, partner, path)
        await import_from(store, whole, path)
        assert content(await stored(store, partner.id)) == content(await stored(store, whole.id))
