"""The example of docs/carriers.md as the carrier of a service."""

import json
import re
from pathlib import Path

import pytest

from tests.support.command import ROOT, error_of, get, post, run_json, serving
from tests.support.waiting import until

PAGE = ROOT / "docs" / "carriers.md"
LINE = "+12025550100"
ALICE = "+13105550111"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A folder with the example and its folders for messages."""
    [example] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "spool.py").write_text(example)
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.slow
def test_the_example_sends_and_receives(database_url: str, spool: Path) -> None:
    key = run_json("partner", "add", "Acme", database=database_url)["key"]
    run_json("line", "add", "Acme", LINE, database=database_url)
    variables = {"PYTHONPATH": str(spool), "SPOOL": str(spool)}
    with serving(database_url, "--sandbox", "--carrier", "spool:opened", **variables) as url:
        message = {"parts": [{"type": "text", "value": "Good morning"}]}
        status, created = post(f"{url}/v3/chats", {"from": LINE, "to": [ALICE], "message": message}, key)
        assert status == 201, created
        sent, chat_id = created["chat"]["message"]["id"], created["chat"]["id"]
        letter = until(lambda: [file.read_text() for file in (spool / "out").iterdir() if file.name == f"{sent}.json"])
        assert json.loads(letter[0]) == {"from": LINE, "to": [ALICE], "text": "Good morning"}
        until(lambda: get(f"{url}/v3/messages/{sent}", key)[1]["delivery_status"] == "sent")
        assert get(f"{url}/v3/messages/{sent}", key)[1]["service"] == "SMS"

        (spool / "in" / "1.json").write_text(json.dumps({"from": ALICE, "to": LINE, "text": "Good morning!"}))
        received = until(lambda: get(f"{url}/v3/chats/{chat_id}/messages", key)[1]["messages"][:-1])
        assert [(each["from"], each["parts"][0]["value"]) for each in received] == [(ALICE, "Good morning!")]
        until(lambda: not list((spool / "in").iterdir()))

        status, checked = post(f"{url}/v3/capability/check_imessage", {"address": ALICE}, key)
        assert (status, checked["available"], checked["selected_service"]) == (200, False, "SMS")
        status, rejected = post(f"{url}/admin/simulate", {"action": "rules"}, key)
        assert (status, rejected["error"]["code"]) == (404, 2001)
        assert "this service has the carrier 'spool:opened'" in rejected["error"]["message"]


@pytest.mark.parametrize(
    ("carrier", "error"),
    [
        ("modem", "the carrier is 'modem'; it must be loopback, or package.module:factory"),
        ("no.such.module:opened", "cannot load the carrier 'no.such.module:opened': No module named 'no'"),
        ("json:opened", "json has no function 'opened'"),
    ],
)
def test_an_invalid_carrier_is_reported_before_anything_starts(tmp_path: Path, carrier: str, error: str) -> None:
    assert error in error_of("serve", "--carrier", carrier, database=f"sqlite:///{tmp_path / 'chats.db'}")
