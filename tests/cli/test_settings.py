"""Settings in the environment: which commands read them, and what a wrong one says."""

import pytest

from tests.conftest import NewDatabase
from tests.support.command import error_of, run


@pytest.fixture
def database(new_database: NewDatabase) -> str:
    return new_database()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("TRUNKLINE_HEALTH_AT_RISK_FAILED", "0", "TRUNKLINE_HEALTH_AT_RISK_FAILED is 0; it must be at least 1"),
        ("TRUNKLINE_HEALTH_LINE_PERCENT", "101", "TRUNKLINE_HEALTH_LINE_PERCENT is 101; it must be at most 100"),
        ("TRUNKLINE_HEALTH_AT_RISK_UNANSWERED", "99", "it must be at most TRUNKLINE_HEALTH_CRITICAL_UNANSWERED, 15"),
        ("TRUNKLINE_HEALTH_CRITICAL_FAILED", "many", "TRUNKLINE_HEALTH_CRITICAL_FAILED is 'many'"),
    ],
)
def test_a_health_setting_that_is_not_valid_stops_every_command(
    database: str, variable: str, value: str, says: str
) -> None:
    assert says in error_of("partner", "list", database=database, **{variable: value})


def test_a_command_ignores_the_settings_that_only_serve_needs(database: str) -> None:
    assert run("partner", "add", "Acme", database=database, TRUNKLINE_PORT="any").returncode == 0


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("TRUNKLINE_RATE_LIMIT", "100", "TRUNKLINE_RATE_LIMIT is '100'; it must be requests/unit"),
        ("TRUNKLINE_RATE_LIMIT", "0/s", "such as 100/s, 600/minute or 100/s:20"),
        ("TRUNKLINE_MAX_BACKLOG", "0", "TRUNKLINE_MAX_BACKLOG is 0; it must be at least 1"),
        ("TRUNKLINE_POSTGRES_READERS", "501", "TRUNKLINE_POSTGRES_READERS is 501; it must be from 1 to 500"),
        ("TRUNKLINE_POSTGRES_WRITERS", "0", "TRUNKLINE_POSTGRES_WRITERS is 0; it must be from 1 to 500"),
        ("TRUNKLINE_POSTGRES_READ_TIMEOUT", "0", "TRUNKLINE_POSTGRES_READ_TIMEOUT is 0; it must be from 1 to 300"),
        ("TRUNKLINE_POSTGRES_WRITE_TIMEOUT", "601", "TRUNKLINE_POSTGRES_WRITE_TIMEOUT is 601; it must be from 1 to"),
        ("TRUNKLINE_POSTGRES_MAX_LIFETIME", "5", "TRUNKLINE_POSTGRES_MAX_LIFETIME is 5; it must be from 60 to 86400"),
    ],
)
def test_a_limit_that_is_not_valid_stops_serve(database: str, variable: str, value: str, says: str) -> None:
    assert says in error_of("serve", database=database, **{variable: value})
