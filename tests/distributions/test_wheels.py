"""The two wheels alone, in a virtual environment of their own, are the service."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.support.command import environment, get, stop, wait_until_ready
from tests.support.reserved_port import reserved_port

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.acceptance, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheels and source archives, as ``make dist`` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, ROOT / "tools/build_distributions.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new virtual environment with nothing but the wheels and what they need."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    wheels = [str(each) for each in built.glob("*.whl")]
    pinned = ["--constraint", str(ROOT / "requirements/run.txt")]
    command = [folder / "bin/python", "-m", "pip", "install", "--quiet", *pinned, *wheels]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def test_make_dist_builds_both_distributions(built: Path) -> None:
    version = (ROOT / "VERSION").read_text().strip()
    assert {each.name for each in built.iterdir()} == {
        f"{name}-{version}{ending}"
        for name in ("trunkline", "trunkline_sdk")
        for ending in ("-py3-none-any.whl", ".tar.gz")
    }


def test_the_wheels_serve_the_demo(installed: Path, tmp_path: Path) -> None:
    variables = {name: text for name, text in environment().items() if name != "PYTHONPATH"}

    def output(*arguments: str) -> str:
        done = subprocess.run(
            [installed / arguments[0], *arguments[1:]],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert output("trunkline", "--version").split()[1] == (ROOT / "VERSION").read_text().strip()
    demo = json.loads(output("trunkline", "demo", "--json"))["partners"][0]
    with reserved_port() as port:
        process = subprocess.Popen(
            [installed / "trunkline", "serve", "--port", str(port), "--metrics", "open"],
            cwd=tmp_path,
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, process)
            assert len(get(f"{url}/v3/chats?limit=100", demo["key"])[1]["chats"]) == min(demo["chats"], 100)
            assert get(f"{url}/openapi.json")[0] == 200
            keys = {"LINQ_API_V3_API_KEY": demo["key"], "LINQ_API_V3_BASE_URL": url}
            variables.update(keys)
            assert output("linq", "chats", "list", "--limit", "3")
        finally:
            stop(process)
    assert output("trunkline", "database", "check")
