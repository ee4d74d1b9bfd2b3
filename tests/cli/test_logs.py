"""The log of the service: every line has a time, a level and the ids of what it is about, and no secret."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.chats import ALICE, LINE
from tests.support.command import BIN, environment, error_of, post, run_json, stop, wait_until_ready
from tests.support.log_lines import lines
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until
from trunkline.domain.tracing import bind, bind_trace, bound_to
from trunkline.logs import JsonFormatter, TextFormatter, capture

CANARY = "canary7f3a"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@contextmanager
def logged_service(folder: Path, **variables: str) -> Generator[tuple[str, Path, subprocess.Popen[bytes]]]:
    """A running service with two workers and an access log: its URL, the file with its standard error, its process."""
    database = f"sqlite:///{folder / 'chats.db'}"
    file = folder / "log"
    options = ("--workers", "2", "--access-log", "--sandbox", "--allow-private-webhooks")
    with reserved_port() as port, file.open("wb") as log:
        process = subprocess.Popen(
            [BIN / "trunkline", "serve", "--port", str(port), *options],
            env=environment(TRUNKLINE_DATABASE=database, **variables),
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}", file, process
        finally:
            if process.poll() is None:
                stop(process)


def use(url: str, database: str) -> tuple[str, str]:
    """Sends messages, some of which fail. Returns the key, and the trace id of a failure."""
    key = run_json("partner", "add", "Acme", database=database)["key"]
    run_json("line", "add", "Acme", LINE, database=database)
    hook = {"target_url": f"http://127.0.0.1:9/{CANARY}", "subscribed_events": ["message.sent"]}
    secret = post(f"{url}/v3/webhook-subscriptions", hook, key)[1]["signing_secret"]
    message = {"from": LINE, "to": [ALICE], "message": {"parts": [{"type": "text", "value": CANARY}]}}
    assert post(f"{url}/v3/chats", message, key)[0] == 201
    assert post(f"{url}/admin/faults", {"effect": "unavailable", "times": 1}, key)[0] == 201
    status, failed = post(f"{url}/v3/chats", message, key)
    assert status == 503
    assert post(f"{url}/v3/chats", {"from": CANARY}, key)[0] == 400
    assert secret not in key
    return key, failed["trace_id"]


def test_every_line_is_json(tmp_path: Path) -> None:
    with logged_service(tmp_path, TRUNKLINE_LOG_FORMAT="json") as (url, file, process):
        key, trace_id = use(url, f"sqlite:///{tmp_path / 'chats.db'}")
        until(lambda: trace_id in file.read_text())
        stop(process)
    text = file.read_text()
    records = [json.loads(line) for line in text.splitlines()]
    assert all(re.fullmatch(TIME, each["time"]) and each["level"] and each["message"] for each in records)
    failure, access = [each for each in records if each.get("trace_id") == trace_id]
    assert (failure["level"], failure["logger"]) == ("warning", "trunkline.api")
    assert '"POST /v3/chats HTTP/1.1" 503' in access["message"]
    messages = [each["message"] for each in records]
    assert [each for each in messages if each.startswith("Trunkline serves")]
    assert [each for each in messages if each.startswith("Spawning worker-2")]
    assert [each for each in messages if '"POST /v3/chats HTTP/1.1" 201' in each]
    assert not [secret for secret in (key, CANARY) if secret in text]


def test_every_line_of_text_has_a_time_and_a_level(tmp_path: Path) -> None:
    with logged_service(tmp_path) as (url, file, process):
        key, trace_id = use(url, f"sqlite:///{tmp_path / 'chats.db'}")
        until(lambda: trace_id in file.read_text())
        stop(process)
    said, lines = file.read_text().splitlines()[:2], file.read_text().splitlines()[2:]
    assert said[1].startswith("Trunkline serves")
    assert [line for line in lines if not re.match(rf"{TIME} (INFO   |WARNING|ERROR  ) [a-z.]+.*: ", line)] == []
    failure, _ = [line for line in lines if trace_id in line]
    assert f" WARNING trunkline.api trace_id={trace_id}: this request has the fault " in failure
    assert not [secret for secret in (key, CANARY) if any(secret in line for line in lines)]


def test_the_addresses_are_said_at_the_level_info(tmp_path: Path) -> None:
    with logged_service(tmp_path, TRUNKLINE_LOG_LEVEL="warning") as (_, file, process):
        stop(process)
    assert not re.search("Trunkline serves|The sandbox is", file.read_text())


def test_a_dead_worker_is_in_the_log(tmp_path: Path) -> None:
    with logged_service(tmp_path, TRUNKLINE_LOG_FORMAT="json", TRUNKLINE_LOG_LEVEL="error") as (_, file, process):
        os.kill(_workers(process)[0], signal.SIGKILL)
        until(lambda: "Unexpected exit from worker" in file.read_text())
    [line] = [line for line in file.read_text().splitlines() if "Unexpected exit" in line]
    assert json.loads(line)["level"] == "error"


def test_a_worker_that_dies_again_at_once_ends_the_service_with_an_error(tmp_path: Path) -> None:
    with logged_service(tmp_path) as (_, file, process):
        before = _workers(process)
        os.kill(before[0], signal.SIGKILL)
        until(lambda: set(_workers(process)) - set(before))
        [again] = set(_workers(process)) - set(before)
        os.kill(again, signal.SIGKILL)
        assert process.wait(30) == 1
    assert "Worker crash loop detected, exiting" in file.read_text()


def test_a_response_that_a_client_does_not_take_adds_no_record(tmp_path: Path) -> None:
    """A client, even without a key, could fill the disk."""
    with logged_service(tmp_path) as (url, file, process):
        address = urlsplit(url)
        for _ in range(20):
            with socket.create_connection((address.hostname, address.port)) as connection:
                connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        until(lambda: '"GET /openapi.json HTTP/1.1" 200' in file.read_text())
        stop(process)
    assert "transport error" not in file.read_text()


def _workers(service: subprocess.Popen[bytes]) -> list[int]:
    """The ids of the worker processes."""
    children = Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()
    return [int(each) for each in children if b"resource_tracker" not in _command(int(each))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


def test_settings_that_are_not_valid(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'chats.db'}"
    assert error_of("serve", "--log-format", "xml", database=database) == (
        "TRUNKLINE_LOG_FORMAT is 'xml'; it must be one of text, json"
    )
    assert error_of("serve", "--log-level", "all", database=database) == (
        "TRUNKLINE_LOG_LEVEL is 'all'; it must be one of debug, info, warning, error"
    )


# Records, without a service.


def broken() -> None:
    raise ValueError("first\nsecond")


def test_a_traceback_is_one_record() -> None:
    log = logging.getLogger("trunkline.test")
    with lines(JsonFormatter()) as as_json, lines(TextFormatter()) as as_text:
        try:
            broken()
        except ValueError:
            log.exception("it failed")
    [line], [text] = as_json, as_text
    record = json.loads(line)
    assert record["message"] == "it failed"
    assert record["exception"].startswith("Traceback")
    assert record["exception"].endswith("ValueError: first\nsecond")
    first, *rest = text.splitlines()
    assert first.endswith(" ERROR   trunkline.test: it failed")
    assert all(each.startswith("    ") for each in rest)


def test_a_message_cannot_forge_a_line() -> None:
    record = logging.makeLogRecord({"name": "trunkline.test", "msg": "a\r\nb\x1b[31m\u2028\ud800"})
    as_json = JsonFormatter().format(record)
    assert TextFormatter().format(record).endswith(r"a\r\nb\x1b[31m\u2028\ud800")
    assert "\n" not in as_json
    assert json.loads(as_json)["message"].startswith("a\r\nb")


def test_ids_belong_to_a_block() -> None:
    with lines(JsonFormatter()) as as_json:
        log = logging.getLogger("trunkline.test")
        bind_trace("t-1")
        bind("event_id", "e-1")
        with bound_to("trace_id", "t-2"):
            log.warning("inside")
        log.warning("outside")
        bind_trace("t-3")
        log.warning("the next request")
    found = [json.loads(line) for line in as_json]
    assert [(each["trace_id"], each.get("event_id")) for each in found] == [
        ("t-2", "e-1"),
        ("t-1", "e-1"),
        ("t-3", None),
    ]


def test_warnings_and_uncaught_exceptions_are_records(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    with lines(JsonFormatter()) as as_json, warnings.catch_warnings():
        warnings.simplefilter("always")
        capture()
        try:
            warnings.warn("this is old", DeprecationWarning, stacklevel=1)
            thread = threading.Thread(target=broken)
            thread.start()
            thread.join()
            sys.excepthook(ValueError, ValueError("nobody"), None)
        finally:
            logging.captureWarnings(False)
    warning, in_thread, uncaught = [json.loads(line) for line in as_json]
    assert "this is old" in warning["message"]
    assert "ValueError: first" in in_thread["exception"]
    assert (uncaught["level"], uncaught["exception"]) == ("critical", "ValueError: nobody")
