"""Print the public names of whichever ``linq`` is on the path, as JSON: modules, names, members and parameters.

import linq.types.chat                           a module
linq.types.chat.Chat                             a name in it
linq.types.chat.Chat.display_name                a field, key, attribute or method of a class
linq.resources.chats.chats.ChatsResource.create(from_)
"""

import importlib
import inspect
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from typing import Any

import linq

PRIVATE = {
    "linq._base_client": ["DefaultAioHttpClient", "DefaultAsyncHttpxClient", "DefaultHttpxClient"],
    "linq._client": ["AsyncClient", "AsyncLinqAPIV3", "Client", "LinqAPIV3"],
    "linq._constants": ["DEFAULT_CONNECTION_LIMITS", "DEFAULT_MAX_RETRIES", "DEFAULT_TIMEOUT"],
    "linq._exceptions": [name for name in dir(linq) if name.endswith("Error")],
    "linq._models": ["BaseModel"],
    "linq._response": ["APIResponse", "AsyncAPIResponse"],
    "linq._types": ["NOT_GIVEN", "NoneType", "NotGiven", "Omit", "not_given", "omit"],
}
"""The names of private modules that programs import nevertheless."""


EXTERNAL = {"Timeout", "Transport"}
"""Classes of the HTTP library."""


def names(once: bool) -> Iterator[str]:
    """:param once: describe a class that has several paths at the first one only"""
    seen: set[int] = set()
    for module in ["linq", *_modules(), *PRIVATE]:
        try:
            there = importlib.import_module(module)
        except ImportError:
            continue
        yield f"import {module}"
        for name in _exported(there):
            value = getattr(there, name)
            yield f"{module}.{name}"
            if inspect.isclass(value) and name not in EXTERNAL and not (once and id(value) in seen):
                seen.add(id(value))
                for member in sorted(_members(value)):
                    yield f"{module}.{name}.{member}"


def _modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(linq.__path__, "linq."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield found.name


def _exported(there: Any) -> list[str]:
    if there.__name__ in PRIVATE:
        return [name for name in PRIVATE[there.__name__] if hasattr(there, name)]
    more = ("APIResponse", "AsyncAPIResponse", "resources", "pagination") if there is linq else ()
    listed = getattr(there, "__all__", None) or [name for name in vars(there) if name[0].isupper()]
    return sorted({*listed, *more})


def _members(kind: type) -> Iterator[str]:
    fields = getattr(kind, "model_fields", None)
    if fields is not None:
        yield from fields
        for base in kind.__mro__:
            if base.__module__.startswith("linq"):
                named = (name for name in base.__dict__ if not name.startswith(("_", "model_")))
                yield from (name for name in named if inspect.isroutine(getattr(kind, name)))
        return
    if hasattr(kind, "__total__"):
        yield from kind.__annotations__
        return
    if kind.__name__.endswith(("Error", "Client", "LinqAPIV3")):
        yield from _parameters("", kind.__init__)
    for base in kind.__mro__:
        if base.__module__.startswith("linq"):
            yield from (name for name in inspect.get_annotations(base) if not name.startswith("_"))
            init = base.__dict__.get("__init__")
            if inspect.isfunction(init):
                yield from _assigned(init)
            for name, value in base.__dict__.items():
                if not name.startswith("_"):
                    yield name
                    if inspect.isfunction(value):
                        yield from _parameters(name, value)


def _assigned(init: Any) -> list[str]:
    """The attributes that an ``__init__`` assigns, from its source."""
    try:
        return re.findall(r"self\.([a-z]\w*)\s*(?::[^=\n]+)?=", inspect.getsource(init))
    except OSError:  # it is generated, as that of a dataclass
        return []


def _parameters(name: str, function: Any) -> Iterator[str]:
    for each in inspect.signature(function).parameters.values():
        if each.name != "self" and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL):
            yield f"{name}({each.name})"


if __name__ == "__main__":
    json.dump(sorted(set(names(once="--once" in sys.argv))), sys.stdout)
