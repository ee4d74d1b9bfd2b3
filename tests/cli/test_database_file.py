"""The database file as an operator sees it: a path that is mistyped, and a file that goes away under the service."""

import resource
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.command import error_of, get, post, run_json, serving

EXPECTING = {
    "partner list": ["partner", "list"],
    "key list": ["key", "list", "Acme"],
    "key add": ["key", "add", "Acme"],
    "line add": ["line", "add", "Acme", "+12025550100"],
    "import": ["import", "linq", "--base-url", "http://127.0.0.1:1", "--key", "k"],
    "simulate": ["simulate", "message", "+13105550199", "hello"],
    "faults": ["faults", "list"],
    "webhooks list": ["webhooks", "list", "Acme"],
    "webhooks listen": ["webhooks", "listen", "Acme", "--forward-to", "http://127.0.0.1:1/"],
    "database check": ["database", "check"],
    "database backup": ["database", "backup", "chats-monday.db"],
    "database restored": ["database", "restored"],
}


@pytest.mark.parametrize("arguments", EXPECTING.values(), ids=EXPECTING)
def test_a_command_that_expects_a_database_does_not_create_one(tmp_path: Path, arguments: list[str]) -> None:
    message = error_of(*arguments, database=f"sqlite:///{tmp_path / 'chats.bd'}")
    assert message == (
        f"there is no database {tmp_path / 'chats.bd'}; name another with --database, or create one with "
        "`trunkline partner add NAME`, `trunkline demo` or `trunkline serve`"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_service_says_that_its_disk_is_full_and_comes_back(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'chats.db'}"
    key = run_json("partner", "add", "Acme", database=database)["key"]
    run_json("line", "add", "Acme", "+12025550100", database=database)
    body = {"from": "+12025550100", "to": ["+12025550111"], "message": {"parts": [{"type": "text", "value": "hello"}]}}
    with serving(database) as url:
        workers = _workers(url)
        assert post(f"{url}/v3/chats", body, key)[0] == 201
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
        for status, error in (get(f"{url}/readyz"), post(f"{url}/v3/chats", body, key)):
            _is_not_ready(status, error, "the database cannot be read or written")
        assert get(f"{url}/healthz")[0] == 200
        assert len(get(f"{url}/v3/chats", key)[1]["chats"]) == 1
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert get(f"{url}/readyz") == (200, {"status": "ok"})
        assert post(f"{url}/v3/chats", body, key)[0] == 201


def test_the_service_says_that_its_database_or_its_attachments_are_gone(tmp_path: Path) -> None:
    path, files = tmp_path / "chats.db", tmp_path / "files"
    key = run_json("partner", "add", "Acme", database=f"sqlite:///{path}")["key"]
    run_json("line", "add", "Acme", "+12025550100", database=f"sqlite:///{path}")
    body = {"from": "+12025550100", "to": ["+12025550111"], "message": {"parts": [{"type": "text", "value": "hello"}]}}
    with serving(f"sqlite:///{path}", TRUNKLINE_ATTACHMENTS=str(files)) as url:
        path.rename(tmp_path / "elsewhere.db")
        for status, error in (get(f"{url}/readyz"), post(f"{url}/v3/chats", body, key)):
            _is_not_ready(status, error, "the database file is gone; the operator of the service must restore it")
        (tmp_path / "elsewhere.db").rename(path)
        assert get(f"{url}/readyz")[0] == 200
        files.rename(tmp_path / "elsewhere")
        _is_not_ready(*get(f"{url}/readyz"), "the folder of the attachments is gone")
        assert post(f"{url}/v3/chats", body, key)[0] == 201
        (tmp_path / "elsewhere").rename(files)
        assert get(f"{url}/readyz")[0] == 200


def _is_not_ready(status: int, body: Any, message: str) -> None:
    assert status == 503, body
    assert body["success"] is False
    assert body["error"]["code"] == 3006
    assert message in body["error"]["message"]


def _workers(url: str) -> list[int]:
    """The processes of the service at a URL: those that listen at its port, and their children."""
    port = int(url.rpartition(":")[2])
    found: set[int] = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(each.laddr.port == port for each in process.net_connections() if each.status == psutil.CONN_LISTEN):
                found |= {process.pid, *[child.pid for child in process.children(recursive=True)]}
    return sorted(found)
