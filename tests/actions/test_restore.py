"""What a restore changes in a database, and what it leaves."""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.chats import NOW, make_chat
from tests.support.open_store import opened_store
from tests.support.partners import context, new_partner
from trunkline.actions.operator.back_up import back_up
from trunkline.actions.operator.restore import after_restore, restore
from trunkline.domain.errors import CommandError
from trunkline.storage import sqlite
from trunkline.storage.store import open_store


@contextmanager
def unseen(_description: str, _total: int | None) -> Generator[Callable[[int], None]]:
    """Shows no progress."""
    yield lambda _: None


async def test_a_restore_renews_the_cursor_key_and_keeps_the_link_key(database_url: str) -> None:
    async with open_store(database_url) as store:
        before = store.cursor_key, store.link_key
        partner = await new_partner(store)
    await after_restore(database_url)
    async with open_store(database_url) as store:
        assert store.cursor_key != before[0]
        assert store.link_key == before[1]
        assert await store.partners.by_id(partner.id) is not None


async def test_only_a_database_that_no_process_has_open_is_replaced(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'chats.db'}"
    async with open_store(url) as store:
        await new_partner(store, "Acme")
        backup = tmp_path / "copy"
        await back_up(url, "", backup, unseen)
        await new_partner(store, "Later")
    restored = await restore(url, "", backup, unseen, NOW)
    assert restored.replaced is not None
    async with open_store(url) as store:
        assert [each.name for each in await store.partners.all()] == ["Acme"]
    async with open_store(f"sqlite:///{restored.replaced}") as store:
        assert [each.name for each in await store.partners.all()] == ["Acme", "Later"]
    with pytest.raises(CommandError, match="created in the meantime"):
        await restore(url, "", backup, unseen, NOW)  # in the same second


def test_a_backup_has_the_state_of_one_moment(tmp_path: Path) -> None:
    """Writes between the steps of the copy neither appear in it nor make it begin again."""
    url = f"sqlite:///{tmp_path / 'chats.db'}"
    with opened_store(url) as opened, ThreadPoolExecutor(1) as elsewhere:
        tenant = opened.run(new_partner(opened.store))

        async def add(first: int, count: int) -> None:
            async with opened.store.change(context(tenant.id)) as change:
                await change.save([make_chat(number) for number in range(first, first + count)])

        opened.run(add(1, 5_000))
        steps: list[int] = []

        @contextmanager
        def writing(_description: str, total: int | None) -> Generator[Callable[[int], None]]:
            def show(done: int) -> None:
                if total is not None:
                    steps.append(done)
                    elsewhere.submit(opened.run, add(6_000 + len(steps), 1)).result()

            yield show

        made = asyncio.run(back_up(url, "", tmp_path / "copy", writing))
    assert len(steps) > 1
    assert steps == sorted(steps)
    assert made.chats == 5_000


async def test_a_process_that_opens_a_database_while_it_is_replaced_opens_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chats.db"
    async with open_store(f"sqlite:///{path}") as store:
        await new_partner(store, "old")
    async with open_store(f"sqlite:///{tmp_path / 'new.db'}") as store:
        await new_partner(store, "new")
    write_ahead = sqlite._write_ahead  # pyright: ignore[reportPrivateUsage]
    replaced: list[Path] = []

    def replacing(connection: object) -> None:
        if not replaced:
            replaced.append((tmp_path / "new.db").replace(path))
        write_ahead(connection)

    monkeypatch.setattr(sqlite, "_write_ahead", replacing)
    async with open_store(f"sqlite:///{path}") as store:
        assert [each.name for each in await store.partners.all()] == ["new"]
