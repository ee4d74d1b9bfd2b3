"""The base of every model, and how to parse a response when a newer server sends what no model declares.

That is: new fields (kept as pydantic extras, so they are attributes), new values of an enumeration (``OpenEnum``: the
type has the documented values, any string passes), new members of a union (``OpenUnion``, the same for models), and
fields that are missing or of another type than documented. Only the last leaves pydantic's fast path, for ``tolerant``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, TypeVar, Union, cast, get_args, get_origin

import pydantic
from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema, from_json

from linq._lazy import importing

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
            with importing:
                model = getattr(import_module(self.module), self.name)
            return tolerant(model, value)

        return core_schema.no_info_plain_validator_function(validate)


def _member(known: Mapping[str, type[BaseModel]], tag: object) -> type[BaseModel] | None:
    return known.get(tag) if isinstance(tag, str) else None


class BaseModel(pydantic.BaseModel):
    """A pydantic model that keeps unknown fields and builds its validator when it is first used."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: object) -> Self:  # pyright: ignore[reportIncompatibleMethodOverride] - pydantic's is deprecated
        """A model of these values without validation: dicts become models, and what is missing None, at any depth.

        :param _fields_set: the names of the fields that count as set; the default is those that are passed
        """
        made = _tolerant_model(cls, values)
        if _fields_set is not None:
            made.__pydantic_fields_set__.clear()
            made.__pydantic_fields_set__.update(_fields_set)
        return made

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """As pydantic's, which holds a lock meanwhile, so a fork waits for it."""
        depth = options.pop("_parent_namespace_depth", 2)
        with importing:
            return super().model_rebuild(_parent_namespace_depth=depth + 1, **options)

    @classmethod
    def model_construct(cls, _fields_set: set[str] | None = None, **values: object) -> Self:
        """As ``construct``."""
        return cls.construct(_fields_set, **values)

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
    """The model of a JSON object.

    Raises ``ValueError`` if it is not JSON, and ``TypeError`` if it is not an object, or one without the field that
    the model is about.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError:
        value = _json_object(content)
    main = _main_field(model)
    if main is not None and main not in value:
        raise TypeError(f"it has no {main!r}")
    return _tolerant_model(model, value)


def _main_field(model: type[BaseModel]) -> str | None:
    """The field without which an object is no such model: its id, its message, or its only required field."""
    required = [known.alias or name for name, known in model.model_fields.items() if known.is_required()]
    named = [name for name in ("id", "message") if name in required]
    return next(iter(named or required), None) if named or len(required) == 1 else None


def parse_union(union: Any, content: bytes) -> Any:
    """The member of an ``OpenUnion`` that a JSON object's discriminator names. Raises as ``parse_model`` does."""
    models, mark = get_args(union)
    return parse_model(mark.model_for(models, _json_object(content)), content)


def readable_json(content: bytes) -> bytes:
    """The JSON with U+FFFD in place of what no Unicode text contains: half a surrogate pair, or bytes not in UTF-8.

    Raises ``ValueError`` if it is not JSON.
    """
    value: object = json.loads(content.decode(errors="replace"))
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", json.dumps(value, ensure_ascii=False)).encode()


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        value = cast("object", from_json(content))
    except ValueError:
        value = cast("object", from_json(readable_json(content)))
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
    names = {known.alias or name: name for name, known in model.model_fields.items()}
    given = {names.get(key, key): item for key, item in value.items()}
    fields = model.model_fields
    built = {name: tolerant(fields[name].annotation, item) if name in fields else item for name, item in given.items()}
    missing = {name: None for name, known in fields.items() if known.is_required() and name not in given}
    # pydantic's own takes the names of the wire.
    wire = {name: known.alias or name for name, known in fields.items()}
    values = {wire.get(name, name): item for name, item in {**built, **missing}.items()}
    # pydantic's own model_construct: ours leads here.
    return super(BaseModel, model).model_construct(set(given), **values)
