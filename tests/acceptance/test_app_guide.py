"""The guide "Build an app": a reader who follows it gets what it promises, and each of its checks can fail."""

import re
import shlex
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from html import unescape
from pathlib import Path

import pytest

from tests.support.command import BIN, ROOT, environment, get, stop, wait_until_ready
from tests.support.reserved_port import reserved_port
from tests.support.waiting import until
from trunkline.api import html

pytest_plugins = ["pytester"]

LINES = 20
"""The most that the inbox loop may have."""
ALICE = "+13105550111"
BOB = "+13105550112"


def page(url: str = "http://127.0.0.1:8080") -> str:
    """The guide as it is served."""
    return html.build_an_app(url)


def blocks(language: str, text: str) -> list[str]:
    found = re.findall(rf'<pre><code class="language-{language}">(.*?)</code></pre>', text, re.DOTALL)
    return [unescape(each) for each in found]


def files(text: str) -> dict[str, str]:
    """The files that the reader saves, by name."""
    named = re.findall(
        r'[Ss]ave(?: it)? as <code>(\w+\.py)</code>:</p>\n<pre><code class="language-python">(.*?)</code></pre>',
        text,
        re.DOTALL,
    )
    return {name: unescape(code) for name, code in named}


def checks(text: str) -> list[str]:
    """The blocks with tests."""
    return [each for each in blocks("python", text) if "\ndef test_" in each or each.startswith("def test_")]


def test_every_block_has_a_use() -> None:
    assert set(files(page())) == {"answer.py", "inbox.py", "app.py", "server.py", "conftest.py"}
    assert len(files(page())) + len(checks(page())) == len(blocks("python", page()))


def test_the_inbox_loop_is_short() -> None:
    code = files(page())["inbox.py"].splitlines()
    assert len([line for line in code if line]) <= LINES


