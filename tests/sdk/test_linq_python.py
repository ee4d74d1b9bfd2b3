"""Programs written for ``linq-python``: small ones run with both packages, and every name is compared."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT / ".clients" / "linq-python-0.65.0"
sys.path.append(str(ROOT / "sdk" / "tools"))

compare_names: Any = import_module("compare_names")
differences: Any = import_module("differences")


def probed(path: Path) -> dict[str, Any]:
    """What each probe sees with the package at this path: ``value``, or ``raises``."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.sdk.probes"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LINQ_")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    outcomes: dict[str, Any] = json.loads(done.stdout)
    return {name: {key: value for key, value in seen.items() if key != "message"} for name, seen in outcomes.items()}


@pytest.mark.acceptance
def test_small_programs_do_the_same_with_both_packages() -> None:
    theirs, ours = probed(PUBLIC), probed(ROOT / "sdk" / "src")
    assert len(theirs) > 180
    different = {name: (theirs[name], ours[name]) for name in theirs if theirs[name] != ours[name]}
    assert different.keys() == differences.DIFFERENT.keys(), different


@pytest.mark.acceptance
def test_the_tables_in_the_guide_are_current() -> None:
    assert compare_names.main([str(PUBLIC), "--check"]) == 0


@pytest.mark.parametrize(
    ("theirs", "ours", "message"),
    [
        (["linq.Pigeon"], {"linq.x"}, "linq.Pigeon is absent, and sdk/tools/differences.py does not say why"),
        (["linq.Stream"], {"linq.Stream"}, "sdk/tools/differences.py explains nothing with "),
    ],
)
def test_no_absence_is_without_a_reason_and_no_reason_without_an_absence(
    theirs: list[str], ours: set[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        compare_names.tables(theirs, ours)


def test_what_belongs_to_something_absent_is_not_listed_again() -> None:
    theirs = ["import linq.a", "linq.a.B", "linq.C", "linq.C.d", "linq.E.f", "linq.E.f(g)", "linq.E.h(g)"]
    ours = {"linq.E", "linq.E.h"}
    assert list(compare_names.absent(theirs, ours)) == ["import linq.a", "linq.C", "linq.E.f", "linq.E.h(g)"]
