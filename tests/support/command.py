"""The command, run as a person or a script runs it, mostly in a forked process."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.forked_command import ForkedCommand, is_possible, run_forked
from tests.support.places import place_of
from tests.support.reserved_port import reserved_port

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TIMEOUT = 120.0  # s of a command
STARTUP = 30.0  # s
SHUTDOWN = 15.0  # s

Running: TypeAlias = "subprocess.Popen[Any] | ForkedCommand"


def environment(**variables: str) -> dict[str, str]:
    """The environment of this process without its Trunkline settings, and with these variables.

    The files of a database are in a place of their own.
    """
    if "TRUNKLINE_DATABASE" in variables:
        variables = {"TRUNKLINE_ATTACHMENTS": place_of(variables["TRUNKLINE_DATABASE"])} | variables
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TRUNKLINE_", "LINQ_"))}
    return inherited | variables


def run(*arguments: str, database: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs ``trunkline …`` on a database."""
    given = environment(TRUNKLINE_DATABASE=database, **variables)
    if is_possible(tuple(variables)):
        return run_forked(arguments, given, TIMEOUT)
    return subprocess.run(
        [BIN / "trunkline", *arguments], env=given, capture_output=True, text=True, check=False, timeout=TIMEOUT
    )


def run_json(*arguments: str, database: str, **variables: str) -> Any:
    """Runs ``trunkline … --json``, and returns what it prints."""
    done = run(*arguments, "--json", database=database, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def error_of(*arguments: str, database: str, **variables: str) -> str:
    """Runs ``trunkline …``, which must fail with status 1 and one line on standard error. Returns the error."""
    done = run(*arguments, database=database, **variables)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("trunkline: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("trunkline: ").rstrip("\n")


@contextmanager
def serving(database: str, *options: str, **variables: str) -> Generator[str]:
    """Runs ``trunkline serve`` until the end of the block, and yields its URL."""
    with reserved_port() as port:
        process = _begin("serve", "--port", str(port), *options, database=database, **variables)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(url, process)
            yield url
        finally:
            stop(process)


def _begin(*arguments: str, database: str, **variables: str) -> Running:
    given = environment(TRUNKLINE_DATABASE=database, **variables)
    if is_possible(tuple(variables)):
        return ForkedCommand(arguments, given)
    return subprocess.Popen(
        [BIN / "trunkline", *arguments], env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_until_ready(url: str, process: Running) -> None:
    """Returns once ``/readyz`` succeeds."""
    deadline = time.monotonic() + STARTUP
    while time.monotonic() < deadline:
        assert process.poll() is None, "the service ended before it was ready"
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service did not become ready")


def stop(process: Running) -> None:
    """Ends a process as an operator does."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(SHUTDOWN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def get(url: str, key: str | None = None) -> tuple[int, Any]:
    """Status and JSON body of a GET."""
    return _response(url, None, key, "GET")


def post(url: str, body: Any, key: str | None = None, *, method: str = "POST") -> tuple[int, Any]:
    """Status and JSON body of a POST, or another method, of JSON."""
    return _response(url, json.dumps(body).encode(), key, method)


def _response(url: str, body: bytes | None, key: str | None, method: str) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def ids(chats: Sequence[dict[str, Any]]) -> list[str]:
    """The ids of chats, in order."""
    return [chat["id"] for chat in chats]
