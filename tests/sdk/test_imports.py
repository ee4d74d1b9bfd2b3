"""The modules of ``linq`` import each other without cycles, including imports for type checkers and in functions."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sdk" / "src" / "linq"


def modules(package: Path) -> dict[str, Path]:
    """The files of a package by the names of their modules."""
    found: dict[str, Path] = {}
    for path in package.rglob("*.py"):
        parts = (package.name, *path.relative_to(package).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str, known: Mapping[str, Path]) -> Iterator[str]:
    """The known modules that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are absolute"
            for each in node.names:
                name = f"{node.module}.{each.name}"
                yield from (found for found in (name if name in known else node.module,) if found in known)


def test_no_module_imports_itself_through_others() -> None:
    known = modules(PACKAGE)
    graph = {name: set(imported(path.read_text(), known)) for name, path in known.items()}
    assert graph["linq._sync.client"] >= {"linq._sync.client_resources", "linq._request"}
    assert "linq._sync.transport" in graph["linq._sync.base_client"]
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the cycle


@pytest.mark.parametrize("kind", ["from p import b", "import p.b", "from p.b import x", "def f():\n    import p.b"])
def test_every_form_of_import_counts(kind: str) -> None:
    assert list(imported(kind, {"p": Path(), "p.b": Path()})) == ["p.b"]
