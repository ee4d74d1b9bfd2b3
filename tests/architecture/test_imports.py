"""Dependencies point one way: each package imports only what its row lists."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server/src"
SDK = ROOT / "sdk/src"

ENGINES = {"trunkline.storage.sqlite", "trunkline.storage.postgres"}

# Every part of the service, with the parts it may import; a part is a package or a module, and includes what is in it.
ALLOWED: dict[str, set[str]] = {
    "trunkline.domain": {"trunkline.domain"},
    "trunkline.schemas": {"trunkline.schemas", "trunkline.domain"},
    "trunkline.storage": {
        "trunkline.storage",
        "trunkline.schemas",
        "trunkline.domain",
        "trunkline.metrics",
        "trunkline.notices",
    },
    "trunkline.sources": {"trunkline.sources", "trunkline.domain", "linq"},
    "trunkline.actions": {
        "trunkline.actions",
        "trunkline.sources",
        "trunkline.storage",
        "trunkline.schemas",
        "trunkline.domain",
    },
    "trunkline.demo": {"trunkline.demo", "trunkline.storage", "trunkline.domain"},
    "trunkline.carriers": {"trunkline.carriers", "trunkline.actions", "trunkline.storage", "trunkline.domain"},
    "trunkline.delivery": {
        "trunkline.delivery",
        "trunkline.carriers",
        "trunkline.actions",
        "trunkline.storage",
        "trunkline.schemas",
        "trunkline.domain",
        "trunkline.notices",
    },
    "trunkline.api": {
        "trunkline.api",
        "trunkline.actions",
        "trunkline.storage.store",
        "trunkline.schemas",
        "trunkline.domain",
    },
    "trunkline.logs": {"trunkline.domain"},
    "trunkline.config": {"trunkline.domain", "trunkline.logs"},
    "trunkline.metrics": set(),
    "trunkline.notices": set(),
    "trunkline.client_connections": {"trunkline.notices"},
    "trunkline.telemetry": {
        "trunkline.telemetry",
        "trunkline.metrics",
        "trunkline.notices",
        "trunkline.api.operation",
        "trunkline.api.responses",
        "trunkline.delivery",
        "trunkline.storage",
        "trunkline.domain",
    },
    "trunkline.cli": {
        "trunkline.cli",
        "trunkline.client_connections",
        "trunkline.config",
        "trunkline.logs",
        "trunkline.metrics",
        "trunkline.telemetry.trace_settings",
        "trunkline.carriers",
        "trunkline.delivery.listen",
        "trunkline.demo",
        "trunkline.actions",
        "trunkline.sources",
        "trunkline.storage.files.opening",
        "trunkline.storage.deliveries",
        "trunkline.storage.schema",
        "trunkline.storage.outbox",
        "trunkline.storage.partners",
        "trunkline.storage.removal",
        "trunkline.storage.replica",
        "trunkline.storage.store",
        "trunkline.schemas",
        "trunkline.domain",
    },
    "trunkline.main": {
        "trunkline.api",
        "trunkline.carriers",
        "trunkline.client_connections",
        "trunkline.config",
        "trunkline.logs",
        "trunkline.delivery",
        "trunkline.storage.postgres_limits",
        "trunkline.storage.store",
        "trunkline.telemetry",
        "trunkline.domain.chat_health",
        "trunkline.domain.errors",
    },
    # Assembles a service as main does, for users' tests; nothing in the service imports it.
    "trunkline.testing": {
        "trunkline.testing",
        "trunkline.api",
        "trunkline.delivery",
        "trunkline.carriers.loopback",
        "trunkline.actions",
        "trunkline.storage",
        "trunkline.schemas",
        "trunkline.domain",
        "linq",
    },
}


def ours(module: str) -> bool:
    """Whether the imported module belongs to this project."""
    return module.partition(".")[0] in {"trunkline", "linq"}


def within(module: str, part: str) -> bool:
    """Whether a module is the part, or inside it."""
    return module == part or module.startswith(part + ".")


def name_of(file: Path, root: Path) -> str:
    """The dotted name of a module."""
    return ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports(file: Path, root: Path) -> Iterator[str]:
    """Every module of this project that a file imports: at the top, in a function, or for type checking only."""
    package = name_of(file, root).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if ours(alias.name))
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            if ours(module):
                yield from (submodule_or(module, alias.name) for alias in node.names)


def submodule_or(module: str, name: str) -> str:
    """The module that ``from module import name`` reaches: the submodule of that name, if there is one."""
    for root in (SERVER, SDK):
        place = root.joinpath(*module.split("."), name)
        if place.is_dir() or place.with_suffix(".py").is_file():
            return f"{module}.{name}"
    return module


def modules(root: Path) -> list[Path]:
    """The files of a source tree."""
    return sorted(root.rglob("*.py"))


@pytest.mark.parametrize("part", ALLOWED)
def test_a_part_imports_only_what_it_may(part: str) -> None:
    files = [file for file in modules(SERVER) if within(name_of(file, SERVER), part)]
    assert files
    wrong = [
        f"{name_of(file, SERVER)} imports {module}"
        for file in files
        for module in imports(file, SERVER)
        if module != "trunkline" and not any(within(module, allowed) for allowed in ALLOWED[part])
    ]
    assert wrong == []


def test_every_module_belongs_to_a_part() -> None:
    names = [name_of(file, SERVER) for file in modules(SERVER)]
    assert [name for name in names if name != "trunkline" and not any(within(name, part) for part in ALLOWED)] == []


def test_only_the_store_knows_the_engines() -> None:
    knowing = {
        name_of(file, SERVER) for file in modules(SERVER) for module in imports(file, SERVER) if module in ENGINES
    }
    assert knowing == {"trunkline.storage.store"}


def test_the_sdk_knows_nothing_of_the_service() -> None:
    wrong = [
        f"{name_of(file, SDK)} imports {module}"
        for file in modules(SDK)
        for module in imports(file, SDK)
        if within(module, "trunkline")
    ]
    assert wrong == []
    assert modules(SDK)
