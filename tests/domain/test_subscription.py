"""What a subscription may name: the version in its URL, and its events."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.domain.errors import InvalidParameter
from trunkline.domain.events import LATEST_VERSION, EventType, WebhookVersion
from trunkline.domain.subscription import RETIRED, check_events, deliverable, version_of

URL = "https://app.example.com/hook"
OLDER, LATEST = WebhookVersion


@pytest.mark.parametrize(
    ("query", "version"),
    [
        ("", LATEST),
        ("?", LATEST),
        ("?line=1", LATEST),
        ("?version=2025-01-01", OLDER),
        ("?version=2026-02-03", LATEST),
        ("?line=1&version=2025-01-01&more", OLDER),
        ("?version=2025%2D01-01", OLDER),
        ("?Version=2025-01-01&my_version=7", LATEST),
        ("&version=2025-01-01", LATEST),
    ],
)
def test_the_query_names_the_version(query: str, version: WebhookVersion) -> None:
    assert version_of(URL + query) is version
    assert LATEST_VERSION is LATEST is max(WebhookVersion)


@pytest.mark.parametrize("value", ["", "2", "2025-01-02", "latest", "2026-02-03 ", "%00", "2025-01-01,2026-02-03"])
def test_an_unknown_version_is_rejected_with_the_known_ones(value: str) -> None:
    with pytest.raises(InvalidParameter, match=r"must be 2025-01-01 or 2026-02-03"):
        version_of(f"{URL}?version={value}")


@pytest.mark.parametrize("second", WebhookVersion)
def test_two_versions_are_rejected(second: WebhookVersion) -> None:
    with pytest.raises(InvalidParameter, match="more than one version"):
        version_of(f"{URL}?version=2025-01-01&version={second}")


@given(st.lists(st.tuples(st.sampled_from(["version", "line"]), st.text(max_size=12)), max_size=4))
def test_a_query_has_the_latest_version_unless_it_names_one(query: list[tuple[str, str]]) -> None:
    named = [value for name, value in query if name == "version"]
    url = f"{URL}?{urlencode(query)}"
    if named:
        with pytest.raises(InvalidParameter):
            version_of(url)
    else:
        assert version_of(url) is LATEST
        assert version_of(f"{url}&version=2025-01-01") is OLDER


def test_an_older_version_has_no_newer_events() -> None:
    names = (*EventType, "call.ended")
    assert deliverable(names, LATEST) == set(names)
    assert deliverable(names, OLDER) == set(names) - {"message.edited"}


def test_retired_names_are_accepted_and_left_out() -> None:
    assert check_events(["message.opt_out", "message.sent", "message.opt_in"]) == ("message.sent",)
    assert check_events(sorted(RETIRED)) == ()
    with pytest.raises(InvalidParameter, match="is empty"):
        check_events([])
    with pytest.raises(InvalidParameter, match=r"message\.opt_inn"):
        check_events(["message.opt_in", "message.opt_inn"])
