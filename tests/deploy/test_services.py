"""The Dockerfile, the compose files and the unit of systemd, as far as they can be checked without running them."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.haproxy import configured
from tests.support.programs import program
from trunkline.config import Settings, variable

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = ("compose.yaml", "compose.cluster.yaml")
SETTINGS = {variable(setting.name) for setting in fields(Settings)}


def compose(name: str) -> dict[str, Any]:
    """A compose file, with what its anchors stand for."""
    return yaml.safe_load((DEPLOY / name).read_text())


def services(name: str) -> dict[str, dict[str, Any]]:
    """The services of a compose file that are ours."""
    return {key: each for key, each in compose(name)["services"].items() if each["image"] == "trunkline"}


def test_every_setting_that_is_named_exists() -> None:
    for file in [ROOT / "Dockerfile", *DEPLOY.iterdir()]:
        assert set(re.findall(r"\bTRUNKLINE_[A-Z_]+\b", file.read_text())) <= SETTINGS, file


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_names_only_what_it_has(name: str) -> None:
    file = compose(name)
    known = set(file["services"])
    for each in file["services"].values():
        assert set(each.get("depends_on", ())) <= known
        for volume in each.get("volumes", ()):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in file["volumes"]
    assert services(name)


@pytest.mark.parametrize("name", COMPOSE)
def test_a_service_can_write_only_its_data(name: str) -> None:
    for each in services(name).values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert each["ulimits"]["nofile"]["hard"] >= 11_500


@pytest.mark.parametrize("name", COMPOSE)
def test_ports_are_open_for_this_machine_alone(name: str) -> None:
    ports = [port for each in compose(name)["services"].values() for port in each.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_does_not_run_as_root_and_is_checked() -> None:
    instructions = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text()).splitlines()
    last = instructions[len(instructions) - instructions[::-1].index("FROM python:3.13-slim-bookworm") :]
    assert "USER trunkline" in last
    assert "VOLUME /data" in last
    [check] = [line for line in last if line.startswith("HEALTHCHECK")]
    assert "/readyz" in check
    for line in instructions:
        if line.startswith("COPY") and "--from" not in line:
            assert all((ROOT / source).exists() for source in line.split()[1:-1]), line


def test_the_build_context_has_what_the_image_copies() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert kept == ["requirements/run.txt", "server", "sdk"]


def test_haproxy_accepts_its_configuration(tmp_path: Path) -> None:
    command, variables = program("haproxy")
    file = tmp_path / "haproxy.cfg"
    file.write_text(configured(8080, ["http://127.0.0.1:1", "http://127.0.0.1:2"]))
    done = subprocess.run([command, "-c", "-f", file], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this system has no systemd")
def test_systemd_accepts_the_unit_and_finds_it_safe(tmp_path: Path) -> None:
    unit = tmp_path / "trunkline.service"
    text = (DEPLOY / "trunkline.service").read_text()
    unit.write_text(text.replace("/opt/trunkline/bin/trunkline serve", "/bin/true"))
    for command in (["verify"], ["security", "--offline=yes", "--threshold=20"]):
        done = subprocess.run(["systemd-analyze", *command, unit], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "ignoring" not in done.stderr
