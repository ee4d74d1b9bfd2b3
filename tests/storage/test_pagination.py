"""Every pagination returns the chats that existed at its first page, once each, in the order that they had then."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chats import ALICE, BOB, CAROL, LINE, OTHER_LINE
from tests.support.examples import examples
from tests.support.list_model import Alter, Begin, Create, Step, World
from tests.support.open_store import OpenStore
from tests.support.partners import new_partner
from trunkline.domain.paging import Filters
from trunkline.storage import participants
from trunkline.storage.participants import MAX_UNINDEXED

HANDLES = (ALICE, BOB, CAROL)
EVERY_FILTER = [Filters(line, handle) for line in (None, LINE, OTHER_LINE) for handle in (None, LINE, *HANDLES)]

# The present, as of live changes, or one of a few past times, as of imports, so that chats often share one.
times = st.one_of(st.none(), st.integers(-4, 4))
limits = st.sampled_from([1, 1, 2, 3, 5, 100])
creations = st.builds(
    Create,
    st.sampled_from([LINE, OTHER_LINE]),
    st.lists(st.sampled_from(HANDLES), min_size=1, unique=True).map(tuple),
    times,
)
alterations = st.builds(
    Alter,
    st.lists(st.integers(0, 30), min_size=1, max_size=6).map(tuple),
    times,
    st.sampled_from([None, None, "renamed", "renamed again"]),
    st.sampled_from([None, None, *HANDLES]),
)
scripts = st.tuples(
    st.lists(creations, min_size=2, max_size=14),
    st.lists(
        st.one_of(creations, alterations, alterations, st.builds(Begin, limits), st.builds(Step, limits)), max_size=14
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("most", [MAX_UNINDEXED, 2])
def test_every_pagination_shows_the_snapshot_of_its_first_page(
    opened: OpenStore, monkeypatch: pytest.MonkeyPatch, engine: str, most: int
) -> None:
    """With ``most`` = 2, handles become indexed before, between and during the paginations."""
    monkeypatch.setattr(participants, "MAX_UNINDEXED", most)

    @settings(max_examples=examples(150, engine))
    @given(script=scripts, first=limits, last=limits)
    def check(script: tuple[list[Create], list[Create | Alter | Begin | Step]], first: int, last: int) -> None:
        before, during = script

        async def play() -> World:
            partner = await new_partner(opened.store)
            world = World(opened.store, partner.id, EVERY_FILTER)
            for step in (*before, Begin(first), *during):
                await world.do(step)
            while any(not started.pagination.finished for started in world.started):
                await world.do(Step(last))
            return world

        for started in opened.run(play()).started:
            assert started.pagination.ids == started.expected
            sizes = [len(page) for page in started.pagination.pages]
            assert sizes[:-1] == started.limits[:-1], "every page before the last is full"
            assert len(sizes) == 1 or sizes[-1] > 0, "next_cursor is null exactly if nothing is left"

    check()
