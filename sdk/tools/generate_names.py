"""Write the packages whose names are loaded when they are first used (``linq/_lazy.py``), from ``public_names.py``.

Each name is needed twice: as an import, for type checkers and editors, and in the table that loads it at run time.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from files import PACKAGE, generated
from public_names import PACKAGES


def files() -> Iterator[tuple[Path, str]]:
    for name, (doc, names) in PACKAGES.items():
        path = PACKAGE.joinpath(*name.split(".")[1:])
        text = lazy_package(doc, names)
        if path.is_dir():
            target = path / "__init__.py"
        else:
            target = path.with_suffix(".py")
            text = f"# ruff: noqa: PLC0414 - `X as X` tells type checkers that X is public\n\n{text}"
        yield target, generated(text, target, "sdk/tools/public_names.py", "generate_names.py")


def lazy_package(doc: str, names: Mapping[str, Sequence[str]]) -> str:
    """A package with this docstring and these names, by the module that defines them."""
    imports = [f"    from {module} import {name} as {name}\n" for module, found in names.items() for name in found]
    table = [f"{module!r}: {list(found)!r}," for module, found in names.items()]
    return (
        f'"""{doc}"""\n\nfrom linq._lazy import lazily\n\n'
        "TYPE_CHECKING = False  # type checkers take it as True; importing typing would cost more than all else here\n"
        f"if TYPE_CHECKING:\n{''.join(imports)}"
        f"else:\n    __getattr__, __dir__, __all__ = lazily(__name__, {{{''.join(table)}}})\n"
    )
