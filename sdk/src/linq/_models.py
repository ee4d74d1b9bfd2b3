"""The base of every model, and how an answer becomes one without ever refusing what a newer server says.

Three things arrive that no model declares: new fields (kept as extras, reachable as attributes), new values of an
enumeration (``OpenEnum``: the type is the documented set, any string passes), and fields that are missing or
of another type than documented. The first two cost nothing; the third leaves pydantic's fast path for ``tolerant``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

import pydantic
from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema, from_json

ModelT = TypeVar("ModelT", bound="BaseModel")


class OpenEnum:
    """Marks ``Annotated[Literal[…], OpenEnum]``: editors know the documented values, the wire may bring others."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema()


class BaseModel(pydantic.BaseModel):
    """A pydantic model that keeps fields it does not know and is built when it is first used."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> dict[str, object]:
        """What the server sent, as a dict: ``mode="json"`` with times as strings, ``"python"`` with ``datetime``.

        ``exclude_unset=False`` adds the documented fields that were not sent.
        """
        return self.model_dump(
            mode=mode,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,
    ) -> str:
        """The same as JSON text."""
        return self.model_dump_json(
            indent=indent,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )


def parse_model(model: type[ModelT], content: bytes) -> ModelT:
    """The model for a JSON object. Raises ``ValueError`` when it is no JSON, and ``TypeError`` when it is no object."""
    try:
        return model.model_validate_json(content)
    except ValidationError:
        value = cast("object", from_json(content))
    if not isinstance(value, dict):
        raise TypeError(f"it is a JSON {type(value).__name__}, not an object")
    return cast("ModelT", tolerant(model, cast("object", value)))


def tolerant(declared: Any, value: object) -> Any:
    """``value`` as the declared type wherever it fits, and as it came where it does not; missing fields become None."""
    try:
        return TypeAdapter(declared).validate_python(value)
    except ValidationError:
        pass
    origin, arguments = get_origin(declared), get_args(declared)
    if origin in (Union, UnionType):
        members = [argument for argument in arguments if argument is not NoneType]
        return tolerant(members[0], value) if len(members) == 1 else value
    if origin is list and isinstance(value, list):
        return [tolerant(arguments[0], item) for item in cast("list[object]", value)]
    if isinstance(declared, type) and issubclass(declared, BaseModel) and isinstance(value, Mapping):
        return _tolerant_model(declared, cast("Mapping[str, object]", value))
    return value


def _tolerant_model(model: type[ModelT], value: Mapping[str, object]) -> ModelT:
    fields = model.model_fields
    built = {name: tolerant(fields[name].annotation, item) if name in fields else item for name, item in value.items()}
    missing = {name: None for name, known in fields.items() if known.is_required() and name not in value}
    return model.model_construct(set(value), **built, **missing)