class Reader:
    """Somebody who types the commands of the guide, in a folder with its files."""

    def __init__(self, folder: Path, port: int, webhook_port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.text = page(self.url).replace("3000", str(webhook_port))
        self.folder = folder
        self.variables = {"TRUNKLINE_PORT": str(port), "PATH": f"{BIN}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.output: dict[str, Path] = {}
        for name, code in files(self.text).items():
            (folder / name).write_text(code, "utf-8")

    @property
    def key(self) -> str:
        return self.variables["LINQ_API_V3_API_KEY"]

    def type(self, block: str, **placeholders: str) -> str:
        """Types the lines of a block, and returns what they print. Services and apps go on running."""
        printed = ""
        for line in block.splitlines():
            name, *arguments = shlex.split(line)
            if name == "export":
                variable, value = arguments[0].split("=", 1)
                self.variables[variable] = placeholders.get(value, value)
            elif arguments[:1] == ["serve"] or arguments[:2] == ["webhooks", "listen"] or name == "python":
                self.start(line)
            else:
                done = subprocess.run(
                    [BIN / name, *arguments],
                    env=environment(**self.variables),
                    cwd=self.folder,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=60,
                )
                assert done.returncode == 0, line + done.stderr
                printed += done.stdout
        return printed

    def start(self, line: str) -> None:
        if line in self.running:
            return
        name, *arguments = shlex.split(line)
        self.output[line] = self.folder / f"output-{len(self.output)}"
        with self.output[line].open("w") as output:
            self.running[line] = subprocess.Popen(
                [BIN / name, *arguments],
                env=environment(**self.variables),
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        if arguments[0] == "serve":
            wait_until_ready(self.url, self.running[line])

    def kill(self, line: str) -> None:
        process = self.running.pop(line)
        process.kill()
        process.wait()

    def texts(self, handle: str) -> list[str]:
        """The messages of the chat with a person, the oldest first."""
        chats = get(f"{self.url}/v3/chats?to=%2B{handle[1:]}", self.key)[1]["chats"]
        if not chats:
            return []
        messages = get(f"{self.url}/v3/chats/{chats[0]['id']}/messages?limit=100", self.key)[1]["messages"]
        return [each["parts"][0]["value"] for each in reversed(messages)]


@contextmanager
def reading(folder: Path) -> Generator[Reader]:
    """A reader, whose programs end with the block."""
    with reserved_port() as port, reserved_port() as webhook_port:
        reader = Reader(folder, port, webhook_port)
        try:
            yield reader
        finally:
            with ExitStack() as stack:
                for process in reader.running.values():
                    stack.callback(stop, process)


def start_loop(reader: Reader) -> None:
    """Types what the guide says until the inbox loop is running."""
    setup, variables, *_ = blocks("sh", reader.text)
    [key] = re.findall(r"^  (\S+)$", reader.type(setup), re.MULTILINE)
    reader.type(variables, **{"the key": key})
    reader.type("python inbox.py")
    until((reader.folder / "inbox.txt").exists)


def test_a_reader_gets_from_nothing_to_an_app(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        _, _, inbox, faults, opt_out, listening, hook, live = blocks("sh", reader.text)
        start_loop(reader)
        assert "+13105550111" in reader.type(inbox)
        answered = ["Are you open on Sunday?", "You wrote: Are you open on Sunday?"]
        until(lambda: reader.texts(ALICE) == answered)

        reader.type(faults)
        until(lambda: len(reader.texts(BOB)) == 2)
        reader.type(opt_out)
        reader.type(f'trunkline simulate message {ALICE} "Hello again"')
        until(lambda: reader.texts(ALICE)[2:] == ["Hello again", "You wrote: Hello again"])
        assert reader.texts(BOB) == ["Is anyone there?", "You wrote: Is anyone there?", "STOP"]
        assert reader.running["python inbox.py"].poll() is None
        assert (
            "There are no faults"
            in subprocess.run(
                [BIN / "trunkline", "faults", "list"],
                env=environment(**reader.variables),
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=True,
            ).stderr
        )

        reader.kill("python inbox.py")
        reader.type(listening)
        secret = until(lambda: re.findall(r"whsec_\S+", reader.output[listening.strip()].read_text()))[0]
        exported, started, written = hook.splitlines()
        reader.type(exported, **{"the secret": secret})
        reader.type(started)
        reader.type(written)
        until(lambda: reader.texts(ALICE)[-1] == "Thank you for your message!")
        until(lambda: " 204 message.received" in reader.output[listening.strip()].read_text())
        assert live.splitlines()[0] == "unset LINQ_API_V3_BASE_URL"
    assert "Traceback" not in "".join(each.read_text() for each in reader.output.values())


@pytest.mark.parametrize("delayed", [True, False])
def test_the_inbox_loop_survives_being_killed(tmp_path: Path, delayed: bool) -> None:
    with reading(tmp_path) as reader:
        start_loop(reader)
        write = 'trunkline simulate message {} "{}"'
        reader.type(write.format(ALICE, "1"))
        until(lambda: len(reader.texts(ALICE)) == 2)
        if delayed:  # killed after the service has carried out its request
            reader.type('trunkline faults add delay --delay-seconds 60 --method POST --path "/v3/chats/*/messages"')
            reader.type(write.format(BOB, "2"))
            until(lambda: "2" in reader.texts(BOB))
            until(lambda: "\t1\t" in reader.type("trunkline faults list") or not reader.type("trunkline faults list"))
        reader.kill("python inbox.py")
        for text in ("3", "4", "5"):
            reader.type(write.format(ALICE, text))
            reader.type(write.format(BOB, text))
        reader.type("python inbox.py")

        received = {ALICE: ["1", "3", "4", "5"], BOB: ["2"] * delayed + ["3", "4", "5"]}
        for handle, texts in received.items():
            until(lambda handle=handle, texts=texts: len(reader.texts(handle)) >= 2 * len(texts))
        reader.type(write.format(ALICE, "6"))  # everything before it has been handled
        until(lambda: "You wrote: 6" in reader.texts(ALICE))
        for handle, texts in received.items():
            answers = [each for each in reader.texts(handle) if each.startswith("You wrote: ")]
            assert answers == [f"You wrote: {text}" for text in [*texts, *["6"] * (handle == ALICE)]]


def test_messages_from_before_the_first_start_are_not_new(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        setup, variables, *_ = blocks("sh", reader.text)
        [key] = re.findall(r"^  (\S+)$", reader.type(setup), re.MULTILINE)
        reader.type(variables, **{"the key": key})
        reader.type(f"trunkline simulate message {ALICE} old")
        reader.type("python inbox.py")
        until((tmp_path / "inbox.txt").exists)
        reader.type(f"trunkline simulate message {ALICE} new")
        until(lambda: len(reader.texts(ALICE)) == 3)
        assert reader.texts(ALICE) == ["old", "new", "You wrote: new"]


@pytest.mark.parametrize("folder", ["sdk/src", ".clients/linq-python-0.65.0"], ids=["ours", "public"])
def test_two_variables_choose_the_service(folder: str) -> None:
    program = "from linq import LinqAPIV3; client = LinqAPIV3(); print(client.base_url, client.api_key)"
    printed: list[str] = []
    for url in ({}, {"LINQ_API_V3_BASE_URL": "http://127.0.0.1:8080"}):
        variables = environment(PYTHONPATH=str(ROOT / folder), LINQ_API_V3_API_KEY="secret", **url)
        done = subprocess.run(
            [sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True
        )
        printed.append(done.stdout.replace("/ ", " "))
    assert printed == ["https://api.linqapp.com/api/partner secret\n", "http://127.0.0.1:8080 secret\n"]


MISTAKES = {
    "the card with every message": (
        "        if self.shared.get(chat) == day:\n            return\n",
        "",
        ["test_the_contact_card_is_shared_once_a_day"],
    ),
    "the card only once": (
        "if self.shared.get(chat) == day:",
        "if chat in self.shared:",
        ["test_the_contact_card_is_shared_once_a_day"],
    ),
    "reminders without a look at the health": (
        '.health_status.status != "HEALTHY"',
        ".id is None",
        ["test_unhealthy_chats_get_no_reminder"] * 3,
    ),
    "no reminders at all": ('!= "HEALTHY"', "!= 1", ["test_healthy_chats_get_a_reminder"]),
    "a line in the code": (
        "messages.create(to=",
        "chats.create(from_='+12025550100', to=",
        ["test_a_person_keeps_their_line"],
    ),
    "opt-outs are retried": (
        "            return False\n        return True",
        "            self.client.chats.messages.send(chat, message=message(text), override_optout=True)\n"
        "        return True",
        ["test_an_opt_out_is_respected"],
    ),
    "opt-outs are fatal": ("error.code != 2024", "True", ["test_an_opt_out_is_respected"]),
    "signatures are not verified": (
        "            return 400\n",
        "            from linq.types import MessageReceivedWebhookEvent\n"
        "            event = MessageReceivedWebhookEvent.model_validate_json(body)\n",
        ["test_a_forged_webhook_is_refused"],
    ),
    "a fresh key for each attempt": (
        'f"answer-{event.data.id}"',
        "str(id(object())) + str(__import__('random').random())",
        ["test_a_webhook_that_arrives_twice_has_one_answer", "test_unknown_events_and_fields_are_ignored"],
    ),
    "no retries": (
        "self.client = client\n",
        "self.client = client.with_options(max_retries=0)\n",
        ["test_a_lost_response_leads_to_one_answer", "test_the_rate_limit_is_honoured"],
    ),
    "only known events": (
        "        return 204",
        "        else:\n            return 400\n        return 204",
        ["test_unknown_events_and_fields_are_ignored"],
    ),
}


def run_checks(pytester: pytest.Pytester, old: str = "", new: str = "") -> pytest.RunResult:
    """Runs the checks as the reader does, on the app with a change."""
    saved = files(page())
    assert old in saved["app.py"]
    pytester.makeconftest(saved["conftest.py"])
    pytester.makepyfile(app=saved["app.py"].replace(old, new, 1))
    pytester.makepyfile(**{f"test_{number}": code for number, code in enumerate(checks(page()))})
    return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider")


def test_the_app_passes_every_check(pytester: pytest.Pytester) -> None:
    run_checks(pytester).assert_outcomes(passed=12)


@pytest.mark.parametrize(("old", "new", "failing"), MISTAKES.values(), ids=MISTAKES)
def test_an_app_with_a_mistake_fails_its_check(
    pytester: pytest.Pytester, old: str, new: str, failing: list[str]
) -> None:
    result = run_checks(pytester, old, new)
    failed = re.findall(r"^FAILED \S+::(\w+)", result.stdout.str(), re.MULTILINE)
    assert sorted(failed) == sorted(failing)
