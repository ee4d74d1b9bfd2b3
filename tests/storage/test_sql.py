"""Named queries have numbered parameters in the order of first appearance."""

import pytest

from trunkline.storage.sql import in_several, parse, union_all

TEXT = """-- A comment before the first query.

-- name: first
select a::text from t where b = :beta and c = :gamma
  -- A name in a comment, such as :gamma or :delta, is no parameter.
  and d = :beta -- the same parameter

-- name: second
select 1
"""


def test_queries_have_names_and_numbered_parameters() -> None:
    queries = parse(TEXT)
    assert list(queries) == ["first", "second"]
    assert queries["first"].parameters == ("beta", "gamma")
    assert " ".join(queries["first"].text.split()).endswith("b = $1 and c = $2 and d = $1")
    assert "a::text" in queries["first"].text
    assert queries["second"].text == "select 1"
    assert queries["second"].parameters == ()


def test_values_are_in_the_order_of_the_parameters() -> None:
    query = parse(TEXT)["first"]
    assert query.values(gamma=2, beta=1, other=3) == (1, 2)
    with pytest.raises(KeyError, match="gamma"):
        query.values(beta=1)


def test_text_before_the_first_name_is_not_a_query() -> None:
    assert parse("select :a") == {}


def test_a_union_has_the_parameters_of_its_queries_by_name() -> None:
    queries = parse("-- name: a\nselect :x, :y\n-- name: b\nselect :y, :z\n")
    union = union_all("both", *queries.values())
    assert union.parameters == ("x", "y", "z")
    text = "select * from ( select $1, $2 ) a union all select * from ( select $2, $3 ) b"
    assert " ".join(union.text.split()) == text


def test_a_query_for_several_keys_runs_as_often_as_it_must() -> None:
    letters = "abcdefghijklmnop"
    query = parse(f"-- name: several\nselect {', '.join(f':{letter}' for letter in letters)}")["several"]
    keys = [str(number) for number in range(20)]
    assert [query.values(**each) for each in in_several(keys, "")] == [tuple(keys[:16]), (*keys[16:], *[""] * 12)]
    assert list(in_several([], "")) == []
