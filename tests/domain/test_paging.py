"""How many documents make a page."""

from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.paging import MAX_LIMIT, MAX_PAGE, SMALL, fitting


@given(st.lists(st.one_of(st.integers(1, SMALL), st.integers(1, 2 * MAX_PAGE)), max_size=20))
def test_a_page_is_as_long_as_its_size_allows_and_never_empty(sizes: list[int]) -> None:
    number = fitting([bytes(size) for size in sizes])
    assert min(1, len(sizes)) <= number <= len(sizes)
    assert sum(sizes[:number]) <= MAX_PAGE or number == 1
    assert number == len(sizes) or sum(sizes[: number + 1]) > MAX_PAGE


@given(st.lists(st.integers(1, SMALL), max_size=MAX_LIMIT))
def test_small_documents_always_fit(sizes: list[int]) -> None:
    assert fitting([bytes(size) for size in sizes]) == len(sizes)
