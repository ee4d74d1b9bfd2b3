"""Every method of the public client is served, or says that it is not simulated."""

import subprocess
import sys
from typing import TypeAlias

import msgspec
import pytest

from tests.acceptance.installed import python_client
from tests.conftest import NewDatabase
from tests.support.command import ROOT, environment, serving
from tests.support.open_store import opened_store
from tests.support.partners import new_partner
from trunkline.api.routes import not_simulated

Responses: TypeAlias = dict[str, tuple[int, str, int]]
"""By method: the status, the message of an error, and the number of requests."""

METHODS = 70  # of linq-python 0.65


@pytest.fixture(scope="module")
def responses(new_database: NewDatabase) -> Responses:
    """The response to each method."""
    database = new_database()
    with opened_store(database) as opened:
        key = opened.run(new_partner(opened.store)).secret
    with serving(database) as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.acceptance.clients.every_method", url, key],
            cwd=ROOT,
            env=environment(PYTHONPATH=str(python_client("0.65.0"))),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return msgspec.json.decode(done.stdout, type=Responses)


def test_every_method_is_served_or_not_simulated(responses: Responses) -> None:
    assert len(responses) == METHODS
    unknown = [
        name for name, (status, says, _) in responses.items() if status == 405 or says.startswith("there is nothing at")
    ]
    assert unknown == []
    # Whatever the arguments, no method fails in the service.
    assert {status for status, _, _ in responses.values()} <= {200, 400, 403, 404, 405, 501}


def test_the_methods_that_are_not_simulated_are_those_of_the_table(responses: Responses) -> None:
    assert sum(status == 501 for status, _, _ in responses.values()) == len(not_simulated.ROUTES)
    messages = {says for status, says, _ in responses.values() if status == 501}
    assert messages == {feature.message for feature in not_simulated.FEATURES}
    # The client, which retries other server errors, obeys the header of the response.
    assert {requests for status, _, requests in responses.values() if status == 501} == {1}
