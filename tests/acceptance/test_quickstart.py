"""`make run`, without the installation."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import NewDatabase
from tests.support.command import ROOT, environment, get, post, wait_until_ready
from tests.support.reserved_port import reserved_port


def test_the_quickstart_lists_chats_and_suggests_commands(new_database: NewDatabase) -> None:
    with reserved_port() as port:
        process = subprocess.Popen(
            [ROOT / "examples" / "quickstart"],
            cwd=ROOT,
            env=environment(TRUNKLINE_DATABASE=new_database(), TRUNKLINE_PORT=str(port)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process)
            printed = ""
            assert process.stdout is not None
            while "Stop the service" not in printed:
                line = process.stdout.readline()
                assert line, printed
                printed += line
            key = re.search(r"LINQ_API_V3_API_KEY=(\S+)", printed)
            assert key is not None
            status, page = get(f"{url}/v3/chats?limit=5", key[1])
            assert status == 200
            assert [chat["id"] for chat in page["chats"]] == re.findall(r"^([0-9a-f-]{36}) ", printed, re.MULTILINE)
            assert f"{url}/docs" in printed
            assert f"{url}/console#key={key[1]}\n" in printed
            assert f"{url}/guides/build-an-app" in printed
            assert "curl -H" in printed
            assert "Each run adds one" in printed
            assert post(f"{url}/admin/simulate", {"action": "rules"}, key[1])[0] == 200
        finally:
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
            _, said = process.communicate(timeout=20)
        assert process.returncode == 0
        assert said == ""


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TRUNKLINE_PORT": "abc"}, "TRUNKLINE_PORT is 'abc'; it must be a number from 1 to 65535"),
        ({"TRUNKLINE_PORT": "0"}, "TRUNKLINE_PORT is '0'; it must be a number from 1 to 65535"),
        ({"TRUNKLINE_DATABASE": "foo"}, "trunkline: cannot use the database 'foo': it must be sqlite:///"),
    ],
)
def test_an_invalid_setting_is_one_line(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    with reserved_port() as port:
        given = {"TRUNKLINE_PORT": str(port), "TRUNKLINE_DATABASE": f"sqlite:///{tmp_path / 'x.db'}", **variables}
        done = subprocess.run(
            [ROOT / "examples" / "quickstart"],
            cwd=ROOT,
            env=environment(**given),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "x.db").exists()
