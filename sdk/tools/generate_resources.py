"""Write the async half's resources from the request functions in ``linq/_requests``.

Each function becomes a method that spells out the four options of ``MethodOptions``, and an entry in the classes of
``with_raw_response`` and ``with_streaming_response``. The functions are parsed, not imported, so annotations stay as
they are written. ``generate_sync.py`` then makes the sync half of the result.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from files import PACKAGE, generated
from generate_names import lazy_package

SOURCE = PACKAGE / "_requests"
TARGET = PACKAGE / "_async"
TOOL = "generate_resources.py"

CHILDREN = {
    "chats": {"messages": "chat_messages", "participants": "participants", "polls": "polls", "typing": "typing"},
    "messages": {"poll": "message_poll"},
}
"""The resources that belong to another one: attribute and module. All others belong to the client."""
BASES = {"chats": "AsyncFollowableChats"}
"""The hand-written base of a resource that has a method besides its requests; in ``_async/follow.py``."""
PAGES = {"Chat": "AsyncListChatsPagination", "Message": "AsyncListMessagesPagination"}
"""The page class of a list of these items."""
WEBHOOKS = "AsyncWebhooksResource"
"""The resource that sends no requests; written by hand in ``_async/webhooks.py``."""

OPTIONS = {
    "extra_headers": "Headers | None = None",
    "extra_query": "Query | None = None",
    "extra_body": "Body | None = None",
    "timeout": "TimeoutTypes | NotGiven = NOT_GIVEN",
}


@dataclass(frozen=True)
class Variant:
    """``with_raw_response`` or ``with_streaming_response``."""

    attribute: str
    suffix: str
    wrapper: str
    """The function of ``_async/resource.py`` that makes a method of this variant."""
    doc: str


VARIANTS = (
    Variant(
        "with_raw_response", "WithRawResponse", "raw", "The same methods, giving the response before it is parsed."
    ),
    Variant(
        "with_streaming_response",
        "WithStreamingResponse",
        "streaming",
        "The same methods as context managers, giving a response whose body is read on demand.",
    ),
)


@dataclass(frozen=True)
class Method:
    """One request function."""

    function: ast.FunctionDef

    @property
    def name(self) -> str:
        return self.function.name

    @cached_property
    def result(self) -> str:
        """What is in the brackets of ``Request[…]`` or ``PageRequest[…]``."""
        return ast.unparse(self._returns.slice)

    @cached_property
    def is_list(self) -> bool:
        return ast.unparse(self._returns.value) == "PageRequest"

    @property
    def _returns(self) -> ast.Subscript:
        returns = self.function.returns
        if not isinstance(returns, ast.Subscript):
            raise TypeError(f"{self.name} must return Request[…] or PageRequest[…]")
        return returns

    @property
    def page(self) -> str:
        return f"pagination.{PAGES[self.result]}[types.{self.result}]"

    def source(self) -> str:
        """The method of the resource."""
        arguments = self.function.args
        own = [_annotated(each) for each in arguments.args]
        named = [
            _annotated(each) + (f" = {ast.unparse(default)}" if default else "")
            for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
        parameters = ["self", *own, "*", *named, *(f"{name}: {rest}" for name, rest in OPTIONS.items())]
        passed = [each.arg for each in arguments.args]
        passed += [f"{name}={name}" for name in (*(each.arg for each in arguments.kwonlyargs), *OPTIONS)]
        request = f"requests.{self.name}({', '.join(passed)})"
        if self.is_list:
            start, returns = "def", f"AsyncPaginator[{PAGES[self.result]}[{self.result}], {self.result}]"
            body = f"{self.page}.paginate(self._client.transport, {request})"
        else:
            start, returns = "async def", self.result
            body = f"await self._client.transport.send({request})"
        noqa = "" if self.name.islower() else "  # noqa: N802 - the public client's name"
        doc = (ast.get_docstring(self.function, clean=False) or "").replace("\n    ", "\n        ")
        return (
            f"    {start} {self.name}({noqa}\n        {', '.join(parameters)},\n    ) -> {returns}:\n"
            f'        """{doc}"""\n        return {body}\n'
        )

    def in_variant(self, variant: Variant) -> str:
        request = f"requests.{self.name}"
        if self.is_list:
            request = f"of_pages({request}, lambda: {self.page})"
        return f"        self.{self.name} = {variant.wrapper}(client, {request})\n"


def _annotated(argument: ast.arg) -> str:
    if argument.annotation is None:
        raise TypeError(f"{argument.arg} needs a type")
    return f"{argument.arg}: {ast.unparse(argument.annotation)}"


@dataclass(frozen=True)
class Resource:
    """One module of request functions."""

    module: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse((SOURCE / f"{self.module}.py").read_text("utf-8"))

    @cached_property
    def methods(self) -> list[Method]:
        return [Method(each) for each in self.tree.body if isinstance(each, ast.FunctionDef)]

    @property
    def children(self) -> dict[str, str]:
        return CHILDREN.get(self.module, {})

    def class_name(self, suffix: str = "Resource") -> str:
        """``AsyncChatMessagesResource`` for ``chat_messages``."""
        return f"Async{''.join(word.capitalize() for word in self.module.split('_'))}{suffix}"

    @property
    def class_names(self) -> list[str]:
        return [self.class_name(), *(self.class_name(variant.suffix) for variant in VARIANTS)]

    def source(self) -> str:
        """The module of ``_async/resources``."""
        doc = ast.get_docstring(self.tree) or ""
        path = doc.split("``")[1]
        return "".join([
            f'"""The methods of ``{path}``."""\n\nfrom __future__ import annotations\n',
            "from typing import TYPE_CHECKING\n",
            "from linq import pagination, types\n",
            "from linq._async.follow import AsyncFollowableChats\n",
            "from linq._async.resource import AsyncResource, of_pages, raw, streaming\n",
            "from linq._lazy import importing\n",
            f"from linq._requests import {self.module} as requests\n",
            "from linq._types import NOT_GIVEN, omit\n",
            "if TYPE_CHECKING:\n",
            *self._type_imports(),
            f"\n\nclass {self.class_name()}({BASES.get(self.module, 'AsyncResource')}):\n",
            f'    """{doc}"""\n\n',
            *members(self.children, "Resource"),
            *(member(v.attribute, self.class_name(v.suffix), doc=v.doc) for v in VARIANTS),
            *(f"{method.source()}\n" for method in self.methods),
            *(self._variant_source(variant, path) for variant in VARIANTS),
        ])  # fmt: skip

    def _variant_source(self, variant: Variant, path: str) -> str:
        return "".join([
            f'\nclass {self.class_name(variant.suffix)}:\n    """``{path}.{variant.attribute}``."""\n\n',
            "    def __init__(self, client: AsyncBaseClient) -> None:\n",
            "        self._client = client\n" if self.children else "",
            *(method.in_variant(variant) for method in self.methods),
            "\n",
            *members(self.children, variant.suffix),
        ])  # fmt: skip

    def _type_imports(self) -> Iterator[str]:
        """Everything that an annotation may need; ruff removes the rest."""
        yield "    from linq._async._runtime import AsyncPaginator\n"
        yield "    from linq._async.base_client import AsyncBaseClient\n"
        yield "    from linq._types import Body, Headers, NotGiven, Omit, Query, SequenceNotStr, TimeoutTypes\n"
        yield f"    from linq.pagination import {', '.join(PAGES.values())}\n"
        for module in self.children.values():
            names = ", ".join(Resource(module).class_names)
            yield f"    from linq._async.resources.{module} import {names}\n"
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("linq.types", "typing", "coll")):
                names = [each.name for each in node.names if each.name not in ("TYPE_CHECKING", "Unpack", "chats")]
                yield f"    from {node.module} import {', '.join(names)}\n" if names else ""


def members(resources: Mapping[str, str], suffix: str) -> Iterator[str]:
    """The properties for the resources that belong to another one: attribute and module."""
    for name, module in resources.items():
        kind = Resource(module).class_name(suffix)
        # Imported when accessed, and from its own module, because the package names this module too.
        load = f"from linq._async.resources.{module} import {kind}  # noqa: PLC0415"
        loaded = f"        with importing:\n            {load}\n\n"
        yield member(name, kind, before=loaded)


def member(name: str, kind: str, *, client: str = "self._client", doc: str = "", before: str = "") -> str:
    """A property that makes a resource or a variant."""
    text = f'        """{doc}"""\n' if doc else ""
    return f"    @property\n    def {name}(self) -> {kind}:\n{text}{before}        return {kind}({client})\n\n"


def client_source(modules: Sequence[str]) -> str:
    """``_async/client_resources.py``: the resources of the client and of its two variants."""
    return "".join([
        '"""The resources of the client."""\n\nfrom __future__ import annotations\n',
        "from linq._async import resources\nfrom linq._async.base_client import AsyncBaseClient\n\n\n",
        'class AsyncClientResources(AsyncBaseClient):\n    """The resources of the client.\n\n',
        "    Each access makes a new one. A stored resource and its client would form a reference cycle, and a\n",
        '    client that is dropped would keep its connections until the garbage collector runs.\n    """\n\n',
        *(member(each, f"resources.{Resource(each).class_name()}", client="self") for each in modules),
        member("webhooks", f"resources.{WEBHOOKS}", client="self"),
        *(member(v.attribute, f"AsyncLinqAPIV3{v.suffix}", client="self", doc=v.doc) for v in VARIANTS),
        *(
            f'\nclass AsyncLinqAPIV3{variant.suffix}:\n    """``client.{variant.attribute}``."""\n\n'
            "    def __init__(self, client: AsyncBaseClient) -> None:\n        self._client = client\n\n"
            + "".join(member(each, f"resources.{Resource(each).class_name(variant.suffix)}") for each in modules)
            for variant in VARIANTS
        ),
    ])  # fmt: skip


def files() -> Iterator[tuple[Path, str]]:
    modules = sorted(path.stem for path in SOURCE.glob("*.py") if path.stem != "__init__")
    nested = {module for children in CHILDREN.values() for module in children.values()}
    names = {f"linq._async.resources.{module}": Resource(module).class_names for module in modules}
    names["linq._async.webhooks"] = [WEBHOOKS]
    texts = {f"resources/{module}.py": (Resource(module).source(), f"_requests/{module}.py") for module in modules}
    texts["resources/__init__.py"] = (lazy_package("The resources of the client.", names), "_requests")
    texts["client_resources.py"] = (client_source([each for each in modules if each not in nested]), "_requests")
    for name, (text, source) in texts.items():
        yield TARGET / name, generated(text, TARGET / name, source, TOOL)
