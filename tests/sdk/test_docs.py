"""The examples of docs/sdk.md run unchanged, and its tables are complete."""

import dataclasses
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

import linq
from linq import _settings
from tests.sdk.clients import KEY
from tests.sdk.endpoints import SECRET
from tests.sdk.server import Server
from tests.sdk.test_webhooks import EVENTS, event, signed

PAGE = (Path(__file__).parents[2] / "docs" / "sdk.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path) -> None:
    monkeypatch.setenv("LINQ_API_V3_API_KEY", KEY)
    monkeypatch.setenv("LINQ_API_V3_BASE_URL", server.url)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "example",
    [each for each in blocks("python") if not {"unwrap", "follow", "upload_url"} & set(re.findall(r"\w+", each))],
    ids=lambda example: example.strip().splitlines()[-1].strip(),
)
def test_examples_run(example: str, server: Server) -> None:
    exec(compile(example, "docs/sdk.md", "exec"), {"__name__": "__main__"})  # noqa: S102
    assert server.targets, "it asked the server"


def test_the_example_of_uploading_a_file(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cat.jpg").write_bytes(b"photo")
    uploads: list[tuple[str, bytes, dict[str, str]]] = []

    def put(url: str, *, content: bytes, headers: dict[str, str]) -> httpx2.Response:
        uploads.append((url, content, headers))
        return httpx2.Response(200, request=httpx2.Request("PUT", url))

    monkeypatch.setattr(httpx2, "put", put)
    [example] = [each for each in blocks("python") if "upload_url" in each]
    exec(compile(example, "docs/sdk.md", "exec"), {})  # noqa: S102
    headers = {"Content-Type": "image/png", "Content-Length": "12"}
    assert uploads == [("https://x/upload", b"photo", headers)], "as the service said"
    assert [target.partition("/v3")[2] for target in server.targets][-1].endswith("/messages")


def test_the_seeds_example_prints_the_first_chats_id(capsys: pytest.CaptureFixture[str]) -> None:
    exec(blocks("python")[0], {})  # noqa: S102
    assert capsys.readouterr().out == "550e8400-e29b-41d4-a716-000000000000\n"


def test_the_handler_of_webhooks_takes_what_is_signed_and_refuses_what_is_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINQ_WEBHOOK_SECRET", SECRET)
    [example] = [each for each in blocks("python") if "unwrap" in each]
    names: dict[str, Any] = {}
    exec(compile(example, "docs/sdk.md", "exec"), names)  # noqa: S102
    for kind in (*EVENTS, "call.initiated"):
        content = json.dumps(event(kind, EVENTS.get(kind, {})))
        assert names["receive"](content.encode(), signed(content)) == 204
    assert "+14155559876 wrote" in capsys.readouterr().out
    assert names["receive"](b"{}", signed("[]")) == 400
    assert "rejected: The webhook's signature" in capsys.readouterr().out


def test_the_example_of_following_stores_its_token_and_resumes(
    capsys: pytest.CaptureFixture[str], server: Server, tmp_path: Path
) -> None:
    server.sync_token = "t7"
    server.faults = {1: "401", 2: "401"}
    [example] = [each for each in blocks("python") if ".follow(" in each]
    for _ in range(2):
        with pytest.raises(linq.AuthenticationError):
            exec(compile(example, "docs/sdk.md", "exec"), {})  # noqa: S102
        assert (tmp_path / "follow.token").read_text() == "t7"
    assert len(capsys.readouterr().out.splitlines()) == server.total
    assert server.targets[2].endswith("&updated_since=t7&wait=60")


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("linq")]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line: str, server: Server) -> None:
    if "follow" in line:
        server.sync_token, server.faults = "t7", {1: "401"}  # or it would never end
    words = shlex.split(line, comments=True)
    if ">" in words:
        words = words[: words.index(">")]
    command = [sys.executable, "-c", "from linq._cli import main; main()", *words[1:]]
    done = subprocess.run(command, input=f"{KEY}\n", capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == (1 if "follow" in line else 0), done.stderr
    assert done.stdout or done.stderr


def test_every_setting_and_every_error_is_on_the_page() -> None:
    settings = {field.name for field in dataclasses.fields(_settings.Settings)}
    assert {name for name in settings if f"| `{name}` |" not in PAGE} == set()
    assert {name for name in dir(linq) if name.endswith("Error") and f"`{name}`" not in PAGE} <= {"APIError"}
