"""The base of every model, and how to parse a response when a newer server sends what no model declares.

That is: new fields (kept as pydantic extras, so they are attributes), new values of an enumeration (``OpenEnum``: the
type has the documented values, any string passes), new members of a union (``OpenUnion``, the same for models), and
fields that are missing or of another type than documented. Only the last leaves pydantic's fast path, for ``tolerant``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import pydantic
from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema, from_json

ModelT = TypeVar("ModelT", bound="BaseModel")


class OpenEnum:
    """Marks ``Annotated[Literal[…], OpenEnum]``: editors know the documented values, and others are valid too."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema()


@dataclass(frozen=True, slots=True)
class OpenUnion:
    """Marks ``Annotated[A | B, OpenUnion("type", Unknown)]``: a union with a ``Literal`` discriminator.

    An object with any other value becomes an ``Unknown``, which may be a member of the union but need not be.
    """

    field: str
    unknown: type[BaseModel]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        known = self.members(source)

        def refuse_known(value: object) -> object:
            if not isinstance(value, Mapping):
                return value
            fields = cast("Mapping[str, object]", value)
            if _member(known, fields.get(self.field)):
                # Known but not valid: fail here, so that ``tolerant`` builds the known model.
                raise ValueError("not valid for its type")
            return fields

        choices = {tag: handler.generate_schema(model) for tag, model in known.items()}
        unknown = core_schema.no_info_before_validator_function(refuse_known, handler.generate_schema(self.unknown))
        tagged = core_schema.tagged_union_schema(choices, discriminator=self.field)
        return core_schema.union_schema([tagged, unknown], mode="left_to_right")

    def model_for(self, union: object, value: Mapping[str, object]) -> type[BaseModel]:
        """The model that the object's discriminator names, or ``unknown``."""
        return _member(self.members(union), value.get(self.field)) or self.unknown

    def members(self, union: object) -> dict[str, type[BaseModel]]:
        """The known models of the union by the value of the discriminator."""
        models: list[type[BaseModel]] = [model for model in get_args(union) if model is not self.unknown]
        return {tag: model for model in models for tag in get_args(model.model_fields[self.field].annotation)}


@dataclass(frozen=True, slots=True)
class Deferred:
    """Marks ``Annotated[object, Deferred(module, name)]``: a model that is imported when the first one arrives.

    It is validated from decoded JSON, and leniently.
    """

    module: str
    name: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: object) -> object:
            return tolerant(getattr(import_module(self.module), self.name), value)

        return core_schema.no_info_plain_validator_function(validate)


def _member(known: Mapping[str, type[BaseModel]], tag: object) -> type[BaseModel] | None:
    return known.get(tag) if isinstance(tag, str) else None


class BaseModel(pydantic.BaseModel):
    """A pydantic model that keeps unknown fields and builds its validator when it is first used."""

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
        """The fields that the server sent, as a dict.

        :param mode: ``"python"`` keeps times as ``datetime``, ``"json"`` makes them strings
        :param use_api_names: ``from`` instead of ``from_``
        :param exclude_unset: False adds the documented fields that were not sent
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
        """The fields that the server sent, as JSON text; see ``to_dict``."""
        return self.model_dump_json(
            indent=indent,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )


def parse_model(model: type[ModelT], content: bytes) -> ModelT:
    """The model of a JSON object. Raises ``ValueError`` if it is not JSON, ``TypeError`` if it is not an object."""
    try:
        return model.model_validate_json(content)
    except ValidationError:
        return _tolerant_model(model, _json_object(content))


def parse_union(union: Any, content: bytes) -> Any:
    """The member of an ``OpenUnion`` that a JSON object's discriminator names. Raises as ``parse_model`` does."""
    models, mark = get_args(union)
    return parse_model(mark.model_for(models, _json_object(content)), content)


def _json_object(content: bytes) -> Mapping[str, object]:
    value = cast("object", from_json(content))
    if not isinstance(value, dict):
        raise TypeError(f"it is a JSON {type(value).__name__}, not an object")
    return cast("Mapping[str, object]", value)


def tolerant(declared: Any, value: object) -> Any:
    """``value`` as the declared type where it fits, unchanged where it does not; missing fields become None."""
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
    if not isinstance(value, Mapping):
        return value
    fields = cast("Mapping[str, object]", value)
    model = _model_for(declared, fields)
    return fields if model is None else _tolerant_model(model, fields)


def _model_for(declared: Any, value: Mapping[str, object]) -> type[BaseModel] | None:
    """The declared type's model for this object, or None if the type has no model."""
    if get_origin(declared) is Annotated:
        union, mark = get_args(declared)[:2]
        return mark.model_for(union, value) if isinstance(mark, OpenUnion) else None
    return declared if isinstance(declared, type) and issubclass(declared, BaseModel) else None


def _tolerant_model(model: type[ModelT], value: Mapping[str, object]) -> ModelT:
    fields = {known.alias or name: (name, known) for name, known in model.model_fields.items()}
    built = {key: tolerant(fields[key][1].annotation, item) if key in fields else item for key, item in value.items()}
    missing = {key: None for key, (_, known) in fields.items() if known.is_required() and key not in value}
    return model.model_construct({fields[key][0] if key in fields else key for key in value}, **built, **missing)
