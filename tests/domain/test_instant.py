"""Instants: exact to the microsecond, and always with a time zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain import instant

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones)


@given(moments)
def test_an_instant_survives_every_conversion(moment: datetime) -> None:
    point = instant.from_datetime(moment)
    assert instant.to_datetime(point) == moment
    assert instant.to_datetime(point).tzinfo is UTC
    assert instant.parse(instant.render(point)) == point
    assert instant.parse(moment.isoformat()) == point


@given(moments, moments)
def test_instants_sort_like_datetimes(one: datetime, other: datetime) -> None:
    assert (instant.from_datetime(one) < instant.from_datetime(other)) == (one < other)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("2024-01-15T10:30:00Z", "2024-01-15T10:30:00Z"),
        ("2024-01-15T10:30:00.000Z", "2024-01-15T10:30:00Z"),
        ("2024-01-15T12:30:00.117+02:00", "2024-01-15T10:30:00.117000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("0099-01-01T00:00:00Z", "0099-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_rendered_in_utc_with_microseconds_if_it_has_any(text: str, rendered: str) -> None:
    assert instant.render(instant.parse(text)) == rendered


@pytest.mark.parametrize("text", ["", "yesterday", "2024-01-15", "2024-01-15T10:30:00", "2024-13-15T10:30:00Z"])
def test_a_text_that_is_not_a_date_time_with_an_offset_is_rejected(text: str) -> None:
    with pytest.raises(ValueError):
        instant.parse(text)


def test_a_datetime_without_a_time_zone_is_rejected() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant.from_datetime(datetime(2024, 1, 15))
