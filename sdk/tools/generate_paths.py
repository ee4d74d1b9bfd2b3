"""Write the modules that give a name the path that it has in ``linq-python``, where each type has a module of its own.

linq.types.chat_create_params       ChatCreateParams, which is defined in linq.types.params
linq.resources.chats.messages       MessagesResource, which is ChatMessagesResource of linq._sync.resources
linq._exceptions                    the errors

They only import, so that type checkers and editors follow them. Nothing of the SDK imports them.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from files import PACKAGE, all_generated
from generate_resources import CHILDREN, SOURCE, VARIANTS, WEBHOOKS, Resource
from public_names import NESTED, OURS_ALONE, PACKAGES, PRIVATE

TOOL = "generate_paths.py"
TYPES = [package for package in PACKAGES if package.startswith("linq.types")]

PACKAGES_THERE = ("chats", "messages")
"""The resources whose module is a package."""

Names = Mapping[str, tuple[str, str]]
"""By the name in ``linq-python``: the module here, and the name here."""


def files() -> Iterator[tuple[Path, str]]:
    texts: dict[Path, tuple[str, str]] = {}
    for path, names in {**dict(_types()), **PRIVATE}.items():
        texts |= _file(path.split(".")[1:], names, "sdk/tools/public_names.py")
    everything: dict[str, tuple[str, str]] = {}
    for path, names in _resources():
        package, _, module = path.partition(".")
        if module in ("", package):  # not a resource that belongs to another one
            everything |= {name: (f"linq.resources.{path}", name) for name in names}
        texts |= _file(["resources", *path.split(".")], names, "_requests")
    texts |= _file(["resources", "__init__"], everything, "_requests")
    yield from all_generated(texts, TOOL)


def _types() -> Iterator[tuple[str, Names]]:
    """The modules of the types that are not defined in a module of that name anyway."""
    for package in TYPES:
        for home, found in PACKAGES[package][1].items():
            if package == "linq.types" and home.startswith("linq.types.shared"):
                continue  # its path is in that package
            for name in found:
                path = f"{package}.{_snake(name)}"
                if path != home and name not in OURS_ALONE:
                    yield path, {name: (home, name), **NESTED.get(path, {})}


def _resources() -> Iterator[tuple[str, Names]]:
    modules = sorted(path.stem for path in SOURCE.glob("*.py") if path.stem != "__init__")
    nested = {module for children in CHILDREN.values() for module in children.values()}
    for module in modules:
        if module in nested:
            continue
        own = _classes(module, module)
        children = CHILDREN.get(module, {})
        if module not in PACKAGES_THERE:
            yield module, own
            continue
        members = {module: own, **{name: _classes(name, child) for name, child in children.items()}}
        for name, classes in members.items():
            yield f"{module}.{name}", classes
        together = {
            each: (f"linq.resources.{module}.{name}", each) for name, classes in members.items() for each in classes
        }
        yield f"{module}.__init__", together
    yield (
        "webhooks",
        {
            name.removeprefix(prefix): (f"linq.{half}.webhooks", name.removeprefix(prefix))
            for half, prefix, name in (("_sync", "Async", WEBHOOKS), ("_async", "", WEBHOOKS))
        },
    )


def _classes(name: str, module: str) -> Names:
    """The classes of a resource in both halves, by their names in ``linq-python``."""
    stem = "".join(word.capitalize() for word in name.split("_"))
    classes: dict[str, tuple[str, str]] = {}
    for half, prefix in (("_sync", ""), ("_async", "Async")):
        home = f"linq.{half}.resources.{module}"
        for suffix, theirs in (("Resource", ""), *((each.suffix, each.suffix) for each in VARIANTS)):
            ours = Resource(module).class_name(suffix).removeprefix("Async")
            classes[f"{prefix}{stem}Resource{theirs}"] = (home, f"{prefix}{ours}")
    return classes


def _snake(name: str) -> str:
    """``capability_check_RCS_params`` for ``CapabilityCheckRCSParams``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).split("_")
    return "_".join(word if word == "RCS" else word.lower() for word in words)


def _file(parts: list[str], names: Names, source: str) -> dict[Path, tuple[str, str]]:
    target = PACKAGE.joinpath(*parts).with_suffix(".py")
    aliases = {theirs: "" if theirs == ours else f" as {theirs}" for theirs, (_, ours) in names.items()}
    imports = "".join(f"from {home} import {ours}{aliases[theirs]}\n" for theirs, (home, ours) in names.items())
    noqa = "" if target.stem.islower() else "# ruff: noqa: N999 - the name in linq-python\n"
    text = f'{noqa}"""At the path that ``linq-python`` has."""\n\n{imports}\n__all__ = {list(names)!r}\n'
    return {target: (text, source)}
