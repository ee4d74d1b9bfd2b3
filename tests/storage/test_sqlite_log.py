"""The log of writes that SQLite keeps beside its file."""

from pathlib import Path

from tests.support.chats import NOW, make_chat
from tests.support.partners import new_partner, save
from trunkline.storage.sqlite import LOG_PAGES, PAGE_SIZE
from trunkline.storage.store import open_store

LARGE = "x" * 500_000  # bytes of a name, and so of a chat


async def test_it_stays_bounded_while_somebody_writes_without_pause(tmp_path: Path) -> None:
    bound = LOG_PAGES * PAGE_SIZE
    async with open_store(f"sqlite:///{tmp_path / 'chats.db'}") as store:
        partner = await new_partner(store)
        for number in range(12 * bound // len(LARGE)):
            await save(store, partner.id, make_chat(number % 10, name=LARGE), now=NOW + number)
        assert (tmp_path / "chats.db-wal").stat().st_size < 2 * bound
