"""A page of messages ends before it is larger than a megabyte, and the next one continues exactly there."""

from itertools import count

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chats import NOW, chat_id
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.domain.paging import MAX_PAGE, SMALL
from trunkline.storage import messages
from trunkline.storage.messages import Order
from trunkline.storage.sql import Query, Value
from trunkline.storage.store import Store

COLUMNS = ("partner_id", "id", "chat_id", "thread", "created_at", "revision", "from_me", "delivery_status", "edits")
sizes = st.lists(
    st.sampled_from([100, SMALL - 1, SMALL, SMALL + 1, 300_000, MAX_PAGE // 2, MAX_PAGE, MAX_PAGE + 1]),
    min_size=1,
    max_size=10,
)
numbers = count(1)
REVISION = Query("set_revision", "update partner_states set revision = $1 where partner_id = $2", ("revision", "id"))
DELETE = Query("delete", "delete from messages where partner_id = $1 and revision = 1", ("id",))


def document(number: int, size: int) -> bytes:
    start = b'{"number":%d,"padding":"' % number
    return start + b"x" * (size - len(start) - 2) + b'"}'


async def fill(store: Store, partner_id: int, chat: str, documents: list[bytes]) -> None:
    rows: list[tuple[Value, ...]] = [
        (partner_id, f"message {number}", chat, chat, NOW, number, 1, "read", 0, each)
        for number, each in enumerate(documents)
    ]
    async with store.database.transaction() as transaction:
        await transaction.load("messages", (*COLUMNS, "document"), rows)
        await transaction.fetch(REVISION, (len(documents), partner_id))


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 12), st.sampled_from(Order))
def test_pages_end_early_and_repeat_and_omit_nothing(
    opened: OpenStore, given_sizes: list[int], limit: int, order: Order
) -> None:
    chat = chat_id(next(numbers))
    documents = [document(number, size) for number, size in enumerate(given_sizes)]
    expected = documents if order is Order.THREAD_OLDEST_FIRST else documents[::-1]

    async def walk() -> list[list[bytes]]:
        partner = await new_partner(opened.store)
        await fill(opened.store, partner.id, chat, documents)
        reader = opened.store.reader(partner.id)
        page = await messages.page(reader, order, chat, limit=limit)
        pages = [list(page.documents)]
        while page.end is not None and page.snapshot is not None:
            page = await messages.page(reader, order, chat, limit=limit, snapshot=page.snapshot, after=page.end)
            pages.append(list(page.documents))
        return pages

    pages = opened.run(walk())
    assert [each for page in pages for each in page] == expected
    for page, following in zip(pages, [*pages[1:], []], strict=True):
        assert 1 <= len(page) <= limit
        size = sum(map(len, page))
        assert size <= MAX_PAGE or len(page) == 1
        # It ends early only if what follows did not fit.
        assert len(page) == limit or not following or size + len(following[0]) > MAX_PAGE


def test_a_large_message_that_is_deleted_meanwhile_is_left_out(opened: OpenStore) -> None:
    async def read() -> list[int]:
        partner = await new_partner(opened.store)
        chat = chat_id(next(numbers))
        await fill(opened.store, partner.id, chat, [document(number, 2 * SMALL) for number in range(3)])
        reader = opened.store.reader(partner.id)
        fetch = reader.fetch

        async def deleting(query: Query, values: tuple[Value, ...]) -> object:
            found = await fetch(query, values)
            if query.name == "page":
                async with opened.store.database.transaction() as transaction:
                    await transaction.fetch(DELETE, (partner.id,))
            return found

        reader.fetch = deleting  # type: ignore[assignment]
        page = await messages.page(reader, Order.CHAT, chat, limit=10)
        assert page.end is None
        return [msgspec.json.decode(each)["number"] for each in page.documents]

    assert opened.run(read()) == [2, 0]
