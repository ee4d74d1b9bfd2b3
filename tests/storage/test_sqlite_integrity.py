"""SQLite's own check tells how far it is, and can be interrupted."""

from pathlib import Path

import pytest

from tests.support.chats import NOW, make_chat
from tests.support.partners import context, new_partner
from trunkline.domain.chat import Chat
from trunkline.storage import sqlite_integrity
from trunkline.storage.store import open_store


def chats() -> list[Chat]:
    return [make_chat(number, updated_at=NOW + number) for number in range(1, 301)]


async def test_it_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_integrity, "_STEP", 10)
    shown: list[int] = []
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        async with store.change(context(partner.id)) as change:
            await change.save(chats())
        assert await store.database.damage(shown.append) == []
    assert shown == sorted(set(shown))
    assert len(shown) > 20
    assert shown[0] < 30
    assert 70 < shown[-1] < 100


async def test_an_exception_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a signal, too, which Python handles in ``progress``."""
    monkeypatch.setattr(sqlite_integrity, "_STEP", 10)

    def interrupt(percent: int) -> None:
        raise KeyboardInterrupt

    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        with pytest.raises(KeyboardInterrupt):
            await store.database.damage(interrupt)
        assert await store.database.damage(lambda _: None) == []
