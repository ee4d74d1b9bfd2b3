"""The rules of polls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.chat import Participant, Service
from trunkline.domain.errors import InvalidContent, InvalidParameter
from trunkline.domain.message import PollPart
from trunkline.domain.poll import (
    MAX_OPTIONS,
    NO_OPTIONS,
    check_options,
    choose_option,
    require_option,
    with_options,
    with_vote,
)

ANN, BEN, CLEO = "+13105550111", "+13105550112", "cleo@example.com"
CREATOR = Participant("id", ANN, Service.IMESSAGE, 0)

steps = st.lists(st.tuples(st.sampled_from([ANN, BEN, CLEO]), st.integers(0, 2), st.booleans()), max_size=20)


def poll(*texts: str) -> PollPart:
    return with_options(texts, CREATOR)


@given(steps)
def test_votes_are_a_set_of_voters_for_each_option(taken: list[tuple[str, int, bool]]) -> None:
    found, expected = poll("a", "b", "c"), [set[str](), set[str](), set[str]()]
    for at, (voter, index, added) in enumerate(taken):
        option_id = found.options[index].id
        if added:
            again = voter in expected[index]
            after = with_vote(found, option_id, voter, at, added=True)
            assert (after is found) == again
            found = after
            expected[index].add(voter)
        elif voter in expected[index]:
            found = with_vote(found, option_id, voter, at, added=False)
            expected[index].remove(voter)
        else:
            with pytest.raises(InvalidParameter, match="no vote to remove"):
                with_vote(found, option_id, voter, at, added=False)
        assert [sorted(vote.handle for vote in option.votes) for option in found.options] == [
            sorted(each) for each in expected
        ]
        assert found.total_voters == len(set[str]().union(*expected))
    assert [option.text for option in found.options] == ["a", "b", "c"]


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=14))
def test_options_are_accepted_exactly_if_a_poll_can_have_them(first: list[str], added: list[str]) -> None:
    def is_accepted(texts: list[str], to: PollPart = NO_OPTIONS) -> bool:
        try:
            check_options(texts, "options", to)
        except InvalidContent:
            return False
        return True

    def are_valid(texts: list[str]) -> bool:
        stripped = [each.strip() for each in texts]
        return 2 <= len(texts) <= MAX_OPTIONS and all(stripped) and len({*stripped}) == len(stripped)

    assert is_accepted(first) == are_valid(first)
    if are_valid(first):
        assert is_accepted(added, poll(*first)) == (bool(added) and are_valid([*first, *added]))


def test_options_keep_their_ids_and_votes_when_others_are_added() -> None:
    before = poll("a", "b")
    before = with_vote(before, before.options[1].id, BEN, 1, added=True)
    after = with_options(["c"], CREATOR, before)
    assert after.options[:2] == before.options
    assert len({option.id for option in after.options}) == 3


def test_an_option_is_chosen_by_its_id_or_text() -> None:
    found = poll("Yes", " No ")
    assert choose_option(found, "No") is choose_option(found, found.options[1].id) is found.options[1]
    with pytest.raises(InvalidParameter, match=f"'option' is 'no'.* {found.options[0].id} \\('Yes'\\)"):
        choose_option(found, "no")
    with pytest.raises(InvalidParameter, match="'option_id' is 'No'"):
        require_option(found, "No")
