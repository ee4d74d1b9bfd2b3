"""Programs of Debian's packages that tests run: the system's, or those that ``make setup`` has installed here."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def program(name: str) -> tuple[str, dict[str, str]]:
    """A program, and the variables that it needs. Fails if it is missing: the tests are not skipped."""
    installed = ROOT / f".{name}"
    search = os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(installed / "usr" / "sbin")])
    command = shutil.which(name, path=search)
    assert command is not None, f"{name} is missing: run `make setup`, or install the package {name}"
    libraries = (
        {str(each.parent) for each in installed.glob("**/lib*.so.*")} if command.startswith(str(installed)) else ()
    )
    return command, {"LD_LIBRARY_PATH": os.pathsep.join(libraries)}
