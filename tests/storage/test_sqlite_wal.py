"""The write-ahead log that SQLite stores beside its file."""

import time
from pathlib import Path

import pytest

from tests.support.chats import NOW, make_chat
from tests.support.partners import new_partner, save
from trunkline.storage import sqlite
from trunkline.storage.sql import Query
from trunkline.storage.sqlite import PAGE_SIZE, WAL_PAGES, WAL_RETRY
from trunkline.storage.store import open_store

LARGE = "x" * 500_000  # the name of a chat, whose size is then that of its row
CHATS = Query("chats", "select count(*) from chats", ())


async def test_it_stays_bounded_during_continuous_writes(tmp_path: Path) -> None:
    bound = WAL_PAGES * PAGE_SIZE
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        for number in range(12 * bound // len(LARGE)):
            await save(store, partner.id, make_chat(number % 10, name=LARGE), now=NOW + number)
        assert (tmp_path / "chats.db-wal").stat().st_size < 2 * bound


async def test_while_others_read_for_long_a_change_seldom_starts_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a backup or a check, during which none can end; afterwards the log starts over."""
    started = 0
    checkpoint = sqlite.checkpoint_wal

    def counted(path: Path) -> None:
        nonlocal started
        started += 1
        checkpoint(path)

    monkeypatch.setattr(sqlite, "checkpoint_wal", counted)
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        async with store.database.snapshot() as backup:
            await backup.fetch(CHATS, ())
            for number in range(400):
                await save(store, partner.id, make_chat(number % 10, name=LARGE[:100_000]), now=NOW + number)
            grown = (tmp_path / "chats.db-wal").stat().st_size // PAGE_SIZE
            assert grown > WAL_PAGES
            assert 0 < started <= 2 + 2 * (grown - WAL_PAGES) // WAL_RETRY
        for number in range(WAL_RETRY // 50):
            await save(store, partner.id, make_chat(number % 10, name=LARGE), now=NOW + 400 + number)
        started = 0
        for number in range(WAL_PAGES // 100):
            await save(store, partner.id, make_chat(number % 10, name=LARGE), now=NOW + 500 + number)
        assert started <= 2


async def test_while_others_read_for_long_emptying_it_does_not_keep_changes_waiting(tmp_path: Path) -> None:
    log = tmp_path / "chats.db-wal"
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        async with store.database.snapshot() as backup:
            await backup.fetch(CHATS, ())
            await save(store, partner.id, make_chat(1), now=NOW)
            started = time.monotonic()
            await store.database.forget_history()
            await save(store, partner.id, make_chat(2), now=NOW)
            assert time.monotonic() - started < 3
            assert log.stat().st_size > 0
        await store.database.forget_history()
        assert log.stat().st_size == 0
