"""Packages that load a name when it is first used, so that importing them takes almost no time (decision 0011).

Python locks a module while it imports it. If another thread forks meanwhile, the lock stays locked in the child, whose
first request would wait for it forever. So a fork waits for the imports that a request needs: each of them, wherever it
is, holds ``importing`` (``_fork.py``).
"""

from __future__ import annotations

import sys
from _thread import RLock  # threading itself imports slowly
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

importing = RLock()


def lazily(
    package: str, homes: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """The ``__getattr__``, ``__dir__`` and ``__all__`` of a package with these names, by the module that defines them.

    Names listed under the package itself are its submodules.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> object:
        home = home_of.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with importing:
            if home == package:
                return import_module(f"{package}.{name}")
            value: object = getattr(import_module(home), name)
        # Python finds the name without __getattr__ from now on.
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted(home_of)

    return load, names, names()
