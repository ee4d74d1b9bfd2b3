"""A failed request is in the log under the trace id of its response, with the reason, and without what it said."""

import asyncio
import json
import sqlite3
from typing import Any

import pytest

from tests.support.caller import Caller, text
from tests.support.chats import ALICE, LINE
from tests.support.envelope import refused
from tests.support.log_lines import lines
from tests.support.open_store import OpenStore
from trunkline.domain.errors import NotReady, described
from trunkline.logs import JsonFormatter
from trunkline.storage import sending
from trunkline.storage.reader import Reader

CANARY = "canary7f3a"


def failing(we: Caller, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> tuple[dict[str, Any], dict[str, Any]]:
    """The response to a send during which something raises an error, and its record in the log."""
    chat = we.create()["id"]

    async def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch, lines(JsonFormatter()) as logged:
        patch.setattr(sending, "read", fail)
        response = we.try_send(chat, text(CANARY))
    [line] = logged
    assert CANARY not in line
    assert we.tenant.secret not in line
    return response.json(), json.loads(line)


def test_an_error_of_ours(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    response, record = failing(we, monkeypatch, ZeroDivisionError())
    assert response["error"]["status"] == 500
    assert (record["level"], record["trace_id"]) == ("error", response["trace_id"])
    assert record["message"] == "ZeroDivisionError"
    assert record["exception"].endswith("ZeroDivisionError")


def test_an_outage(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    response, record = failing(we, monkeypatch, NotReady("the database does not answer: it sleeps"))
    assert response["error"]["status"] == 503
    assert (record["message"], record["trace_id"]) == ("the database does not answer: it sleeps", response["trace_id"])
    assert "exception" not in record


def test_concurrent_requests_have_their_own_trace_ids(we: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = we.create()["id"]

    async def fail(*_: object) -> None:
        await asyncio.sleep(0.05)
        raise ZeroDivisionError

    with monkeypatch.context() as patch, lines(JsonFormatter()) as logged:
        patch.setattr(Reader, "chat_document", fail)
        responses = we.together(*[("GET", f"/v3/chats/{chat}", None)] * 5)
    found = {json.loads(line)["trace_id"] for line in logged}
    assert found == {each.json()["trace_id"] for each in responses}
    assert len(found) == 5


def test_a_value_that_the_database_rejects_is_not_quoted(opened: OpenStore, engine: str) -> None:
    with pytest.raises((NotReady, UnicodeEncodeError)) as raised:
        opened.run(opened.store.reader(1).chat(f"{CANARY} \ud800"))
    assert CANARY not in str(raised.value)
    assert str(raised.value)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (TimeoutError(), "TimeoutError"),
        (TimeoutError("late"), "TimeoutError: late"),
        (NotReady("the database sleeps"), "the database sleeps"),
        (NotReady(""), "NotReady"),
        (sqlite3.OperationalError("locked"), "OperationalError: locked"),
    ],
)
def test_every_error_says_something(error: Exception, says: str) -> None:
    assert described(error) == says


def test_an_error_of_the_caller_is_not_in_the_log(we: Caller) -> None:
    with lines(JsonFormatter()) as logged:
        refused(we.post("/v3/chats", {"from": LINE, "to": [ALICE], "message": text("")}), 400, 1004)
    assert logged == []
