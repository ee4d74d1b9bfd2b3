"""A read cannot write, whichever connection of SQLite carries it out."""

from pathlib import Path

import pytest

from tests.support.chats import make_chat
from tests.support.partners import new_partner, save
from trunkline.domain.errors import NotReady
from trunkline.storage.sql import Query
from trunkline.storage.store import open_store

NAMES = Query("names", "select name from partners", ())
RENAME = Query("rename", "update partners set name = 'changed' returning name", ())


async def test_a_read_does_not_write(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        await save(store, partner.id, make_chat(1))  # there is a connection that writes
        before = await store.database.fetch(NAMES, ())
        for _ in range(2):
            with pytest.raises(NotReady, match="cannot be written"):
                await store.database.fetch(RENAME, ())
        assert await store.database.fetch(NAMES, ()) == before
