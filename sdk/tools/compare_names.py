"""Write the tables of docs/sdk.md that compare every public name of ``linq-python`` with this package.

python sdk/tools/compare_names.py PATH           PATH has linq-python, as make setup installs it
python sdk/tools/compare_names.py PATH --check   write nothing; exit with 1 if the tables are not current
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from textwrap import fill

from differences import ABSENT, DIFFERENT
from files import PACKAGE

PAGE = PACKAGE.parents[2] / "docs" / "sdk.md"
START = "<!-- Generated from here by sdk/tools/compare_names.py; run make generate. -->"
_TYPES = ("types", "chats", "messages", "shared", "shared_params")  # packages
END = "<!-- Generated up to here. -->"


def described(path: Path, *arguments: str) -> list[str]:
    """The names of the ``linq`` at this path."""
    command = [sys.executable, str(Path(__file__).with_name("describe_names.py")), *arguments]
    environment = os.environ | {"PYTHONPATH": str(path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    names: list[str] = json.loads(done.stdout)
    return names


def absent(theirs: Iterable[str], ours: set[str]) -> Iterator[str]:
    """The names that are not here. What belongs to an absent module, class or method is not listed again."""
    missing: set[str] = set()
    for name in sorted(theirs, key=lambda name: not name.startswith("import ")):
        parts = name.partition("(")[0].split(".")
        owners = [".".join(parts[:end]) for end in range(1, len(parts) + ("(" in name))]
        if name not in ours and not any(owner in missing or f"import {owner}" in missing for owner in owners):
            missing.add(name)
            yield name


def reason_for(name: str) -> str | None:
    """The first reason whose patterns match."""
    return next((why for why, patterns in ABSENT.items() if any(fnmatchcase(name, each) for each in patterns)), None)


def tables(theirs: list[str], ours: set[str]) -> str:
    """Raises ``ValueError`` for a name without a reason, and for a reason without a name."""
    missing = list(absent(theirs, ours))
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name in missing:
        why = reason_for(name)
        if why is None:
            raise ValueError(f"{name} is absent, and sdk/tools/differences.py does not say why")
        by_reason[why].append(name)
    unused = ABSENT.keys() - by_reason.keys()
    if unused:
        raise ValueError(f"sdk/tools/differences.py explains nothing with {min(unused)!r}")
    same = [name for name in theirs if name in ours]
    return "\n".join([
        fill(
            f"{len(same)} names of `linq-python` 0.65 are here too, counting modules, classes, members and parameters; "
            f"{len(missing)} are absent, with what belongs to them. In the tables, a resource stands for its async "
            "counterpart and for `…WithRawResponse` and `…WithStreamingResponse`, too, and a class for the module that "
            "is named after it.",
            width=120,
        ),
        "",
        "| package | the same here, with all members and parameters but those below |",
        "| -- | -- |",
        *(f"| `{package}` | {_code(_plain(names))} |" for package, names in _packages(same).items()),
        "",
        "| absent | why |",
        "| -- | -- |",
        *(f"| {_code(_plain(sorted({_short(name) for name in names})))} | {why} |" for why, names in by_reason.items()),
        "",
        "| different | here |",
        "| -- | -- |",
        *(f"| {what} | {how} |" for what, how in DIFFERENT.values()),
    ])  # fmt: skip


def _packages(same: list[str]) -> dict[str, list[str]]:
    """The names and the modules of each package. The names of a module are not listed: it is there as a whole."""
    modules = {name.removeprefix("import ") for name in same if name.startswith("import ")}
    packages = {name: list[str]() for name in sorted(modules) if any(each.startswith(f"{name}.") for each in modules)}
    for name in [*sorted(modules), *same]:
        owner, _, last = name.rpartition(".")
        if owner in packages and last not in packages[owner]:
            packages[owner].append(last)
    return packages


def _short(name: str) -> str:
    """A name as the table shows it: without the package; a type that only one module has, with that module."""
    if name.startswith("import "):
        return name.removeprefix("import ")
    parts = name.split(".")
    start = next((index for index, part in enumerate(parts) if not part.islower()), len(parts) - 1)
    in_a_module = parts[1] == "types" and parts[start - 1] not in _TYPES
    return ".".join(parts[start - in_a_module :])


def _plain(names: Sequence[str]) -> list[str]:
    """The names without those that another one stands for: an async class, a module of one class."""
    listed = set(names)
    plain = {name: re.sub(r"^Async(?=[A-Z])|With(Raw|Streaming)Response\b", "", name) for name in names}
    of_classes = {name.lower() for name in names if name[0].isupper()}
    return [
        name
        for name in names
        if (plain[name] == name or re.sub("^Async", "", plain[name]) not in listed)
        and (name[0].isupper() or name[0] == "_" or name.rpartition(".")[2].replace("_", "") not in of_classes)
    ]


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main(arguments: list[str]) -> int:
    theirs = described(Path(arguments[0]), "--once")
    text = PAGE.read_text("utf-8")
    before, rest = text.split(f"{START}\n", 1)
    after = rest.split(END, 1)[1]
    written = f"{before}{START}\n\n{tables(theirs, set(described(PACKAGE.parent)))}\n\n{END}{after}"
    if written == text:
        return 0
    if "--check" in arguments:
        print(f"{PAGE.name}: not current")
        return 1
    PAGE.write_text(written, "utf-8")
    print(f"{PAGE.name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
