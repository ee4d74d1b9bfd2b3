"""The package itself: its halves, its types, the cost of importing it, and its metadata."""

import importlib
import inspect
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from linq import AsyncLinqAPIV3, LinqAPIV3, __version__
from linq._async import resources as async_resources
from linq._async import response as async_response
from linq._sync import resources as sync_resources
from linq._sync import response as sync_response
from linq.pagination import (
    AsyncListChatsPagination,
    AsyncListMessagesPagination,
    SyncListChatsPagination,
    SyncListMessagesPagination,
)

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sdk" / "src" / "linq"
USER_CODE = Path(__file__).with_name("user_code.py")


def output_of(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_generated_files_are_current() -> None:
    done = output_of(sys.executable, "sdk/tools/generate.py", "--check")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "old", "new", "stale"),
    [
        (
            "src/linq/_requests/capability.py",
            "address: str,",
            "address: str | None,",
            ["_async/resources/capability.py", "_sync/resources/capability.py"],
        ),
        ("src/linq/_async/pages.py", "This is", "That is", []),
        ("src/linq/_async/pages.py", "One page of chats.", "A page of chats.", ["_sync/pages.py"]),
        ("tools/public_names.py", '"ChatInclude"', '"Include"', ["types/__init__.py"]),
    ],
)
def test_generating_rewrites_what_depends_on_a_change(
    tmp_path: Path, source: str, old: str, new: str, stale: list[str]
) -> None:
    sdk = tmp_path / "sdk"
    for folder in ("src", "tools"):
        shutil.copytree(ROOT / "sdk" / folder, sdk / folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    changed = sdk / source
    changed.write_text(changed.read_text().replace(old, new))
    generate = str(sdk / "tools/generate.py")
    before = output_of(sys.executable, generate, "--check")
    assert (before.returncode, before.stdout) == (
        int(bool(stale)),
        "".join(f"{stale[0]}: not current\n") if stale else "",
    )
    written = output_of(sys.executable, generate)
    assert (written.returncode, written.stdout) == (0, "".join(f"{name}: written\n" for name in stale))
    assert output_of(sys.executable, generate, "--check").returncode == 0


def test_a_generated_file_names_its_source_and_its_tool() -> None:
    header = re.compile(r"# Generated from (\S+) by (\S+); run make generate\.")
    for path in [*PACKAGE.rglob("_sync/**/*.py"), *PACKAGE.rglob("_async/resources/*.py"), PACKAGE / "__init__.py"]:
        if path.name in ("_runtime.py",) or path == PACKAGE / "_sync" / "__init__.py":
            continue
        found = header.match(path.read_text())
        assert found, path
        assert (ROOT / found[2]).is_file()
        assert (PACKAGE / found[1]).exists() or (ROOT / found[1]).exists()


def public(kind: type) -> dict[str, list[str]]:
    """The public methods of a class with their parameters."""
    return {
        name: list(inspect.signature(member).parameters) if callable(member) else []
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_") and not name.startswith("model_")
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LinqAPIV3, AsyncLinqAPIV3),
        (sync_response.APIResponse, async_response.AsyncAPIResponse),
        (SyncListChatsPagination, AsyncListChatsPagination),
        (SyncListMessagesPagination, AsyncListMessagesPagination),
    ],
)
def test_both_halves_offer_the_same(one: type, other: type) -> None:
    assert public(one) == public(other)


@pytest.mark.parametrize("name", dir(sync_resources))
def test_every_resource_is_in_both_halves(name: str) -> None:
    assert public(getattr(sync_resources, name)) == public(getattr(async_resources, f"Async{name}"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(USER_CODE)],
        ["npx", "pyright", str(USER_CODE)],
    ],
    ids=["mypy", "pyright"],
)
def test_typical_user_code_passes_the_strict_type_checkers(command: list[str]) -> None:
    done = output_of(*command)
    assert done.returncode == 0, done.stdout


def test_the_package_says_that_it_is_typed() -> None:
    assert resources.files("linq").joinpath("py.typed").is_file()


def loaded_after(statement: str) -> set[str]:
    names = output_of(sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)").stdout.split()
    return {name for name in names if name in ("httpx2", "httpcore2", "pydantic", "asyncio", "typer", "rich")}


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("import linq", set[str]()),
        ("from linq import LinqAPIV3; LinqAPIV3(api_key='k').chats", set[str]()),
        ("from linq import LinqApiv3Error, RateLimitError", set[str]()),
        ("import linq.types.chats, linq.types.shared, linq.pagination", set[str]()),
        (
            "from linq import LinqAPIV3; c = LinqAPIV3(api_key='k'); c.messages, c.chats.messages, c.webhooks",
            set[str](),
        ),
        ("from linq.types import Chat", {"pydantic"}),
    ],
)
def test_importing_loads_no_more_than_is_used(statement: str, loaded: set[str]) -> None:
    assert loaded_after(statement) == loaded


PACKAGES = (
    "linq",
    "linq.pagination",
    "linq.types",
    "linq.types.chats",
    "linq.types.shared",
    "linq.types.shared_params",
)
LAZY = (*PACKAGES[:-1], "linq._async.resources", "linq._sync.resources")


def test_importing_the_package_itself_does_without_typing() -> None:
    done = output_of(
        sys.executable, "-S", "-c", "import sys; sys.path.append('sdk/src'); import linq; print(*sys.modules)"
    )
    assert "linq" in done.stdout.split()
    assert "typing" not in done.stdout.split()


@pytest.mark.parametrize("package", [*PACKAGES, *LAZY])
def test_everything_that_a_package_names_is_there(package: str) -> None:
    there = importlib.import_module(package)
    for name in dir(there):
        assert getattr(there, name) is not None
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Linq'"):
        _ = there.Linq


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_and_programs_see_the_same_names(package: str) -> None:
    there = importlib.import_module(package)
    source = Path(there.__file__ or "").read_text().partition("if TYPE_CHECKING:")[2]
    listed = re.findall(r"^    from \S+ import (\([^)]*\)|.*)$", source, re.MULTILINE)
    seen = [
        words.split(" as ")[0].strip() for line in listed for words in line.strip("()\n").split(",") if words.strip()
    ]
    assert sorted(seen) == dir(there)


def test_the_version_is_the_distributions() -> None:
    project = tomllib.loads((ROOT / "sdk/pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    assert {re.split(r"\W", dependency)[0] for dependency in project["dependencies"]} == {"httpx2", "pydantic"}


def test_without_the_extra_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    hide = "import sys, importlib.util as u; f = u.find_spec; u.find_spec = lambda n: None if n == 'typer' else f(n); "
    done = output_of(sys.executable, "-c", f"{hide}from linq._cli import main; main()")
    assert (done.returncode, done.stderr) == (1, "The command linq needs its extra: pip install 'trunkline-sdk[cli]'\n")
