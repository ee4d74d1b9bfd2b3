"""Places that partners share: whatever the others take, one that has none finds one."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.errors import TooManyRequests
from trunkline.domain.places import Places

MOVES = st.lists(st.tuples(st.sampled_from("ABC"), st.booleans()), max_size=60)


@given(number=st.integers(1, 12), moves=MOVES)
def test_a_partner_takes_at_most_as_many_places_as_are_free(number: int, moves: list[tuple[str, bool]]) -> None:
    places = Places(number, 5, "too many")
    taken: dict[str, list[ExitStack]] = {each: [] for each in "ABC"}
    for partner, takes in moves:
        free = number - sum(len(each) for each in taken.values())
        if not takes:
            if taken[partner]:
                taken[partner].pop().close()
        elif len(taken[partner]) < free:
            place = ExitStack()
            place.enter_context(places.taken(ord(partner)))
            taken[partner].append(place)
        else:
            with pytest.raises(TooManyRequests, match="too many; try again in 5 seconds"), places.taken(ord(partner)):
                pass
