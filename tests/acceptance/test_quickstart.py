"""`make run`, without the installation."""

import re
import signal
import subprocess

from tests.conftest import NewDatabase
from tests.support.command import ROOT, environment, get, wait_until_ready
from tests.support.reserved_port import reserved_port


def test_the_quickstart_lists_chats_and_suggests_commands(new_database: NewDatabase) -> None:
    with reserved_port() as port:
        process = subprocess.Popen(
            [ROOT / "examples" / "quickstart"],
            cwd=ROOT,
            env=environment(TRUNKLINE_DATABASE=new_database(), TRUNKLINE_PORT=str(port)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
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
            assert "curl -H" in printed
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)
        assert process.returncode == 0
