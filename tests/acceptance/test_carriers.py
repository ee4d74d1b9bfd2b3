"""The carrier of docs/carriers.md, named in a setting and run by the service as a reader would."""

import json
import re
from pathlib import Path

import pytest

from tests.acceptance.command import ROOT, get, post, refusal, run_json, serving
from tests.acceptance.waiting import until

PAGE = ROOT / "docs" / "carriers.md"
LINE = "+12025550100"
ALICE = "+13105550111"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """The folder of the example, with the example in it."""
    [example] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "spool.py").write_text(example)
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_the_example_carries_messages_both_ways(database_url: str, spool: Path) -> None:
    key = run_json("partner", "add", "Acme", database=database_url)["key"]
    run_json("line", "add", "Acme", LINE, database=database_url)
    variables = {"PYTHONPATH": str(spool), "SPOOL": str(spool)}
    with serving(database_url, "--carrier", "spool:opened", **variables) as url:
        message = {"parts": [{"type": "text", "value": "Good morning"}]}
        status, created = post(f"{url}/v3/chats", {"from": LINE, "to": [ALICE], "message": message}, key)
        assert status == 201, created
        sent, chat_id = created["chat"]["message"]["id"], created["chat"]["id"]
        letter = until(lambda: [file.read_text() for file in (spool / "out").iterdir() if file.name == f"{sent}.json"])
        assert json.loads(letter[0]) == {"from": LINE, "to": [ALICE], "text": "Good morning"}
        until(lambda: get(f"{url}/v3/messages/{sent}", key)[1]["delivery_status"] == "sent")
        assert get(f"{url}/v3/messages/{sent}", key)[1]["service"] == "SMS"

        (spool / "in" / "1.json").write_text(json.dumps({"from": ALICE, "to": LINE, "text": "Good morning!"}))
        heard = until(lambda: get(f"{url}/v3/chats/{chat_id}/messages", key)[1]["messages"][:-1])
        assert [(each["from"], each["parts"][0]["value"]) for each in heard] == [(ALICE, "Good morning!")]
        until(lambda: not list((spool / "in").iterdir()))

        status, checked = post(f"{url}/v3/capability/check_imessage", {"address": ALICE}, key)
        assert (status, checked["available"], checked["selected_service"]) == (200, False, "SMS")
        status, refused = post(f"{url}/admin/simulate", {"action": "rules"}, key)
        assert (status, refused["error"]["code"]) == (404, 2001)


@pytest.mark.parametrize(
    ("carrier", "told"),
    [
        ("modem", "the carrier is 'modem'; it must be loopback, or package.module:factory"),
        ("no.such.module:opened", "cannot load the carrier 'no.such.module:opened': No module named 'no'"),
        ("json:opened", "json has no function 'opened'"),
    ],
)
def test_a_carrier_that_is_not_there_is_told_before_anything_starts(tmp_path: Path, carrier: str, told: str) -> None:
    assert told in refusal("serve", "--carrier", carrier, database=f"sqlite:///{tmp_path / 'chats.db'}")
